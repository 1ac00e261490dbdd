"""The process that reads messages and may be killed: `python -m postline.intake.parse.child BYTES`.

Takes messages from its standard input and gives values on its standard output, each as eight bytes of length
and the content, until the input ends: so it never outlives its parent by more than one message.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import struct
import sys
from typing import BinaryIO

from postline.intake.parse.message import read

LENGTH = struct.Struct("<Q")
CPU_SECONDS = 1.0
BYTES_PER_SECOND = 10 << 20  # what a large message may take besides
OUT_OF_MEMORY = 7  # the exit code


def main() -> None:
    """Reads until the input ends. The argument is how many bytes one message may take beyond what we have."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's Ctrl+C is for the parent, who closes our input
    _limit_memory(int(sys.argv[1]))
    gc.freeze()  # what is loaded stays: no collection needs to look at it
    try:
        _serve(sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(0)  # the parent has gone


def _limit_memory(allowance: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[0])
    most = pages * resource.getpagesize() + allowance
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(source: BinaryIO, sink: BinaryIO) -> None:
    while (raw := _next(source)) is not None:
        # The default action of SIGPROF ends the process, in the middle of foreign code too.
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS + len(raw) / BYTES_PER_SECOND)
        answer = pickle.dumps(read(raw), protocol=pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sink.write(LENGTH.pack(len(answer)))
        sink.write(answer)
        sink.flush()


def _next(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    raw = source.read(length)
    return raw if len(raw) == length else None


if __name__ == "__main__":
    main()
