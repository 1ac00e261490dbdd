"""Where a link of a foreign letter really leads, and whether it pretends to lead elsewhere."""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from itertools import islice
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

LONGEST_HTML = 200_000  # characters of a letter whose links are judged
MOST_LINKS = 200
LONGEST_WORDS = 2_000  # of a link's words; longer ones are no address
_ANCHOR = re.compile(r'<a(?P<attributes>(?: [a-z-]+="[^"]*")*)>|</a>')
_FOREIGN_ANCHOR = re.compile(
    r"<a\s[^<>]*?\bhref\s{0,9}=\s{0,9}(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s<>\"']+))[^<>]*>", re.IGNORECASE
)
_HREF = re.compile(r' href="([^"]*)"')
_TITLE = re.compile(r' title="[^"]*"')
_TAG = re.compile(r"<[^<>]*>")
_AUTHORITY = re.compile(r"[\x00-\x20]*(https?):[/\\]*([^/\\?#]*)", re.IGNORECASE)  # as browsers read it (WHATWG URL)
_SHOWN_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_SHOWN_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d]{2,63}(?=[/:?#]|\Z)")
_SHOWN_MAIL = re.compile(r"[^\s@<>]+@(?:[\w-]{1,63}\.){1,8}[^\W\d]{2,63}")
# Cyrillic and Greek letters that nobody tells from a Latin one (Unicode TS 39, confusables)
_LIKE_LATIN = frozenset("асеорхуіјѕһԁԛԝӏѵοναιρυ")


class Pretence(StrEnum):
    """What is wrong with a link: its words name another place, or its host is written to look like another one."""

    NONE = ""
    ELSEWHERE = "elsewhere"
    LOOK_ALIKE = "look-alike"


def pretence(url: str, words: str) -> Pretence:
    """Whether a link with these words pretends. `words` is plain text."""
    shown = words.strip()[:LONGEST_WORDS]
    if url.lower().startswith("mailto:"):
        named = _SHOWN_MAIL.fullmatch(shown)
        target = url[7:].partition("?")[0].lower()
        return Pretence.ELSEWHERE if named and named[0].lower() != target else Pretence.NONE
    host, userinfo = _host(url)
    if not host:
        return Pretence.NONE
    if looks_alike(host):
        return Pretence.LOOK_ALIKE
    if "." in userinfo:  # https://bank.example@elsewhere.example/
        return Pretence.ELSEWHERE
    claimed = _claimed(shown)
    return Pretence.ELSEWHERE if claimed and registrable(claimed) != registrable(host) else Pretence.NONE


def misleads(html: str) -> bool:
    """Whether any of the first links of a foreign letter pretends. Takes the HTML as it came."""
    html = html[:LONGEST_HTML]
    for link in islice(_FOREIGN_ANCHOR.finditer(html), MOST_LINKS):
        url = entities.unescape(link[1] or link[2] or link[3] or "")
        end = html.find("</a", link.end(), link.end() + LONGEST_WORDS)
        words = html[link.end() : end if end >= 0 else link.end() + LONGEST_WORDS]
        if pretence(url, entities.unescape(_TAG.sub("", words))):
            return True
    return False


def looks_alike(host: str) -> bool:
    """Whether a host name mixes scripts within one label, or is Latin to the eye alone."""
    labels = _unicode(host).split(".")
    latin_ending = labels[-1].isascii()
    return any(_is_mixed(label) or (latin_ending and _is_disguised(label)) for label in labels if not label.isascii())


def registrable(host: str) -> str:
    """The domain that somebody has registered: `example.co.uk` of `www.example.co.uk` (Public Suffix List)."""
    return _suffixes().privatesuffix(_unicode(host)) or _unicode(host)


def shown_host(url: str) -> str:
    """The host of an address in letters; where that is a disguise, as machines write it."""
    host = _host(url)[0]
    return host if not looks_alike(host) else _ascii(host)


def mark_links(html: str, mark: Callable[[Pretence, str], str]) -> str:
    """Cleaned HTML whose links tell where they lead: in their title, and by a mark behind those that pretend.

    `mark` gets what is wrong and the true target, and gives HTML.
    """

    pieces: list[str] = []
    around: list[tuple[str, list[str]]] = []  # the open links, each with its own words: tables can hold links in links
    position = 0
    for tag in _ANCHOR.finditer(html):
        between = html[position : tag.start()]
        pieces.append(between)
        position = tag.end()
        if around:
            around[-1][1].append(between)
        if tag["attributes"] is not None:
            url, told = _told(tag["attributes"])
            pieces.append(f"<a{told}>")
            around.append((url, []))
        else:
            pieces.append(f"</a>{_behind(*around.pop(), mark) if around else ''}")
    return "".join((*pieces, html[position:]))


def _told(attributes: str) -> tuple[str, str]:
    """The address of a link, and its attributes with the address as its title."""
    found = _HREF.search(attributes)
    if found is None:
        return "", attributes
    return entities.unescape(found[1]), _TITLE.sub("", attributes) + f' title="{found[1]}"'


def _behind(url: str, words: Sequence[str], mark: Callable[[Pretence, str], str]) -> str:
    """The mark of a link that pretends, else nothing."""
    wrong = pretence(url, entities.unescape(_TAG.sub("", "".join(words))))
    if not wrong:
        return ""
    return mark(wrong, url[7:].partition("?")[0] if url.startswith("mailto:") else shown_host(url))


def _claimed(words: str) -> str:
    """The host that a link's words name, "" where they are just words."""
    inside = _SHOWN_ADDRESS.search(words)
    if inside:
        address = inside[0] if "://" in inside[0] else f"https://{inside[0]}"
        host = _host(address)[0]
        return host if "." in host else ""
    whole = _SHOWN_HOST.match(words)
    if whole is None or any(letter.isspace() for letter in words):
        return ""
    return whole[0].lower() if _suffixes().publicsuffix(whole[0].lower(), accept_unknown=False) else ""


def _host(url: str) -> tuple[str, str]:
    """Host and what stands before it, of an http address."""
    found = _AUTHORITY.match(url)
    if found is None:
        return "", ""
    try:
        parts = urlsplit(f"{found[1]}://{found[2]}")
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return host.rstrip("."), parts.netloc.rpartition("@")[0]


def _is_mixed(label: str) -> bool:
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in label if letter.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1


def _is_disguised(label: str) -> bool:
    letters = [letter for letter in label.lower() if letter.isalpha()]
    return bool(letters) and all(letter in _LIKE_LATIN for letter in letters if not letter.isascii())


def _unicode(host: str) -> str:
    try:
        return idna.decode(host.lower()) if "xn--" in host.lower() else host.lower()
    except (idna.IDNAError, UnicodeError):
        return host.lower()


def _ascii(host: str) -> str:
    try:
        return idna.encode(host.lower(), uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return host.lower()


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
