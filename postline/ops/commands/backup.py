"""`postline backup`"""

from __future__ import annotations

from pathlib import Path

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running
from postline.ops.progress import octets


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.pass_obj
def command(configuration: Configuration, folder: Path) -> None:
    """Copy database, files and the secret key to DIR, while everything runs.

    Who has the copy has everything: keep it as safe as the installation itself.
    """
    django.set_up()
    from postline.ops.backup.make import make  # noqa: PLC0415 - needs Django set up

    with running(configuration), octets("Backup") as progress:
        made = make(configuration, folder, progress=progress, now=clock.now())
    click.echo(f"{folder}: {len(made.parts)} files, {made.size / 1e6:.1f} MB.")
    if made.files_elsewhere:
        click.echo(f"What is in {made.files_elsewhere} is not part of it: keep that bucket.", err=True)
