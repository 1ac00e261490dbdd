"""The MIME tree of a message that leaves no doubt about it, as nearly all do: a few cuts, no parser.

Every answer is either right or None: then a parser is asked that knows what programs do wrong.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from functools import lru_cache

from postline.intake.parse.headers import BLANK_LINE, Headers, exact_base64, split
from postline.intake.parse.node import Node, declared_node

DEEPEST = 10  # containers within each other
MOST_PARTS = 1_000  # of one container
OFTEN_THE_SAME = 200  # bytes of the header section of a part: programs write the same few again and again
_TYPE = re.compile(r"[A-Za-z0-9]{1,40}/[A-Za-z0-9.+_-]{1,100}[ \t]*(?:;|\Z)")
_TEXT = re.compile(r"text/(?:plain|html)[ \t]*(?:;|\Z)", re.IGNORECASE)
_AS_THEY_ARE = ("", "7bit", "8bit", "binary")
_NO_FIELDS = re.compile(rb"\r?\n")
_BLANK_ENDS = (b" \n", b" \r\n", b"\t\n", b"\t\r\n")


def well_formed(headers: Headers, body: bytes) -> Node | None:
    """The parts of a message. None unless it is a text alone or all its containers are closed, every line that begins
    like a boundary is one, and its parts are encoded in ways that cannot be misunderstood."""
    declared = headers.line("content-type")
    if declared and not _TEXT.match(declared) and declared[:10].lower() != "multipart/":
        return None
    head = _head(headers)
    return _part(head, body, "", 0) if head else None


@dataclass(frozen=True, slots=True)
class _Head:
    """What a part's fields say of it."""

    node: Node  # without content, to be copied
    encoding: str


def _head(headers: Headers) -> _Head | None:
    """None where that is in doubt."""
    declared, disposition = headers.line("content-type"), headers.line("content-disposition")
    if not (declared.isascii() and disposition.isascii()) or (declared and not _TYPE.match(declared)):
        return None
    node = declared_node(declared, disposition, headers.text("content-id"), b"", "")
    return _Head(node, headers.line("content-transfer-encoding").lower())


def _head_of(section: bytes) -> _Head | None:
    headers, start = split(section)
    return _head(headers) if start else None


_usual_head = lru_cache(maxsize=1024)(_head_of)


def _part(head: _Head, body: bytes, place: str, depth: int) -> Node | None:
    node = head.node.emptied(place or "0")
    if node.content_type.startswith("multipart/"):
        filled = head.encoding in _AS_THEY_ARE and depth < DEEPEST and _fill(node, body, depth)
        return node if filled else None
    content = _decoded(body, head.encoding)
    if content is None:
        return None
    node.content = content
    return node


def _decoded(body: bytes, encoding: str) -> bytes | None:
    """The content of a part; None where readers differ."""
    if encoding in _AS_THEY_ARE:
        return body
    if encoding == "base64":
        return exact_base64(body)
    if encoding != "quoted-printable":
        return None
    content = binascii.a2b_qp(body)
    # Blanks at the end of a line are none of the content, and nobody encodes so as "==" (RFC 2045 6.7). What holds
    # neither decoded need not be searched as it came.
    if any(end in content and end in body for end in _BLANK_ENDS) or (b"=" in content and b"==" in body):
        return None
    return content


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
    blank = _NO_FIELDS.match(piece) or BLANK_LINE.search(piece)
    if blank is None or blank.end() == len(piece):
        return None
    section = piece[: blank.end()]
    head = _usual_head(section) if len(section) <= OFTEN_THE_SAME else _head_of(section)
    return _part(head, piece[blank.end() :], place, depth) if head else None
