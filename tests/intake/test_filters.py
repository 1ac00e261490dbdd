"""Filters act on what arrives, hints say what it is about, and nothing that somebody sets up stops a message."""

from __future__ import annotations

import threading
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction

from postline.intake import pipeline, quarantine
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.outbox.models import OutboxMessage, Recipient
from postline.projects.models import Alarm, AuditEntry, Membership
from postline.rules import counters, filters, queries
from postline.rules.checks import Draft
from postline.rules.models import ActsOn, Rule, RuleDay, WhyDisabled
from postline.tickets.actions.answer import answer
from postline.tickets.actions.take import take
from postline.tickets.history import Happening
from postline.tickets.models import Event, Message, Note, Priority, Ticket
from tests import letters
from tests.letters import NOW
from tests.rules.scenes import asks, does, filter_that, hint_that
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT = "support@mail.example"
BOTH = (SUPPORT, "support@games.example")
FIRST = "<first@user.example>"
COUNT = count(1)


@pytest.fixture
def d() -> Department:
    return department()


def write(*, message_id: str = "", reply_to: str = "", html: str = "", **more: Any) -> bytes:
    """A letter with a Message-ID of its own."""
    message_id = message_id or f"<{next(COUNT)}@user.example>"
    content = letters.write(message_id=message_id, in_reply_to=reply_to, **more)
    if html:
        message = message_from_bytes(content, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        message.add_alternative(html, subtype="html")
        content = message.as_bytes()
    return content


def arrives(reader: Reader, content: bytes | None = None, *, to: str = SUPPORT, minutes: int = 0) -> RawMessage:
    now = NOW + timedelta(minutes=minutes)
    content = content if content is not None else write()
    delivery = Delivery(content=content, source=Source.SMTP, envelope_from="a@user.example", envelope_to=(to,))
    key = keep(delivery, now=now)
    pipeline.handle(reader, now=now)
    return RawMessage.objects.get(pk=key)


def opened(reader: Reader, content: bytes | None = None, *, minutes: int = 0) -> Ticket:
    raw = arrives(reader, content, minutes=minutes)
    return Ticket.objects.select_related("queue").get(pk=Message.objects.get(raw_id=raw.pk).ticket_id)


def events(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))


def test_a_filter_sorts_a_new_letter_before_anybody_sees_it(d: Department, reader: Reader) -> None:
    rule = filter_that(
        d,
        does("queue", "passwords"),
        does("topic", "lost-password"),
        does("priority", "high"),
        does("tags", ["order {order}", "shop"]),
        does("field", "{order}", name="order"),
        does("language", "nl"),
        does("note", "Order {order} of the shop."),
        when=asks("subject", "matches", r"order (?P<order>\d+)"),
    )
    ticket = opened(reader, write(subject="My Order 1234 is late"))

    assert ticket.queue.slug == "passwords"
    assert ticket.topic == d.topics["lost-password"]
    assert ticket.priority == Priority.HIGH
    assert ticket.tags == ["order 1234", "shop"]
    assert ticket.fields == {"order": "1234"}
    assert ticket.language == "nl"
    assert events(ticket)[:2] == ["arrived", "filtered"]
    data = Event.objects.get(ticket=ticket, kind=Happening.FILTERED).data
    assert data == {
        "rule": rule.pk,
        "slug": rule.slug,
        "version": 1,
        "what": ["queue", "topic", "priority", "tags", "field", "language", "note"],
        "queue": d.queues["passwords"].pk,
        "topic": d.topics["lost-password"].pk,
        "priority": 3,
        "language": "nl",
    }
    note = Note.objects.get(ticket=ticket)
    assert (note.author, note.rule, note.text) == (None, "Filter-1 · 1", "Order 1234 of the shop.")


def test_a_letter_that_no_filter_fits_is_as_it_always_was(d: Department, reader: Reader) -> None:
    filter_that(d, does("queue", "web"), when=asks("subject", "contains", "invoice"))
    filter_that(d, does("queue", "web"), on=False)
    ticket = opened(reader)
    assert ticket.queue.slug == "inbox"
    assert "filtered" not in events(ticket)


def test_filters_act_in_their_order_and_each_sees_what_the_one_before_did(d: Department, reader: Reader) -> None:
    first = filter_that(d, does("queue", "web"))
    filter_that(d, does("tags", ["seen in web"]), when=asks("queue", "is", "web"))
    last = filter_that(d, does("queue", "abuse"), does("stop"))
    never = filter_that(d, does("queue", "passwords"))
    ticket = opened(reader)
    assert (ticket.queue.slug, ticket.tags) == ("abuse", ["seen in web"])

    filters.reorder(
        d.reach("lead"),
        d.projects["mail"],
        order=[never.pk, last.pk, first.pk, *Rule.objects.filter(slug="filter-2").values_list("pk", flat=True)],
        now=NOW,
    )
    other = opened(reader, write(text="Another one"), minutes=1)
    assert (other.queue.slug, other.tags) == ("abuse", [])
    assert events(other).count("filtered") == 2


def test_a_filter_acts_within_its_project_alone(d: Department, reader: Reader) -> None:
    filter_that(d, does("tags", ["games"]), project="games")
    assert opened(reader).tags == []


def test_a_group_gets_its_first_queue(d: Department, reader: Reader) -> None:
    filter_that(d, does("group", "web"))
    assert opened(reader).queue.slug == "mail-clients"


def test_a_person_becomes_the_owner_where_they_may_answer(d: Department, reader: Reader) -> None:
    filter_that(d, does("owner", "passwords"), does("queue", "passwords"))
    ticket = opened(reader)
    assert (ticket.owner, ticket.assigned) == (d.people["passwords"], True)


def test_a_person_who_may_not_answer_there_does_not(d: Department, reader: Reader) -> None:
    filter_that(d, does("owner", "passwords"), does("queue", "abuse"))
    ticket = opened(reader)
    assert (ticket.owner, ticket.assigned, ticket.queue.slug) == (None, False, "abuse")


def test_spam_goes_to_quarantine_with_the_name_of_the_filter(d: Department, reader: Reader) -> None:
    filter_that(d, does("quarantine"), when=asks("header", "greater", 5, name="X-Spam-Score"), slug="spam")
    raw = arrives(reader, write(headers={"X-Spam-Score": "7.5"}))
    assert (raw.state, raw.reason, raw.error) == (State.QUARANTINED, "filter", "Spam · 1")
    assert not Ticket.objects.exists()
    assert not OutboxMessage.objects.exists()

    chosen = RawMessage.objects.filter(pk=raw.pk)
    quarantine.accept(d.reach("lead"), chosen, queue_id=d.queues["web"].pk, now=NOW)
    pipeline.handle(reader, now=NOW)
    assert Ticket.objects.get().queue.slug == "web"  # what a person wants, no filter puts aside again


def test_a_filter_for_follow_ups_changes_the_ticket_and_moves_it(d: Department, reader: Reader) -> None:
    filter_that(
        d,
        does("queue", "abuse"),
        does("priority", "urgent"),
        does("tags", ["threat"]),
        does("note", "Call the lawyer."),
        when=asks("new-text", "contains", "court"),
        acts_on=ActsOn.FOLLOW_UPS,
    )
    ticket = opened(reader, write(text="I will go to court!", message_id=FIRST))
    assert ticket.queue.slug == "inbox"

    again = write(text="See you in court.", reply_to=FIRST)
    arrives(reader, again, minutes=5)
    ticket.refresh_from_db()
    assert (ticket.queue.slug, ticket.priority, ticket.tags) == ("abuse", Priority.URGENT, ["threat"])
    assert events(ticket)[-3:] == ["arrived", "filtered", "moved"]
    assert Note.objects.get(ticket=ticket).text == "Call the lawyer."


def test_a_follow_up_is_not_taken_from_whoever_works_at_its_ticket(d: Department, reader: Reader) -> None:
    filter_that(
        d, does("queue", "abuse"), does("tags", ["a"]), acts_on=ActsOn.ALL, when=asks("is-follow-up", "is", "yes")
    )
    ticket = opened(reader, write(message_id=FIRST))
    take(d.reach("line1"), number=ticket.number, now=NOW)
    arrives(reader, write(text="More.", reply_to=FIRST), minutes=1)
    ticket.refresh_from_db()
    assert (ticket.queue.slug, ticket.taken_by, ticket.tags) == ("inbox", d.people["line1"], ["a"])


def test_no_follow_up_pulls_its_ticket_out_of_a_private_queue(d: Department, reader: Reader) -> None:
    """What stands there would come before other eyes because of a word that the sender chooses."""
    filter_that(d, does("queue", "abuse"), does("tags", ["a"]), acts_on=ActsOn.FOLLOW_UPS)
    ticket = opened(reader, write(message_id=FIRST))
    Ticket.objects.update(queue=d.queues["vulnerabilities"])
    arrives(reader, write(text="More.", reply_to=FIRST), minutes=1)
    ticket.refresh_from_db()
    assert (ticket.queue.slug, ticket.tags) == ("vulnerabilities", ["a"])
    assert "moved" not in events(ticket)


def test_a_filter_of_one_project_is_not_named_in_the_quarantine_of_another(d: Department, reader: Reader) -> None:
    filter_that(d, does("quarantine"), slug="ours")
    filter_that(d, does("quarantine"), slug="secret-plans", project="games")
    delivery = Delivery(content=write(), source=Source.SMTP, envelope_from="a@user.example", envelope_to=BOTH)
    key = keep(delivery, now=NOW)
    pipeline.handle(reader, now=NOW)
    raw = RawMessage.objects.get(pk=key)
    assert (raw.reason, raw.project, raw.error) == ("filter", d.projects["mail"], "Ours · 1")


def test_what_could_not_be_delivered_is_known_though_its_report_is_put_aside(d: Department, reader: Reader) -> None:
    filter_that(d, does("quarantine"), when=asks("kind", "is", "bounce"), acts_on=ActsOn.ALL)
    ticket = opened(reader)
    answer(d.reach("line1"), number=ticket.number, text="Try this.", now=NOW)
    sent = OutboxMessage.objects.get(kind="answer")
    Recipient.objects.filter(message=sent).update(state="sent")
    raw = arrives(reader, letters.delivery_report(sent.message_id), minutes=5)
    assert (raw.state, raw.reason) == (State.QUARANTINED, "filter")
    ticket.refresh_from_db()
    assert (ticket.undelivered, ticket.state) == (True, "open")


def test_no_letter_is_long_enough_to_switch_a_rule_off(d: Department, reader: Reader) -> None:
    """One sign of Unicode becomes eighteen where texts are compared; a spammer would switch off what catches them."""
    words = [asks("new-text", "contains", f"слово{number}") for number in range(290)]
    rule = filter_that(d, does("tags", ["a"]), when={"any": words})
    opened(reader, write(text="\ufdfa" * 40_000))
    rule.refresh_from_db()
    assert rule.enabled


def test_a_follow_up_of_a_closed_ticket_is_reopened_and_filtered(d: Department, reader: Reader) -> None:
    filter_that(d, does("priority", "low"), when=asks("queue", "is", "inbox"), acts_on=ActsOn.FOLLOW_UPS)
    ticket = opened(reader, write(message_id=FIRST))
    answer(d.reach("line1"), number=ticket.number, text="Done.", now=NOW)
    arrives(reader, write(text="Not at all.", reply_to=FIRST), minutes=1)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.priority) == ("open", Priority.LOW)


def test_no_header_of_a_sender_commands_the_desk(d: Department, reader: Reader) -> None:
    """S41."""
    headers = {
        "X-Postline-Queue": "abuse",
        "X-Postline-Priority": "urgent",
        "X-OTRS-Queue": "abuse",
        "X-OTRS-FollowUp-Priority": "5",
        "X-Zammad-Ticket-Group": "abuse",
        "X-Postline-Rule": "1",
    }
    ticket = opened(reader, write(headers=headers))
    assert (ticket.queue.slug, ticket.priority, ticket.tags) == ("inbox", Priority.NORMAL, [])
    assert "filtered" not in events(ticket)


def test_what_a_sender_writes_becomes_no_second_line_and_no_place_of_another_group(
    d: Department, reader: Reader
) -> None:
    filter_that(
        d,
        does("tags", ["<{a}>", "{b}"]),
        does("note", "said {a}"),
        when=asks("new-text", "matches", r"(?s)say (?P<a>.+?) end(?P<b>x)?"),
    )
    ticket = opened(reader, write(text="say {b}\n<script>{a} end"))
    assert ticket.tags == ["<{b} <script>{a}>"]
    assert Note.objects.get().text == "said {b}\n<script>{a}"


def test_hints_say_what_it_is_about_the_heaviest_first_and_never_act(d: Department, reader: Reader) -> None:
    light = hint_that(d, {"attention": "Writes often"}, weight=10)
    heavy = hint_that(
        d,
        {"topic": "lost-password"},
        {"attention": "Check the identity"},
        when=asks("new-text", "contains", "password"),
        weight=90,
    )
    hint_that(d, {"topic": "display"}, when=asks("new-text", "contains", "screen"))
    ticket = opened(reader, write(text="My PASSWORD is refused."))
    because = [asks("new-text", "contains", "password")]
    assert ticket.hints == [
        {"rule": heavy.pk, "version": 1, "weight": 90, "because": because, "topic": "lost-password"},
        {"rule": heavy.pk, "version": 1, "weight": 90, "because": because, "attention": "Check the identity"},
        {"rule": light.pk, "version": 1, "weight": 10, "because": [], "attention": "Writes often"},
    ]
    assert (ticket.topic, ticket.queue.slug) == (None, "inbox")
    assert "filtered" not in events(ticket)


def test_the_hints_of_a_ticket_are_those_of_its_last_letter(d: Department, reader: Reader) -> None:
    hint_that(d, {"topic": "display"}, when=asks("new-text", "contains", "screen"))
    hint_that(d, {"topic": "lost-password"}, when=asks("new-text", "contains", "password"))
    ticket = opened(reader, write(text="My password!", message_id=FIRST))
    assert [hint["topic"] for hint in ticket.hints] == ["lost-password"]
    arrives(reader, write(text="My screen!", reply_to=FIRST), minutes=1)
    ticket.refresh_from_db()
    assert [hint["topic"] for hint in ticket.hints] == ["display"]

    away = write(text="I am away", reply_to=FIRST, headers={"Auto-Submitted": "auto-replied"})
    arrives(reader, away, minutes=2)
    ticket.refresh_from_db()
    assert [hint["topic"] for hint in ticket.hints] == ["display"]  # a robot says nothing new of it


def test_the_third_letter_of_a_week_is_seen_within_one_batch_too(d: Department, reader: Reader) -> None:
    hint_that(d, {"attention": "Third letter this week"}, when=asks("letters-this-week", "is", 3))
    opened(reader, write(text="one"), minutes=-12 * 24 * 60)
    opened(reader, write(text="two"))
    for text in ("three", "four"):
        delivery = Delivery(
            content=write(text=text), source=Source.SMTP, envelope_from="a@user.example", envelope_to=(SUPPORT,)
        )
        keep(delivery, now=NOW)
    pipeline.handle(reader, now=NOW)
    found = {ticket.preview: len(ticket.hints) for ticket in Ticket.objects.all()}
    assert found == {"one": 0, "two": 0, "three": 0, "four": 1}


def test_earlier_tickets_are_those_of_the_same_requester_and_project(d: Department, reader: Reader) -> None:
    hint_that(d, {"attention": "many"}, when=asks("earlier-tickets", "is", 2))
    hint_that(d, {"attention": "open"}, when=asks("earlier-open", "greater", 1))
    first = opened(reader, write(text="one", message_id=FIRST))
    opened(reader, write(text="two"), minutes=1)
    arrives(reader, write(text="else", sender="other@user.example"), minutes=2)
    third = opened(reader, write(text="three"), minutes=3)
    assert [hint["attention"] for hint in third.hints] == ["many", "open"]
    arrives(reader, write(text="again", reply_to=FIRST), minutes=4)
    first.refresh_from_db()
    assert [hint["attention"] for hint in first.hints] == ["many", "open"]  # the two others, not itself


def test_a_link_that_leads_elsewhere_is_pointed_out(d: Department, reader: Reader) -> None:
    hint_that(d, {"attention": "phishing link"}, when=asks("misleading-link", "is", "yes"))
    html = '<p>See <a href="https://evil.example/x">https://bank.example</a></p>'
    bad = opened(reader, write(html=html))
    good = opened(reader, write(html=html.replace("evil", "www.bank"), text="fine"), minutes=1)
    assert [hint["attention"] for hint in bad.hints] == ["phishing link"]
    assert good.hints == []


def test_a_pattern_that_explodes_elsewhere_takes_its_time_here(d: Department, reader: Reader) -> None:
    """F20: `(a+)+$` upon a hundred thousand a and an exclamation mark."""
    filter_that(d, does("tags", ["a"]), when=asks("text", "matches", "(a+)+$"))
    ticket = opened(reader, write(text="a" * 100_000 + "!"))
    assert ticket.tags == []
    assert Rule.objects.get().enabled


def test_a_filter_whose_queue_is_gone_is_switched_off_and_the_letter_arrives(d: Department, reader: Reader) -> None:
    rule = filter_that(d, does("queue", "abuse"), slug="to-abuse")
    filter_that(d, does("tags", ["next one"]))
    d.queues["abuse"].retired_at = NOW
    d.queues["abuse"].save()
    ticket = opened(reader)
    assert (ticket.queue.slug, ticket.tags) == ("inbox", ["next one"])
    rule.refresh_from_db()
    assert (rule.enabled, rule.disabled_because, rule.disabled_detail) == (False, WhyDisabled.GONE, "abuse")
    alarm = Alarm.objects.get(code="rule-disabled")
    assert (alarm.subject, alarm.detail) == ("filter:mail/to-abuse", {"rule": rule.pk, "because": "gone"})
    entry = AuditEntry.objects.get(action="filter.disabled")
    assert (entry.actor, entry.target) == ("", "filter:mail/to-abuse")


def test_a_queue_that_is_being_emptied_hands_what_comes_to_its_successor(d: Department, reader: Reader) -> None:
    filter_that(d, does("queue", "mail-clients"))
    d.queues["mail-clients"].successor = d.queues["web"]
    d.queues["mail-clients"].save()
    assert opened(reader).queue.slug == "web"


def test_a_filter_whose_condition_names_a_topic_that_is_gone_is_switched_off(d: Department, reader: Reader) -> None:
    rule = filter_that(d, does("tags", ["a"]), when={"not": asks("topic", "is", "display")})
    assert opened(reader).tags == ["a"]
    d.topics["display"].delete()
    assert opened(reader, write(text="Another"), minutes=1).tags == []
    rule.refresh_from_db()
    assert (rule.enabled, rule.disabled_because) == (False, WhyDisabled.GONE)


def test_a_rule_that_fails_is_switched_off_and_nothing_of_it_is_done(
    d: Department, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = hint_that(d, {"attention": "!"}, when=asks("misleading-link", "is", "yes"))

    def fails(*_given: object) -> bool:
        raise RuntimeError("broken")

    monkeypatch.setattr("postline.intake.filtering.misleads", fails)
    assert opened(reader, write(html="<p>x</p>")).hints == []
    rule.refresh_from_db()
    assert (rule.enabled, rule.disabled_because, rule.disabled_detail) == (False, WhyDisabled.FAULT, "RuntimeError")
    assert Alarm.objects.filter(code="rule-disabled").exists()


def test_a_batch_that_switches_a_rule_off_holds_up_no_lead_and_no_other_batch(d: Department, reader: Reader) -> None:
    """It may go on for seconds; two that switch off each other's would wait for each other."""
    rule = filter_that(d, does("queue", "abuse"))
    other = filter_that(d, does("tags", ["a"]))
    d.queues["abuse"].retired_at = NOW
    d.queues["abuse"].save()
    is_saved = threading.Event()

    def save() -> None:
        filters.switch(d.reach("lead"), rule_id=other.pk, enabled=False, now=NOW)
        is_saved.set()
        connection.close()

    delivery = Delivery(content=write(), source=Source.SMTP, envelope_from="a@user.example", envelope_to=(SUPPORT,))
    raw_id = keep(delivery, now=NOW)
    with transaction.atomic():
        pipeline.handle(reader, now=NOW)
        thread = threading.Thread(target=save)
        thread.start()
        in_time = is_saved.wait(5)
    thread.join()
    assert in_time
    assert Message.objects.filter(raw_id=raw_id).exists()
    rule.refresh_from_db()
    assert rule.disabled_because == WhyDisabled.GONE


def test_a_rule_that_takes_too_long_is_switched_off(
    d: Department, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = filter_that(d, does("tags", ["slow"]))
    monkeypatch.setattr("postline.rules.running.SLOWEST_S", -1.0)
    assert opened(reader).tags == ["slow"]
    assert opened(reader, write(text="Another"), minutes=1).tags == []
    rule.refresh_from_db()
    assert (rule.enabled, rule.disabled_because) == (False, WhyDisabled.SLOW)


def test_a_rule_that_is_kept_but_cannot_be_understood_any_more_is_switched_off(d: Department, reader: Reader) -> None:
    rule = filter_that(d, does("tags", ["a"]))
    Rule.objects.update(condition={"ask": "moon-phase", "is": "is", "value": "full"})
    assert opened(reader).tags == []
    rule.refresh_from_db()
    assert (rule.enabled, rule.disabled_because) == (False, WhyDisabled.BROKEN)


def test_a_change_of_a_rule_counts_for_the_next_letter(d: Department, reader: Reader) -> None:
    rule = filter_that(d, does("tags", ["old"]))
    assert opened(reader).tags == ["old"]
    filters.change(
        d.reach("lead"),
        rule_id=rule.pk,
        draft=Draft(name="New", condition={"all": []}, steps=[does("tags", ["new"])]),
        seen=10**9,
        now=NOW,
    )
    ticket = opened(reader, write(text="Another"), minutes=1)
    assert ticket.tags == ["new"]
    assert Event.objects.get(ticket=ticket, kind=Happening.FILTERED).data["version"] == 2
    filters.switch(d.reach("lead"), rule_id=rule.pk, enabled=False, now=NOW)
    assert opened(reader, write(text="A third"), minutes=2).tags == []


def test_who_has_left_is_given_nothing(d: Department, reader: Reader) -> None:
    rule = filter_that(d, does("owner", "line1"))
    assert opened(reader).owner == d.people["line1"]
    Membership.objects.filter(person=d.people["line1"]).delete()
    assert opened(reader, write(text="Another"), minutes=1).owner is None
    rule.refresh_from_db()
    assert rule.disabled_because == WhyDisabled.GONE


def test_rules_are_counted_by_day_with_what_they_cost(d: Department, reader: Reader) -> None:
    counters.write(now=NOW, at_once=True)  # of other tests
    RuleDay.objects.all().delete()
    hit = filter_that(d, does("tags", ["a"]), when=asks("subject", "contains", "order"))
    missed = filter_that(d, does("tags", ["b"]), when=asks("subject", "contains", "nothing"))
    for number in range(3):
        arrives(reader, write(subject=f"Order {number}"))
    arrives(reader, write(subject="Something else"))
    counters.write(now=NOW, at_once=True)
    found = queries.counted([hit, missed], now=NOW + timedelta(days=1))
    assert (found[hit.pk].today, found[hit.pk].week, found[hit.pk].messages) == (0, 3, 4)
    assert found[missed.pk].week == 0
    assert 0 < found[hit.pk].micros < 10_000
    hit.refresh_from_db()
    missed.refresh_from_db()
    assert (hit.last_hit_at, missed.last_hit_at) == (NOW, None)
