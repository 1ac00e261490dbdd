"""What reading a message costs: its bytes parsed, and its HTML cleaned for showing."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from statistics import median, quantiles

from postline.intake.parse import read
from postline.kit.html import clean
from postline.ops.bench.figures import Figure
from postline.ops.bench.shapes import shaped

MOST_MEDIAN_MS, MOST_MS = 0.3, 1_000.0  # for a message of some 10 kB; for any message
WARM_UP = 100  # messages, so that neither imports nor cold caches are measured


def measure(*, count: int, advance: Callable[[str, int], None]) -> list[Figure]:
    """Read `count` messages in this process, one after another. `advance` is told of progress."""
    source = shaped(WARM_UP + count)
    for raw in islice(source, WARM_UP):
        _read(raw)
    cpu: list[float] = []
    wall: list[float] = []
    sizes: list[int] = []
    for raw in source:
        began, used = time.perf_counter(), time.process_time()
        _read(raw)
        cpu.append(1_000 * (time.process_time() - used))
        wall.append(1_000 * (time.perf_counter() - began))
        sizes.append(len(raw))
        advance("read", 1)
    return [
        Figure(name="cpu_ms_median", value=median(cpu), unit="ms", most=MOST_MEDIAN_MS),
        Figure(name="ms_max", value=max(wall), unit="ms", most=MOST_MS),
        Figure(name="cpu_ms_p95", value=quantiles(cpu, n=20, method="inclusive")[-1], unit="ms"),
        Figure(name="messages", value=count, unit=""),
        Figure(name="median_kb", value=median(sizes) / 1_000, unit="kB"),
    ]


def _read(raw: bytes) -> None:
    message = read(raw)
    if message.html:
        clean(message.html)
