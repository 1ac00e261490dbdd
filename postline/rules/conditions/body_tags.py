"""Tags that somebody has written into a text: `#refund`, a line `Order: 12345`, and `[form: recovery]`, which our own
forms write."""

from __future__ import annotations

import re
from collections.abc import Mapping

from postline.rules.conditions.words import fold

LONGEST_TEXT = 20_000  # characters that are looked at
MOST_TAGS = 200
LONGEST_VALUE = 500

_HASH = re.compile(r"(?<![\w/&#])#([^\W\d][\w-]{0,49})")
_LINE = re.compile(r"^[ \t>*•–-]{0,20}([^\W_][\w .'’-]{0,39}?)[ \t]{0,5}[:=](?![/=])[ \t]{0,20}(\S.*)$", re.MULTILINE)
_MARKER = re.compile(r"\[([^\W_][\w .-]{0,39}?)[ \t]{0,5}[:=][ \t]{0,5}([^\[\]\n]{1,200})\]")


def body_tags(text: str) -> Mapping[str, tuple[str, ...]]:
    """The values of each tag by its folded name, in the order of the text; `#tag` has the value ""."""
    found: dict[str, tuple[str, ...]] = {}
    text = text[:LONGEST_TEXT]
    pairs = [(match[1], "") for match in _HASH.finditer(text)] if "#" in text else []
    pairs += [(match[1], match[2]) for match in _LINE.finditer(text)]
    pairs += [(match[1], match[2]) for match in _MARKER.finditer(text)] if "[" in text else []
    for name, value in pairs[:MOST_TAGS]:
        key = fold(name)
        found[key] = (*found.get(key, ()), value.strip()[:LONGEST_VALUE])
    return found
