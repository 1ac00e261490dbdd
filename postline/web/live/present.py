"""Who is at which ticket at this moment, as each web process has heard it from all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from postline.tickets.announcements import Doing, Presence

LASTS = timedelta(seconds=42)  # a page says every 20 s that it is there (presence.js)


class Present:
    """People at tickets. Whoever is not heard of again is forgotten."""

    def __init__(self) -> None:
        self._at: dict[int, dict[tuple[int, str], tuple[Presence, datetime]]] = {}  # number → (person, tab)
        self._queues: dict[int, int] = {}  # number → where the ticket is, as far as this is known for certain

    def heard(self, presence: Presence, *, now: datetime) -> bool:
        """Take down who is where; True when this changes what others are to be shown."""
        before = self.people_at(presence.number)
        here = self._at.setdefault(presence.number, {})
        here.pop((presence.person, presence.tab), None)
        if presence.doing != Doing.GONE:
            here[presence.person, presence.tab] = presence, now + LASTS
        self._queues[presence.number] = presence.queue
        if not here:
            self._leave(presence.number)
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
                self._leave(number)
        return changed

    def changed(self, number: int, queues: frozenset[int]) -> None:
        """Something happened to the ticket; where it moved, `queues` are that which it left and that where it is."""
        if number not in self._at:
            return
        now_in = queues if len(queues) == 1 else queues - {self._queues.get(number)}
        if len(now_in) == 1:
            (self._queues[number],) = now_in
        else:
            self._queues.pop(number, None)

    def lose(self) -> None:
        """Something may have happened to any ticket."""
        self._queues.clear()

    def people_at(self, number: int) -> dict[int, tuple[str, Doing]]:
        """The people at a ticket: login and what they do. Who writes in one tab and looks in another writes."""
        found: dict[int, tuple[str, Doing]] = {}
        for (person, _tab), (presence, _until) in sorted(self._at.get(number, {}).items()):
            if person not in found or presence.doing == Doing.WRITES:
                found[person] = presence.login, presence.doing
        return found

    def queue_of(self, number: int) -> int | None:
        """The queue in which the ticket is; None where that is not certain before somebody is heard of there again."""
        return self._queues.get(number)

    def tickets_of(self, person: int) -> list[int]:
        """The numbers of the tickets that the person has open."""
        return [number for number, here in self._at.items() if any(key[0] == person for key in here)]

    def _leave(self, number: int) -> None:
        """Nobody is there any more."""
        self._at.pop(number, None)
        self._queues.pop(number, None)
