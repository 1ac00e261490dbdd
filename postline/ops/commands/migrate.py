"""`postline migrate`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Bring the database up to date."""
    django.set_up()
    from postline.ops.migrate import bring_up_to_date  # noqa: PLC0415 - needs Django set up

    with running(configuration):
        count = bring_up_to_date()
    click.echo(f"Migrations applied: {count}." if count else "The database is up to date.")
