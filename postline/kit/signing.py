"""Short signatures for addresses and Message-IDs."""

from __future__ import annotations

import base64
import hashlib
import hmac

LENGTH = 16  # letters of base32: 80 bits, safe in a local part that is compared without case


def sign(*, key: bytes, purpose: str, value: str) -> str:
    """The signature of `value` for one purpose: 16 lower-case letters and digits."""
    digest = hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def is_signed(*, key: bytes, purpose: str, value: str, signature: str) -> bool:
    """Whether `signature` was made by us; compared in constant time."""
    return hmac.compare_digest(sign(key=key, purpose=purpose, value=value), signature.lower())
