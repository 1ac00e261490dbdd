"""The MIME tree: fast-mail-parser's, or the standard library's where that one refuses or damages a message."""

from __future__ import annotations

import binascii
import email
import email.message
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import fast_mail_parser

from postline.intake.parse.headers import Headers, base64_bytes, parameters, text

MOST_NESTED = 100  # containers and enclosed messages; what lies deeper is an attachment
MOST_PARTS = 10_000
_CONTAINER = re.compile(rb"^(content-type[ \t]*:[ \t\r\n]*)(multipart|message)(?=/)", re.IGNORECASE | re.MULTILINE)
_ANY_CONTAINER = re.compile(rb"(?:multipart|message)/", re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(
    rb"^content-transfer-encoding[ \t]*:[ \t]*quoted-printable", re.IGNORECASE | re.MULTILINE
)
_MIME_FIELDS = {
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "mime-version",
}


@dataclass(slots=True)
class Node:
    """A part: a container with children, or a leaf with its decoded bytes. An enclosed message is a leaf."""

    content_type: str
    parameters: dict[str, str]
    disposition: str
    filename: str
    content_id: str
    content: bytes
    place: str
    children: list[Node] = field(default_factory=list)

    def leaves(self) -> Iterator[Node]:
        """This part, or the leaves below it in the order of the message."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def own_leaves(node: Node) -> Iterator[Node]:
    """The leaves of a message itself: what an enclosed message holds is that one's affair."""
    if not node.children or node.content_type.startswith("message/"):
        yield node
        return
    for child in node.children:
        yield from own_leaves(child)


def tree(headers: Headers, body: bytes, defects: list[str]) -> Node:
    """The parts of a message; what had to be repaired is added to `defects`."""
    if body.count(b"\n--") > MOST_PARTS:
        body = _shortened(headers, body, defects)
    if _containers(body) > MOST_NESTED:
        body = _defused(body)
        defects.append("nesting")
    head = b"".join(
        name.encode() + b":" + value + b"\n" for name, value in _first_of_each(headers) if name.lower() in _MIME_FIELDS
    )
    raw = head + b"\n" + body
    if raw.isascii() or not _QUOTED_PRINTABLE.search(raw):  # raw 8-bit letters inside QP would be lost
        try:
            part = fast_mail_parser.parse_email_tree(raw)
            node = _from_fast(part, "")
        except fast_mail_parser.ParseError:
            defects.append("structure")
        else:
            if node is not None and _plausible(node):
                return node
    return _from_standard(email.message_from_bytes(raw, policy=email.policy.compat32), "")


def _first_of_each(headers: Headers) -> list[tuple[str, bytes]]:
    seen: dict[str, tuple[str, bytes]] = {}
    for name, value in headers.fields:
        seen.setdefault(name.lower(), (name, value))
    return list(seen.values())


def _shortened(headers: Headers, body: bytes, defects: list[str]) -> bytes:
    """The first parts only, where lines that look like boundaries are beyond counting."""
    if not headers.raw("content-type").lower().startswith(b"multipart/"):
        return body
    end = next(islice(re.finditer(rb"\n--", body), MOST_PARTS, None)).start()
    defects.append("parts-cut")
    return body[:end]


def _containers(body: bytes) -> int:
    """How many multiparts and enclosed messages there are at most, counted in linear time."""
    small = body.lower()
    return small.count(b"multipart/") + small.count(b"message/")


def _defused(body: bytes) -> bytes:
    """Containers beyond the hundredth become attachments: both parsers recurse, and fast-mail-parser ends the
    whole process when the nest is deep enough. Words in a text that only talks about MIME are left alone."""
    containers = 0

    def defuse(match: re.Match[bytes]) -> bytes:
        nonlocal containers
        containers += 1
        return match[0] if containers <= MOST_NESTED else match[1] + b"application"

    body = _CONTAINER.sub(defuse, body)
    return body if _containers(body) <= 10 * MOST_NESTED else _ANY_CONTAINER.sub(b"application/", body)


def _from_fast(part: Any, place: str) -> Node | None:
    """Our tree from fast-mail-parser's; None when a header came out damaged."""
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
    node = _node(declared, disposition, content_id, part.content or b"", place)
    node.content_type = part.content_type.lower().partition(" ")[0]  # a parameter may lack its semicolon
    if not part.is_message:
        for number, child in enumerate(part.children, 1):
            below = _from_fast(child, f"{place}.{number}" if place else str(number))
            if below is None:
                return None
            node.children.append(below)
    return node


def _plausible(node: Node) -> bool:
    """A container without parts is a message whose boundary was not found: the standard library is kinder."""
    return bool(node.children) or not node.content_type.startswith("multipart/")


def _from_standard(part: email.message.Message, place: str) -> Node:
    def value(name: str) -> str:
        found = part.get(name)
        return "" if found is None else text(str(found).encode("utf-8", "surrogateescape"))

    node = _node(value("content-type"), value("content-disposition"), value("content-id"), b"", place)
    payload = part.get_payload()
    if node.content_type.startswith("multipart/") and isinstance(payload, list):
        for number, child in enumerate(payload[:MOST_PARTS], 1):
            node.children.append(_from_standard(child, f"{place}.{number}" if place else str(number)))
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


def _node(declared: str, disposition: str, content_id: str, content: bytes, place: str) -> Node:
    content_type, given = parameters(declared)
    kind, named = parameters(disposition) if disposition else ("", {})
    content_type = content_type.partition(" ")[0]
    if content_type.count("/") != 1:
        content_type = "text/plain"
    return Node(
        content_type=content_type,
        parameters=given,
        disposition=kind,
        filename=named.get("filename") or given.get("name") or "",
        content_id=content_id.strip(" <>"),
        content=content,
        place=place or "0",
    )
