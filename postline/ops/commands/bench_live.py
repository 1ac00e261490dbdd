"""`postline bench live`"""

from __future__ import annotations

from pathlib import Path

import click

from postline.ops.bench import figures, live
from postline.ops.bench.installation import free_address, installation
from postline.ops.bench.progress import Progress


@click.command()
@click.option(
    "--messages", default=60, show_default=True, type=click.IntRange(min=2), help="How many changes, then messages."
)
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there, too.")
def command(messages: int, file: Path | None) -> None:
    """Measure how soon a hundred streams hear of a commit, and how soon a message that was acknowledged by SMTP stands
    in a list that is open in Chromium.

    Uses an installation of its own, which is thrown away afterwards.
    """
    machine = figures.machine()
    addresses = {"POSTLINE_HTTP": free_address(), "POSTLINE_SMTP": free_address()}
    with installation(addresses) as own, Progress(changes=messages, letters=messages) as progress:
        found = live.measure(own, count=messages, advance=progress.advance)
    figures.show("live", found)
    if file is not None:
        figures.write(file, "live", machine, found)
