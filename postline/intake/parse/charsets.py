"""Bytes to text: the declared charset when it fits, else UTF-8, else the likeliest one."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from postline.kit.text import readable, storable

# Names in letters that Python does not know, and labels that in practice mean a larger charset.
_ALIASES = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "ansi_x3.110-1983": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "cp1255",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "koi8r": "koi8-r",
    "koi8": "koi8-r",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf": "utf-8",
    "unicode": "utf-8",
    "tis-620": "cp874",
}
# Some codecs of Python are no charsets, or take quadratic time (punycode): only these are let through.
_TEXT_CODEC = re.compile(
    r"utf-(8|16|32)(-sig|-[bl]e)?$|utf-7$|iso8859|iso2022|cp\d|koi8|gb|big5|euc|shift_jis|mac-|hz|johab|tis|ptcp154|kz1048"
)
_CP_NAME = re.compile(r"(?:x-)?(?:windows|win|cp|ibm|ms|x-cp)[-_ ]?(\d{3,4})$")
_ASCII_LETTER_BEFORE_HIGH = re.compile(rb"[A-Za-z][\x80-\xff]{1,2}(?=[A-Za-z\s.,;:!?]|$)")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH_WORD = re.compile(rb"[\x80-\xff]+")
_WIDE = ("utf-16", "utf-32")
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SEVEN_BIT = ("utf-7", *_WIDE, "hz", "iso2022")
_CONTROL_BYTES = bytes({*range(32), 127} - {9, 10})  # CR too
_HIGH_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")  # in UTF-8
_WITHOUT_HIGH_CONTROL = ("cp125", "koi8")
_ONE_BYTE = ("cp12", "koi8", "iso8859", "mac")
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_COMMON = frozenset("оеаинтсрвлкмдпуяыьгзбйі")
_SAMPLE = 4000  # bytes looked at when guessing
_LETTERS_SAMPLE = 800  # bytes of words in another alphabet


def decode(data: bytes, charset: str = "") -> tuple[str, bool]:
    """The text of `data`, and whether something had to be guessed or was lost."""
    codec = known(charset) if charset else ""
    if codec.startswith(_WIDE) and b"\0" not in data and not data.startswith(_BYTE_ORDER_MARKS):
        codec = ""  # declared by programs that hold their texts so, and sent otherwise
    if data.isascii() and not codec.startswith(_SEVEN_BIT):
        return storable(data.decode("ascii")), False
    if codec and not (codec.startswith(_ONE_BYTE) and _is_utf8(data)):  # UTF-8 by chance: practically never
        try:
            text = data.decode(codec)
            # No lone surrogate comes out of UTF-8: looking for one costs as much as decoding.
            return text.replace("\0", "") if codec == "utf-8" else storable(text), False
        except (UnicodeError, ValueError):
            pass
    return storable(_rescued(data, codec)), True


def decode_text(data: bytes, charset: str = "") -> tuple[str, bool]:
    """`decode`, and the text is `readable`: nearly always the bytes are quicker to look through than their letters."""
    codec = known(charset) if charset else ""
    if codec.startswith(_SEVEN_BIT):
        text, doubtful = decode(data, charset)
        return readable(text.removeprefix("\ufeff")), doubtful
    bare = data.translate(None, _CONTROL_BYTES)
    tidy = len(data) - len(bare) == data.count(b"\r\n")
    text, doubtful = decode(bare if tidy else data, charset)
    text = text.removeprefix("\ufeff")
    if tidy and not doubtful and _has_no_high_control(bare, codec):
        return text, False
    return readable(text), doubtful


def _has_no_high_control(data: bytes, codec: str) -> bool:
    """Whether the control characters of ISO 8859 cannot come out of this."""
    if codec == "utf-8":
        return b"\xc2" not in data or not _HIGH_CONTROL.search(data)
    return codec.startswith(_WITHOUT_HIGH_CONTROL) or data.isascii()


@lru_cache(maxsize=512)
def known(charset: str) -> str:
    """Python's name of a charset label as letters write it; "" when there is no such charset."""
    label = charset.strip(" \t\"'").lower().partition("*")[0]
    if not label or len(label) > 60:
        return ""
    numbered = _CP_NAME.match(label)
    label = _ALIASES.get(label) or (f"cp{numbered[1]}" if numbered else label)
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return name if _TEXT_CODEC.match(name) else ""


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _rescued(data: bytes, codec: str) -> str:
    """Text that does not fit its declaration, or has none."""
    if data.isascii():
        return data.decode(codec, "replace")  # a seven-bit charset, with a fault somewhere
    if _is_utf8(data):
        return data.decode("utf-8")
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if broken * 3 < high:  # UTF-8 with a few damaged or cut letters
        return text
    if codec and codec != "utf-8":
        return data.decode(codec, "replace")
    return data.decode(guessed(data), "replace")


def guessed(data: bytes) -> str:
    """The likeliest 8-bit charset of text that is not UTF-8: Cyrillic where the high bytes form words."""
    sample = data[:_SAMPLE]
    runs = sum(len(run) for run in _HIGH_RUN.findall(sample))
    single = len(_ASCII_LETTER_BEFORE_HIGH.findall(sample))
    if runs <= single * 2:
        return "cp1252"
    letters = b" ".join(_HIGH_WORD.findall(sample))[:_LETTERS_SAMPLE]
    return max(_CYRILLIC, key=lambda codec: _likeness(letters.decode(codec, "replace")))


def _likeness(text: str) -> int:
    """How much this looks like Russian or Ukrainian prose: common small letters, no capitals inside words."""
    score = 0
    before = " "
    for letter in text:
        if letter > "\x7f":
            if letter in _COMMON:
                score += 3
            elif "а" <= letter <= "я" or letter in "ёіїєґ":
                score += 1
            elif "А" <= letter <= "Я" or letter == "Ё":
                score += -3 if before.islower() else 1 if letter.lower() in _COMMON else 0
            else:
                score -= 3 if not letter.isalpha() and letter not in "«»—–№…“”„" else 1
        before = letter
    return score
