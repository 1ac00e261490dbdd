"""What does not reach the desk: blocked senders and spam; and what no header of a sender's can do (S17, S18, S41)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.intake import pipeline, senders
from postline.intake.models import ListedSender, RawMessage, Source, State, Verdict
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.intake.screen import patterns
from postline.outbox.models import OutboxMessage
from postline.projects.models import AuditEntry, Mailbox
from postline.projects.rights import Forbidden
from postline.tickets.models import Message, Ticket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT = "support@mail.example"
SPAM = {"X-Spam-Flag": "YES"}
PROVED = {"Authentication-Results": "mx.mail.example; dmarc=pass header.from=user.example"}
FAILED = {"Authentication-Results": "mx.mail.example; dmarc=fail header.from=user.example"}


@pytest.fixture
def d() -> Department:
    made = department()
    Mailbox.objects.filter(address=SUPPORT).update(
        spam_header="X-Spam-Flag", spam_value="yes", believed_servers="mx.mail.example"
    )
    return made


def arrives(reader: Reader, content: bytes, *, to: str = SUPPORT) -> RawMessage:
    delivery = Delivery(content=content, source=Source.SMTP, envelope_from="a@user.example", envelope_to=(to,))
    key = keep(delivery, now=NOW)
    pipeline.handle(reader, now=NOW)
    return RawMessage.objects.get(pk=key)


def lists(d: Department, sender: str, verdict: Verdict, *, always: bool = False, project: str = "mail") -> ListedSender:
    reach, key = d.reach("admin"), d.projects[project].pk
    return senders.put_on_list(reach, project_id=key, sender=sender, verdict=verdict, always=always, now=NOW)


def test_what_the_trusted_filter_calls_spam_is_put_aside(d: Department, reader: Reader) -> None:
    raw = arrives(reader, write(headers=SPAM))
    assert (raw.state, raw.reason, raw.project) == (State.QUARANTINED, "spam", d.projects["mail"])
    assert not Ticket.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_who_is_blocked_is_blocked_through_a_web_form_too(d: Department, reader: Reader) -> None:
    Mailbox.objects.update(reply_to_beats_from=True)
    lists(d, "pest@user.example", Verdict.BLOCK)
    form = write(sender="form@mail-form.example", headers={"Reply-To": "pest@user.example"})
    assert arrives(reader, form).reason == "blocked"


def test_the_same_header_means_nothing_to_a_mailbox_that_has_no_filter(d: Department, reader: Reader) -> None:
    assert arrives(reader, write(to="abuse@mail.example", headers=SPAM), to="abuse@mail.example").state == State.HANDLED


@pytest.mark.parametrize("value", ["No", "maybe yes", ""])
def test_another_value_means_nothing(d: Department, reader: Reader, value: str) -> None:
    assert arrives(reader, write(headers={"X-Spam-Flag": value})).state == State.HANDLED


def test_a_header_that_begins_as_set_is_enough(d: Department, reader: Reader) -> None:
    Mailbox.objects.filter(address=SUPPORT).update(spam_header="X-Spam-Status", spam_value="Yes")
    assert arrives(reader, write(headers={"X-Spam-Status": "Yes, score=14.2"})).reason == "spam"


@pytest.mark.parametrize("pattern", ["anna@user.example", "User.Example", "*@user.example", "@example.com"])
def test_a_blocked_sender_is_put_aside_whatever_else(d: Department, reader: Reader, pattern: str) -> None:
    lists(d, pattern, Verdict.BLOCK)
    sender = "Anna <Anna@sub.example.com>" if pattern == "@example.com" else "Anna <anna@user.example>"
    raw = arrives(reader, write(sender=sender, headers=PROVED))
    assert (raw.state, raw.reason) == (State.QUARANTINED, "blocked")


def test_a_project_blocks_for_itself_alone(d: Department, reader: Reader) -> None:
    lists(d, "anna@user.example", Verdict.BLOCK, project="games")
    assert arrives(reader, write()).state == State.HANDLED
    raw = arrives(reader, write(to="support@games.example"), to="support@games.example")
    assert (raw.reason, raw.project) == ("blocked", d.projects["games"])


def test_an_address_counts_before_its_domain(d: Department, reader: Reader) -> None:
    lists(d, "user.example", Verdict.BLOCK)
    lists(d, "anna@user.example", Verdict.ALLOW, always=True)
    assert arrives(reader, write(headers=SPAM)).state == State.HANDLED
    assert arrives(reader, write(sender="b@user.example", text="no", message_id="<2@u.example>")).reason == "blocked"


def test_an_allowed_sender_is_believed_when_it_is_proved(d: Department, reader: Reader) -> None:
    lists(d, "user.example", Verdict.ALLOW)
    assert arrives(reader, write(text="1", headers=SPAM)).reason == "spam"
    assert arrives(reader, write(text="2", headers=SPAM | FAILED)).reason == "spam"
    foreign = {"Authentication-Results": "mx.evil.example; dmarc=pass header.from=user.example"}
    assert arrives(reader, write(text="3", headers=SPAM | foreign)).reason == "spam"
    assert arrives(reader, write(text="4", headers=SPAM | PROVED)).state == State.HANDLED


def test_a_sender_who_is_always_allowed_needs_no_proof(d: Department, reader: Reader) -> None:
    lists(d, "user.example", Verdict.ALLOW, always=True)
    assert arrives(reader, write(headers=SPAM)).state == State.HANDLED


@pytest.mark.parametrize(
    ("headers", "flags"),
    [(PROVED, []), (FAILED, ["sender-false"]), ({}, ["sender-not-verified"])],
    ids=["passed", "failed", "not known"],
)
def test_the_message_says_whether_its_sender_is_proved(
    d: Department, reader: Reader, headers: dict[str, str], flags: list[str]
) -> None:
    raw = arrives(reader, write(headers=headers))
    assert Message.objects.get(direction="inbound").flags == flags
    assert raw.authentication == {
        "spf": "unknown",
        "dkim": "unknown",
        "dmarc": {"": "pass", "sender-false": "fail"}.get("".join(flags), "unknown"),
        "domains": [] if flags else ["user.example"],
    }


@pytest.mark.parametrize(
    "header",
    [
        {"X-Postline-Queue": "vulnerabilities", "X-Postline-Ignore": "yes", "X-Postline-Owner": "admin"},
        {"X-OTRS-Queue": "Abuse", "X-OTRS-Ignore": "yes", "X-OTRS-Loop": "true", "X-OTRS-State": "closed"},
        {"X-OTOBO-Queue": "Abuse", "X-OTOBO-Ignore": "yes", "X-OTOBO-Priority": "5 very high"},
        {"X-Zammad-Ticket-Group": "Abuse", "X-Zammad-Ignore": "true", "X-Zammad-Ticket-State": "closed"},
        {"X-RT-Queue": "abuse", "RT-Send-CC": "eve@evil.example", "X-RT-Squelch-Replies-To": "anna@user.example"},
        {"X-Spam-Flag": "NO", "X-Postline-Kind": "letter", "X-Postline-Sender": "admin"},
    ],
)
def test_control_headers_from_outside_have_no_effect(d: Department, reader: Reader, header: dict[str, str]) -> None:
    arrives(reader, write())
    arrives(reader, write(sender="Boris <boris@user.example>", message_id="<b@user.example>", headers=header))
    plain, controlled = Ticket.objects.order_by("pk")
    same = ("queue_id", "state", "priority", "owner_id", "tags", "topic_id", "project_id")
    assert [getattr(controlled, name) for name in same] == [getattr(plain, name) for name in same]
    assert [message.to[0][1] for message in OutboxMessage.objects.order_by("pk")] == [
        "anna@user.example",
        "boris@user.example",
    ]


def test_the_list_is_the_leads_and_the_administrators(d: Department) -> None:
    key = d.projects["mail"].pk
    for login in ("line1", "auditor", "games1"):
        with pytest.raises(Forbidden):
            senders.put_on_list(d.reach(login), project_id=key, sender="x.example", verdict=Verdict.BLOCK, now=NOW)
        with pytest.raises(Forbidden):
            senders.listed(d.reach(login), project_id=key, size=10)
    made = senders.put_on_list(d.reach("lead"), project_id=key, sender="x.example", verdict=Verdict.BLOCK, now=NOW)
    assert (made.before, made.added_by) == ("", d.people["lead"])
    with pytest.raises(senders.NoSuchSender):
        senders.take_off_list(d.reach("games1"), listed_id=made.pk, now=NOW)
    assert [one.pattern for one in senders.listed(d.reach("lead"), project_id=key, size=10)] == ["x.example"]
    senders.take_off_list(d.reach("lead"), listed_id=made.pk, now=NOW)
    assert list(AuditEntry.objects.order_by("number").values_list("action", flat=True)) == [
        "sender.listed",
        "sender.unlisted",
    ]


@pytest.mark.parametrize(
    "written", ["", "anna", "a b@x.example", "x..example", "<script>", "a@b@c", "x" * 400 + ".org"]
)
def test_what_is_no_sender_is_refused(d: Department, written: str) -> None:
    with pytest.raises(senders.NoSender):
        lists(d, written, Verdict.BLOCK)


def test_an_undo_leaves_the_list_as_it_was(d: Department) -> None:
    lists(d, "old.example", Verdict.ALLOW)
    later = NOW + timedelta(seconds=1)
    reach, key = d.reach("admin"), d.projects["mail"].pk
    for sender in ("old.example", "new.example"):
        senders.put_on_list(reach, project_id=key, sender=sender, verdict=Verdict.BLOCK, now=later)
    assert senders.take_back(d.reach("lead"), added_at=later, now=later) == 0  # somebody else's
    assert senders.take_back(reach, added_at=later, now=later) == 2
    assert [(one.pattern, one.verdict) for one in ListedSender.objects.all()] == [("old.example", "allow")]


@pytest.mark.parametrize("ours", [SUPPORT, "mail.example"])
def test_nobody_blocks_our_own_mailboxes(d: Department, ours: str) -> None:
    with pytest.raises(senders.NoSender):
        lists(d, ours, Verdict.BLOCK)


@pytest.mark.unit
def test_what_a_list_may_say_of_an_address() -> None:
    assert list(patterns("Anna@a.b.example")) == ["anna@a.b.example", "a.b.example", "b.example", "example"]
    assert list(patterns("nobody")) == list(patterns("")) == list(patterns("x@")) == []
