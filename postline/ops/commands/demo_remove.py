"""`postline demo remove`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Take the demo department away: its projects with all their tickets, and its people."""
    django.set_up()
    from postline.ops.demo.remove import remove  # noqa: PLC0415 - needs Django set up
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up

    with running(configuration):
        require_up_to_date()
        removed = remove(now=clock.now())
    click.echo(f"Removed: people {removed.people}, tickets {removed.tickets}, messages {removed.messages}.")
    if removed.kept:
        click.echo(f"Switched off, because they have worked in other projects: {', '.join(removed.kept)}.")
