"""From the MIME tree to what is read and what is attached."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from postline.intake.parse.charsets import decode, known
from postline.intake.parse.headers import split
from postline.intake.parse.structure import Node
from postline.intake.parse.values import Part
from postline.kit.html_to_text import html_to_text
from postline.kit.text import file_name, one_line, readable

LONGEST_TEXT = 1_000_000  # characters; the rest stays in the raw message
LONGEST_HTML = 5_000_000
MOST_ATTACHMENTS = 1_000
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}\Z")
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)


@dataclass(slots=True)
class Bodies:
    """`text` is for reading, `html` as it came."""

    text: str
    html: str
    attachments: tuple[Part, ...]


def bodies(root: Node, defects: list[str]) -> Bodies:
    """The readable text (made from HTML where there is no plain one), the HTML, and everything else."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Part] = []
    for leaf in root.leaves():
        if _is_body(leaf):
            wanted = html if leaf.content_type == "text/html" else plain
            wanted.append(_text(leaf, defects))
        elif not leaf.content_type.startswith("multipart/"):
            if leaf.content_type == "text/plain" and leaf.disposition == "inline":
                plain.append(_text(leaf, defects))  # Apple Mail's way with text files: to be read in its place too
            attachments.append(_part(leaf))
    joined = "\n".join(plain)
    markup = "\n".join(html)
    if not joined.strip() and markup:
        joined = readable(html_to_text(markup))
    if len(joined) > LONGEST_TEXT or len(markup) > LONGEST_HTML:
        defects.append("text-cut")
    if len(attachments) > MOST_ATTACHMENTS:
        defects.append("parts-cut")
    return Bodies(joined[:LONGEST_TEXT], markup[:LONGEST_HTML], tuple(attachments[:MOST_ATTACHMENTS]))


def _is_body(leaf: Node) -> bool:
    return leaf.content_type in ("text/plain", "text/html") and leaf.disposition != "attachment" and not leaf.filename


def _text(leaf: Node, defects: list[str]) -> str:
    charset = leaf.parameters.get("charset", "")
    if leaf.content_type == "text/html" and not known(charset):
        inside = _META_CHARSET.search(leaf.content, 0, 2_000)
        charset = inside[1].decode("ascii") if inside else charset
    text, doubtful = decode(leaf.content, charset)
    if doubtful:
        defects.append("charset")
    text = readable(text)
    if leaf.content_type == "text/plain" and leaf.parameters.get("format", "").lower() == "flowed":
        return _unflowed(text, delete_space=leaf.parameters.get("delsp", "").lower() == "yes")
    return text


def _unflowed(text: str, *, delete_space: bool) -> str:
    """format=flowed (RFC 3676): a line that ends in a blank goes on in the next one of the same quote depth."""
    paragraphs: list[str] = []
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
            paragraphs[-1] += bare
        else:
            paragraphs.append(">" * depth + (" " if depth else "") + bare)
        going_on, depth_before = flows, depth
    return "\n".join(paragraphs)


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
    """An enclosed message is called after its subject; other nameless parts stay nameless."""
    if leaf.content_type != "message/rfc822":
        return ""
    subject = split(leaf.content[:65_536])[0].text("subject")
    return file_name(subject.replace("/", "_").replace("\\", "_")[:100] + ".eml") if subject else ""
