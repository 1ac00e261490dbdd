"""Two sentences beside each other: what was taken out and what was put in, word by word. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from markupsafe import Markup, escape

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


def compared(before: str, after: str) -> Markup:
    """`after` with what differs marked: `<del>` was there, `<ins>` is new."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    parts: list[Markup] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(escape("".join(new[c:d])))
            continue
        if taken := "".join(old[a:b]):
            parts.append(Markup("<del>{}</del>").format(taken))
        if put := "".join(new[c:d]):
            parts.append(Markup("<ins>{}</ins>").format(put))
    return Markup().join(parts)
