"""From the MIME tree to what is read and what is attached."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from postline.intake.parse.charsets import decode_text, known
from postline.intake.parse.headers import split
from postline.intake.parse.node import MESSAGES, Node
from postline.intake.parse.packed import IN_TNEF, SMIME
from postline.intake.parse.protection import without_armour
from postline.intake.parse.values import Part
from postline.kit.html_to_text import html_to_text, strip_tags, try_to_parse
from postline.kit.text import file_name, one_line, readable

LONGEST_TEXT = 1_000_000  # characters; the rest stays in the raw message
LONGEST_HTML = 5_000_000
MOST_ATTACHMENTS = 1_000
_READABLE = ("text/plain", "text/html")
_OTHER_FORMS = ("text/enriched", "text/richtext", "text/x-amp-html", "text/watch-html")  # of the same letter
_ALTERNATIVE = ("multipart/alternative", "")  # what they stand in; alone they are the letter
_GIVEN_NAMES = {"text/calendar": "invite.ics", **dict.fromkeys(SMIME, "smime.p7m")}
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}\Z")
_META_CHARSET = re.compile(
    rb"<meta[^<>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)


@dataclass(slots=True)
class Bodies:
    """`text` is for reading, `html` as it came."""

    text: str
    html: str
    attachments: tuple[Part, ...]
    protection: str = ""  # of the text itself


def bodies(root: Node, defects: list[str]) -> Bodies:
    """The readable text (made from HTML where there is no plain one), the HTML, and everything else."""
    shown: list[Node] = []
    spare: list[Node] = []  # words to be read when there are no others
    files: list[Node] = []
    for leaf in root.leaves():
        if leaf.within == IN_TNEF or (leaf.content_type in _OTHER_FORMS and leaf.within in _ALTERNATIVE):
            spare.append(leaf)
        elif leaf.content_type in _READABLE and leaf.disposition != "attachment":
            (spare if leaf.filename else shown).append(leaf)
            files += [leaf] if leaf.filename else []
        elif not leaf.content_type.startswith("multipart/"):
            files.append(leaf)
    text, html, protection = _words(shown, defects)
    if spare and not text.strip() and not html:
        text, html, protection = _words(spare, defects)
    if len(text) > LONGEST_TEXT or len(html) > LONGEST_HTML:
        defects.append("text-cut")
    if len(files) > MOST_ATTACHMENTS:
        defects.append("parts-cut")
    attachments = tuple(map(_part, files[:MOST_ATTACHMENTS]))
    return Bodies(text[:LONGEST_TEXT], html[:LONGEST_HTML], attachments, protection)


def _words(leaves: list[Node], defects: list[str]) -> tuple[str, str, str]:
    """Text, HTML, and how the text itself is protected."""
    read = [(leaf.content_type, _text(leaf, defects)) for leaf in leaves]
    html = "\n".join(words for content_type, words in read if content_type == "text/html")
    pieces = [words for content_type, words in read if content_type != "text/html" and words.strip()]
    text = "\n".join(pieces) if pieces or not html else readable(html_to_text(html))
    if pieces and html:
        try_to_parse(html)  # what cannot be parsed in time ends this process, not the one that shows it
    text, protection = without_armour(text)
    return text, html, protection


def _text(leaf: Node, defects: list[str]) -> str:
    charset = leaf.parameters.get("charset", "")
    if leaf.content_type == "text/html" and not known(charset):
        inside = _META_CHARSET.search(leaf.content, 0, 2_000)
        charset = inside[1].decode("ascii") if inside else charset
    text, doubtful = decode_text(leaf.content, charset)
    if doubtful:
        defects.append("charset")
    if leaf.content_type in _OTHER_FORMS:
        return strip_tags(text)
    if leaf.content_type == "text/plain" and leaf.parameters.get("format", "").lower() == "flowed":
        return _unflowed(text, delete_space=leaf.parameters.get("delsp", "").lower() == "yes")
    return text


def _unflowed(text: str, *, delete_space: bool) -> str:
    """format=flowed (RFC 3676): a line that ends in a blank goes on in the next one of the same quote depth."""
    paragraphs: list[list[str]] = []
    going_on = False
    depth_before = 0
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        if bare.startswith(" "):
            bare = bare[1:]
        flows = bare.endswith(" ") and bare != "-- "
        if flows and delete_space:
            bare = bare[:-1]
        if going_on and depth == depth_before and bare != "-- ":
            paragraphs[-1].append(bare)
        else:
            paragraphs.append([">" * depth + (" " if depth else ""), bare])
        going_on, depth_before = flows, depth
    return "\n".join(map("".join, paragraphs))


def _part(leaf: Node) -> Part:
    return Part(
        filename=file_name(leaf.filename) or _given_name(leaf),
        content_type=leaf.content_type if _TYPE.match(leaf.content_type) else "application/octet-stream",
        size=len(leaf.content),
        sha256=hashlib.sha256(leaf.content).hexdigest(),
        inline=leaf.disposition == "inline" or (bool(leaf.content_id) and leaf.disposition != "attachment"),
        content_id=one_line(leaf.content_id)[:500],
        place=leaf.place,
    )


def _given_name(leaf: Node) -> str:
    """An enclosed message is called after its subject, an invitation as calendars expect; others stay nameless."""
    if leaf.content_type not in MESSAGES:
        return _GIVEN_NAMES.get(leaf.content_type, "")
    subject = split(leaf.content[:65_536])[0].text("subject")
    return file_name(subject.replace("/", "_").replace("\\", "_")[:100] + ".eml") if subject else ""
