"""The header section: split, decoded (RFC 5322, 2047, 2231; raw 8-bit too), bounded in number and length."""

from __future__ import annotations

import binascii
import re
from collections.abc import KeysView
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote_to_bytes

import pybase64

from postline.intake.parse.charsets import decode, known
from postline.kit.text import one_line

MOST_HEADERS = 1_000  # kept for showing; the ones we need are looked for among all
LONGEST_VALUE = 65_536  # bytes of one value that are looked at
LONGEST_SHOWN = 4_000  # bytes of one value that are kept for showing
MOST_WORDS = 1_000  # encoded words decoded in one value
LONGEST_WORD = 4_000
_OFTEN_THE_SAME = 100  # characters of a value: types like text/plain; charset=utf-8
MOST_PIECES = 100  # RFC 2231 continuations of one parameter

# Possessive: a million folds would be remembered one by one.
_FIELD = re.compile(r"^([!-9;-~]{1,200})[ \t]*+:(.*+(?:\n[ \t].*+)*+)(?:\n|\Z)", re.MULTILINE)
BLANK_LINE = re.compile(rb"\n\r?\n")
_FIRST_FIELD = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_BLANKS = " \t\n\r\x0b\x0c"  # of ASCII: a Latin-1 letter may be any byte
_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?(.{0,%d}?)\?=" % LONGEST_WORD, re.DOTALL)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PARAMETER = re.compile(r";\s*([^\s=;]{1,200})\s*=\s*(\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"?|[^;]*)", re.DOTALL)


class Headers:
    """All fields in order. Values are kept as they came, as Latin-1: one character for each byte. Names are asked for
    in small letters; what had to be decoded once is kept, as several readers ask for the same fields."""

    __slots__ = ("_by_name", "_decoded", "_fields", "charset", "may_escape")

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.charset = ""
        self._fields = fields
        self._by_name: dict[str, list[str]] = {}
        self._decoded: dict[str, str] = {}  # unfolded value → what it says
        self.may_escape = False  # the charset writes its letters in ASCII
        for name, value in fields:
            self._by_name.setdefault(name.lower(), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __len__(self) -> int:
        return len(self._fields)

    @property
    def fields(self) -> list[tuple[str, bytes]]:
        """Every field as it stands in the message."""
        return [(name, value.encode("latin-1")) for name, value in self._fields]

    def names(self) -> KeysView[str]:
        """The names of all fields, in small letters."""
        return self._by_name.keys()

    def count(self, name: str) -> int:
        """How often this field (in small letters) stands in the message."""
        return len(self._by_name.get(name, ()))

    def assume(self, charset: str) -> None:
        """Take this for the likeliest charset of raw 8-bit values."""
        self.charset = charset
        self.may_escape = known(charset) == "utf-7" if charset else False
        self._decoded.clear()

    def line(self, name: str) -> str:
        """The first value, unfolded, not decoded: as Latin-1; "" when absent."""
        values = self._by_name.get(name)
        return _line(values[0]) if values else ""

    def raw(self, name: str) -> bytes:
        """The first value, unfolded, as bytes; b"" when absent."""
        return self.line(name).encode("latin-1")

    def folded(self, name: str) -> bytes:
        """The first value as it stands in the message; KeyError when absent."""
        return self._by_name[name][0].encode("latin-1")

    def all_raw(self, name: str) -> list[bytes]:
        """Every value, unfolded, as bytes."""
        return [_line(value).encode("latin-1") for value in self._by_name.get(name, ())]

    def text(self, name: str) -> str:
        """The first value, decoded; "" when absent."""
        values = self._by_name.get(name)
        return self._words(_line(values[0])) if values else ""

    def shown(self) -> tuple[tuple[str, str], ...]:
        """The first fields, decoded, for people and filters."""
        lines = [(name, _line(value[:LONGEST_SHOWN])) for name, value in self._fields[:MOST_HEADERS]]
        if self.may_escape:
            return tuple([(name, self._words(line)) for name, line in lines])
        return tuple(
            [
                (name, line if line.isascii() and line.isprintable() and "=?" not in line else self._words(line))
                for name, line in lines
            ]
        )

    def _words(self, line: str) -> str:
        if "=?" not in line and line.isascii() and not self.may_escape:
            return line if line.isprintable() else one_line(line)
        words = self._decoded.get(line)
        if words is None:
            words = self._decoded[line] = text(line.encode("latin-1"), self.charset)
        return words


def split(raw: bytes) -> tuple[Headers, int]:
    """The fields of the header section, and where the body starts. Lines that are no field are stepped over."""
    if raw.startswith((b"\n", b"\r\n")):
        return Headers([]), raw.index(b"\n") + 1
    if not _FIRST_FIELD.match(raw):
        return Headers([]), 0
    end = BLANK_LINE.search(raw)
    start = end.end() if end else len(raw)
    fields = _FIELD.findall(raw[:start].decode("latin-1"))
    if start > LONGEST_VALUE:
        fields = [(name, value[:LONGEST_VALUE]) for name, value in fields]
    return Headers(fields), start


def _line(value: str) -> str:
    """`unfolded` of Latin-1."""
    if value.isascii():
        return " ".join(filter(None, map(str.strip, value.split("\n")))) if "\n" in value else value.strip()
    return " ".join(filter(None, [line.strip(_BLANKS) for line in value.split("\n")]))


def unfolded(value: bytes) -> bytes:
    """One line: a fold becomes a single blank."""
    if b"\n" in value:
        return b" ".join(filter(None, map(bytes.strip, value.split(b"\n"))))
    return value.strip()


def text(value: bytes, charset: str = "") -> str:
    """A header's value as people read it: encoded words decoded wherever they stand, raw 8-bit guessed
    (`charset` is the likeliest)."""
    words = (_all_encoded(value) or _decoded(value, charset)) if b"=?" in value else _raw_text(value, charset)
    return words.strip() if words.isprintable() else one_line(words)


def _raw_text(value: bytes, charset: str) -> str:
    if value.isascii() and (b"+" not in value or known(charset) != "utf-7"):
        return value.decode("ascii")
    return decode(value, charset)[0]


def _all_encoded(value: bytes) -> str:
    """Encoded words of one charset and nothing else, as programs write a subject; "" where there is more to it."""
    if not (value.startswith(b"=?") and value.endswith(b"?=")):
        return ""
    label, _, rest = value[2:].partition(b"?")
    start = b"=?" + label + b"?" + rest[:2]
    payloads = value[len(start) : -2].split(b"?= " + start)
    if b"?" in b"".join(payloads) or start[-2:].lower() not in (b"b?", b"q?") or b" " in label:
        return ""
    return _words_text(b"".join([_word_bytes(start[-2:-1], payload) for payload in payloads]), label, value)


def _decoded(value: bytes, raw_charset: str) -> str:
    """Plain stretches and encoded words in turn. Neighbouring words of one charset are joined before decoding:
    clients split letters of several bytes between two words."""
    pieces: list[str] = []
    position = start = 0
    pending = charset = b""
    for match in islice(_WORD.finditer(value), MOST_WORDS):
        label, encoding, payload = match.groups()
        first, end = match.span()
        between = value[position:first]
        neighbours = position > 0 and not between.strip()
        if pending and not (neighbours and label == charset):
            pieces.append(_words_text(pending, charset, value[start:position]))
            pending = b""
        if between and not neighbours:
            pieces.append(_raw_text(between, raw_charset))
        if not pending:
            start = first
        pending += _word_bytes(encoding, payload)
        charset, position = label, end
    if pending:
        pieces.append(_words_text(pending, charset, value[start:position]))
    if position < len(value):
        pieces.append(_raw_text(value[position:], raw_charset))
    return "".join(pieces)


def _words_text(data: bytes, charset: bytes, as_sent: bytes) -> str:
    """Encoded words of one charset; as they were sent when they hold no text at all."""
    decoded, doubtful = decode(data, charset.decode("ascii", "replace"))
    return as_sent.decode("latin-1") if doubtful and _NO_TEXT.search(data) else decoded


def _word_bytes(encoding: bytes, payload: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(payload.replace(b"_", b" "))
    return base64_bytes(payload)


def base64_bytes(data: bytes) -> bytes:
    """Base64 as far as it can be read: foreign characters skipped, padding supplied, a stray last letter lost."""
    if (exact := exact_base64(data)) is not None:
        return exact
    letters = re.sub(rb"[^A-Za-z0-9+/]+", b"", data)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def exact_base64(data: bytes) -> bytes | None:
    """Base64 in lines; None when anything else stands between them, or at the end of the padding."""
    try:
        return pybase64.b64decode(data.translate(None, b"\r\n"), validate=True)
    except binascii.Error:
        return None


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x` → ("text/plain", {"charset": "x"}), with RFC 2231 continuations and charsets,
    and RFC 2047 words where they do not belong. Names are in small letters; the first of two wins."""
    return _parameters(value) if len(value) < _OFTEN_THE_SAME else _parameters.__wrapped__(value)


@lru_cache(maxsize=1024)
def _parameters(value: str) -> tuple[str, dict[str, str]]:
    head, semicolon, rest = value.partition(";")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    if semicolon:
        for match in _PARAMETER.finditer(";" + rest):
            name = match[1].lower()
            content = _unquoted(match[2].strip())
            stem, star, number = name.partition("*")
            if not star:
                found.setdefault(name, _decoded_word(content))
                continue
            extended = number.endswith("*") or not number
            digits = number.rstrip("*")
            index = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 0
            mine = pieces.setdefault(stem, {})
            if len(mine) < MOST_PIECES:
                mine.setdefault(index, (extended, content))
    for stem, mine in pieces.items():
        found[stem] = _joined([mine[index] for index in sorted(mine)])
    return head.strip().lower(), found


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    value = value[1:-1] if value.endswith('"') and len(value) > 1 else value[1:]
    # A backslash quotes only a quote or itself: Windows programs put whole paths in here.
    return value.replace('\\"', '"').replace("\\\\", "\\") if "\\" in value else value


def _decoded_word(value: str) -> str:
    return text(as_bytes(value)) if "=?" in value or not value.isascii() else value


def as_bytes(value: str) -> bytes:
    """The bytes of a header value that somebody read as Latin-1 or UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def _joined(pieces: list[tuple[bool, str]]) -> str:
    """RFC 2231: the first piece names the charset, pieces marked with a star are percent-encoded."""
    charset = ""
    extended, first = pieces[0]
    if extended and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    data = unquote_to_bytes(as_bytes(first)) if extended else as_bytes(first)
    for extended, piece in pieces[1:]:
        data += unquote_to_bytes(as_bytes(piece)) if extended else as_bytes(piece)
    if b"=?" in data:
        return text(data)
    return one_line(decode(data, charset)[0])
