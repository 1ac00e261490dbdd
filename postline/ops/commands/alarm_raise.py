"""`postline alarm raise`: for a supervisor, which has no connection to the database of its own."""

from __future__ import annotations

from datetime import timedelta

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running


@click.command(hidden=True)
@click.argument("code")
@click.option("--subject", default="", help="Which one of its kind.")
@click.option("--minutes", default=10, show_default=True, help="Over when it was not raised again for so long.")
@click.pass_obj
def command(configuration: Configuration, *, code: str, subject: str, minutes: int) -> None:
    """Raise an alarm that is over by itself."""
    django.set_up()
    from postline.projects.alarms import raise_alarm  # noqa: PLC0415 - models need Django set up

    with running(configuration):
        raise_alarm(code, subject=subject, lasting=timedelta(minutes=minutes), now=clock.now())
