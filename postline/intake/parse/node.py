"""A part of a message, as every reader of structures makes it and everybody else looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from postline.intake.parse.headers import parameters

MESSAGES = ("message/rfc822", "message/global")


@dataclass(slots=True)
class Node:
    """A part: a container with children, or a leaf with its decoded bytes. An enclosed message is a leaf."""

    content_type: str
    parameters: dict[str, str]
    disposition: str
    filename: str
    content_id: str
    content: bytes
    place: str
    within: str = ""  # the content type of its container
    children: list[Node] = field(default_factory=list)

    def emptied(self, place: str) -> Node:
        """Another part that is declared the same."""
        return Node(
            self.content_type, self.parameters, self.disposition, self.filename, self.content_id, b"", place, ""
        )

    def leaves(self) -> list[Node]:
        """This part, or the leaves below it in the order of the message."""
        if not self.children:
            return [self]
        found: list[Node] = []
        for child in self.children:
            found += child.leaves() if child.children else [child]
        return found


def own_leaves(node: Node) -> Iterator[Node]:
    """The leaves of a message itself: what an enclosed message holds is that one's affair."""
    if not node.children or node.content_type.startswith("message/"):
        yield node
        return
    for child in node.children:
        yield from own_leaves(child)


def declared_node(declared: str, disposition: str, content_id: str, content: bytes, place: str) -> Node:
    """The part with these values of Content-Type, Content-Disposition and Content-ID."""
    content_type, given = parameters(declared)
    kind, named = parameters(disposition) if disposition else ("", {})
    content_type = content_type.partition(" ")[0]
    if content_type.count("/") != 1:
        content_type = "text/plain"
    return Node(
        content_type=content_type,
        parameters=given,
        disposition=kind,
        filename=named.get("filename") or given.get("name") or "",
        content_id=content_id.strip(" <>"),
        content=content,
        place=place or "0",
    )
