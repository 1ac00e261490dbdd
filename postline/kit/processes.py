"""Signals and children, without the traps: no work in a signal handler, no child that outlives its parent."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dying_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` after which the kernel sends `number` to the child as soon as its parent is gone.

    The parent is the thread that starts it, so use the main thread. Elsewhere than on Linux nothing happens.
    """
    parent = os.getpid()

    def set_in_child() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != parent:  # the parent died before the line above
                os._exit(1)

    return set_in_child


class SignalPipe:
    """Turns signals into something to wait for: handlers do nothing, the numbers arrive through a pipe.

    Only in the main thread. Other threads may call `wake` to end the wait.
    """

    def __init__(self, *numbers: signal.Signals) -> None:
        self.numbers = numbers
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._wakeup_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in self.numbers:
            self._before[number] = signal.signal(number, _nothing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float | None) -> frozenset[int]:
        """The signals that came, at the latest after `seconds`; 0 among them is a call of `wake`."""
        if not select.select([self._read], [], [], seconds)[0]:
            return frozenset()
        return frozenset(os.read(self._read, 4096))

    def wake(self) -> None:
        """End the wait of the main thread."""
        os.write(self._write, b"\0")


def _nothing(number: int, frame: FrameType | None) -> None:
    """SIG_IGN would be inherited by children and would reap them unseen; this is neither."""
