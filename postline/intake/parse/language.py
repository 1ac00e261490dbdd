"""The language of a text, by its alphabet, its words and groups of letters: no model to load, some microseconds."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

from postline.intake.parse.language_words import CYRILLIC_GROUPS, CYRILLIC_WORDS, LATIN_GROUPS, LATIN_WORDS

SAMPLE = 800  # characters looked at
FIRST_SAMPLE = 120  # characters whose words are enough where they leave no doubt
SECOND_SAMPLE = 300  # characters whose words and groups of letters are
GROUPS_SAMPLE = 250  # characters whose groups of letters are looked at
FEWEST_LETTERS = 6
WORD, GROUP, LETTER = 1.0, 0.3, 0.7  # what one of each counts
CLEAR = 4.0  # so much more evidence by words needs no groups of letters, in the first sample no second one
LEAST = 1.2  # less evidence than this is none
OURS = 0.6  # the languages that answers are written in win where the evidence is about the same

_ALL_CYRILLIC = re.compile(r"[\u0400-\u04ff]+\Z")
_CYRILLIC_RUN = re.compile(r"[\u0400-\u04ff]+")
_LATIN_RUN = re.compile(r"[a-z\u00df-\u024f]+")
_ACCENTED = re.compile(r"[\u00df-\u024f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Error messages and foreign letters are quoted in the language of a program, not of the writer.
_QUOTATION = re.compile(r"[\"“„«][^\"“”„«»\n]{12,500}[\"”“»]")
_NO_PROSE = re.compile(r"[\"“„«@/]")  # quotations, addresses
_OTHER_LETTER = re.compile(r"[\u0370-\u03ff\u0530-\u1fff\u2c00-\uffff]")
_AROUND_WORDS = ".,;:!?…()[]<>*'’-–—»”"

_SPECIAL_LETTERS = {
    "uk": "їєґі",
    "be": "ўіыэё",
    "kk": "әғқңөұүһіыэ",
    "ru": "ыэёъ",
    "de": "ßäü",
    "pl": "łąęśżźćń",
    "tr": "ığş",
    "cs": "ěřůčž",
    "fr": "œçêèà",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "sv": "å",
}
_ONLY = {"be": "ў", "bg": "ъ", "kk": "әғқңөұүһ"}  # without these letters a text of some length is in another language
_AT_LENGTH = {"uk": "іїє"}  # without these, one of the length of the first sample
_OURS = ("ru", "uk", "en", "nl", "de", "fr")
_SCRIPTS = (
    ("el", 0x0370, 0x03FF), ("he", 0x0590, 0x05FF), ("ar", 0x0600, 0x06FF), ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F), ("ka", 0x10A0, 0x10FF), ("ko", 0x1100, 0x11FF), ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF), ("ko", 0xAC00, 0xD7AF), ("hy", 0x0530, 0x058F),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tables:
    """The languages of an alphabet that have a word, a group of letters, a letter that few of them have. Who has one is
    a number with a lane of 16 bits for each language, so that adding numbers counts for all of them at once."""

    codes: tuple[str, ...]
    lanes: struct.Struct
    by_word: dict[str, int]
    by_group: dict[str, int]
    by_letter: dict[str, list[str]]


def _tables(words: dict[str, str], groups: dict[str, str]) -> _Tables:
    codes = tuple(words)
    by_letter: dict[str, list[str]] = {}
    for code, letters in _SPECIAL_LETTERS.items():
        for letter in letters if code in words else "":
            by_letter.setdefault(letter, []).append(code)
    return _Tables(codes, struct.Struct(f"<{len(codes)}H"), _lanes(codes, words), _lanes(codes, groups), by_letter)


def _lanes(codes: tuple[str, ...], table: dict[str, str]) -> dict[str, int]:
    """Word or group of letters → a one in the lane of each language that has it."""
    lanes: dict[str, int] = {}
    for code, pieces in table.items():
        for piece in set(pieces.split()):
            name = piece.replace("_", " ")
            lanes[name] = lanes.get(name, 0) + (1 << 16 * codes.index(code))
    return lanes


_LATIN, _CYRILLIC = _tables(LATIN_WORDS, LATIN_GROUPS), _tables(CYRILLIC_WORDS, CYRILLIC_GROUPS)


def language(text: str) -> str:
    """ISO 639-1 code, "" when there is too little to tell by. Russian in Latin letters is Russian."""
    if len(text) > FIRST_SAMPLE and (found := _at_once(text[:FIRST_SAMPLE], text[:SAMPLE])):
        return found
    prose = text[:SAMPLE].lower()
    if "@" in prose or "/" in prose:
        prose = " ".join(token for token in prose.split() if "@" not in token and "/" not in token)
    own = _QUOTATION.sub(" ", prose)
    first = own[:SECOND_SAMPLE]
    if len(first) < len(own) and _same_alphabet(first, own) and (found := _of(first, margin=CLEAR)):
        return found
    return _of(own) or (_of(prose) if len(own) < len(prose) else "")


def _at_once(first: str, whole: str) -> str:
    """The language of a text whose first words leave no doubt: plain prose in one alphabet, as it goes on."""
    first = first.lower()
    if _NO_PROSE.search(first) or not _same_alphabet(first, whole):
        return ""
    tables = _LATIN
    if not first.isascii():
        if _OTHER_LETTER.search(first):
            return ""
        if _CYRILLIC_RUN.search(first):
            if _LATIN_RUN.search(first):
                return ""
            tables = _CYRILLIC
    scores = _by_words([word.strip(_AROUND_WORDS) for word in first.split()], first, tables)
    for code in scores.keys() & _AT_LENGTH.keys():
        if not any(letter in first for letter in _AT_LENGTH[code]):
            scores[code] /= 2
    return max(scores, key=scores.__getitem__) if _lead(scores) >= CLEAR else ""


def _same_alphabet(first: str, whole: str) -> bool:
    """Whether what follows is written as it begins: an English error message may stand above a Russian letter."""
    if whole.isascii():
        return True
    return not first.isascii() and (_CYRILLIC_RUN.search(first) is not None or not _CYRILLIC_RUN.search(whole))


def _of(prose: str, margin: float = 0.0) -> str:
    """The language that has more evidence than any other by more than the margin."""
    words = _WORD.findall(prose)
    joined = "".join(words)
    if len(joined) < FEWEST_LETTERS:
        return ""
    if joined.isascii():
        return _best(words, joined, _LATIN, margin)
    if _ALL_CYRILLIC.match(joined):
        return _best(words, joined, _CYRILLIC, margin) or ("" if margin else "ru")
    cyrillic = sum(map(len, _CYRILLIC_RUN.findall(joined)))
    latin = sum(map(len, _LATIN_RUN.findall(joined)))
    # A Russian or Greek letter quotes English error messages at length; the other way round is rare.
    if (len(joined) - cyrillic - latin) * 3 > cyrillic + latin:
        return _by_script(Counter(joined))
    if cyrillic * 3 >= latin or (
        cyrillic >= FEWEST_LETTERS and _CYRILLIC_RUN.match(words[0]) and cyrillic * 10 > latin
    ):
        return _best(words, joined, _CYRILLIC, margin) or ("" if margin else "ru")
    return _best(words, joined, _LATIN, margin)


def _best(words: list[str], joined: str, tables: _Tables, margin: float) -> str:
    """The language with the most evidence; none when there is no evidence, or about as much for another one."""
    scores = _by_words(words, joined, tables)
    if _lead(scores) < CLEAR:
        line = f" {' '.join(words)[:GROUPS_SAMPLE]} "
        groups = map("".join, zip(line, line[1:], line[2:], strict=False))
        for code, more in _evidence(groups, tables.by_group, tables, GROUP).items():
            scores[code] = scores.get(code, 0.0) + (more if _may_be(code, joined) else more / 2)
    for code in _OURS:
        if code in scores:
            scores[code] += OURS
    best = max(scores, key=scores.__getitem__, default="")
    return best if best and scores[best] >= LEAST and _lead(scores) > margin else ""


def _by_words(words: list[str], letters: str, tables: _Tables) -> dict[str, float]:
    """The evidence of the words and of single letters."""
    scores = _evidence(words, tables.by_word, tables, WORD)
    if letters.isascii():
        return scores
    for letter, codes in tables.by_letter.items():
        if letter in letters:
            for code in codes:
                scores[code] = scores.get(code, 0.0) + min(LETTER * letters.count(letter), len(words))
    if tables is _LATIN and _ACCENTED.search(letters):
        scores.pop("ru", None)  # Russian in Latin letters has no others
    for code in scores:
        if not _may_be(code, letters):
            scores[code] /= 2
    return scores


def _may_be(code: str, letters: str) -> bool:
    """Whether there are letters without which a text of some length is in another language."""
    return code not in _ONLY or any(letter in letters for letter in _ONLY[code])


def _evidence(pieces: Iterable[str], lanes: dict[str, int], tables: _Tables, worth: float) -> dict[str, float]:
    """Language → what the words or groups of letters that it has are worth."""
    total = sum(map(lanes.get, pieces, repeat(0)))
    counts = tables.lanes.unpack(total.to_bytes(tables.lanes.size, "little"))
    return {code: count * worth for code, count in zip(tables.codes, counts, strict=True) if count}


def _lead(scores: dict[str, float]) -> float:
    """How much more evidence the likeliest language has than the next one."""
    best, second, *_ = (*sorted(scores.values(), reverse=True), 0.0, 0.0)
    return best - second


def _by_script(letters: Counter[str]) -> str:
    counts: Counter[str] = Counter()
    for letter, number in letters.items():
        for code, first, last in _SCRIPTS:
            if first <= ord(letter) <= last:
                counts[code] += number
    if counts["ja"]:
        return "ja"
    return counts.most_common(1)[0][0] if counts else ""
