"""Reads messages in a child process that may be killed: no message can stop, stall or bloat a worker."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any

from postline.intake.parse.child import BYTES_PER_SECOND, LENGTH, OUT_OF_MEMORY
from postline.intake.parse.values import Address, Bounce, Feedback, Forwarded, ParsedMessage, Part

MEMORY = 300 * 1024 * 1024  # bytes one message may take, beyond what the idle child has
WALL_SECONDS = 3.0  # the child ends itself after its share of CPU; this is for one that stands still
STARTING_SECONDS = 20.0  # for a new child on a busy machine
AHEAD = 1 << 16  # bytes sent ahead of the answers


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be read of a message, twice: its reader ran out of "time" or "memory", or died ("crash")."""

    reason: str


class Reader:
    """One child that is kept between batches and replaced when it dies. For one thread at a time."""

    def __init__(self, *, memory: int = MEMORY, wall_seconds: float = WALL_SECONDS) -> None:
        self._memory = memory
        self._wall_seconds = wall_seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the child that reads now; None before the first batch and after `close()`."""
        return self._child.pid if self._child else None

    def read_many(self, raws: Sequence[bytes]) -> list[ParsedMessage | Unreadable]:
        """Each message's value, in their order. One whose reader died is tried once more, alone and last."""
        results: list[ParsedMessage | Unreadable | None] = [None] * len(raws)
        waiting = deque(range(len(raws)))
        while waiting:
            waiting = self._batch(raws, waiting, results)
        for index, result in enumerate(results):
            if isinstance(result, Unreadable):
                self._batch(raws, deque([index]), results)
        return [result for result in results if result is not None]

    def read_groups(
        self, groups: Sequence[Sequence[bytes]], *, patience: float
    ) -> Generator[list[ParsedMessage | Unreadable], None, None]:
        """Each group's values; while the caller works on one, the next are read. Ends early when one is not there
        `patience` seconds after the caller has come for it; the first is waited for."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        try:
            first, *others = [thread.submit(self.read_many, group) for group in groups]
            yield first.result()
            for group in others:
                try:
                    values = group.result(patience)
                except TimeoutError:
                    return
                yield values
        finally:
            thread.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Ends the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()

    def _batch(
        self, raws: Sequence[bytes], waiting: deque[int], results: list[ParsedMessage | Unreadable | None]
    ) -> deque[int]:
        """Reads as far as the child lives. Returns what it had not come to; the one it died of is Unreadable."""
        if self._child is not None and self._child.poll() is not None:
            self.close()
        patience = self._wall_seconds + (STARTING_SECONDS if self._child is None else 0)
        child = self._running()
        answers = _converse(child, [raws[index] for index in waiting], patience, self._wall_seconds)
        try:
            for answer in answers:
                index = waiting.popleft()
                results[index] = _value(answer)
        except _Silence as silence:
            results[waiting.popleft()] = Unreadable(silence.reason)
            self.close()
        except BaseException:
            self.close()  # in the middle of a conversation: the next batch needs a fresh child
            raise
        return waiting

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "postline.intake.parse.child", str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library's last words may quote the letter
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                bufsize=0,
            )
        return self._child


class _Silence(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


def _converse(
    child: subprocess.Popen[bytes], raws: list[bytes], patience: float, wall_seconds: float
) -> Iterator[bytes]:
    """Sends messages and yields answers, never blocking on one side while the other is full."""
    sink, source = _pipes(child)
    os.set_blocking(sink, False)
    os.set_blocking(source, False)
    to_send = deque(raws)
    outgoing = memoryview(b"")
    incoming = bytearray()
    answered = sent = 0
    deadline = time.monotonic() + patience + _more_for(raws[0])
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        writing = False
        while answered < len(raws):
            if not outgoing and to_send and (sent == answered or len(to_send[0]) < AHEAD):
                raw = to_send.popleft()
                outgoing = memoryview(LENGTH.pack(len(raw)) + raw)
                sent += 1
            if bool(outgoing) != writing:
                writing = bool(outgoing)
                if writing:
                    selector.register(sink, selectors.EVENT_WRITE)
                else:
                    selector.unregister(sink)
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready and time.monotonic() >= deadline:
                raise _Silence("time")
            for key, _ in ready:
                if key.fd == sink:
                    try:
                        outgoing = outgoing[os.write(sink, outgoing) :]
                    except BlockingIOError:
                        pass
                    except OSError:
                        raise _Silence(_cause(child)) from None
                    continue
                chunk = os.read(source, 1 << 20)
                if not chunk:
                    raise _Silence(_cause(child))
                incoming += chunk
            while len(incoming) >= LENGTH.size:
                (length,) = LENGTH.unpack_from(incoming)
                if len(incoming) < LENGTH.size + length:
                    break
                answer = bytes(incoming[LENGTH.size : LENGTH.size + length])
                del incoming[: LENGTH.size + length]
                answered += 1
                following = raws[answered] if answered < len(raws) else b""
                deadline = time.monotonic() + wall_seconds + _more_for(following)
                yield answer


def _more_for(raw: bytes) -> float:
    """Seconds that a large message may take besides; three times the CPU's, on a busy machine."""
    return 3 * len(raw) / BYTES_PER_SECOND


def _pipes(child: subprocess.Popen[bytes]) -> tuple[int, int]:
    if child.stdin is None or child.stdout is None:
        raise ValueError("the child was started without pipes")
    return child.stdin.fileno(), child.stdout.fileno()


def _cause(child: subprocess.Popen[bytes]) -> str:
    """Why the child ended: its own CPU timer, its memory, or anything else."""
    try:
        code = child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "crash"
    if code == -signal.SIGPROF:
        return "time"
    return "memory" if code in (OUT_OF_MEMORY, -signal.SIGABRT) else "crash"  # Rust aborts when memory is short


class _Values(pickle.Unpickler):
    """Only our own values come back, whatever a child that a letter took over may say."""

    _ALLOWED = {
        (kind.__module__, kind.__qualname__): kind
        for kind in (ParsedMessage, Address, Part, Bounce, Feedback, Forwarded, datetime, timezone, timedelta)
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no value of ours") from None


def _value(answer: bytes) -> ParsedMessage | Unreadable:
    try:
        value = _Values(io.BytesIO(answer)).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError):
        return Unreadable("crash")
    return value if isinstance(value, ParsedMessage) else Unreadable("crash")
