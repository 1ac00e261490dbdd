"""The number in an address."""

from __future__ import annotations

from postline.tickets import numbers
from postline.tickets.queries.access import NoSuchTicket


def number_of(text: str) -> int:
    """The ticket number that somebody wrote, with or without gaps. Raises NoSuchTicket for what cannot be one."""
    number = numbers.parse(text)
    if number is None:
        raise NoSuchTicket
    return number
