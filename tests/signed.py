"""Letters with a real DKIM signature (RFC 6376), and the record with the key that checks it."""

from __future__ import annotations

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def sign(
    letter: bytes, *, domain: str = "user.example", selector: str = "mail", whole: bool = True, headers: bytes = b""
) -> bytes:
    """The letter with a signature of this domain on top; without `whole` only of what its body holds now."""
    pem = _key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    fields = headers.split() or [b"from", b"to", b"subject", b"date", b"message-id"]
    field: bytes = dkim.sign(
        letter,
        selector.encode(),
        domain.encode(),
        pem,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=fields,
        length=not whole,
    )
    return field + letter


def records(domain: str = "user.example", selector: str = "mail") -> dict[str, str]:
    """What the domain's name server says."""
    der = _key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {f"{selector}._domainkey.{domain}": f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"}


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
