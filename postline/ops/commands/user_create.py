"""`postline user create`"""

from __future__ import annotations

import click

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running

ROLES = "line1 line2 trainee trainer editor product lead project-admin auditor admin".split()


@click.command()
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), help="What they are; the first person is the administrator.")
@click.option("--project", "projects", multiple=True, metavar="SLUG", help="Where; more than once if need be. [all]")
@click.option("--group", metavar="SLUG", help="In which group of the second line. [all]")
@click.option("--name", default="", help="How colleagues see them.")
@click.option("--email", default="", help="Where “forgotten password” writes to.")
@click.pass_obj
def command(
    configuration: Configuration,
    *,
    login: str,
    role: str | None,
    projects: tuple[str, ...],
    group: str | None,
    name: str,
    email: str,
) -> None:
    """Make a person and print a one-time link with which they set their password."""
    django.set_up()
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up
    from postline.ops.staffing import Wanted, hire  # noqa: PLC0415 - needs Django set up
    from postline.projects.invitations import password_link  # noqa: PLC0415 - needs Django set up

    wanted = Wanted(login=login, role=role, projects=projects, group=group, name=name, email=email)
    with running(configuration):
        require_up_to_date()
        person, places = hire(wanted, now=clock.now())
        link = password_link(person, configuration)
    click.echo(f"{person.login}: {places}. Set the password within a day:", err=True)
    click.echo(link)
