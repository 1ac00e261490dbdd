"""`postline demo traffic`"""

from __future__ import annotations

import signal
import threading

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running
from postline.ops.errors import Refused


@click.command()
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), default=12, show_default=True, help="Messages a minute."
)
@click.pass_obj
def command(configuration: Configuration, rate: float) -> None:
    """Send new requests, and replies to what was answered, to POSTLINE_SMTP until stopped."""
    if configuration.smtp is None:
        raise Refused("POSTLINE_SMTP is empty: there is nowhere to send to.")
    django.set_up()
    from postline.ops.demo import traffic  # noqa: PLC0415 - needs Django set up
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up

    traffic.require_listening(configuration.smtp)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running(configuration):
        require_up_to_date()
        sent = traffic.run(configuration.smtp, rate=rate, stop=stop, say=click.echo)
    click.echo(f"Messages sent: {sent}.")
