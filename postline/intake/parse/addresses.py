"""Address headers (RFC 5322 3.4) in linear time, forgiving, and never two mailboxes out of one.

The standard library's parser of Python 3.11 can be led to a wrong address (CVE-2023-27043) and recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from postline.intake.parse.headers import text
from postline.intake.parse.values import Address

MOST_ADDRESSES = 1_000

# Every repetition is bounded: an opening quote or bracket without its end must not cost the whole header each time.
_TOKEN = re.compile(
    rb'\\.|=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,400}\?=|"(?:[^"\\]|\\.){0,200}"|<[^<>]{0,200}>|[(),;:]|[^"<(),;:=\\]+|.',
    re.DOTALL,
)
# What nearly every field holds: one mailbox, "Anna Berger <anna@mail.example>" or the address alone.
_ONE = re.compile(
    rb"(?:([^<>()\",;:\\@]{0,200})<)?([A-Za-z0-9._+-]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})(?(1)>)\Z"
)
_ONE_LINE = re.compile(_ONE.pattern.decode())
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.){0,200})"', re.DOTALL)
_ADDRESS = re.compile(
    r"[^\s<>,;:\"()\[\]\\@]{1,128}@[^\s<>,;:\"()\\@]{1,255}|\"(?:[^\"\\@]|\\.){1,128}\"@[^\s<>,;:\"()\\@]{1,255}"
)
_ONLY_ADDRESS = re.compile(rf"(?:{_ADDRESS.pattern})\Z")
# Obsolete but still read (RFC 5322 4.4): a route before the address, blanks around the dots of a domain, comments.
_ROUTE = re.compile(r"\A\s*(?:@[^\s<>,;:@]{1,255}\s*,?\s*){1,20}:")
_SPACED_DOMAIN = re.compile(r"([^\s@]{1,128})\s{0,20}@\s{0,20}([\w-]{1,63}(?:\s{0,20}\.\s{0,20}[\w-]{1,63}){1,8})\Z")
_COMMENT = re.compile(r"\([^()]*\)")


def only_address(line: str, words: str) -> Address | None:
    """The mailbox of a value that holds a single one in the usual form, given as Latin-1 and decoded; else None."""
    one = _ONE_LINE.match(line)
    if one is None or not line.isprintable():
        return None
    name, local, domain = one.groups("")
    if "=?" in name or not name.isascii():  # decoded with the whole of it
        name = words.rpartition("<")[0]
    return Address(" ".join(name.split()).strip("\"' "), f"{local}@{domain.lower()}")


def addresses(value: bytes, charset: str = "") -> tuple[Address, ...]:
    """The mailboxes of a header's value, groups flattened; at most `MOST_ADDRESSES`."""
    charset = "" if value.isascii() else charset  # UTF-7 makes no address out of what others read as none
    if one := _ONE.match(value):
        name, local, domain = one.groups(b"")
        return (Address(_name(name, charset) if name else "", f"{local.decode()}@{domain.decode().lower()}"),)
    found: list[Address] = []
    for name, angle in _mailboxes(value):
        mailbox = _mailbox(name, angle, charset)
        if mailbox is not None:
            found.append(mailbox)
            if len(found) == MOST_ADDRESSES:
                break
    return tuple(found)


def _mailboxes(value: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """The stretches between commas: what stands outside the angle brackets, and what inside."""
    name: list[bytes] = []
    angle: bytes | None = None
    comment = 0
    for match in _TOKEN.finditer(value):
        token = match[0]
        if token == b"(":
            comment += 1
        elif token == b")":
            comment = max(0, comment - 1)
        elif comment:
            if comment == 1 and token not in (b",", b";", b":") and not token.startswith(b"\\"):
                name.append(b"(" + token + b")")
        elif token in (b",", b";"):
            yield b"".join(name), angle
            name, angle = [], None
        elif token == b":":
            name = []  # the name of a group
        elif token.startswith(b"<") and token.endswith(b">") and len(token) > 1:
            angle = token[1:-1] if angle is None else angle
        else:
            name.append(token)
    yield b"".join(name), angle


def _mailbox(outside: bytes, angle: bytes | None, charset: str) -> Address | None:
    comments = b""
    if b"(" in outside:
        comments = b" ".join(re.findall(rb"\(([^()]*)\)", outside))
        outside = re.sub(rb"\([^()]*\)", b"", outside)
    name = _name(outside, charset)
    if angle is not None:
        address = _address(_without_route(text(angle, charset)))
        return Address(name or _name(comments, charset), address) if name or address else None
    if not name:
        return None
    spaced = _SPACED_DOMAIN.match(name) if " " in name else None
    if spaced:
        name = spaced[1] + "@" + "".join(spaced[2].split())
    if _ONLY_ADDRESS.match(name):
        return Address(_name(comments, charset), _address(name))
    inside = _ADDRESS.findall(name)
    if inside:  # "Ivan ivan@mail.example", or the whole mailbox in one encoded word
        rest = name.replace(inside[0], "").strip(" <>\"'[]")
        return Address(rest, _address(inside[0]))
    return Address(name, "")


def _name(value: bytes, charset: str) -> str:
    if b'"' in value:
        value = _QUOTED.sub(_unquoted, value)
    return " ".join(text(value, charset).split()).strip("\"' ")


def _unquoted(match: re.Match[bytes]) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", match[1])


def _without_route(value: str) -> str:
    if "(" in value:
        value = _COMMENT.sub("", value)
    return _ROUTE.sub("", value) if value.lstrip().startswith("@") else value


def _address(value: str) -> str:
    """The address with its domain in lower case; "" when it is none."""
    value = value.strip(" <>'")
    if '"' not in value:
        value = "".join(value.split())
    value = value.removeprefix("mailto:")
    if not _ONLY_ADDRESS.match(value) or len(value) > 320:
        return ""
    local, _, domain = value.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"
