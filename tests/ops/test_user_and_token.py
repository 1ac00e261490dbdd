"""`user create` and `token create`, as an operator uses them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from django.contrib.auth.tokens import default_token_generator
from django.urls import resolve

from postline import configuration
from postline.kit import clock
from postline.ops.cli import root
from postline.ops.errors import Refused
from postline.projects.models import AuditEntry, Membership, Person
from postline.projects.tokens import person_of_token
from tests.scenes import department

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    """What the command says; a refusal is raised."""
    return CliRunner().invoke(root, words, obj=configuration.load(), catch_exceptions=False)


def places(login: str) -> list[tuple[str, str | None, str | None]]:
    """Role, project and group of each membership."""
    memberships = Membership.objects.filter(person__login=login).order_by("id")
    return list(memberships.values_list("role", "project__slug", "group__slug"))


def test_the_first_person_is_the_administrator_and_gets_a_link_that_works() -> None:
    result = run("user", "create", "Boss", "--name", "Ada Boss")
    assert (result.exit_code, places("Boss")) == (0, [("admin", None, None)])
    link = resolve(urlsplit(result.stdout.strip()).path)
    assert link.view_name == "set-password"
    assert default_token_generator.check_token(Person.objects.get(login="Boss"), link.kwargs["token"])


def test_a_person_is_written_into_the_audit_log() -> None:
    run("user", "create", "boss")
    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.target) == ("person.created", "boss")
    assert entry.detail == {"project": None, "roles": [{"role": "admin", "project": "", "group": ""}]}


def test_a_role_holds_in_the_projects_named_or_in_all() -> None:
    department()
    run("user", "create", "one", "--role", "line1", "--project", "games")
    run("user", "create", "all", "--role", "lead")
    assert places("one") == [("line1", "games", None)]
    assert places("all") == [("lead", "mail", None), ("lead", "games", None)]


def test_the_second_line_works_in_the_group_named_or_in_all() -> None:
    department()
    run("user", "create", "one", "--role", "line2", "--project", "mail", "--group", "web")
    run("user", "create", "all", "--role", "line2", "--project", "mail")
    assert places("one") == [("line2", "mail", "web")]
    assert [group for _, _, group in places("all")] == ["passwords", "web", "abuse"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["LINE1", "--role", "line1"], "login LINE1 already"),
        (["a b", "--role", "line1"], "'a b' cannot be a login"),
        (["-x", "--role", "line1"], "No such option"),
        (["анна", "--role", "line1"], "cannot be a login"),
        (["new"], "Say what new is"),
        (["new", "--role", "line1", "--project", "shop"], "no project shop: the projects are mail, games"),
        (["new", "--role", "line2", "--group", "web"], "Project games has no group web"),
        (["new", "--role", "lead", "--group", "web"], "leave out --group"),
        (["new", "--role", "admin", "--project", "mail"], "leave out --project"),
        (["new", "--role", "lead", "--email", "nobody"], "nobody is no e-mail address"),
        (["new", "--role", "boss"], "Invalid value for '--role'"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(words: list[str], sentence: str) -> None:
    department()
    before = Person.objects.count()
    try:
        said = run("user", "create", *words).output
    except Refused as refusal:
        said = str(refusal)
    assert sentence in said
    assert Person.objects.count() == before


def test_the_first_person_can_be_nothing_else() -> None:
    with pytest.raises(Refused, match="The first person is the administrator"):
        run("user", "create", "new", "--role", "line1")


def test_a_token_acts_as_its_owner() -> None:
    department()
    token = run("token", "create", "--user", "LINE1", "--name", "export").stdout.strip()
    owner = person_of_token(token, now=clock.now())
    assert owner is not None
    assert owner.login == "line1"


def test_there_is_no_token_for_nobody() -> None:
    with pytest.raises(Refused, match="Nobody here has the login ghost"):
        run("token", "create", "--user", "ghost")
