"""What a measurement found: a table for people, one object for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from postline.ops.embedded.tuning import memory_mib


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `least` or `most` is its budget (DESIGN 7), where it has one."""

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def budget(self) -> str:
        """As the table shows it."""
        if self.least is not None:
            return f"≥ {self.least:g}"
        return f"≤ {self.most:g}" if self.most is not None else ""

    @property
    def keeps(self) -> bool:
        """Whether the value is within its budget; what has none always is."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)


def machine() -> dict[str, Any]:
    """What it was measured on, and how busy that was before."""
    return {
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "memory_mib": memory_mib(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def show(bench: str, figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table("figure", "value", "unit", "budget", "", title=f"bench {bench}", title_justify="left")
    for column in (1, 3):
        table.columns[column].justify = "right"
    for one in figures:
        verdict = ("[green]kept[/]" if one.keeps else "[red]missed[/]") if one.budget else ""
        table.add_row(one.name, f"{one.value:,.6g}", one.unit, one.budget, verdict)
    Console().print(table)


def write(file: Path, bench: str, on: dict[str, Any], figures: Sequence[Figure]) -> None:
    """Write the shape that CONTRACT fixes."""
    values = [{"name": one.name, "value": one.value, "unit": one.unit} for one in figures]
    file.write_text(json.dumps({"bench": bench, "machine": on, "figures": values}, indent=2) + "\n")
