"""`postline serve`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.ops.run import serve


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Run everything on this machine until stopped: database, web, mail receiver, worker."""

    def announce() -> None:
        click.echo(f"Postline is ready: http://{configuration.http}/")

    serve(configuration, announce=announce)
