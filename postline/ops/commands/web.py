"""`postline web`"""

from __future__ import annotations

import sys

import click

from postline.configuration import Configuration
from postline.ops.database import running
from postline.ops.ports import must_be_free


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Run the web role alone."""
    must_be_free("POSTLINE_HTTP", configuration.http)
    with running(configuration):
        from postline.asgi import application, end_streams  # noqa: PLC0415 - importing it sets Django up
        from postline.ops.web import serve  # noqa: PLC0415 - needed by this role alone

        sys.exit(serve(application, configuration.http, end_streams=end_streams))
