"""The language of a text, by its alphabet, its words and groups of letters: no model to load, some microseconds."""

from __future__ import annotations

import re
from collections import Counter

from postline.intake.parse.language_words import CYRILLIC_GROUPS, CYRILLIC_WORDS, LATIN_GROUPS, LATIN_WORDS

SAMPLE = 800  # characters looked at
FIRST_SAMPLE = 120  # characters that are enough where they leave no doubt
GROUPS_SAMPLE = 250  # characters whose groups of letters are looked at
FEWEST_LETTERS = 6
WORD, GROUP, LETTER = 1.0, 0.3, 0.7  # what one of each counts
CLEAR = 4.0  # so much more evidence by words needs no groups of letters, in the first sample no second one
LEAST = 1.2  # less evidence than this is none
OURS = 0.6  # the languages that answers are written in win where the evidence is about the same

_CYRILLIC_RUN = re.compile(r"[\u0400-\u04ff]+")
_LATIN_RUN = re.compile(r"[a-z\u00df-\u024f]+")
_ACCENTED = re.compile(r"[\u00df-\u024f]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Error messages and foreign letters are quoted in the language of a program, not of the writer.
_QUOTATION = re.compile(r"[\"“„«][^\"“”„«»\n]{12,500}[\"”“»]")

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
_OURS = ("ru", "uk", "en", "nl", "de", "fr")
_SCRIPTS = (
    ("el", 0x0370, 0x03FF), ("he", 0x0590, 0x05FF), ("ar", 0x0600, 0x06FF), ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F), ("ka", 0x10A0, 0x10FF), ("ko", 0x1100, 0x11FF), ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF), ("ko", 0xAC00, 0xD7AF), ("hy", 0x0530, 0x058F),
)  # fmt: skip


def _inverted(table: dict[str, str]) -> dict[str, list[str]]:
    """Word or group of letters → the languages that have it."""
    languages: dict[str, list[str]] = {}
    for code, words in table.items():
        for word in set(words.split()):
            languages.setdefault(word.replace("_", " "), []).append(code)
    return languages


_LATIN = (tuple(LATIN_WORDS), _inverted(LATIN_WORDS), _inverted(LATIN_GROUPS))
_CYRILLIC = (tuple(CYRILLIC_WORDS), _inverted(CYRILLIC_WORDS), _inverted(CYRILLIC_GROUPS))
_Tables = tuple[tuple[str, ...], dict[str, list[str]], dict[str, list[str]]]


def language(text: str) -> str:
    """ISO 639-1 code, "" when there is too little to tell by. Russian in Latin letters is Russian."""
    prose = text[:SAMPLE].lower()
    if "@" in prose or "/" in prose:
        prose = " ".join(token for token in prose.split() if "@" not in token and "/" not in token)
    own = _QUOTATION.sub(" ", prose)
    first = own[:FIRST_SAMPLE]
    if len(first) < len(own) and _same_alphabet(first, own) and (found := _of(first, margin=CLEAR)):
        return found
    return _of(own) or (_of(prose) if len(own) < len(prose) else "")


def _same_alphabet(first: str, whole: str) -> bool:
    """Whether what follows is written as it begins: an English error message may stand above a Russian letter."""
    if whole.isascii():
        return True
    return not first.isascii() and bool(_CYRILLIC_RUN.search(first)) == bool(_CYRILLIC_RUN.search(whole))


def _of(prose: str, margin: float = 0.0) -> str:
    """The language that has more evidence than any other by more than the margin."""
    words = _WORD.findall(prose)
    joined = "".join(words)
    if len(joined) < FEWEST_LETTERS:
        return ""
    if joined.isascii():
        return _best(words, joined, _LATIN, margin)
    cyrillic = sum(map(len, _CYRILLIC_RUN.findall(joined)))
    latin = sum(map(len, _LATIN_RUN.findall(joined)))
    if cyrillic + latin < len(joined) / 2:
        return _by_script(Counter(joined))
    # A Russian letter quotes English error messages at length; the other way round is rare.
    if cyrillic * 3 >= latin or (
        cyrillic >= FEWEST_LETTERS and _CYRILLIC_RUN.match(words[0]) and cyrillic * 10 > latin
    ):
        return _best(words, joined, _CYRILLIC, margin) or ("" if margin else "ru")
    return _best(words, joined, _LATIN, margin)


def _best(words: list[str], joined: str, tables: _Tables, margin: float) -> str:
    """The language with the most evidence; none when there is no evidence, or about as much for another one."""
    codes, languages, by_group = tables
    scores = dict.fromkeys(codes, 0.0)
    for word in words:
        for code in languages.get(word, ()):
            scores[code] += WORD
    best, second = _two_best(scores)
    if scores[best] - scores[second] < CLEAR:
        line = f" {' '.join(words)[:GROUPS_SAMPLE]} "
        for group in map("".join, zip(line, line[1:], line[2:], strict=False)):
            for code in by_group.get(group, ()):
                scores[code] += GROUP
    if not joined.isascii():
        if tables is _LATIN and _ACCENTED.search(joined):
            scores["ru"] = 0.0  # Russian in Latin letters has no others
        for code, special in _SPECIAL_LETTERS.items():
            if code in scores:
                scores[code] += min(LETTER * sum(map(joined.count, special)), len(words))
        for code, needed in _ONLY.items():
            if code in scores and not any(map(joined.count, needed)):
                scores[code] /= 2
    for code in _OURS:
        if scores.get(code):
            scores[code] += OURS
    best, second = _two_best(scores)
    return best if scores[best] >= LEAST and scores[best] - scores[second] > margin else ""


def _two_best(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=scores.__getitem__, reverse=True)[:2]


def _by_script(letters: Counter[str]) -> str:
    counts: Counter[str] = Counter()
    for letter, number in letters.items():
        for code, first, last in _SCRIPTS:
            if first <= ord(letter) <= last:
                counts[code] += number
    if counts["ja"]:
        return "ja"
    return counts.most_common(1)[0][0] if counts else ""
