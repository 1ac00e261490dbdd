"""Message-IDs out of Message-ID, In-Reply-To and References, in all the forms that programs write (RFC 5322 3.6.4)."""

from __future__ import annotations

import re

from postline.intake.parse.headers import text
from postline.kit.text import unescaped

MOST_IDS = 500
LONGEST = 998  # octets, as a line has (RFC 5322, 2.1.1); an index refuses more than 2,704
MOST_BYTES = 65_536
_USUAL = re.compile(rb"<([!-;=?-~]{3,998})>\Z")  # one id, as nearly every program writes it
_USUAL_LIST = re.compile(rb"(?:<[!-;=?-~]{3,998}+>\s*+)++\Z")
_USUAL_ONES = re.compile(rb"<([^<>]+)>")
_BRACKETED = re.compile(r"<([^<>]{1,2000})>")
_OPENED = re.compile(r"<([^<>\s]{3,998})\s*\Z")
_BETWEEN = re.compile(r"[\s,;<>\"]+")
_COMMENT = re.compile(r"\([^()<>]{0,500}\)")
_COMMENT_WITH_ADDRESS = re.compile(r"\([^()]{0,500}\)")


def first_id(value: bytes) -> str:
    """The id of a Message-ID field, without its angle brackets; "" when there is none."""
    if (usual := _USUAL.match(value)) and b"=?" not in value:
        return usual[1].decode()
    words = _plain(value)
    bare = _without_comments(words).strip() or words
    match = _BRACKETED.search(bare) or _OPENED.search(bare)
    if match:
        return _tidy(match[1])
    found = [word for word in _BETWEEN.split(bare) if word]
    return _tidy(next((word for word in found if "@" in word), "".join(found)).strip("',"))


def ids(values: list[bytes]) -> tuple[str, ...]:
    """The ids of In-Reply-To or References in their order, each once (where it stands last), the nearest
    ones when they are too many."""
    value = b" ".join(values)
    if not value:
        return ()
    if len(value) <= MOST_BYTES and _USUAL_LIST.match(value) and b"=?" not in value:
        return _last_of_each([one.decode() for one in _USUAL_ONES.findall(value)])
    words = _plain(value)
    bare = _without_comments(words)
    found = _BRACKETED.findall(bare)
    opened = _OPENED.search(bare)
    if opened:
        found.append(opened[1])
    if found and _is_phrase(bare):
        found = found[-1:]
    if not found:
        single = [word for word in _BETWEEN.split(bare) if word]
        found = [word.strip("',") for word in single if "@" in word] or (single if len(single) == 1 else [])
    return _last_of_each([one for one in map(_tidy, found[-MOST_IDS * 2 :]) if one])


def _last_of_each(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reversed(found[-MOST_IDS * 2 :])))[::-1][-MOST_IDS:]


def _plain(value: bytes) -> str:
    words = text(value[:MOST_BYTES])
    return unescaped(words) if "&lt;" in words else words


def _without_comments(words: str) -> str:
    """Comments outside angle brackets, and addresses inside them, are no ids. A parenthesis inside an id stays."""
    if "(" not in words:
        return words
    pieces = re.split(r"(<[^<>()]{1,998}\([^<>]{0,998}>)", words) if "(" in words else [words]
    for number in range(0, len(pieces), 2):
        for _ in range(3):
            pieces[number] = _COMMENT_WITH_ADDRESS.sub(" ", pieces[number])
    return "".join(pieces)


def _is_phrase(words: str) -> bool:
    """“Message from Anna <anna@mail.example> of Monday <id@mail.example>” (RFC 822): only the last one is an id."""
    before = words.partition("<")[0].strip().lower()
    return before.startswith(("message ", "your ", "letter ", "ваше ", "ihre ", "mail ")) and "@" not in before


def _tidy(value: str) -> str:
    found = "".join(value.split()).strip("<>")[:LONGEST]
    return found if found.isascii() else found.encode()[:LONGEST].decode("utf-8", "ignore")
