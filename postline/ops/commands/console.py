"""`postline console`"""

from __future__ import annotations

import click
from django.core.management import call_command

from postline.configuration import Configuration
from postline.ops import django
from postline.ops.database import running


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Open a Python shell with Postline loaded."""
    django.set_up()
    with running(configuration):
        call_command("shell")
