"""`postline bench parse`"""

from __future__ import annotations

from pathlib import Path

import click

from postline.ops.bench import figures, parse
from postline.ops.bench.progress import Progress


@click.command()
@click.option("--messages", default=5_000, show_default=True, type=click.IntRange(min=2), help="How many are read.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there, too.")
def command(messages: int, file: Path | None) -> None:
    """Measure what reading a message costs: parsing it and cleaning its HTML. Needs no database."""
    machine = figures.machine()
    with Progress(read=messages) as progress:
        found = parse.measure(count=messages, advance=progress.advance)
    figures.show("parse", found)
    if file is not None:
        figures.write(file, "parse", machine, found)
