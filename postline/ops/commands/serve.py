"""`postline serve`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.ops.run import serve


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Run everything on this machine until stopped: database, web, mail receiver and fetcher, worker."""

    def announce(notice: str) -> None:
        click.echo(f"Postline is ready: http://{configuration.http}/")
        if notice:
            click.echo(notice)

    serve(configuration, announce=announce)
