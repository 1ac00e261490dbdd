"""Who is at which ticket at this moment, as each web process has heard it from all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from postline.tickets.announcements import Doing, Presence

LASTS = timedelta(seconds=42)  # a page says every 20 s that it is there (presence.js)


class Present:
    """People at tickets. Whoever is not heard of again is forgotten."""

    def __init__(self) -> None:
        self._at: dict[int, dict[tuple[int, str], tuple[Presence, datetime]]] = {}  # number → (person, tab)

    def heard(self, presence: Presence, *, now: datetime) -> bool:
        """Take down who is where; True when this changes what others are to be shown."""
        before = self.people_at(presence.number)
        here = self._at.setdefault(presence.number, {})
        here.pop((presence.person, presence.tab), None)
        if presence.doing != Doing.GONE:
            here[presence.person, presence.tab] = presence, now + LASTS
        if not here:
            del self._at[presence.number]
        return before != self.people_at(presence.number)

    def forget(self, *, now: datetime) -> set[int]:
        """Forget whoever was not heard of for too long; the numbers of the tickets where this changes something."""
        changed = set()
        for number, here in list(self._at.items()):
            gone = [key for key, (_, until) in here.items() if until <= now]
            for key in gone:
                del here[key]
                changed.add(number)
            if not here:
                del self._at[number]
        return changed

    def people_at(self, number: int) -> dict[int, tuple[str, Doing]]:
        """The people at a ticket: login and what they do. Who writes in one tab and looks in another writes."""
        found: dict[int, tuple[str, Doing]] = {}
        for (person, _tab), (presence, _until) in sorted(self._at.get(number, {}).items()):
            if person not in found or presence.doing == Doing.WRITES:
                found[person] = presence.login, presence.doing
        return found

    def queue_of(self, number: int) -> int | None:
        """The queue in which the ticket was when somebody was last heard of there."""
        here = self._at.get(number)
        return next(reversed(here.values()))[0].queue if here else None

    def tickets_of(self, person: int) -> list[int]:
        """The numbers of the tickets that the person has open."""
        return [number for number, here in self._at.items() if any(key[0] == person for key in here)]
