"""One for each web process: hears what all processes commit, and tells each viewer what they may see.

One connection listens, however many viewers there are. What the viewers may see is read again every few seconds: a
stream ends, or loses a queue, within five seconds after a right was taken, a person disabled or a session ended.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import Error as DatabaseError

from postline.kit import clock, listen, live
from postline.kit.logs import logger
from postline.tickets.announcements import CHANGES, PRESENCE, Change, Presence
from postline.web.live.admission import Pass, admit, still_admitted
from postline.web.live.present import Present
from postline.web.shared.filters import initials

RE_READ_S = 2.5
REMEMBERED = 2_000  # changes that a client which comes back can still be told
OVERLAP = timedelta(seconds=1)  # told twice rather than not at all: clocks of several machines differ a little
STREAMS_OF_ONE = 20  # a browser has one, shared by its tabs

log = logger(__name__)


@dataclass(eq=False, slots=True)
class Viewer:
    """Somebody who listens."""

    admitted: Pass
    sees: frozenset[int]  # queues
    stream: live.Stream = field(default_factory=live.Stream)


class TooManyStreams(Exception):
    """One person has as many open as any browser could need."""


class Hub:
    """Viewers, what was told lately, and who is at which ticket."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()
        self._recent: deque[tuple[datetime, Change]] = deque(maxlen=REMEMBERED)
        self._since: datetime | None = None  # when listening began; None before that
        self._present = Present()
        self._work: list[asyncio.Task[None]] = []
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="live")
        self._is_closed = False

    async def admit(self, *, cookie: str, authorization: str) -> Viewer | None:
        """Who asks; None for a stranger. Raises TooManyStreams and Django's database errors."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: admit(cookie=cookie, authorization=authorization, now=clock.now())
        )
        if found is None:
            return None
        admitted, sees = found
        if sum(one.admitted.person == admitted.person for one in self._viewers) >= STREAMS_OF_ONE:
            raise TooManyStreams
        return Viewer(admitted, sees)

    def join(self, viewer: Viewer, *, since: datetime | None) -> None:
        """Tell this viewer of everything from now on, and of what happened `since` then."""
        self.begin()
        self._viewers.add(viewer)
        if self._is_closed:
            viewer.stream.end("shutdown")
        if since is not None:
            self._tell_missed(viewer, since)
        for number in self._present.tickets_of(viewer.admitted.person):
            self._tell_presence(viewer, number)

    def leave(self, viewer: Viewer) -> None:
        """Tell this viewer nothing more."""
        self._viewers.discard(viewer)

    def close(self) -> None:
        """End all streams: the process is about to stop."""
        self._is_closed = True
        for viewer in self._viewers:
            viewer.stream.end("shutdown")
        for task in self._work:
            task.cancel()

    def begin(self) -> None:
        """Listen from now on. The sooner, the less a first page must be told to look again."""
        if not self._work and not self._is_closed:
            self._work = [asyncio.create_task(one) for one in (self._listen(), self._re_read(), self._forget())]

    async def _listen(self) -> None:
        async for told in listen.notifications(CHANGES, PRESENCE):
            if told is None:
                self._since = clock.now()
                self._recent.clear()
                self._present.lose()
                for viewer in self._viewers:
                    viewer.stream.lose()
            elif told.channel == CHANGES:
                change = Change.parse(told.payload)
                self._present.changed(change.number, change.queues)
                self._tell(change)
            else:
                presence = Presence.parse(told.payload)
                if self._present.heard(presence, now=clock.now()):
                    self._tell_all_present(presence.number)

    async def _re_read(self) -> None:
        """End the streams of those who may listen no longer, and narrow or widen those of the others."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(RE_READ_S)
            viewers = list(self._viewers)
            if not viewers:
                continue
            passes = {viewer.admitted for viewer in viewers}
            try:
                good = await loop.run_in_executor(self._threads, lambda: still_admitted(passes, now=clock.now()))  # noqa: B023 - awaited before the next turn
            except DatabaseError as error:  # whose rights are not known is told nothing, until they are
                log.warning("rights could not be read", error=type(error).__name__)
                for viewer in viewers:
                    viewer.sees = frozenset()
                continue
            for viewer in viewers:
                sees = good.get(viewer.admitted)
                if sees is None:
                    viewer.stream.end("signed-out")
                    self.leave(viewer)
                elif sees != viewer.sees:
                    viewer.sees = sees
                    viewer.stream.lose()

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(1)
            for number in self._present.forget(now=clock.now()):
                self._tell_all_present(number)

    def _tell(self, change: Change) -> None:
        now = clock.now()
        self._recent.append((now, change))
        written: dict[frozenset[int], bytes] = {}
        for viewer in self._viewers:
            if seen := viewer.sees & change.queues:
                if seen not in written:
                    written[seen] = _as_message(change, seen, now)
                viewer.stream.tell((change.number, change.kind), written[seen])

    def _tell_missed(self, viewer: Viewer, since: datetime) -> None:
        if self._since is None:
            return  # all are told once listening begins
        is_known = since > self._since
        if self._recent.maxlen == len(self._recent):
            is_known = is_known and since > self._recent[0][0]
        if not is_known:
            viewer.stream.lose()
            return
        for at, change in self._recent:
            if at >= since - OVERLAP and (seen := viewer.sees & change.queues):
                viewer.stream.tell((change.number, change.kind), _as_message(change, seen, at))

    def _tell_all_present(self, number: int) -> None:
        people = self._present.people_at(number)
        for viewer in self._viewers:
            if viewer.admitted.person in people:
                self._tell_presence(viewer, number)

    def _tell_presence(self, viewer: Viewer, number: int) -> None:
        """Who else is there: only to those who are there themselves and may see the ticket's queue."""
        if self._present.queue_of(number) not in viewer.sees:
            return
        others = [
            {"login": login, "initials": initials(login), "doing": doing}
            for person, (login, doing) in self._present.people_at(number).items()
            if person != viewer.admitted.person
        ]
        viewer.stream.tell(("presence", number), live.message("presence", {"number": number, "people": others}))


def _as_message(change: Change, seen: frozenset[int], at: datetime) -> bytes:
    data = {"number": change.number, "event": change.event, "kind": change.kind, "queues": sorted(seen)}
    return live.message("ticket", data, id=int(at.timestamp() * 1000))
