"""Charts as SVG, drawn on the server: figures become places; `shared/charts.jinja` writes them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 96
GAP = 1.5
LEAST = 2.0  # a bar that stands for something is seen


@dataclass(frozen=True)
class Bar:
    """A bar in the units of the drawing; `title` is what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class BarChart:
    """`label` says in a sentence what there is to see; `ticks` are words under the axis with their places."""

    label: str
    bars: list[Bar]
    ticks: list[tuple[float, str]]
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def bar_chart(
    figures: Sequence[tuple[str, int]],
    *,
    label: str,
    ticks: Sequence[tuple[int, str]] = (),
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> BarChart:
    """One bar for each (title, figure), as high as its share of the highest; `ticks` name bars by their number.
    `size` is the width and height of the drawing."""
    most = max((figure for _title, figure in figures), default=0)
    wide, high = size
    step = wide / max(1, len(figures))
    bars = []
    for number, (title, figure) in enumerate(figures):
        height = max(LEAST, figure / most * high) if figure else 0.0
        bars.append(
            Bar(round(number * step, 1), round(high - height, 1), round(step - GAP, 1), round(height, 1), title)
        )
    return BarChart(label, bars, [(round(number * step, 1), words) for number, words in ticks], most, wide, high)
