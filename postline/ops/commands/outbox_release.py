"""`postline outbox release`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Let go what a restore has put on hold: what was unsent when the backup was made, and automatic
    answers since."""
    django.set_up()
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up
    from postline.outbox.actions import release_held  # noqa: PLC0415

    with running(configuration):
        require_up_to_date()
        count = release_held(None, now=clock.now())
    click.echo(f"Messages released: {count}.")
