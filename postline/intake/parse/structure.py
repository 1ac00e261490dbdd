"""The MIME tree: fast-mail-parser's, or the standard library's where that one refuses or damages a message."""

from __future__ import annotations

import binascii
import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import fast_mail_parser

from postline.intake.parse.headers import Headers, base64_bytes, text
from postline.intake.parse.node import MESSAGES, Node, declared_node
from postline.intake.parse.well_formed import well_formed

MOST_NESTED = 100  # containers and enclosed messages; what lies deeper is an attachment
MOST_PARTS = 10_000
MOST_COMPARED = 3_000_000  # lines, each with the boundary of every container around it
_CONTAINER = re.compile(rb"^(content-type[ \t]*:[ \t\r\n]*)(multipart|message)(?=/)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"boundary[ \t]*=[ \t]*\"?([^\"\s;]{1,200}(?: [^\"\s;]{1,200}){0,5})", re.IGNORECASE)
_ANY_CONTAINER = re.compile(rb"(?:multipart|message)/", re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(
    rb"^content-transfer-encoding[ \t]*:[ \t]*quoted-printable", re.IGNORECASE | re.MULTILINE
)
_UNCHANGED = email.policy.compat32.clone(max_line_length=None)  # enclosed messages keep their folds
_MIME_FIELDS = ("content-type", "content-transfer-encoding", "content-disposition", "content-id", "mime-version")


def tree(headers: Headers, body: bytes, defects: list[str]) -> Node:
    """The parts of a message; what had to be repaired is added to `defects`."""
    root = well_formed(headers, body) or _repaired(headers, body, defects)
    for leaf in root.leaves():
        if leaf.content_type in MESSAGES:
            leaf.content = _canonical(leaf.content)
    return root


def _canonical(message: bytes) -> bytes:
    """An enclosed message is the same file through whatever door it came: lines end in CRLF (RFC 5322 2.1), and the
    blank ones at its end, which neither readers nor signatures count (RFC 6376 3.4.3), are left out."""
    message = message.rstrip(b"\r\n")
    return message if b"\r" in message else message.replace(b"\n", b"\r\n")


def _repaired(headers: Headers, body: bytes, defects: list[str]) -> Node:
    if body.count(b"\n--") > MOST_PARTS:
        body = _shortened(headers, body, defects)
    if body.count(b"/") > MOST_NESTED and _containers(body) > MOST_NESTED:
        body = _defused(body, MOST_NESTED)
        defects.append("nesting")
    head = b"".join(name.encode() + b":" + headers.folded(name) + b"\n" for name in _MIME_FIELDS if name in headers)
    raw = head + b"\n" + body
    node = _by_fast(raw, defects)
    if node is not None:
        return node
    most = max(3, MOST_COMPARED // (raw.count(b"\n") + 1))
    if most < MOST_NESTED and _containers(body) > most:
        raw = head + b"\n" + _defused(body, most)
        defects.append("nesting")
    return _from_standard(email.message_from_bytes(_with_last_ends(raw), policy=_UNCHANGED), "")


def _by_fast(raw: bytes, defects: list[str]) -> Node | None:
    """fast-mail-parser's tree; None where the standard library reads more."""
    plain = raw.isascii() and b"\x1b" not in raw
    if not plain and b"quoted-printable" in raw.lower() and _QUOTED_PRINTABLE.search(raw):
        return None  # 8-bit letters and escapes inside quoted-printable would be lost
    try:
        node = _from_fast(fast_mail_parser.parse_email_tree(raw), "")
    except fast_mail_parser.ParseError:
        defects.append("structure")
        return None
    return node if node and all(_exact(raw, boundary) for boundary in _boundaries(node)) else None


def _with_last_ends(raw: bytes) -> bytes:
    """Where a container has the boundary of one around it, its end would end both: only the last end counts."""
    boundaries = [match[1] for match in islice(_BOUNDARY.finditer(raw), MOST_NESTED)]
    for boundary in {one for one in boundaries if boundaries.count(one) > 1}:
        end = b"\n--" + boundary + b"--"
        last = max(0, raw.rfind(end))
        raw = raw[:last].replace(end, b"\n--" + boundary) + raw[last:]
    return raw


def _shortened(headers: Headers, body: bytes, defects: list[str]) -> bytes:
    """The first parts only, where lines that look like boundaries are beyond counting."""
    if not headers.raw("content-type").lower().startswith((b"multipart/", b"message/")):
        return body
    end = next(islice(re.finditer(rb"\n--", body), MOST_PARTS, None)).start()
    defects.append("parts-cut")
    return body[:end]


def _containers(body: bytes) -> int:
    """How many multiparts and enclosed messages there are at most, counted in linear time."""
    small = body.lower()
    return small.count(b"multipart/") + small.count(b"message/")


def _defused(body: bytes, most: int) -> bytes:
    """Containers beyond so many become attachments: both parsers recurse, and fast-mail-parser ends the
    whole process when the nest is deep enough. Words in a text that only talks about MIME are left alone."""
    containers = 0

    def defuse(match: re.Match[bytes]) -> bytes:
        nonlocal containers
        containers += 1
        return match[0] if containers <= most else match[1] + b"application"

    body = _CONTAINER.sub(defuse, body)
    return body if _containers(body) <= 10 * MOST_NESTED else _ANY_CONTAINER.sub(b"application/", body)


def _from_fast(part: Any, place: str) -> Node | None:
    """Our tree from fast-mail-parser's. None when a header came out damaged, or a container is empty: because its
    boundary was not found or is that of a container around it, in which case much may be missing."""
    fields: dict[str, list[str]] = part.headers
    declared = disposition = content_id = ""
    for name, values in fields.items():
        lowered = name.lower()
        if lowered == "content-type":
            declared = values[0]
        elif lowered == "content-disposition":
            disposition = values[0]
        elif lowered == "content-id":
            content_id = values[0]
    if "\ufffd" in declared or "\ufffd" in disposition:
        return None
    node = declared_node(declared, disposition, content_id, part.content or b"", place)
    node.content_type = part.content_type.lower().partition(" ")[0]  # a parameter may lack its semicolon
    if not part.is_message:
        for number, child in enumerate(part.children, 1):
            below = _from_fast(child, f"{place}.{number}" if place else str(number))
            if below is None:
                return None
            below.within = node.content_type
            node.children.append(below)
    return node if node.children or not node.content_type.startswith("multipart/") else None


def _boundaries(node: Node) -> Iterator[bytes]:
    for child in node.children:
        yield from _boundaries(child)
    if node.children:
        yield node.parameters.get("boundary", "").encode()


def _exact(raw: bytes, boundary: bytes) -> bool:
    """Whether no line only begins like this boundary: fast-mail-parser takes such a line for one."""
    line = b"\n--" + boundary
    position = raw.find(line)
    while position >= 0:
        position += len(line)
        if raw[position : position + 1].strip() and raw[position : position + 2] != b"--":
            return False
        position = raw.find(line, position)
    return True


def _from_standard(part: email.message.Message, place: str) -> Node:
    raw: dict[str, str] = {}
    for name, given in part.raw_items():
        raw.setdefault(name.lower(), str(given))

    def value(name: str) -> str:
        return text(raw.get(name, "").encode("utf-8", "surrogateescape"))

    node = declared_node(value("content-type"), value("content-disposition"), value("content-id"), b"", place)
    payload = part.get_payload()
    if node.content_type.startswith("multipart/") and isinstance(payload, list):
        for number, child in enumerate(payload[:MOST_PARTS], 1):
            below = _from_standard(child, f"{place}.{number}" if place else str(number))
            below.within = node.content_type
            node.children.append(below)
    elif isinstance(payload, list):
        enclosed = [child for child in payload[:MOST_PARTS] if isinstance(child, email.message.Message)]
        node.content = b"\n".join(child.as_bytes() for child in enclosed)
    else:
        data = str(payload or "").encode("utf-8", "surrogateescape")
        node.content = _transfer_decoded(data, value("content-transfer-encoding").lower())
    if node.content_type.startswith("multipart/") and not node.children:
        node.content_type = "text/plain"
    return node


def _transfer_decoded(data: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64_bytes(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    return data
