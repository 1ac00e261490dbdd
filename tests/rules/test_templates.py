"""Answer templates: who sets them up, what they may hold, what becomes of them in an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from postline.kit.sql import rows
from postline.outbox.put import File
from postline.projects.changes import ChangedMeanwhile, last_change
from postline.projects.managed import NothingThere
from postline.projects.models import AuditEntry, Line, Membership, Project, Queue, Role
from postline.projects.rights import Forbidden
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.rules.models import Template, TemplateDay, TemplateFile, TemplateVersion
from postline.rules.templates import (
    change,
    files,
    find,
    queries,
    render_automatic,
    render_for_person,
    usage,
)
from postline.rules.templates.change import TemplateSettings, Words, WrongTemplate, target
from postline.rules.templates.files import WrongFile
from postline.rules.templates.names import first_name
from postline.rules.templates.queries import TemplateFilter
from postline.rules.templates.render import marks_in
from postline.rules.templates.stale import Stale, warnings_for
from postline.rules.templates.transfer import export, import_
from postline.tickets import numbers
from postline.tickets.actions.retire_topic import retire
from postline.tickets.queries.access import ticket_for
from tests.scenes import ANNA, NOW, Department, letter
from tests.web.workspace.statements import statements

GREETING = "{% if first_name %}Dear {{ first_name }},{% else %}Hello,{% endif %}\n\n"


def made(d: Department, slug: str = "reset", **given: Any) -> Template:
    texts = given.pop("texts", {"en": Words("", f"{GREETING}your password is reset.")})
    settings = TemplateSettings(name=given.pop("name", slug.title()), texts=texts, **given)
    project = settings.queue.project if settings.queue else d.projects["mail"]
    return change.add(d.reach("admin"), project=project, slug=slug, settings=settings, now=NOW)


def answer_text(d: Department, text: str, *, sender: tuple[str, str] = ANNA, language: str = "en", **of: Any) -> str:
    template = made(d, texts={language: Words("", text)})
    number = letter(d, sender=sender, **of).number
    words = find(template.project_id, "reset", language)
    assert words is not None
    ticket = ticket_for(d.reach("line1"), number)
    return render_for_person(words, ticket, d.reach("line1"), now=NOW).text


HOSTILE = [
    "{{7*7}}", "{% include 'x' %}", "{0.__class__}", "${x}", "%(x)s", "[[ticket.owner.password]]", "{{ address }}",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_s39_a_requester_s_name_is_never_read_as_a_template(d: Department, name: str) -> None:
    text = answer_text(d, "Dear {{ requester }}: {{ subject }}", sender=(name, "eve@user.example"), subject=name)
    assert text == f"Dear {name}: {name}"


def test_s40_a_value_has_no_line_ends(d: Department) -> None:
    text = answer_text(d, "Dear {{ requester }}", sender=("Eve\r\nBcc: x@evil.example", "eve@user.example"))
    assert text == "Dear Eve Bcc: x@evil.example"


def test_an_answer_has_the_values_of_its_ticket(d: Department) -> None:
    d.people["line1"].name = "Lena"
    text = (
        "{{ number }} {{ subject }} {{ created|date('short') }} {{ days|plural('day', 'days') }} {{ queue }}"
        " {{ agent }} {{ project }} {{ address }} {{ expected }} {{ today|date('weekday') }}"
    )
    said = answer_text(d, text, now=NOW - timedelta(days=3))
    assert said.endswith(
        " I cannot sign in 01/03/2026 days Inbox Lena Mail anna@user.example within 24 hours Wednesday, 4 March 2026"
    )


def test_russian_plurals_and_dates_are_right_in_the_project_s_time_zone(d: Department) -> None:
    Project.objects.update(time_zone="Asia/Vladivostok")
    text = '{{ days }} {{ days|plural("день", "дня", "дней") }}, {{ created|date("weekday") }} в {{ created|time }}'
    said = answer_text(d, text, language="ru", now=NOW - timedelta(days=2, hours=-3))
    assert said == "1 день, вторник, 3 марта 2026 в 01:00"


def test_what_is_missing_is_marked_for_the_person(d: Department) -> None:
    said = answer_text(d, "Dear {{ first_name }}, about {{ form.order }}:", sender=("", "x@user.example"))
    assert marks_in(said) == ["⟦the requester’s first name⟧", "⟦field “order”⟧"]


def test_a_sender_cannot_make_marks(d: Department) -> None:
    assert marks_in(answer_text(d, "Dear {{ requester }}", sender=("⟦x⟧", "x@user.example"))) == []


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Anna Visser", "Anna"),
        ("Visser, Anna", "Anna"),
        ("Борис Орлов", "Борис"),
        ("anna@user.example", ""),
        ("A. Visser", ""),
        ("", ""),
        ("12 Monkeys", ""),
        ("«Анна»", "Анна"),
        ("Visser,", ""),
    ],
)
def test_a_first_name_is_taken_where_there_is_one(name: str, first: str) -> None:
    assert first_name(name) == first


def test_nothing_of_the_sender_is_in_what_goes_out_by_itself(d: Department) -> None:
    """Even where a text for persons were sent by itself."""
    text = f"{GREETING}you wrote {{{{ subject }}}}. It has the number {{{{ number }}}}. Until {{{{ closed }}}}."
    made(d, texts={"en": Words("About {{ number }}", text)})
    words = find(d.projects["mail"].pk, "reset", "en")
    assert words is not None
    said = render_automatic(words, project=d.projects["mail"], number=100_000_004, now=NOW)
    assert said == f"Hello,\n\nIt has the number {numbers.show(100_000_004)}."


@pytest.mark.parametrize("name", ["requester", "first_name", "address", "subject", "form.x", "agent", "created"])
def test_what_filters_may_send_says_nothing_of_the_sender(d: Department, name: str) -> None:
    with pytest.raises(WrongTemplate) as caught:
        made(d, automatic=True, texts={"en": Words("", f"Hello.\n{{{{ {name} }}}}")})
    assert [(one.line, one.code) for one in caught.value.problems] == [(2, "no-such-name")]
    with pytest.raises(WrongTemplate):
        made(d, texts={"en": Words(f"{{{{ {name} }}}}", "Hello")})
    assert not Template.objects.exists()


def test_a_template_that_is_broken_in_the_database_sends_nothing(d: Department) -> None:
    template = made(d, automatic=True, texts={"en": Words("", "Hello.")})
    template.texts.update(text="{% for x in y %}")
    words = find(template.project_id, "reset", "en")
    assert words is not None
    assert render_automatic(words, project=template.project, number=1, now=NOW) == ""


def test_the_language_is_the_ticket_s_else_the_project_s_else_any(d: Department) -> None:
    made(d, texts={"nl": Words("", "Dag"), "en": Words("", "Hello"), "ru": Words("", "Привет")})
    made(d, "only-ru", texts={"ru": Words("", "Привет"), "uk": Words("", "Вітаю")})
    project = d.projects["mail"].pk

    def text(slug: str, language: str) -> str:
        words = find(project, slug, language)
        return words.text if words else ""

    assert [text("reset", language) for language in ("ru", "de", "")] == ["Привет", "Hello", "Hello"]
    assert [text("only-ru", language) for language in ("uk", "de")] == ["Вітаю", "Привет"]
    assert find(project, "nothing", "en") is None
    assert find(d.projects["games"].pk, "reset", "en") is None


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "auditor", "games1"])
def test_who_may_not_set_templates_up(d: Department, login: str) -> None:
    template = made(d)
    reach, settings = d.reach(login), TemplateSettings(name="X", texts={"en": Words("", "Hello")})
    with pytest.raises(Forbidden):
        change.add(reach, project=d.projects["mail"], slug="x", settings=settings, now=NOW)
    with pytest.raises(Forbidden):
        change.change(reach, template_id=template.pk, settings=settings, seen=99, now=NOW)
    with pytest.raises(Forbidden):
        change.switch(reach, template_id=template.pk, on=False, now=NOW)
    with pytest.raises(Forbidden):
        change.mark_reviewed(reach, template_id=template.pk, now=NOW)
    with pytest.raises(Forbidden):
        change.delete(reach, template_id=template.pk, now=NOW)
    with pytest.raises(Forbidden):
        import_(reach, d.projects["mail"], [], now=NOW)
    with pytest.raises(NothingThere):
        queries.template_for(reach, "mail", "reset")
    assert Template.objects.get().name == "Reset"


def test_a_lead_does_within_their_project(d: Department) -> None:
    lead = d.reach("lead")
    settings = TemplateSettings(name="X", texts={"en": Words("", "Hello")})
    change.add(lead, project=d.projects["mail"], slug="x", settings=settings, now=NOW)
    with pytest.raises(Forbidden):
        change.add(lead, project=d.projects["games"], slug="x", settings=settings, now=NOW)


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"name": " "}, "name", "empty"),
        ({"name": "x" * 101}, "name", "too-long"),
        ({"texts": {}}, "text.en", "empty"),
        ({"texts": {"ru": Words("Тема", "")}}, "text.ru", "empty"),
        ({"texts": {"en": Words("", "x" * 20_001)}}, "text.en", "too-long"),
        ({"texts": {"en": Words("x" * 151, "x")}}, "subject.en", "too-long"),
    ],
)
def test_what_does_not_fit_is_named(d: Department, given: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(WrongTemplate) as caught:
        made(d, **given)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_queue_and_topic_are_of_the_project_and_the_short_name_is_its_own(d: Department) -> None:
    with pytest.raises(WrongTemplate, match="topic"):
        made(d, topic=d.topics["display"], queue=d.queues["games/inbox"])
    made(d)
    with pytest.raises(SlugTaken):
        made(d)
    with pytest.raises(WrongSlug):
        made(d, "Not A Slug")


def test_each_change_is_a_version_and_an_entry_of_the_audit_log(d: Department) -> None:
    template, later = made(d), NOW + timedelta(days=400)
    settings = TemplateSettings(name="Reset", texts={"en": Words("", "New."), "nl": Words("", "Nieuw.")})
    seen = last_change(target(template.project, "reset"))
    assert change.change(d.reach("lead"), template_id=template.pk, settings=settings, seen=seen, now=later)
    template.refresh_from_db()
    assert (template.version, template.reviewed_at) == (2, later)
    versions = list(TemplateVersion.objects.order_by("version").values_list("version", "person__login"))
    assert versions == [(1, "admin"), (2, "lead")]
    entry = AuditEntry.objects.get(action="template.changed")
    assert entry.detail["before"] == {"en": f"{GREETING}your password is reset."}
    assert entry.detail["after"] == {"en": "New.", "nl": "Nieuw."}


def test_nothing_different_is_no_version(d: Department) -> None:
    template = made(d)
    settings = TemplateSettings(name="Reset", texts={"en": Words("", f"{GREETING}your password is reset.\r\n")})
    seen = last_change(target(template.project, "reset"))
    assert not change.change(d.reach("lead"), template_id=template.pk, settings=settings, seen=seen, now=NOW)
    assert TemplateVersion.objects.count() == 1


def test_who_comes_second_sees_what_the_first_changed(d: Department) -> None:
    template = made(d)
    seen = last_change(target(template.project, "reset"))
    first = TemplateSettings(name="First", texts={"en": Words("", "First.")})
    change.change(d.reach("lead"), template_id=template.pk, settings=first, seen=seen, now=NOW)
    second = TemplateSettings(name="Second", texts={"en": Words("", "Second.")})
    with pytest.raises(ChangedMeanwhile) as caught:
        change.change(d.reach("admin"), template_id=template.pk, settings=second, seen=seen, now=NOW)
    assert caught.value.entries[0].detail["after"] == {"name": "First", "en": "First."}
    assert Template.objects.get().name == "First"


PDF = File("guide.pdf", "application/pdf", b"%PDF-1.7 guide")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([File("virus.exe", "application/octet-stream", b"MZ")], "dangerous"),
        ([File("page.pdf.js", "application/pdf", b"x")], "dangerous"),
        ([File("empty.pdf", "application/pdf", b"")], "empty"),
        ([PDF] * 11, "too-many"),
        ([File("large.pdf", "application/pdf", bytes(10_000_001))], "too-large"),
    ],
)
def test_files_that_may_not_go_along_are_refused(d: Department, given: list[File], reason: str) -> None:
    settings = TemplateSettings(name="X", texts={"en": Words("", "Hello")})
    with pytest.raises(WrongFile) as caught:
        change.add(d.reach("lead"), project=d.projects["mail"], slug="x", settings=settings, added=given, now=NOW)
    assert caught.value.reason == reason
    assert not TemplateFile.objects.exists()


def test_files_go_only_along_with_their_own_template(d: Department) -> None:
    settings = TemplateSettings(name="X", texts={"en": Words("", "Hello")})
    add = change.add
    one = add(d.reach("lead"), project=d.projects["mail"], slug="x", settings=settings, added=[PDF], now=NOW)
    other = made(d)
    key = TemplateFile.objects.get().pk
    assert files.to_send([one.pk], [key]) == [PDF]
    assert files.to_send([other.pk], [key]) == []
    assert files.to_send([one.pk], []) == []


def test_a_template_of_a_queue_is_offered_there_and_below(d: Department) -> None:
    Queue.objects.filter(slug="web").update(parent=d.queues["mail-clients"])
    made(d, "everywhere")
    made(d, "clients", queue=d.queues["mail-clients"])
    made(d, "secret", queue=d.queues["vulnerabilities"])
    made(d, "off", enabled=False)
    made(d, "of-games", queue=d.queues["games/inbox"])

    def offered(queue: str) -> list[str]:
        ticket = ticket_for(d.reach("admin"), letter(d, queue=queue, text=queue).number)
        return [one.slug for one in queries.offered(ticket)]

    assert offered("inbox") == ["everywhere"]
    assert offered("web") == offered("mail-clients") == ["clients", "everywhere"]
    assert offered("games/inbox") == ["of-games"]


def test_templates_of_the_topic_stand_first_then_those_used_most(d: Department) -> None:
    for slug in ("often", "seldom"):
        made(d, slug)
    made(d, "of-topic", topic=d.topics["display"])
    Template.objects.filter(slug="often").update(used_count=5)
    ticket = ticket_for(d.reach("admin"), letter(d).number)
    assert [one.slug for one in queries.offered(ticket)][:2] == ["often", "of-topic"]
    ticket.topic_id = d.topics["display"].pk
    assert [one.slug for one in queries.offered(ticket)] == ["of-topic", "often", "seldom"]
    assert [one.slug for one in queries.offered(ticket, words="Passw oft")] == ["often"]


def test_a_template_whose_queue_is_gone_is_offered_to_nobody(d: Department) -> None:
    spare = Queue.objects.create(project=d.projects["mail"], slug="spare", name="Spare", line=Line.SECOND)
    template = made(d, queue=spare)
    spare.delete()
    template.refresh_from_db()
    ticket = ticket_for(d.reach("admin"), letter(d).number)
    assert queries.offered(ticket) == []
    assert warnings_for(template, now=NOW) == [Stale.QUEUE_GONE]
    assert list(queries.visible(d.reach("line1"), [d.projects["mail"]])) == []


def test_what_is_used_though_nobody_looked_at_it_for_long_is_pointed_out(d: Department) -> None:
    template, later = made(d), NOW + timedelta(days=200)
    usage.count([template.pk], project_id=template.project_id, now=later)
    template.refresh_from_db()
    assert warnings_for(template, now=later) == [Stale.OLD]
    assert queries.count_stale(template.project, now=later) == 1
    change.mark_reviewed(d.reach("lead"), template_id=template.pk, now=later)
    template.refresh_from_db()
    assert warnings_for(template, now=later) == []
    assert queries.count_stale(template.project, now=later) == 0
    assert AuditEntry.objects.filter(action="template.reviewed", actor="lead").exists()


def test_a_template_of_a_topic_that_is_gone_is_pointed_out(d: Department) -> None:
    template = made(d, topic=d.topics["display"])
    d.topics["display"].delete()
    template.refresh_from_db()
    assert warnings_for(template, now=NOW) == [Stale.TOPIC_GONE]


def test_a_retired_topic_is_gone_as_well(d: Department) -> None:
    template = made(d, topic=d.topics["display"])
    retire(d.reach("admin"), topic_id=d.topics["display"].pk, successor=None, now=NOW)
    template.refresh_from_db()
    assert warnings_for(template, now=NOW) == [Stale.TOPIC_GONE]
    assert queries.count_stale(d.projects["mail"], now=NOW) == 1
    page = queries.page_of(template.project, TemplateFilter(only_stale=True), now=NOW)
    assert [row.template.slug for row in page.rows] == ["reset"]


def test_use_is_counted_by_the_day(d: Department) -> None:
    template, project = made(d), d.projects["mail"].pk
    for days in (0, 0, 40, 41):
        usage.count([template.pk, template.pk], project_id=project, now=NOW + timedelta(days=days))
    usage.count([template.pk], project_id=d.projects["games"].pk, now=NOW)
    template.refresh_from_db()
    assert (template.used_count, template.last_used_at) == (4, NOW + timedelta(days=41))
    assert usage.recently([template.pk], now=NOW + timedelta(days=41)) == {template.pk: 2}
    assert TemplateDay.objects.count() == 3


def test_the_list_is_searched_filtered_and_paged(d: Department) -> None:
    for number in range(60):
        made(d, f"t{number}", name=f"Template {number:02}")
    made(d, "bye", name="Goodbye", texts={"nl": Words("", "Tot ziens")}, queue=d.queues["web"])
    made(d, "off", name="Off", enabled=False, topic=d.topics["display"])
    project = d.projects["mail"]

    def slugs(after: int | None = None, **wanted: Any) -> list[str]:
        return [
            row.template.slug for row in queries.page_of(project, TemplateFilter(**wanted), after=after, now=NOW).rows
        ]

    first = queries.page_of(project, TemplateFilter(), now=NOW)
    assert len(first.rows) == 50
    assert first.rows[0].languages == {"nl"}
    assert len(slugs(after=first.next)) == 12
    assert slugs(words="ziens") == slugs(queue_id=d.queues["web"].pk) == slugs(lacking="en") == ["bye"]
    assert slugs(only_off=True) == slugs(topic_id=d.topics["display"].pk) == ["off"]


def test_the_list_asks_the_same_number_of_questions_however_long(d: Department) -> None:
    made(d, "one")

    def asked() -> int:
        with statements() as seen:
            queries.page_of(d.projects["mail"], TemplateFilter(), now=NOW)
        return len(seen)

    few = asked()
    for number in range(20):
        made(d, f"t{number}")
    assert asked() == few == 3


def test_what_is_exported_is_imported_elsewhere(d: Department) -> None:
    settings = TemplateSettings(name="X", topic=d.topics["display"], texts={"en": Words("", "Hello {{ requester }}")})
    change.add(d.reach("lead"), project=d.projects["mail"], slug="x", settings=settings, added=[PDF], now=NOW)
    made(d, automatic=True, enabled=False, texts={"en": Words("{{ number }}", "Hello"), "ru": Words("", "Привет")})
    data = export(d.projects["mail"])
    Template.objects.all().delete()
    assert import_(d.reach("lead"), d.projects["mail"], data, now=NOW) == 2
    assert export(d.projects["mail"]) == data
    assert import_(d.reach("lead"), d.projects["mail"], data, now=NOW) == 0
    games = d.projects["games"]
    with pytest.raises(WrongTemplate, match=r"x\.topic"):
        import_(d.reach("admin"), games, data, now=NOW)
    assert not Template.objects.filter(project=games).exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "slug"),
        ({"slug": "x", "texts": {"en": "{{ nothing }}"}}, "x.text.en"),
        ({"slug": "x", "texts": {"en": 5}}, "x.text.en"),
        ({"slug": "x", "texts": ["en"]}, "x.texts"),
        ({"slug": "x", "texts": {"en": "Hello"}, "queue": "nowhere"}, "x.queue"),
        ({"slug": "x", "texts": {"en": "Hello"}, "automatic": "yes"}, "x.automatic"),
        ({"slug": "x", "texts": {"en": "Hello"}, "colour": "red"}, "x.colour"),
        ({"slug": "x", "texts": {"en": "Hello"}, "files": [{"name": "a", "type": "b", "content": "?"}]}, "x.files"),
    ],
)
def test_a_file_of_templates_that_is_wrong_changes_nothing(d: Department, given: dict[str, Any], field: str) -> None:
    good = {"slug": "good", "texts": {"en": "Hello"}}
    with pytest.raises(WrongTemplate) as caught:
        import_(d.reach("lead"), d.projects["mail"], [good, given], now=NOW)
    assert caught.value.field == field
    assert not Template.objects.exists()


def test_deleting_takes_everything_but_what_the_audit_log_knows(d: Department) -> None:
    template = made(d)
    change.delete(d.reach("lead"), template_id=template.pk, now=NOW)
    assert rows("SELECT count(*) FROM rules_templateversion", []) == [(0,)]
    assert AuditEntry.objects.get(action="template.deleted").detail["before"]["name"] == "Reset"


def test_a_person_with_two_projects_gets_each_its_own(d: Department) -> None:
    Membership.objects.create(person=d.people["line1"], role=Role.LINE1, project=d.projects["games"])
    made(d)
    ticket = ticket_for(d.reach("line1"), letter(d, queue="games/inbox").number)
    with pytest.raises(NothingThere):
        queries.offered_one(ticket, "reset")
    assert queries.usable(ticket, list(Template.objects.values_list("pk", flat=True))) == []
