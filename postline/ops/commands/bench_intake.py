"""`postline bench intake`"""

from __future__ import annotations

from pathlib import Path

import click

from postline.ops.bench import figures, intake
from postline.ops.bench.installation import installation
from postline.ops.bench.progress import Progress


@click.command()
@click.option(
    "--messages", default=5_000, show_default=True, type=click.IntRange(min=1), help="How long the backlog is."
)
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there, too.")
@click.option("--rules/--no-rules", default=True, show_default=True, help="With 30 filters and 50 hints.")
def command(messages: int, file: Path | None, rules: bool) -> None:
    """Measure how quickly one worker turns a backlog of messages into tickets, with the rules of a real department.

    Uses an installation of its own, which is thrown away afterwards.
    """
    machine = figures.machine()
    with installation(with_rules=rules) as own, Progress(kept=messages, handled=messages) as progress:
        found = intake.measure(own, count=messages, advance=progress.advance)
    figures.show("intake", found)
    if file is not None:
        figures.write(file, "intake", machine, found)
