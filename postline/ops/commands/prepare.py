"""`postline prepare`: what `serve` does before the roles start."""

from __future__ import annotations

from importlib import import_module

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running


@click.command(hidden=True)
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Bring the database up to date, collect static files, load the demo on an empty database when wanted.

    What it prints, `serve` says after its ready line.
    """
    django.set_up()
    from postline.ops import migrate, static  # noqa: PLC0415 - need Django set up

    with running(configuration):
        migrate.bring_up_to_date()
        static.collect()
        if configuration.demo and (logins := _demo()):
            click.echo(logins)


def _demo() -> str:
    """Load the demo department into an empty installation; gives the line that tells its logins, if it is here."""
    # by name, so that an installation without the demo imports nothing of it
    load = import_module("postline.ops.demo.load")
    department = import_module("postline.ops.demo.department")
    load.load_at_first_start(now=clock.now())
    if not load.is_loaded():
        return ""
    logins = ", ".join(department.logins())
    return f"Demo logins, password {department.PASSWORD}: {logins}"
