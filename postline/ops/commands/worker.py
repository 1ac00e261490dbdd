"""`postline worker`"""

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
    """Run the worker alone: handles what came in, sends what goes out, wakes what waited for a date, escalates."""
    django.set_up()
    from postline.intake import checker, housekeeping, worker  # noqa: PLC0415 - models need Django set up
    from postline.ops import heartbeat  # noqa: PLC0415
    from postline.outbox import send  # noqa: PLC0415
    from postline.projects import calendar_feeds  # noqa: PLC0415
    from postline.tickets.actions import wake  # noqa: PLC0415
    from postline.tickets.clocks import escalate, recount  # noqa: PLC0415

    with running(configuration):
        sys.exit(
            run_until_stopped(
                {
                    "heartbeat": partial(heartbeat.run, "worker"),
                    "intake": worker.run,
                    "signatures": checker.run,
                    "housekeeping": housekeeping.run,
                    "outbox": send.run,
                    "wake": wake.run,
                    "clocks": escalate.run,
                    "recount": recount.run,
                    "holidays": calendar_feeds.run,
                }
            )
        )
