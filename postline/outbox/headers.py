"""Header lines as bytes on the wire: encoded (RFC 2047), folded, with nothing in them that could end a line.

Written here and not left to `email.policy`, which encodes long Message-IDs as if they were words and folds by
re-parsing what we have just put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.header import Header

from postline.outbox.addresses import Address, BadAddress, parse
from postline.outbox.put import one_line

WIDTH = 76  # RFC 2047, 2: a line with an encoded word has at most 76 characters
LONGEST_ID = 900  # RFC 5322, 2.1.1: a line has at most 998; an id cannot be folded
FOLD = "\r\n "

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_ID = re.compile(r"[!-;=?-~]+")  # printable ASCII without < and >


def words(name: str, value: str, *, utf8: bool = False) -> str:
    """A line of free text, such as Subject."""
    value = one_line(value)
    return f"{name}: {_text(value, indent=len(name) + 2, utf8=utf8)}"


def mailboxes(name: str, people: Iterable[Sequence[str]], *, utf8: bool = False) -> str:
    """A line of (name, address) pairs; empty where nobody is left. Who has no usable address is left out."""
    shown = [one for person, address in people if (one := _mailbox(person, address, utf8=utf8))]
    return f"{name}: {f',{FOLD}'.join(shown)}" if shown else ""


def message_ids(name: str, ids: Iterable[str]) -> str:
    """A line of Message-IDs, one to a folded line; empty where none is left. Damaged ones are left out."""
    bare = ("".join(one.split()).strip("<>") for one in ids)
    kept = [f"<{one}>" for one in bare if len(one) <= LONGEST_ID and _ID.fullmatch(one)]
    return f"{name}: {FOLD.join(kept)}" if kept else ""


def _mailbox(person: str, address: str, *, utf8: bool) -> str:
    try:
        mailbox = parse(address)
    except BadAddress:
        return ""
    if mailbox.needs_utf8 and not utf8:
        # a reader of this copy must not be sent what it cannot carry: an empty group that shows the address (RFC 6857)
        return f"{_encoded(str(mailbox), indent=1)}: ;"
    phrase = _phrase(one_line(person), utf8=utf8)
    return _beside(phrase, mailbox) if phrase else str(mailbox)


def _beside(phrase: str, mailbox: Address) -> str:
    last_line = phrase.rpartition("\n")[2]
    gap = " " if len(last_line) + len(str(mailbox)) < WIDTH else FOLD
    return f"{phrase}{gap}<{mailbox}>"


def _phrase(name: str, *, utf8: bool) -> str:
    """A display name: as it is, in quotes, or encoded, whichever says exactly this (RFC 5322, 3.2.5)."""
    plain = (utf8 or name.isascii()) and "=?" not in name and len(name.encode()) < WIDTH
    if not plain:
        return _encoded(name, indent=1)
    if not name or _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(value: str, *, indent: int, utf8: bool) -> str:
    parts = value.split(" ")
    # a word that looks encoded would be decoded by the reader; one longer than a line could not be folded
    foldable = all(len(part.encode()) < WIDTH - indent for part in parts)
    if foldable and "=?" not in value and (utf8 or value.isascii()):
        return _folded(parts, indent=indent)
    return _encoded(value, indent=indent)


def _folded(parts: Sequence[str], *, indent: int) -> str:
    lines, width = [parts[0]], indent + len(parts[0])
    for part in parts[1:]:
        if width + 1 + len(part) > WIDTH:
            lines.append(part)
            width = 1 + len(part)
        else:
            lines[-1] += f" {part}"
            width += 1 + len(part)
    return FOLD.join(lines)


def _encoded(value: str, *, indent: int) -> str:
    # the name stands for its width only: Header reserves that much of the first line
    return Header(value, "utf-8", maxlinelen=WIDTH, header_name="x" * max(indent - 2, 0)).encode(linesep="\r\n")
