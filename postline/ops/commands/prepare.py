"""`postline prepare`: what `serve` does before the roles start."""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running


@click.command(hidden=True)
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Bring the database up to date, collect static files, load the demo on an empty database when wanted."""
    django.set_up()
    from postline.ops import migrate, static  # noqa: PLC0415 - need Django set up

    with running(configuration):
        migrate.bring_up_to_date()
        static.collect()
