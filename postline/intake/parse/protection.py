"""Whether a message is signed or encrypted: by S/MIME (RFC 8551), PGP/MIME (RFC 3156) or PGP in its text (RFC 9580)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from postline.intake.parse.node import Node
from postline.intake.parse.packed import SMIME

_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----[ \t]*$", re.MULTILINE)
_SIGNATURE_END = re.compile(r"^-----END PGP SIGNATURE-----[ \t]*$\n?", re.MULTILINE)
_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----[ \t]*$", re.MULTILINE)
_ARMOUR_HEADERS = re.compile(r"\n(?:[A-Za-z-]{1,40}: ?[^\n]{0,200}\n){0,20}[ \t]*\n")
_DASH = re.compile(r"^- ", re.MULTILINE)


def protection(root: Node) -> str:
    """By what the outermost protected part says: smime-signed, smime-encrypted, pgp-signed, pgp-encrypted, or ""."""
    for node in _all(root):
        if node.content_type == "multipart/signed":
            return "pgp-signed" if "pgp" in node.parameters.get("protocol", "").lower() else "smime-signed"
        if node.content_type == "multipart/encrypted":
            return "pgp-encrypted"
        if node.content_type in SMIME and not _certificates_only(node):
            return "smime-signed" if node.children else "smime-encrypted"
    return ""


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _certificates_only(node: Node) -> bool:
    return node.parameters.get("smime-type", "").lower() in ("certs-only", "compressed-data")


def without_armour(text: str) -> tuple[str, str]:
    """A text without the lines that PGP puts around what is signed, and how the text is protected."""
    if "-----BEGIN PGP " not in text:
        return text, ""
    if not _SIGNED.search(text):
        return text, "pgp-encrypted" if _ENCRYPTED.search(text) else ""
    pieces: list[str] = []
    position = 0
    while signed := _SIGNED.search(text, position):
        signature = _SIGNATURE.search(text, signed.end())
        end = _SIGNATURE_END.search(text, signature.end()) if signature else None
        headers = _ARMOUR_HEADERS.match(text, signed.end())
        if signature is None or end is None or headers is None:
            break
        pieces += [text[position : signed.start()], _DASH.sub("", text[headers.end() : signature.start()])]
        position = end.end()
    return "".join((*pieces, text[position:])), "pgp-signed" if pieces else ""
