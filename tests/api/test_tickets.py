"""GET /tickets, GET and PATCH /tickets/{number}."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from postline.tickets.numbers import show
from tests.api.program import Programs
from tests.scenes import BORIS, NOW, Department, letter

FIELDS = set(
    "number project queue line group state pending_until priority topic owner requester subject language created_at"
    " updated_at waiting_since tags fields hints taken_by taken_until".split()
)


def test_a_ticket_has_the_fields_that_are_promised(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    said = program_of("line1").get(f"/tickets/{ticket.number}")
    assert set(said) == FIELDS
    assert said["number"] == str(ticket.number)
    assert (said["project"], said["queue"], said["line"], said["group"]) == ("mail", "inbox", 1, None)
    assert (said["state"], said["priority"], said["owner"], said["topic"]) == ("new", "normal", None, None)
    assert said["requester"] == {"name": "Anna Visser", "address": "anna@user.example", "phone": ""}
    assert said["created_at"] == said["waiting_since"] == "2026-03-04T12:00:00+00:00"


def test_a_number_with_gaps_is_understood(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    for written in (show(ticket.number), show(ticket.number).replace("\u202f", " ")):
        assert line1.get(f"/tickets/{written}")["number"] == str(ticket.number)


@pytest.mark.parametrize("number", ["123456789", "12", "abc", "%00", "99999999999999999999"])
def test_a_number_that_nobody_has_is_not_found(desk: Department, program_of: Programs, number: str) -> None:
    line1 = program_of("line1")
    line1.get(f"/tickets/{number}")
    assert line1.status in (404, 422)


def test_one_may_not_read_a_ticket_behind_the_wall(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    for login in ("games1", "web"):
        stranger = program_of(login)
        stranger.get(f"/tickets/{ticket.number}")
        assert stranger.error() == (404, "no-such-ticket", set())


def test_the_list_holds_what_one_sees_the_latest_first(desk: Department, program_of: Programs) -> None:
    first = letter(desk)
    second = letter(desk, sender=BORIS, now=NOW + timedelta(minutes=1))
    letter(desk, queue="passwords", text="another")
    letter(desk, queue="games/inbox", text="yet another")
    said = program_of("line1").get("/tickets")
    assert [one["number"] for one in said["results"]] == [str(second.number), str(first.number)]
    assert said["next"] is None


@pytest.mark.parametrize("order", ["-updated_at", "updated_at", "created_at", "-created_at", "waiting_since"])
def test_pages_follow_one_another_without_gap_or_repetition(desk: Department, program_of: Programs, order: str) -> None:
    moments = [NOW + timedelta(minutes=minute // 3) for minute in range(11)]
    tickets = [
        letter(desk, queue=queue, text=f"letter {place}", now=now)
        for place, (now, queue) in enumerate(zip(moments, ["inbox", "passwords", "web"] * 4, strict=False))
    ]
    lead, seen, cursor = program_of("lead"), [], ""
    while cursor is not None:
        page = lead.get("/tickets", order=order, limit=4, **({"cursor": cursor} if cursor else {}))
        seen += [one["number"] for one in page["results"]]
        cursor = page["next"]
    expected = [str(one.number) for one in tickets]
    assert seen == (expected[::-1] if order.startswith("-") else expected)


def test_the_list_is_narrowed(desk: Department, program_of: Programs) -> None:
    mine = letter(desk, subject="Blue screen in the letter list")
    other = letter(desk, sender=BORIS, subject="Пароль не подходит", queue="passwords", now=NOW + timedelta(hours=1))
    lead = program_of("lead")
    lead.patch(f"/tickets/{mine.number}", topic="display", state="pending")
    lead.patch(f"/tickets/{other.number}", owner="passwords")

    def found(**query: str) -> list[str]:
        return [one["number"] for one in lead.get("/tickets", **query)["results"]]

    assert found(queue="inbox") == [str(mine.number)]
    assert found(queue="passwords,web") == [str(other.number)]
    assert found(state="pending") == [str(mine.number)]
    assert sorted(found(state="new,pending")) == sorted([str(mine.number), str(other.number)])
    assert found(topic="display") == [str(mine.number)]
    assert found(owner="passwords") == [str(other.number)]
    assert found(owner="nobody-of-this-name") == []
    assert found(q=show(mine.number)) == [str(mine.number)]
    assert found(q="Boris@user.example") == [str(other.number)]
    assert found(q="letter blue") == [str(mine.number)]
    assert found(q="пароль") == [str(other.number)]
    assert found(q="50%") == []
    assert found(project="mail", order="waiting_since") == [str(other.number)]


def test_updated_since_says_what_has_changed(desk: Department, program_of: Programs) -> None:
    letter(desk)
    later = letter(desk, sender=BORIS, now=NOW + timedelta(hours=1))
    line1 = program_of("line1")
    for moment in ("2026-03-04T14:00:00+01:00", "2026-03-04T13:00:00Z", "2026-03-04T14:00:00 01:00"):
        assert [one["number"] for one in line1.get("/tickets", updated_since=moment)["results"]] == [str(later.number)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"order": "subject"}, "order"),
        ({"state": "asleep"}, "state"),
        ({"queue": "nowhere"}, "queue"),
        ({"project": "games"}, "project"),
        ({"topic": "nothing"}, "topic"),
        ({"updated_since": "yesterday"}, "updated_since"),
        ({"updated_since": "2026-03-04T12:00:00"}, "updated_since"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"q": "a\0b"}, "q"),
        ({"stat": "open"}, "stat"),
    ],
)
def test_a_wrong_question_is_refused_and_named(
    desk: Department, program_of: Programs, query: dict[str, str], field: str
) -> None:
    line1 = program_of("line1")
    line1.get("/tickets", **query)
    assert line1.error() == (422, "invalid", {field})


def test_a_slug_of_several_projects_needs_the_project(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk, queue="games/inbox")
    admin = program_of("admin")
    admin.get("/tickets", queue="inbox")
    assert admin.error() == (422, "ambiguous", {"queue"})
    said = admin.get("/tickets", queue="inbox", project="games")
    assert [one["number"] for one in said["results"]] == [str(ticket.number)]


def test_one_may_not_list_a_queue_that_one_only_moves_into(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    line1.get("/tickets", queue="passwords")
    assert line1.error() == (403, "forbidden", set())


def test_a_cursor_of_another_order_is_refused(desk: Department, program_of: Programs) -> None:
    letter(desk)
    letter(desk, sender=BORIS)
    line1 = program_of("line1")
    cursor = line1.get("/tickets", limit=1)["next"]
    line1.get("/tickets", cursor=cursor, order="created_at")
    assert line1.error() == (422, "invalid", {"cursor"})


def test_a_list_costs_the_same_queries_however_long(
    desk: Department, program_of: Programs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    line1 = program_of("line1")
    letter(desk)
    line1.get("/me")
    for hour in range(2):
        with django_assert_num_queries(LIST_QUERIES):
            line1.get("/tickets")
        for place in range(10):
            letter(desk, text=f"letter {place}", now=NOW + timedelta(hours=hour, minutes=place))


LIST_QUERIES = 10  # who (4), projects, page (savepoint, time limit, keys, release), rows


def test_everything_about_a_ticket_can_be_changed_at_once(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    said = program_of("lead").patch(
        f"/tickets/{ticket.number}",
        queue="passwords",
        state="pending",
        pending_until="2099-01-01T10:00:00+01:00",
        topic="lost-password",
        owner="passwords",
        priority="urgent",
        tags=["vip", "call back"],
        language="nl",
    )
    assert (said["queue"], said["group"], said["line"]) == ("passwords", "passwords", 2)
    assert (said["state"], said["pending_until"]) == ("pending", "2099-01-01T09:00:00+00:00")
    assert (said["topic"], said["owner"], said["priority"], said["language"]) == (
        "lost-password",
        "passwords",
        "urgent",
        "nl",
    )
    assert said["tags"] == ["call back", "vip"]


def test_a_change_that_fails_in_part_changes_nothing(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    lead = program_of("lead")
    lead.patch(f"/tickets/{ticket.number}", priority="high", owner="games1")
    assert lead.error() == (422, "invalid", {"owner"})
    assert lead.get(f"/tickets/{ticket.number}")["priority"] == "normal"


def test_the_date_of_a_pending_ticket_moves_alone(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    lead = program_of("lead")
    lead.patch(f"/tickets/{ticket.number}", pending_until="2099-01-01T10:00:00Z")
    assert lead.error() == (422, "invalid", {"pending_until"})
    lead.patch(f"/tickets/{ticket.number}", state="pending")
    said = lead.patch(f"/tickets/{ticket.number}", pending_until="2099-01-01T10:00:00Z")
    assert said["pending_until"] == "2099-01-01T10:00:00+00:00"


def test_null_takes_topic_and_owner_away(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    lead = program_of("lead")
    lead.patch(f"/tickets/{ticket.number}", topic="display", owner="line1")
    said = lead.patch(f"/tickets/{ticket.number}", topic=None, owner=None)
    assert (said["topic"], said["owner"]) == (None, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "new"}, "state"),
        ({"state": "merged"}, "state"),
        ({"state": None}, "state"),
        ({"state": "pending", "pending_until": "2001-01-01T00:00:00Z"}, "pending_until"),
        ({"state": "closed", "pending_until": "2099-01-01T00:00:00Z"}, "pending_until"),
        ({"state": "pending", "pending_until": 4102444800}, "pending_until"),
        ({"state": "pending", "pending_until": "9999-12-31T23:59:59-12:00"}, "pending_until"),
        ({"queue": "nowhere"}, "queue"),
        ({"queue": None}, "queue"),
        ({"queue": "accounts"}, "queue"),
        ({"topic": "nothing"}, "topic"),
        ({"owner": "web"}, "owner"),
        ({"owner": "nobody-of-this-name"}, "owner"),
        ({"priority": "huge"}, "priority"),
        ({"tags": ["x" * 65]}, "tags.0"),
        ({"tags": ["a\0b"]}, "tags.0"),
        ({"tags": ["\ud800"]}, "tags.0"),
        ({"language": "Dutch"}, "language"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_change_is_refused_and_named(
    desk: Department, program_of: Programs, change: dict[str, object], field: str
) -> None:
    ticket = letter(desk)
    lead = program_of("lead")
    lead.patch(f"/tickets/{ticket.number}", **change)
    assert lead.error() == (422, "invalid", {field})


def test_who_reads_a_ticket_may_not_change_it(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    for login, change in (
        ("auditor", {"priority": "high"}),
        ("trainee", {"priority": "high"}),
        ("line1", {"owner": "line1"}),
    ):
        reader = program_of(login)
        reader.patch(f"/tickets/{ticket.number}", **change)
        assert reader.error() == (403, "forbidden", set())


def test_one_may_pass_a_ticket_into_a_queue_that_one_does_not_see(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    assert line1.patch(f"/tickets/{ticket.number}", queue="vulnerabilities")["queue"] == "vulnerabilities"
    line1.get(f"/tickets/{ticket.number}")
    assert line1.error() == (404, "no-such-ticket", set())


def test_what_rules_say_of_a_ticket_is_told_the_heaviest_first(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    because = [{"ask": "from", "is": "is", "value": "anna@user.example"}]
    ticket.hints = [
        {"rule": 3, "version": 2, "weight": 90, "because": because, "topic": "display"},
        {"rule": 4, "version": 1, "weight": 10, "because": [], "attention": "Third letter this week"},
    ]
    ticket.save()
    said = program_of("line1").get(f"/tickets/{ticket.number}")
    nothing = {"topic": None, "template": None, "attention": None}
    assert said["hints"] == [
        {**nothing, "rule": 3, "version": 2, "weight": 90, "topic": "display"},
        {**nothing, "rule": 4, "version": 1, "weight": 10, "attention": "Third letter this week"},
    ]
