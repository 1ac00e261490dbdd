"""`postline demo load`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Load the demo department into an empty installation."""
    django.set_up()
    from postline.ops.demo.department import PASSWORD, logins  # noqa: PLC0415 - needs Django set up
    from postline.ops.demo.load import load  # noqa: PLC0415 - needs Django set up
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up

    with running(configuration):
        require_up_to_date()
        loaded = load(now=clock.now())
    click.echo(f"People: {loaded.people}, tickets: {loaded.tickets}, messages received: {loaded.messages}.")
    click.echo(f"Logins, password {PASSWORD} each: {', '.join(logins())}.")
