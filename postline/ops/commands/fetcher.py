"""`postline fetcher`"""

from __future__ import annotations

import sys
from functools import partial

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running
from postline.ops.roles import run_until_stopped


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Run the mail fetcher alone: reads the mailboxes that are read by IMAP and POP3."""
    django.set_up()
    from postline.intake import fetcher  # noqa: PLC0415 - models need Django set up
    from postline.ops import heartbeat  # noqa: PLC0415

    with running(configuration):
        sys.exit(run_until_stopped({"heartbeat": partial(heartbeat.run, "fetcher"), "fetcher": fetcher.run}))
