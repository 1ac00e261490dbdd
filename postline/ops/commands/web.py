"""`postline web`"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module

import click

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running
from postline.ops.ports import must_be_free

GOODBYE_S = 2.0


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Run the web role alone."""
    must_be_free("POSTLINE_HTTP", configuration.http)
    with running(configuration):
        django.set_up()
        from postline.ops import static  # noqa: PLC0415 - needs Django set up

        static.collect()  # before the application, which looks for them once
        from postline.ops import heartbeat  # noqa: PLC0415 - models need Django set up
        from postline.ops.web import serve  # noqa: PLC0415 - needed by this role alone

        stop = threading.Event()
        beating = heartbeat.start("web", stop)
        made = import_module("postline.asgi")  # by name: the doors stand beside us
        code = serve(made.application, configuration.http, end_streams=made.end_streams)
        stop.set()
        beating.join(GOODBYE_S)
    # not sys.exit: it would wait for a thread that still waits for a client who is gone
    sys.stderr.flush()
    os._exit(code)
