"""The process that reads messages and may be killed: `python -m postline.intake.parse.child BYTES`.

Takes messages from its standard input and gives values on its standard output, each as eight bytes of length
and the content, until the input ends: so it never outlives its parent by more than one message.
"""

from __future__ import annotations

import pickle
import resource
import signal
import struct
import sys
from typing import BinaryIO

from postline.intake.parse.message import read

LENGTH = struct.Struct("<Q")
CPU_SECONDS = 1.0


def main() -> None:
    """Reads until the input ends. The argument is how many bytes one message may take beyond what we have."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's Ctrl+C is for the parent, who closes our input
    _limit_memory(int(sys.argv[1]))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        raw = _next(source)
        if raw is None:
            return
        # The default action of SIGPROF ends the process, in the middle of foreign code too.
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        answer = _answer(raw)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sink.write(LENGTH.pack(len(answer)))
        sink.write(answer)
        sink.flush()


def _limit_memory(allowance: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[0])
    most = pages * resource.getpagesize() + allowance
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _next(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    raw = source.read(length)
    return raw if len(raw) == length else None


def _answer(raw: bytes) -> bytes:
    """The pickled value, or nothing at all when the memory did not suffice."""
    try:
        return pickle.dumps(read(raw), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return b""


if __name__ == "__main__":
    main()
