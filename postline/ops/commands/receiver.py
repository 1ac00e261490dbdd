"""`postline receiver`"""

from __future__ import annotations

import sys
from functools import partial

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running
from postline.ops.ports import must_be_free
from postline.ops.roles import run_until_stopped


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Run the mail receiver alone (SMTP and LMTP)."""
    must_be_free("POSTLINE_SMTP", configuration.smtp)
    must_be_free("POSTLINE_LMTP", configuration.lmtp)
    django.set_up()
    from postline.intake.sources import lmtp, smtp  # noqa: PLC0415 - models need Django set up
    from postline.ops import heartbeat  # noqa: PLC0415

    with running(configuration):
        sys.exit(
            run_until_stopped(
                {
                    "heartbeat": partial(heartbeat.run, "receiver"),
                    "smtp": partial(smtp.run, configuration),
                    "lmtp": partial(lmtp.run, configuration),
                }
            )
        )
