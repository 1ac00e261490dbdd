"""`postline mail deliver`"""

from __future__ import annotations

import sys

import click

from postline.configuration import Configuration
from postline.kit.logs import logger
from postline.ops import django
from postline.ops.database import running
from postline.ops.errors import Refused


@click.command()
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="The envelope's recipient; may be repeated.")
@click.option("--from", "sender", default="", metavar="ADDRESS", help="The envelope's sender.")
@click.pass_obj
def command(configuration: Configuration, recipients: tuple[str, ...], sender: str) -> None:
    """Take one message from standard input.

    The exit code is 0 only when it is stored durably, 75 when the mail server should try again, 67 when there is no
    such mailbox, 65 when the message is too large.
    """
    django.set_up()
    from postline.intake.sources import pipe  # noqa: PLC0415 - models need Django set up

    try:
        with running(configuration):
            code = pipe.deliver(
                sys.stdin.buffer, recipients=recipients, sender=sender, max_message=configuration.max_message
            )
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        code = pipe.TRY_LATER
    except Exception:  # a fault of ours is never the sender's: any other code would make a bounce
        logger(__name__).exception("fault while receiving")
        code = pipe.TRY_LATER
    sys.exit(code)
