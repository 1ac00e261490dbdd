"""The MIME tree of a message that leaves no doubt about it, as nearly all do: a few cuts, no parser.

Every answer is either right or None: then a parser is asked that knows what programs do wrong.
"""

from __future__ import annotations

import binascii
import re

from postline.intake.parse.headers import Headers, base64_bytes, split
from postline.intake.parse.node import Node, declared_node

DEEPEST = 10  # containers within each other
MOST_PARTS = 1_000  # of one container
_TYPE = re.compile(r"[A-Za-z0-9]{1,40}/[A-Za-z0-9.+_-]{1,100}[ \t]*(?:;|\Z)")
_TEXT = re.compile(r"text/(?:plain|html)[ \t]*(?:;|\Z)", re.IGNORECASE)
_AS_THEY_ARE = ("", "7bit", "8bit", "binary")
# Blanks at the end of a line are none of the content, "==" is what nobody encodes so (RFC 2045 6.7).
_DOUBTFUL_QUOTED = (b" \n", b" \r\n", b"\t\n", b"\t\r\n", b"==")


def well_formed(headers: Headers, body: bytes) -> Node | None:
    """The parts of a message. None unless it is a text alone or all its containers are closed, every line that begins
    like a boundary is one, and its parts are encoded in ways that cannot be misunderstood."""
    declared = headers.line("content-type")
    if declared[:10].lower() == "multipart/":
        return _part(headers, body, "", 0)
    return _part(headers, body, "", 0) if not declared or _TEXT.match(declared) else None


def _part(headers: Headers, body: bytes, place: str, depth: int) -> Node | None:
    declared, disposition = headers.line("content-type"), headers.line("content-disposition")
    content_id, encoding = headers.text("content-id"), headers.line("content-transfer-encoding").lower()
    if not (declared.isascii() and disposition.isascii()):
        return None
    if declared and not _TYPE.match(declared):
        return None
    node = declared_node(declared, disposition, content_id, b"", place)
    if node.content_type.startswith("multipart/"):
        return node if encoding in _AS_THEY_ARE and depth < DEEPEST and _fill(node, body, depth) else None
    if encoding in _AS_THEY_ARE:
        node.content = body
    elif encoding == "base64":
        node.content = base64_bytes(body)
    elif encoding == "quoted-printable" and not any(map(body.__contains__, _DOUBTFUL_QUOTED)):
        node.content = binascii.a2b_qp(body)
    else:
        return None
    return node


def _fill(container: Node, body: bytes, depth: int) -> bool:
    """Give a container its children (RFC 2046 5.1); False where anything about them is in doubt."""
    boundary = container.parameters.get("boundary", "")
    if not boundary or not boundary.isascii() or container.content_type == "multipart/digest":
        return False
    delimiter = b"\n--" + boundary.encode()
    pieces = body.split(delimiter, MOST_PARTS)
    if pieces[0].startswith(delimiter[1:]):
        pieces[0] = pieces[0][len(delimiter) - 1 :]
    else:
        del pieces[0]  # the preamble
    if len(pieces) < 2 or not _is_end(pieces.pop()):
        return False
    within = f"{container.place}." if depth else ""
    for number, piece in enumerate(pieces, 1):
        child = _child(piece, f"{within}{number}", depth + 1)
        if child is None:
            return False
        child.within = container.content_type
        container.children.append(child)
    return True


def _is_end(piece: bytes) -> bool:
    """Whether what stands behind the last boundary says that it is the last."""
    return piece.startswith(b"--") and piece[2:3] in (b"", b"\r", b"\n")


def _child(piece: bytes, place: str, depth: int) -> Node | None:
    if piece.startswith(b"\r\n"):
        piece = piece[2:-1] if piece.endswith(b"\r") else piece[2:]
    elif piece.startswith(b"\n"):
        piece = piece[1:]
    else:
        return None
    headers, start = split(piece)
    if not start or start == len(piece):
        return None
    return _part(headers, piece[start:], place, depth)
