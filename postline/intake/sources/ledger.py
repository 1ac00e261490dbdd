"""What a fetcher knows about the messages that lie in one mailbox, while it runs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

BATCH = 50  # messages that share a commit, at most
BATCH_BYTES = 16 << 20
TRIES = 3  # a message that cannot be fetched so often is left alone for a while, so that the others come in
ASIDE_S = 3600.0

Key = TypeVar("Key", int, str)  # an IMAP UID, or what POP3's UIDL says


class Ledger(Generic[Key]):
    """`kept` are those stored here that still lie there: what follows the commit is made up for, without fetching."""

    def __init__(self, *, max_message: int) -> None:
        self.max_message = max_message
        self.kept: set[Key] = set()
        self._failures: Counter[Key] = Counter()
        self._aside_until: dict[Key, float] = {}
        self._too_large: set[Key] = set()

    def begin(self, present: Iterable[Key]) -> list[Key]:
        """What is to be fetched of the messages that lie there now; those that failed before come last."""
        lying = set(present)
        self.kept &= lying
        self._too_large &= lying
        self._failures = Counter({key: count for key, count in self._failures.items() if key in lying})
        now = time.monotonic()
        self._aside_until = {key: end for key, end in self._aside_until.items() if key in lying and end > now}
        wanted = lying - self.kept - self._too_large - set(self._aside_until)
        return sorted(wanted, key=lambda key: (self._failures[key], key))

    def batches(self, sizes: Mapping[Key, int]) -> Iterator[list[Key]]:
        """In the order given, several together; alone what failed before. Larger ones are left where they are."""
        batch: list[Key] = []
        total = 0
        for key, size in sizes.items():
            if size > self.max_message:
                self._too_large.add(key)
                continue
            alone = self._failures[key] > 0
            if batch and (alone or len(batch) == BATCH or total + size > BATCH_BYTES):
                yield batch
                batch, total = [], 0
            batch.append(key)
            total += size
            if alone:
                yield batch
                batch, total = [], 0
        if batch:
            yield batch

    def failed(self, keys: Iterable[Key]) -> None:
        """Something broke while these were fetched; perhaps one of them is the cause."""
        for key in keys:
            self._failures[key] += 1
            if self._failures[key] >= TRIES:
                self._aside_until[key] = time.monotonic() + ASIDE_S
                self._failures[key] = TRIES - 1  # after the pause, one more try

    def too_large(self, key: Key) -> None:
        """Leave this one where it is."""
        self._too_large.add(key)

    @property
    def left_behind(self) -> int:
        """How many lie there that are not taken."""
        return len(self.left)

    @property
    def left(self) -> set[Key]:
        """Those that lie there and are not taken: too large, or put aside for a while."""
        return self._too_large | set(self._aside_until)

    def forget(self) -> None:
        """The keys mean other messages now (UIDVALIDITY has changed)."""
        self.__init__(max_message=self.max_message)  # type: ignore[misc]
