"""A rule is tried on the past: what it would have changed beside what really is; and nothing is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.intake.models import RawMessage, Source
from postline.intake.receive import Delivery, keep
from postline.projects.models import Grant
from postline.projects.rights import Forbidden, Right
from postline.rules.checks import WrongRule
from postline.rules.models import ActsOn
from postline.rules.trial import Trial, try_on_past
from postline.tickets.arrival import ArrivedFile
from postline.tickets.models import Event, Ticket
from tests import letters
from tests.rules.scenes import ALWAYS, asks, does
from tests.scenes import BORIS, NOW, Department, letter


def tried(d: Department, condition: object, *steps: object, login: str = "lead", **more: object) -> Trial:
    return try_on_past(d.reach(login), d.projects["mail"], condition, list(steps), **more)  # type: ignore[arg-type]


def test_it_is_told_what_would_have_changed_beside_what_is(d: Department) -> None:
    ticket = letter(d, subject="Order 17 is late")
    letter(d, subject="Nothing of the kind", now=NOW + timedelta(minutes=1))
    Ticket.objects.filter(pk=ticket.pk).update(queue=d.queues["web"], tags=["order 17"], priority=3)
    before = list(Ticket.objects.values().order_by("pk")), Event.objects.count()
    trial = tried(
        d,
        asks("subject", "matches", r"order (?P<order>\d+)"),
        does("queue", "web"),
        does("topic", "display"),
        does("priority", "low"),
        does("tags", ["order {order}", "late"]),
        does("note", "See {order}"),
        does("stop"),
    )
    assert trial.looked_at == 2
    (row,) = trial.rows
    assert (row.ticket, row.subject, row.is_follow_up) == (ticket, "Order 17 is late", False)
    assert [(one.slug, one.would, one.really, one.is_so_already) for one in row.changes] == [
        ("queue", "Web", "Web", True),
        ("topic", "Display", "-", False),
        ("priority", "Low", "High", False),
        ("tags", "order 17, late", "order 17", False),
        ("note", "See 17", "", False),
        ("stop", "", "", False),
    ]
    assert trial.differing == 1
    assert row.because == (asks("subject", "matches", r"order (?P<order>\d+)"),)
    assert (list(Ticket.objects.values().order_by("pk")), Event.objects.count()) == before


def test_only_the_last_ones_are_looked_at_with_progress(d: Department) -> None:
    for minute in range(5):
        letter(d, text=f"Letter {minute}", now=NOW + timedelta(minutes=minute))
    seen: list[tuple[int, int]] = []
    trial = tried(d, ALWAYS, does("stop"), last=3, progress=lambda *so_far: seen.append(so_far))
    assert (trial.looked_at, len(trial.rows), trial.since) == (3, 3, NOW + timedelta(minutes=2))
    assert seen == [(3, 3)]
    assert [row.at.minute for row in trial.rows] == [4, 3, 2]


def test_follow_ups_are_looked_at_where_the_rule_looks_at_them(d: Department) -> None:
    ticket = letter(d)
    letter(d, text="And more", to_ticket=ticket, now=NOW + timedelta(minutes=1))
    assert [row.is_follow_up for row in tried(d, ALWAYS, does("stop")).rows] == [True, False]
    assert [row.is_follow_up for row in tried(d, ALWAYS, does("stop"), acts_on=ActsOn.NEW).rows] == [False]
    only = tried(d, asks("is-follow-up", "is", "yes"), does("stop"), acts_on=ActsOn.FOLLOW_UPS)
    assert [row.is_follow_up for row in only.rows] == [True]


def test_headers_and_addresses_for_replies_are_read_from_the_raw_message(d: Department) -> None:
    content = letters.write(headers={"X-Shop": "Order 5", "Reply-To": "shop@user.example"})
    raw = keep(
        Delivery(content=content, source=Source.SMTP, envelope_from="", envelope_to=("support@mail.example",)), now=NOW
    )
    RawMessage.objects.filter(pk=raw).update(
        authentication={"spf": "pass", "dkim": "fail", "dmarc": "none", "domains": []}
    )
    letter(d, raw_id=raw)
    letter(d, text="another one", now=NOW + timedelta(minutes=1))
    for condition in (
        asks("header", "greater", 4, name="X-Nothing"),
        asks("header", "contains", "order 5", name="x-shop"),
        asks("reply-to", "is", "shop@user.example"),
        asks("dkim", "is", "fail"),
    ):
        fits = condition.get("name") != "X-Nothing"
        assert [row.message_id for row in tried(d, condition, does("stop")).rows] == (
            [Ticket.objects.earliest("pk").messages.get().pk] if fits else []
        )


def test_files_and_earlier_letters_are_as_they_were_then(d: Department) -> None:
    picture = ArrivedFile("a.png", "image/png", 3, "x", False, "", "2")
    letter(d, text="one", files=[picture])
    letter(d, text="two", now=NOW + timedelta(minutes=1))
    letter(d, text="else", sender=BORIS, now=NOW + timedelta(minutes=2))
    letter(d, text="three", now=NOW + timedelta(days=8))

    def subjects(condition: object) -> list[str]:
        return [row.ticket.preview for row in tried(d, condition, does("stop")).rows]

    assert subjects(asks("attachment-kind", "is", "picture")) == ["one"]
    assert subjects(asks("earlier-tickets", "is", 1)) == ["two"]
    assert subjects(asks("earlier-open", "is", 2)) == ["three"]
    assert subjects(asks("letters-this-week", "is", 2)) == ["two"]


def test_a_hint_is_tried_beside_the_topic_that_the_ticket_has(d: Department) -> None:
    ticket = letter(d)
    Ticket.objects.filter(pk=ticket.pk).update(topic=d.topics["display"])
    trial = tried(d, ALWAYS, suggestions=[{"topic": "lost-password"}, {"attention": "Look"}])
    assert [(one.slug, one.would, one.really) for one in trial.rows[0].changes] == [
        ("topic", "Lost password", "Display"),
        ("attention", "Look", ""),
    ]


def test_who_may_not_set_up_filters_does_not_try_them(d: Department) -> None:
    letter(d)
    for login in ("line1", "games1", "auditor"):
        with pytest.raises(Forbidden):
            tried(d, ALWAYS, does("stop"), login=login)


def test_what_is_wrong_is_not_tried(d: Department) -> None:
    with pytest.raises(WrongRule):
        tried(d, asks("subject", "matches", "("), does("stop"))
    with pytest.raises(WrongRule):
        tried(d, ALWAYS, does("queue", "gone"))


def test_nothing_has_arrived_yet(d: Department) -> None:
    assert tried(d, ALWAYS, does("stop")) == Trial()


def test_nobody_learns_an_address_by_trying_where_addresses_are_hidden_from_them(d: Department) -> None:
    letter(d, queue="web", text="Call 06-12345678")
    passwords, mail = d.people["passwords"], d.projects["mail"]
    Grant.objects.create(project=mail, person=passwords, right="filters", allowed=True, set_at=NOW)
    own = letter(d, queue="passwords", text="Call 06-12345678", now=NOW + timedelta(minutes=1))
    assert d.reach("passwords").may(Right.SEE, d.queues["web"].pk)
    trial = tried(d, asks("from", "is", "anna@user.example"), does("stop"), login="passwords")
    assert (trial.looked_at, [row.ticket for row in trial.rows]) == (1, [own])
