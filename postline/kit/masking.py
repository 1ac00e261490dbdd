"""Finds e-mail addresses and telephone numbers in text and HTML, and hides them so that they are still told apart.

Numbers are found by the forms in which people write them, of several countries at once; whether a run of digits that
could as well be an order number is a number of some country is asked of `phonenumbers`. What is doubtful beyond that
stays: dates, ticket and order numbers, network addresses. Everything takes time linear in the length of the text.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import phonenumbers

Keep = Callable[[str], bool]  # whether this address, in lower case, is nobody's secret
Span = tuple[int, int, str]  # from, to, what stands there instead

DOT = "•"
COUNTRIES = ("NL", "DE", "FR", "GB", "BE", "UA", "AT", "CH")  # where numbers are written with a 0 in front
MOST_ASKED = 500  # doubtful numbers of a text that are looked up; any further ones count as numbers


def nothing(_address: str) -> bool:
    """Keep no address."""
    return False


def mask(text: str, *, keep: Keep = nothing) -> str:
    """The text with `a•••@u•••.example` for addresses and `+7 ••• •••-••-12` for telephone numbers."""
    spans = found_in(text, keep=keep)
    return _replaced(text, spans) if spans else text


def mask_address(address: str, *, keep: Keep = nothing) -> str:
    """One address, however oddly it is written."""
    if "@" not in address:
        return mask(address, keep=keep)
    return address if _is_kept(address, keep) else _hidden_address(address)


def mask_number(number: str) -> str:
    """One telephone number, however it is written."""
    return _hidden_number(number) if sum(letter.isdecimal() for letter in number) > 3 else mask(number)


def mask_cut(text: str, *, keep: Keep = nothing) -> str:
    """A text whose end was cut off: half an address or number at its end goes too."""
    tail = text[-LONGEST_TAIL:]
    return mask(text[: len(text) - len(tail)] + _HALF.sub("…", tail), keep=keep)


def found_in(text: str, *, keep: Keep = nothing, numbers: bool = True) -> list[Span]:
    """Where addresses and numbers stand, in order, and what to show instead."""
    spans, taken = [], []
    for start, end in _addresses(text):
        taken.append((start, end))
        if not _is_kept(text[start:end], keep):
            spans.append((start, end, _hidden_address(text[start:end])))
    if numbers and _DIGITS.search(text):
        text = text.translate(_OURS) if _FOREIGN_DIGIT.search(text) else text
        spans += _apart(((at, to, _hidden_number(text[at:to])) for at, to in _numbers(text)), taken)
        spans.sort()
    return spans


def _apart(numbers: Iterator[Span], taken: Sequence[tuple[int, int]]) -> list[Span]:
    """Those numbers that are no part of an address; both come in order."""
    kept, position = [], 0
    for span in numbers:
        while position < len(taken) and taken[position][1] <= span[0]:
            position += 1
        if position == len(taken) or taken[position][0] >= span[1]:
            kept.append(span)
    return kept


def _replaced(text: str, spans: Sequence[Span]) -> str:
    pieces, position = [], 0
    for start, end, instead in spans:
        pieces += [text[position:start], instead]
        position = end
    return "".join((*pieces, text[position:]))


# Addresses: from each @ to both sides

_AT = re.compile(r"@|＠|%40", re.IGNORECASE)
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069"  # what parts letters or turns their direction, not seen
_UNSEEN_CODES = (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
_SEEN = dict.fromkeys(_UNSEEN_CODES)  # for str.translate: without them
_ENDS = ".-_" + "".join(map(chr, _UNSEEN_CODES))
_BEFORE = re.compile(rf"[\w.!#$%'*+^`{{|}}~={_UNSEEN}-]", re.UNICODE)
_BEHIND = re.compile(rf"[\w.{_UNSEEN}-]{{1,253}}")
_HOST = re.compile(r"[^\W_].*\.(?:[^\W\d_]{2,63}|xn--[\w-]{1,59})\Z", re.IGNORECASE)
_BEGINNINGS = ".'=" + _ENDS[3:]
LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
LONGEST_TAIL = 330
_HALF = re.compile(r"(?:[+\d(][\d\s().+/-]{0,24}|\S{1,320})\Z")


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for at in _AT.finditer(text):
        if at.start() < end:
            continue
        behind = _BEHIND.match(text, at.end())
        host = behind[0].rstrip(_ENDS) if behind else ""
        is_cut = at.end() + len(host) >= len(text)  # whoever cuts a text does not look where
        if not is_cut and not _HOST.match(host.translate(_SEEN)):
            continue
        start = _begin_of_local(text, at.start(), least=max(end, at.start() - LONGEST_LOCAL))
        if start < at.start():
            end = at.end() + len(host)
            yield start, end


def _begin_of_local(text: str, at: int, *, least: int) -> int:
    if text[at - 1 : at] == '"':  # a quoted local part (RFC 5322, 3.4.1)
        opened = text.rfind('"', least, at - 1)
        return opened if opened >= 0 else at
    start = at
    while start > least and _BEFORE.match(text[start - 1]):
        start -= 1
    if text[start - 1 : start] in ("?", "&") and "=" in text[start:at]:  # a value in the address of a page
        start = text.index("=", start) + 1
    while start < at and text[start] in _BEGINNINGS:
        start += 1
    return start


def _is_kept(address: str, keep: Keep) -> bool:
    local, _, host = _AT.sub("@", address.translate(_SEEN), count=1).lower().partition("@")
    return keep(f"{local}@{host}") or ("+" in local and keep(f"{local.partition('+')[0]}@{host}"))


def _hidden_address(address: str) -> str:
    address = address.translate(_SEEN)
    at = _AT.search(address)
    local, host = (address[: at.start()], address[at.end() :]) if at else (address, "")
    name, dot, ending = host.rpartition(".")
    first = local.lstrip('"<')[:1]
    shown = f"{name[:1]}{DOT * 3}.{ending}" if dot else f"{host[:1]}{DOT * 3}"
    return f"{first}{DOT * 3}@{shown}"


# Telephone numbers: first what a run of digits may be, then whether it is

_DIGITS = re.compile(r"\d")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_OURS = {code: ord(str(unicodedata.decimal(chr(code)))) for code in range(128, 0x1FBFA) if chr(code).isdecimal()}
_S = r"[ \t\u00a0\u2009\u202f\u200b\u2060.()/\u2010\u2011\u2012\u2013-]"  # between the digits of a number
_FIVE = re.compile(r"\d(?:" + _S + r"{0,3}\d){4}")
_NUMBER = re.compile(
    r"(?P<plus>(?<![\d+])[+＋][ (]{0,2}[1-9](?:[\n]?" + _S + r"{0,3}\d){6,14})(?!\w)"
    r"|(?<![\w@+])(?<!\w[-/=])(?<!\d[.,])\(?(?:"
    r"(?P<zeros>00[1-9](?:" + _S + r"{0,3}\d){7,13})"
    r"|(?P<eight>[78]" + _S + r"{0,3}[34689](?:" + _S + r"{0,3}\d){9})"
    r"|(?P<zero>0[1-9](?:" + _S + r"{0,3}\d){6,10})"
    r"|(?P<american>(?:1[ .-]{1,2})?\(?[2-9]\d\d(?:\) ?|[ .-]{1,2})\d{3}[ .-]\d{4})"
    r"|(?P<local>[3489]\d\d(?:\) ?|[ -]{1,2})\d{3}[ -]\d\d[ -]\d\d)"
    r")(?![\w@])"
)
_LABELLED = re.compile(
    r"(?:\b(?:tele(?:ph|f)oo?n\w{0,8}|phone|tel|mob(?:iel|ile?)?|cell(?:ular)?|fax|gsm|whats?app|viber|handy\w{0,6}"
    r"|rufn\w{0,8}|portable|t[ée]l[ée]phone|tel[ée]fono|m[óo]vil"
    r"|call me(?: at| on)?|bel me(?: op)?|erreichbar unter|мой номер|(?:по|пере)?звоните(?: по| на)?"
    r"|тел|телефон\w{0,4}|телефонный|моб\w{0,8}|сот\w{0,6}|факс|ватсап|вотсап|вайбер)\b\.?"
    r"(?: ?(?:number|nummer|numéro|no|nr|is|номер|мой)){0,2}[ \t\u00a0:=.,#№/-]{0,4}|\bwa\.me/)"
    r"(?P<number>[+＋]?\(?\d(?:" + _S + r"{0,3}\d){4,14})(?![\w@])",
    re.IGNORECASE,
)
_OTHER = re.compile(  # what looks like a number and is none
    r"(?P<date>(?<!\d)(?:(?:19|20)\d\d[-./](?:0\d|1[0-2])[-./][0-3]\d|[0-3]?\d[-./][01]?\d[-./](?:19|20)\d\d)(?!\d))"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
    r"|(?:[#№]|\b(?i:order|ticket|invoice|case|tracking|contract|customer|заказ|сч[её]т|заявк|обращени|договор|накладн"
    r"|инн|снилс|огрн|bestel|factuur|klant|zaak|rechnung|auftrag|kunden|vorgang|commande|facture|id\b)\w{0,12})"
    r"(?:[ \u00a0]?(?i:number|nummer|nr|no|id|номер|is))?[ \t\u00a0:.#№-]{0,4}\d[\d-]{5,}"
)


def _numbers(text: str) -> list[tuple[int, int]]:
    """The spans of all that are telephone numbers, in order, none within another."""
    if not _FIVE.search(text):  # as a rule
        return []
    found = [one.span("number") for one in _LABELLED.finditer(text)]
    if not found and not _NUMBER.search(text):
        return []
    dates: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    for one in _OTHER.finditer(text):
        (dates if one["date"] else others).append(one.span())
    found = [span for span in found if not _touches(dates, *span)]
    others = sorted(dates + others)
    plain: list[tuple[int, int]] = []
    position, asked = 0, 0
    while match := _NUMBER.search(text, position):
        start, position = match.start(), match.start() + 1
        if match.lastgroup != "plus" and _touches(others, *match.span()):
            if _touches(others, start, start + 1):
                continue
            match = _NUMBER.match(text, start, _next(others, start)) or match
            if _touches(others, *match.span()):
                continue
        asked += match.lastgroup in ("zeros", "zero", "eight")
        end = _end_of(match, may_ask=asked <= MOST_ASKED)
        if end:
            plain.append((start, end))
            position = end
    return _merged(sorted(found + plain))


def _touches(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = _first_behind(spans, start)
    return at < len(spans) and spans[at][0] < end


def _next(spans: Sequence[tuple[int, int]], start: int) -> int:
    return spans[_first_behind(spans, start)][0]


def _first_behind(spans: Sequence[tuple[int, int]], start: int) -> int:
    """The place of the first span that ends behind `start`; they are in order and apart."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle][1] <= start:
            low = middle + 1
        else:
            high = middle
    return low


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _end_of(match: re.Match[str], *, may_ask: bool) -> int | None:
    """Where the number ends: the match may have taken digits of what follows. None where it is no number."""
    form, written = match.lastgroup, match[0]
    if form in ("american", "local") or not may_ask:
        return match.end()
    ends = [one.end() for one in _GROUP.finditer(written)]
    for is_number in (_is_number, _may_be_number):
        for count, end in reversed(list(enumerate(ends, 1))):
            if (count <= MOST_GROUPS or form == "plus") and is_number(form or "", _plain(written[:end])):
                return match.start() + end
    return match.end() if form == "plus" and _is_written_like_one(written) else None


_GROUP = re.compile(r"\d+")
MOST_GROUPS = 6  # of digits; more are a list of figures
MOST_DIGITS = 13  # of a number that no country knows, as made-up ones are


def _is_written_like_one(written: str) -> bool:
    """Of a number with a plus that no country has: not an amount, whose thousands stand apart."""
    groups = _GROUP.findall(written)
    return len(groups) > 2 and any(len(one) != 3 for one in groups[1:]) and len("".join(groups)) <= MOST_DIGITS


def _plain(written: str) -> str:
    return "".join(letter for letter in written if letter.isdecimal())


@lru_cache(maxsize=4096)
def _is_number(form: str, digits: str) -> bool:
    match form:
        case "plus":
            return _is_known(f"+{digits}", None)
        case "zeros":
            return _is_known(f"+{digits[2:]}", None)
        case "eight":
            return len(digits) == 11 and _is_known(digits, "RU")
    return any(_is_known(digits, country) for country in COUNTRIES)


@lru_cache(maxsize=4096)
def _may_be_number(form: str, digits: str) -> bool:
    """With a plus, the right length is enough: numbers change hands and plans more often than we look them up."""
    if form != "plus":
        return False
    if digits[0] in "17":
        return len(digits) == 11
    parsed = _parsed(f"+{digits}", None)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _is_known(number: str, country: str | None) -> bool:
    parsed = _parsed(number, country)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def _parsed(number: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None


def _hidden_number(written: str) -> str:
    """A number keeps its country or its first 0 or 8, its last two digits, and how it is written."""
    digits = _plain(written.translate(_OURS))
    first = 0
    if written[:1] in "+＋":
        first = 1 if digits[0] in "17" else 2
    elif digits[0] in "08":
        first = 1
    shown, seen = [], 0
    for letter in written:
        if letter.isdecimal():
            seen += 1
            shown.append(letter if seen <= first or seen > len(digits) - 2 else DOT)
        else:
            shown.append(letter)
    return "".join(shown)


# HTML, as kit.html.clean writes it

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"]*")?)*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_WITHIN_WORDS = frozenset("a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike "
                          "strong sub sup tt u var wbr".split())  # fmt: skip
_CALLING = ("mailto:", "tel:")


def mask_html(html: str, *, keep: Keep = nothing) -> str:
    """Cleaned HTML with what its words and attributes hold hidden; links that write or call lead nowhere.

    An address is found too where tags stand within it.
    """
    pieces: list[str] = []  # words, tag, words, tag, …, words
    words: list[str] = []
    position, text = 0, ""
    for tag in _TAG.finditer(html):
        pieces += [html[position : tag.start()], _masked_tag(tag, keep)]
        text = entities.unescape(html[position : tag.start()])
        words.append(text if tag[2] in _WITHIN_WORDS else f"{text}\n")
        position = tag.end()
    pieces.append(html[position:])
    words.append(entities.unescape(html[position:]))
    spans = found_in("".join(words), keep=keep)
    if spans:
        _put(spans, words, pieces)
    return "".join(pieces)


def _put(spans: Sequence[Span], words: Sequence[str], pieces: list[str]) -> None:
    """What each span shows instead goes where the span begins; its rest goes from the pieces behind."""
    start, at = 0, 0
    for place, text in enumerate(words):
        end = start + len(text)
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        inside, number = [], at
        while number < len(spans) and spans[number][0] < end:
            begin, until, instead = spans[number]
            inside.append((max(begin, start) - start, min(until, end) - start, instead if begin >= start else ""))
            number += 1
        if inside:
            pieces[2 * place] = entities.escape(_replaced(text, inside).rstrip("\n"), quote=False)
        start = end


def _masked_tag(tag: re.Match[str], keep: Keep) -> str:
    if not tag[3] or not (_AT.search(tag[3]) or "tel:" in tag[3] or "wa.me/" in tag[3] or _DIGITS.search(tag[3])):
        return tag[0]
    return f"<{tag[1]}{tag[2]}{_ATTRIBUTE.sub(lambda one: _masked_attribute(one, keep), tag[3])}>"


def _masked_attribute(attribute: re.Match[str], keep: Keep) -> str:
    name, value = attribute[1], entities.unescape(attribute[2])
    if name == "src" and value.startswith("data:"):
        return attribute[0]
    spans = found_in(value, keep=keep, numbers=name in ("title", "alt", "href", "name", "data-src", "src"))
    if not spans:
        return attribute[0]
    if name == "href" and value.strip().lower().startswith(_CALLING):
        return ""
    return f' {name}="{entities.escape(_replaced(value, spans))}"'
