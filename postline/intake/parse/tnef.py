"""What a winmail.dat holds (MS-OXTNEF): the files, and the letter's text or HTML.

Read once from front to back; a length that reaches beyond the end ends the reading, and what came before it counts.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from postline.intake.parse.charsets import decode

MOST_FILES = 500
MOST_PROPERTIES = 5_000  # of one message or file
_SIGNATURE = b"\x78\x9f\x3e\x22"
_ATTRIBUTE = struct.Struct("<BII")  # level, name and type, length; the value and a checksum follow
_U32 = struct.Struct("<I")
_PROPERTY = struct.Struct("<HH")
_OF_A_FILE = 2  # the level
_NEW_FILE, _FILE_DATA, _FILE_TITLE, _FILE_PROPERTIES = 0x00069002, 0x0006800F, 0x00018010, 0x00069005
_PROPERTIES, _BODY, _CODE_PAGE = 0x00069003, 0x0002800C, 0x00069007
_FIXED = {
    2: 4,
    3: 4,
    4: 4,
    5: 8,
    6: 8,
    7: 8,
    0xA: 4,
    0xB: 4,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}  # bytes of each type
_STRING, _UNICODE, _OBJECT, _BINARY, _SEVERAL, _LONG = 0x1E, 0x1F, 0x0D, 0x102, 0x1000, 0x03
_TEXT, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1013, 0x3FDE
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3707, 0x3704, 0x3001
_TYPE, _CONTENT_ID = 0x370E, 0x3712
_EMBEDDED_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage, in front of another TNEF


@dataclass(slots=True)
class PackedFile:
    """A file; an enclosed Outlook message is one of the type application/ms-tnef."""

    filename: str = ""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Unpacked:
    """All that was found; `text` and `html` are "" when they are not there."""

    text: str = ""
    html: str = ""
    files: list[PackedFile] = field(default_factory=list)


def unpacked(data: bytes) -> Unpacked | None:
    """The content of a TNEF stream; None when it is none."""
    if not data.startswith(_SIGNATURE):
        return None
    found = Unpacked()
    charset = ""
    for level, name, value in _attributes(data):
        if level == _OF_A_FILE:
            if name == _NEW_FILE:
                if len(found.files) == MOST_FILES:
                    break
                found.files.append(PackedFile())
            elif found.files:
                _add_to_file(found.files[-1], name, value, charset)
        elif name == _CODE_PAGE and len(value) >= 4:
            charset = f"cp{_U32.unpack_from(value)[0]}"
        elif name == _BODY:
            found.text = found.text or _string(value, charset)
        elif name == _PROPERTIES:
            _add_to_message(found, value, charset)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = len(_SIGNATURE) + 2  # and a key that nobody needs
    while position + _ATTRIBUTE.size <= len(data):
        level, name, length = _ATTRIBUTE.unpack_from(data, position)
        position += _ATTRIBUTE.size
        if position + length > len(data):
            return
        yield level, name, data[position : position + length]
        position += length + 2


def _add_to_file(file: PackedFile, name: int, value: bytes, charset: str) -> None:
    if name == _FILE_DATA:
        file.content = value
    elif name == _FILE_TITLE:
        file.filename = file.filename or _string(value, charset)
    elif name == _FILE_PROPERTIES:
        names: dict[int, str] = {}
        for kind, key, content in _properties(value):
            if key == _DATA and kind == _OBJECT:
                embedded = content.startswith(_EMBEDDED_MESSAGE)
                file.content = content[16:]
                file.content_type = "application/ms-tnef" if embedded else file.content_type
            elif key == _DATA:
                file.content = file.content or content
            elif kind in (_STRING, _UNICODE):
                names[key] = _property_text(kind, content, charset)
        given = names.get(_LONG_NAME) or names.get(_SHORT_NAME) or file.filename or names.get(_SHOWN_NAME)
        file.filename = given or ""
        file.content_type = file.content_type or names.get(_TYPE, "").lower()
        file.content_id = names.get(_CONTENT_ID, "")


def _add_to_message(found: Unpacked, value: bytes, charset: str) -> None:
    given = {key: (kind, content) for kind, key, content in _properties(value)}
    internet = given.get(_INTERNET_CODE_PAGE)
    if internet and internet[0] == _LONG:
        page = _U32.unpack(internet[1])[0]
        charset = "utf-8" if page == 65001 else f"cp{page}"
    if _TEXT in given:
        found.text = _property_text(*given[_TEXT], charset)
    if _HTML in given:
        found.html = _property_text(*given[_HTML], charset)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, name and (first) value of each MAPI property."""
    try:
        (count,) = _U32.unpack_from(data)
        position = _U32.size
        for _ in range(min(count, MOST_PROPERTIES)):
            kind, key = _PROPERTY.unpack_from(data, position)
            position += _PROPERTY.size
            if key >= 0x8000:
                position = _after_name(data, position)
            value, position = _value(data, position, kind)
            yield kind, key, value
    except (struct.error, KeyError):
        return  # cut off, or of a type that nobody knows


def _after_name(data: bytes, position: int) -> int:
    position += 16  # whose name it is
    by_text, number = struct.unpack_from("<II", data, position)
    return position + 8 + (number + 3 & ~3 if by_text else 0)


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    single = kind & ~_SEVERAL
    several = bool(kind & _SEVERAL)
    if single in (_STRING, _UNICODE, _OBJECT, _BINARY):
        (count,) = _U32.unpack_from(data, position)
        position += 4
        first = b""
        for number in range(min(count, MOST_PROPERTIES)):
            (length,) = _U32.unpack_from(data, position)
            position += 4
            if position + length > len(data):
                raise struct.error("beyond the end")
            if not number:
                first = data[position : position + length]
            position += length + 3 & ~3
        return first, position
    size = _FIXED[single]
    count = 1
    if several:
        (count,) = _U32.unpack_from(data, position)
        position += 4
    return data[position : position + size], position + size * count


def _property_text(kind: int, value: bytes, charset: str) -> str:
    return value.decode("utf-16-le", "replace").rstrip("\0") if kind == _UNICODE else _string(value, charset)


def _string(value: bytes, charset: str) -> str:
    return decode(value.rstrip(b"\0"), charset)[0]
