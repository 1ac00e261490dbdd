"""Secrets that we must be able to use again: encrypted with the installation's secret key before they are stored."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Undecryptable(Exception):
    """It was encrypted with another key, for another purpose, or was damaged."""


def encrypt(plain: str, *, key: str, purpose: str) -> str:
    """`plain` as ASCII text that only `decrypt` with the same key and purpose can read; "" stays ""."""
    return _fernet(key, purpose).encrypt(plain.encode()).decode("ascii") if plain else ""


def decrypt(encrypted: str, *, key: str, purpose: str) -> str:
    """What was encrypted; "" stays "". Raises Undecryptable."""
    if not encrypted:
        return ""
    try:
        return _fernet(key, purpose).decrypt(encrypted.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise Undecryptable from error


def _fernet(key: str, purpose: str) -> Fernet:
    """A key of its own for each purpose (HKDF, RFC 5869): what leaks in one place opens nothing elsewhere."""
    derived = HKDF(SHA256(), length=32, salt=None, info=f"postline {purpose}".encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
