"""How quickly a backlog becomes tickets: raw rows that are kept, one worker process with its reader, PostgreSQL."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import islice

from postline.kit import clock
from postline.ops.bench.figures import Figure
from postline.ops.bench.installation import MAILBOX, Installation
from postline.ops.bench.letters import Letter, letters
from postline.ops.bench.usage import cpu_seconds, cpu_seconds_of_children
from postline.ops.errors import Refused

LEAST_PER_SECOND, MOST_CPU_MS = 500, 3.0  # DESIGN 7
WARM_UP = 200  # letters, so that neither imports nor cold caches are measured
GROUP = 50  # kept with one commit
LOOK_S = 0.1
PATIENCE_S = 60.0  # without one message handled


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds used so far."""

    worker: float
    reader: float
    backends: float


def measure(installation: Installation, *, count: int, advance: Callable[[str, int], None]) -> list[Figure]:
    """Keep `count` messages while the worker stands still, then let it handle them. `advance` is told of progress."""
    source = letters(WARM_UP + count, recipient=MAILBOX)
    with installation.role("worker") as worker:
        _keep(list(islice(source, WARM_UP)))
        _drain(WARM_UP, lambda _: None)
        worker.send_signal(signal.SIGSTOP)
        size = 0
        while group := list(islice(source, GROUP)):
            _keep(group)
            size += sum(len(one.content) for one in group)
            advance("kept", len(group))
        before, started = _cpu(installation, worker.pid), time.monotonic()
        worker.send_signal(signal.SIGCONT)
        _drain(count, lambda handled: advance("handled", handled))
        seconds, after = time.monotonic() - started, _cpu(installation, worker.pid)
    used = [1000 * (end - start) / count for start, end in zip(astuple(before), astuple(after), strict=True)]
    return [
        Figure(name="messages_per_s", value=count / seconds, unit="1/s", least=LEAST_PER_SECOND),
        Figure(name="cpu_ms_per_message", value=sum(used), unit="ms", most=MOST_CPU_MS),
        Figure(name="worker_cpu_ms", value=used[0], unit="ms"),
        Figure(name="reader_cpu_ms", value=used[1], unit="ms"),
        Figure(name="postgresql_cpu_ms", value=used[2], unit="ms"),
        Figure(name="messages", value=count, unit=""),
        Figure(name="mean_kb", value=size / count / 1000, unit="kB"),
        *_became(),
    ]


def _keep(group: list[Letter]) -> None:
    from postline.intake.models import Source  # noqa: PLC0415 - models need Django set up
    from postline.intake.receive import Delivery, keep_many  # noqa: PLC0415

    keep_many(
        [
            Delivery(content=one.content, source=Source.SMTP, envelope_from=one.sender, envelope_to=(one.recipient,))
            for one in group
        ],
        now=clock.now(),
    )


def _drain(count: int, handled: Callable[[int], None]) -> None:
    """Wait until nothing waits any more."""
    from postline.intake.models import RawMessage, State  # noqa: PLC0415 - models need Django set up

    left, changed = count, time.monotonic()
    while left:
        time.sleep(LOOK_S)
        now_left = RawMessage.objects.filter(state=State.WAITING).count()
        if now_left != left:
            handled(left - now_left)
            left, changed = now_left, time.monotonic()
        elif time.monotonic() - changed > PATIENCE_S:
            raise Refused(f"The worker handles nothing any more; {left} messages are left.")


def _cpu(installation: Installation, worker: int) -> Cpu:
    database = cpu_seconds(installation.database) + cpu_seconds_of_children(installation.database)
    own = cpu_seconds(worker)
    return Cpu(own, cpu_seconds_of_children(worker), database)


def _became() -> list[Figure]:
    """What the messages became: that nothing was lost belongs to the measurement."""
    from postline.intake.models import RawMessage, State  # noqa: PLC0415 - models need Django set up
    from postline.tickets.models import Message, Ticket  # noqa: PLC0415

    return [
        Figure(name="tickets", value=Ticket.objects.count(), unit=""),
        Figure(name="follow_ups", value=Message.objects.exclude(joined_by="").count(), unit=""),
        Figure(name="quarantined", value=RawMessage.objects.filter(state=State.QUARANTINED).count(), unit=""),
    ]
