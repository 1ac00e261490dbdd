"""`postline token create`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running
from postline.ops.errors import Refused


@click.command()
@click.option("--user", "login", required=True, metavar="LOGIN", help="Whom the token acts as.")
@click.option("--name", default="", help="What it is for.")
@click.pass_obj
def command(configuration: Configuration, login: str, name: str) -> None:
    """Make an API token and print it, once."""
    django.set_up()
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up
    from postline.projects.models import Person  # noqa: PLC0415 - needs Django set up
    from postline.projects.tokens import create_token  # noqa: PLC0415 - needs Django set up

    with running(configuration):
        require_up_to_date()
        person = Person.objects.filter(login__iexact=login, is_active=True).first()
        if person is None:
            raise Refused(f"Nobody here has the login {login}.")
        click.echo(create_token(person=person, name=name, actor="", now=clock.now()))
