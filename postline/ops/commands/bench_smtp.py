"""`postline bench smtp`"""

from __future__ import annotations

from pathlib import Path

import click

from postline.ops.bench import figures, smtp
from postline.ops.bench.installation import free_address, installation
from postline.ops.bench.progress import Progress


@click.command()
@click.option("--messages", default=3_000, show_default=True, type=click.IntRange(min=1), help="How many are sent.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there, too.")
def command(messages: int, file: Path | None) -> None:
    """Measure how many messages the receiver takes in by SMTP, each durable before it is acknowledged.

    Uses an installation of its own, which is thrown away afterwards.
    """
    machine = figures.machine()
    with installation({"POSTLINE_SMTP": free_address()}) as own, Progress(sent=messages) as progress:
        found = smtp.measure(own, count=messages, advance=progress.advance)
    figures.show("smtp", found)
    if file is not None:
        figures.write(file, "smtp", machine, found)
