"""Readable text out of foreign HTML: lists, links, tables and quotations stay recognisable, style does not."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from postline.kit.text import unescaped

DEEPEST = 500  # nested elements; the parser's cost is quadratic in this
MOST_TAGS_UNCHECKED = 2_000
LONGEST = 2_000_000  # characters of HTML that are looked at
MOST_TEXT = 1_000_000  # characters that are made of it
MOST_QUOTED = 10  # quotations within each other that are marked
MOST_INDENTED = 10  # lists within each other

_TAG = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+", re.DOTALL
)
_LONG_TAG = re.compile(r"<[^<>]{5000,}")
_NEVER_NEST = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd option tr td th thead tbody tfoot colgroup".split()
)
_HIDDEN = frozenset(
    "script style head title template svg math object iframe noframes select textarea audio video canvas".split()
)
_BLOCK = frozenset(
    "address article aside center dd details dir div dl dt fieldset figcaption figure footer form header "
    "li main nav section summary table tbody tfoot thead tr caption".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol blockquote pre".split())
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_QUOTE_CLASS = re.compile(r"\b(gmail_quote|yahoo_quoted|moz-cite-prefix|gmail_attr|protonmail_quote)\b")
_SIGNS = ("display", "gmail_", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote")  # of one of these two
_BLANK = re.compile(r"[ \t\n\r\f\xa0]+")
_INVISIBLE = re.compile(r"[\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f]+")


def html_to_text(html: str) -> str:
    """Text to read, lines ended by LF, quotations marked with "> "; linear in the length whatever it holds."""
    html = html[:LONGEST]
    if is_bomb(html):
        return strip_tags(html)
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    writer = _Writer()
    lowered = html.lower()
    _walk(body, writer, marked=any(sign in lowered for sign in _SIGNS))
    return writer.text()


def try_to_parse(html: str) -> None:
    """Parses HTML of many tags for nothing, where time and memory are limited: not every bomb is seen beforehand."""
    if html.count("<") > MOST_TAGS_UNCHECKED and not is_bomb(html):
        LexborHTMLParser(html[:LONGEST])


def is_bomb(html: str) -> bool:
    """Whether HTML parsers would take more than linear time over it: deep nests, tags with many attributes."""
    if html.count("<") > MOST_TAGS_UNCHECKED:
        depth = 0
        opened: dict[str, int] = {}
        for match in _TAG.finditer(html):
            name = (match[2] or "").lower()
            if not name or name in _NEVER_NEST:
                continue
            change = -1 if match[1] else 1
            if change < 0 and not opened.get(name):
                continue  # parsers step over it
            opened[name] = opened.get(name, 0) + change
            depth += change
            if depth > DEEPEST:
                return True
    return any(len(tag.split(None, 1001)) > 1000 or tag.count("/") > 50_000 for tag in _LONG_TAG.findall(html))


def strip_tags(html: str) -> str:
    """The words of HTML that is too strange to parse: everything between "<" and ">" goes."""
    text = re.sub(r"<[^<>]*>", " ", html)
    text = unescaped(text)
    return "\n".join(line for line in (_BLANK.sub(" ", line).strip() for line in text.split("\n")) if line)


class _Writer:
    """Collects text line by line, with the blanks and blank lines that HTML asks for."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._prefix = ""
        self._depth = 0  # of the quotation
        self._size = 0  # characters so far
        self.looked_at = 0  # characters of links
        self._gap = False  # a blank line is due before the next text
        self._blank = False  # a blank is due before the next word

    def word(self, text: str) -> None:
        text = _INVISIBLE.sub("", text) if not text.isascii() else text
        if not text:
            return
        words = " ".join(text.split())
        if not words:
            self._blank = True
            return
        lead = " " if self._line and (self._blank or text[0].isspace()) and not self._line.endswith(" ") else ""
        self._line += lead + words
        self._blank = text[-1].isspace()

    def literal(self, text: str) -> None:
        """Preformatted text: line ends count."""
        first, *rest = text.replace("\r\n", "\n").split("\n")
        self._line += first
        for line in rest:
            self.newline()
            self._line = line

    def newline(self) -> None:
        """What <br> does."""
        if self._gap and (self._line or not self._lines):
            self._blank_line()
        if self._line or not self._gap:
            self._lines.append((self._prefix + self._line).rstrip())
            self._size += len(self._lines[-1]) + 1
        self._line = ""
        self._blank = False

    def block(self, *, gap: bool) -> None:
        """A block begins or ends here."""
        if self._line:
            self.newline()
        self._blank = False
        self._gap = self._gap or gap

    def quote(self, deeper: bool) -> None:
        self.block(gap=True)
        if deeper:
            self._blank_line()
        self._depth += 1 if deeper else -1
        self._prefix = "> " * min(self._depth, MOST_QUOTED)

    def is_full(self) -> bool:
        """Nobody reads more."""
        return self._size > MOST_TEXT

    def _blank_line(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._prefix.rstrip())
        self._gap = False

    def text(self) -> str:
        self.block(gap=False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")


def _walk(root: LexborNode, out: _Writer, *, marked: bool) -> None:
    """Depth first without recursion: (node, whether we leave it). Whether an element is hidden or a quotation is
    looked at only where some are (`marked`)."""
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    numbers: list[int] = []  # of the ordered lists we are in; 0 = bullets
    verbatim = 0
    while stack and not out.is_full():
        node, leaving = stack.pop()
        if not leaving and node is not root and node.next is not None:
            stack.append((node.next, False))
        tag = node.tag
        if tag == "-text":
            content = node.text_content or ""
            if verbatim:
                out.literal(content)
            else:
                out.word(content)
            continue
        if tag is None or tag.startswith("-") or tag in _HIDDEN:
            continue
        quoted = tag == "blockquote"
        if marked and tag in ("blockquote", "div", "span", "p", "table", "td"):
            attributes = node.attributes
            if _DISPLAY_NONE.search(attributes.get("style") or ""):
                continue
            quoted = quoted or bool(_QUOTE_CLASS.search(attributes.get("class") or ""))
        if leaving:
            _leave(node, tag, out, numbers)
            verbatim -= tag == "pre"
            if quoted:
                out.quote(deeper=False)
            continue
        if quoted:
            out.quote(deeper=True)
        verbatim += tag == "pre"
        _enter(node, tag, out, numbers)
        stack.append((node, True))
        if node.first_child is not None:
            stack.append((node.first_child, False))


def _enter(node: LexborNode, tag: str, out: _Writer, numbers: list[int]) -> None:
    if tag == "br":
        out.newline()
    elif tag in _SPACED:
        out.block(gap=tag not in ("ul", "ol") or not numbers)
        if tag in ("ul", "ol"):
            numbers.append(1 if tag == "ol" else 0)
    elif tag == "li":
        out.block(gap=False)
        indent = "  " * min(MOST_INDENTED, max(0, len(numbers) - 1))
        if numbers and numbers[-1]:
            out.literal(f"{indent}{numbers[-1]}. ")
            numbers[-1] += 1
        else:
            out.literal(f"{indent}• ")
    elif tag == "hr":
        out.block(gap=True)
        out.word("―――――")
        out.block(gap=True)
    elif tag == "img":
        alternative = (node.attributes.get("alt") or "").strip()
        if alternative and len(alternative) < 200:
            out.word(f" [{alternative}] ")
    elif tag in _BLOCK:
        out.block(gap=tag == "table")


def _leave(node: LexborNode, tag: str, out: _Writer, numbers: list[int]) -> None:
    if tag in ("ul", "ol") and numbers:
        numbers.pop()
    if tag in _SPACED:
        out.block(gap=tag not in ("ul", "ol") or not numbers)
    elif tag in ("td", "th"):
        out.word(" ")
    elif tag in _BLOCK:
        out.block(gap=tag == "table")
    elif tag == "a" and out.looked_at < LONGEST:
        target = (node.attributes.get("href") or "").strip()
        shown = node.text(deep=True)
        out.looked_at += len(shown)
        shown = _BLANK.sub(" ", shown).strip()
        if target.lower().startswith(("http://", "https://")) and len(target) < 1000 and shown:
            bare = target.split("://", 1)[1].rstrip("/")
            if bare.lower() not in shown.lower():
                out.word(f" <{target}>")
