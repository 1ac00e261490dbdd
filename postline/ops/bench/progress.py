"""A bar for each thing that is counted, on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Progress:
    """`with Progress(kept=5000) as progress:`, then `progress.advance("kept", 50)`."""

    def __init__(self, **totals: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bars = Bars(*columns, console=Console(stderr=True), refresh_per_second=4)
        self._tasks = {name: self._bars.add_task(name, total=total) for name, total in totals.items()}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def advance(self, name: str, count: int) -> None:
        """So many more of `name` are done."""
        self._bars.advance(self._tasks[name], count)
