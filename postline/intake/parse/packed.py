"""Parts that hold others in a format of their own: uuencoded files in a text, winmail.dat, signed S/MIME content.

Each becomes a container, so that what it holds is read and reached like any other part.
"""

from __future__ import annotations

from postline.intake.parse.cms import NotReadable, signed_content
from postline.intake.parse.headers import split, text
from postline.intake.parse.node import Node
from postline.intake.parse.structure import tree
from postline.intake.parse.tnef import unpacked as tnef_unpacked
from postline.intake.parse.uuencode import without_files

DEEPEST = 5  # of one packed into another
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
IN_TNEF = "application/ms-tnef"  # what parts say that they stand within


def unpack(root: Node, defects: list[str], depth: int = 0) -> None:
    """Give every packed part of the tree its children."""
    for leaf in list(root.leaves()):
        leaf.children = _children(leaf, defects, depth)
        if leaf.children and depth < DEEPEST:
            for child in leaf.children:
                if child.place != leaf.place:  # the words that are left of a text have been looked through
                    unpack(child, defects, depth + 1)


def _children(leaf: Node, defects: list[str], depth: int) -> list[Node]:
    if leaf.content_type == "text/plain":
        if b"begin " in leaf.content and not leaf.filename and leaf.disposition != "attachment":
            return _of_text(leaf)
    elif leaf.content_type in TNEF or leaf.filename.lower() == "winmail.dat":
        return _of_tnef(leaf, depth)
    elif leaf.content_type in SMIME:
        return _of_signed(leaf, defects, depth)
    return []


def _of_text(leaf: Node) -> list[Node]:
    rest, files = without_files(leaf.content)
    if not files:
        return []
    words = _node(leaf, leaf.place, "text/plain", rest)
    words.parameters, words.disposition = leaf.parameters, leaf.disposition
    return [
        words,
        *(
            _node(leaf, f"{leaf.place}.{number}", "application/octet-stream", file.content, text(file.filename))
            for number, file in enumerate(files, 1)
        ),
    ]


def _of_tnef(leaf: Node, depth: int) -> list[Node]:
    """The files; and the words, which are those of the letter, or of an enclosed Outlook message one more file."""
    found = tnef_unpacked(leaf.content)
    if found is None:
        return []
    children = []
    for number, file in enumerate(found.files, 1):
        content_type = file.content_type or "application/octet-stream"
        child = _node(leaf, f"{leaf.place}.{number}", content_type, file.content, file.filename)
        child.content_id = file.content_id.strip(" <>")
        children.append(child)
    for name, content_type, words in (("txt", "text/plain", found.text), ("html", "text/html", found.html)):
        if words:
            body = _node(leaf, f"{leaf.place}.{name}", content_type, words.encode())
            body.parameters = {"charset": "utf-8"}
            if depth:
                body.filename = f"{leaf.filename or 'message'}.{name}"
            else:
                body.within, body.disposition = IN_TNEF, ""
            children.append(body)
    return children


def _of_signed(leaf: Node, defects: list[str], depth: int) -> list[Node]:
    try:
        content = signed_content(leaf.content)
    except NotReadable:
        defects.append("smime")
        return []
    if content is None or depth >= DEEPEST:
        return []
    headers, start = split(content)
    inside = tree(headers, content[start:], defects)
    _move(inside, leaf.place)
    return [inside]


def _move(node: Node, prefix: str) -> None:
    node.place = f"{prefix}.{node.place}"
    for child in node.children:
        _move(child, prefix)


def _node(leaf: Node, place: str, content_type: str, content: bytes, filename: str = "") -> Node:
    return Node(
        content_type=content_type,
        parameters={},
        disposition="attachment",
        filename=filename,
        content_id="",
        content=content,
        place=place,
    )
