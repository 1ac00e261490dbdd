"""Cursors: an opaque word that says behind which row the next page begins, and in which order."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from postline.api.v1.errors import Refused, invalid
from postline.api.v1.types import BIGGEST_ID


def write_cursor(order: str, at: datetime | None, key: int) -> str:
    """The place behind a row: the time by which the list is sorted (None: by key alone) and the key."""
    plain = f"{order} {at.isoformat() if at else '-'} {key}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *, order: str) -> tuple[datetime | None, int]:
    """What `write_cursor` has written. Raises Refused for anything else, and for a cursor of another order."""
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        written, at, key = plain.split(" ")
        place = (None if at == "-" else datetime.fromisoformat(at)), int(key)
    except (ValueError, binascii.Error) as error:
        raise _wrong() from error
    aware = place[0] is None or place[0].tzinfo is not None
    if written != order or not aware or not 0 <= place[1] <= BIGGEST_ID:
        raise _wrong()
    return place


def _wrong() -> Refused:
    return invalid(cursor="This cursor belongs to no list, or to one in another order.")
