"""Just enough of the Cryptographic Message Syntax (RFC 5652) to see what it is, and what a signature stands over.

Nothing is verified. Lengths may be indefinite and strings in pieces (BER), as streaming programs write them.
"""

from __future__ import annotations

from collections.abc import Iterator

MOST_PIECES = 100_000
DEEPEST = 10  # strings of strings
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_OBJECT, _SEQUENCE, _CONTENT, _STRING, _STRINGS = 0x06, 0x30, 0xA0, 0x04, 0x24


class NotReadable(ValueError):
    """These bytes are no CMS, or cut off."""


def signed_content(data: bytes) -> bytes | None:
    """The content below the signature of SignedData; None when this is something else or the content stands apart.
    Raises NotReadable."""
    position, end = _inside(data, 0, len(data), _SEQUENCE)
    position, kind = _primitive(data, position, end, _OBJECT)
    if kind != _SIGNED_DATA:
        return None
    position, end = _inside(data, position, end, _CONTENT)
    position, end = _inside(data, position, end, _SEQUENCE)
    position = _after(data, position, end)  # the version
    position = _after(data, position, end)  # the digest algorithms
    position, end = _inside(data, position, end, _SEQUENCE)
    position = _after(data, position, end)  # the type of the content
    if position >= end or data[position] != _CONTENT:
        return None
    position, end = _inside(data, position, end, _CONTENT)
    return b"".join(_strings(data, position, end))


def _head(data: bytes, position: int, end: int) -> tuple[int, int, int | None]:
    """Tag, where the value begins, and its length: None when it is indefinite."""
    if position + 2 > end:
        raise NotReadable
    tag, length = data[position], data[position + 1]
    position += 2
    if length == 0x80:
        return tag, position, None
    if length > 0x80:
        size = length - 0x80
        if size > 8 or position + size > end:
            raise NotReadable
        length = int.from_bytes(data[position : position + size], "big")
        position += size
    if position + length > end:
        raise NotReadable
    return tag, position, length


def _inside(data: bytes, position: int, end: int, wanted: int) -> tuple[int, int]:
    tag, start, length = _head(data, position, end)
    if tag != wanted:
        raise NotReadable
    return start, end if length is None else start + length


def _primitive(data: bytes, position: int, end: int, wanted: int) -> tuple[int, bytes]:
    tag, start, length = _head(data, position, end)
    if tag != wanted or length is None:
        raise NotReadable
    return start + length, data[start : start + length]


def _after(data: bytes, position: int, end: int) -> int:
    """Where the next element begins."""
    open_ends = 0
    for _ in range(MOST_PIECES):
        if data[position : position + 2] == b"\0\0" and open_ends:
            position += 2
            open_ends -= 1
        else:
            _, start, length = _head(data, position, end)
            open_ends += length is None
            position = start + (length or 0)
        if not open_ends:
            return position
    raise NotReadable


def _strings(data: bytes, position: int, end: int) -> Iterator[bytes]:
    """The pieces of an octet string, in one or in many."""
    levels: list[int | None] = []  # where the strings of strings around here end; None: at two zeros
    for _ in range(MOST_PIECES):
        if levels and levels[-1] is None and data[position : position + 2] == b"\0\0":
            levels.pop()
            position += 2
        else:
            tag, start, length = _head(data, position, end)
            position = start
            if tag == _STRING and length is not None:
                yield data[start : start + length]
                position += length
            elif tag == _STRINGS and len(levels) < DEEPEST:
                levels.append(None if length is None else start + length)
            else:
                raise NotReadable
        while levels and levels[-1] is not None and position >= levels[-1]:
            levels.pop()
        if not levels:
            return
    raise NotReadable
