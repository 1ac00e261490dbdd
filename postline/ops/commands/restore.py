"""`postline restore`"""

from __future__ import annotations

from pathlib import Path

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.kit.locks import FileLock
from postline.ops import django
from postline.ops.database import running
from postline.ops.errors import Refused
from postline.ops.progress import octets


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR")
@click.pass_obj
def command(configuration: Configuration, folder: Path) -> None:
    """Bring the backup in DIR into an empty installation. What was unsent comes back on hold, and automatic
    answers wait until it is released."""
    lock = FileLock(configuration.home / "serve.lock")
    if not lock.take():
        raise Refused(f"Postline is running for this POSTLINE_HOME, {configuration.home}: stop it first.")
    django.set_up()
    from postline.ops.backup import manifest  # noqa: PLC0415 - need Django set up
    from postline.ops.backup.restore import must_fit, restore  # noqa: PLC0415

    with running(configuration):
        made = must_fit(folder)
        with octets("Checking", total=made.size) as progress:
            manifest.check(folder, made, progress=progress)
        with octets("Restoring") as progress:
            held = restore(configuration, folder, made, progress=progress, now=clock.now())
    lock.release()
    click.echo(f"Restored from {folder}, made {made.created_at} by Postline {made.postline}.")
    click.echo(
        f"Messages on hold: {held}. `postline outbox release` lets them go, when the old installation is off."
        " Until then automatic answers wait as well."
    )
    if made.files_elsewhere:
        click.echo(f"Its files are in {made.files_elsewhere}: set POSTLINE_FILES to that.", err=True)
