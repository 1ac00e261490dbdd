"""What was put aside: who sees it, and what can be done with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from postline.intake import pipeline, quarantine
from postline.intake.models import RawMessage, Source, State
from postline.intake.parse import ParsedMessage
from postline.intake.quarantine import Wanted
from postline.intake.reader import Reader, Unreadable
from postline.intake.receive import Delivery, keep
from postline.outbox.models import OutboxMessage
from postline.projects.models import AuditEntry, Mailbox
from postline.projects.rights import Forbidden
from postline.tickets.models import Message, Ticket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(days=31)
BOMB = b"From: Eve <eve@evil.example>\r\nSubject: \xd0\x91\xd0\xbe\xd0\xbc\xd0\xb1\xd0\xb0\r\n\r\n"


@pytest.fixture
def d() -> Department:
    return department()


def arrives(reader: Reader, content: bytes, *to: str) -> RawMessage:
    delivery = Delivery(content=content, source=Source.PIPE, envelope_from="", envelope_to=to)
    key = keep(delivery, now=NOW)
    pipeline.handle(reader, now=NOW)
    return RawMessage.objects.get(pk=key)


def bounce(number: int = 1, *, to: str = "support@mail.example") -> bytes:
    return write(
        sender="MAILER-DAEMON@relay.example",
        to=to,
        subject="Undelivered Mail Returned to Sender",
        message_id=f"<{number}@relay.example>",
        text=f"message {number} was not delivered",
        headers={"X-Failed-Recipients": "nobody@user.example"},
    )


@pytest.fixture
def aside(d: Department, reader: Reader) -> RawMessage:
    """A letter to an address that is no mailbox yet."""
    return arrives(reader, write(to="new@mail.example"))


@pytest.fixture
def robot(d: Department, reader: Reader) -> RawMessage:
    """A bounce of nothing of ours, to a mailbox of mail."""
    return arrives(reader, bounce())


def seen_by(d: Department, login: str) -> list[RawMessage]:
    return list(quarantine.listed(d.reach(login)).order_by("pk"))


def test_each_sees_what_came_to_their_project_and_what_is_nobodys_only_the_installation(
    d: Department, aside: RawMessage, robot: RawMessage
) -> None:
    assert seen_by(d, "admin") == seen_by(d, "auditor") == [aside, robot]
    assert seen_by(d, "lead") == [robot]
    for login in ("line1", "passwords", "trainee", "games1"):
        assert seen_by(d, login) == []


def test_what_it_is_recognised_by_is_kept(d: Department, robot: RawMessage) -> None:
    assert (robot.reason, robot.sender, robot.subject, robot.project) == (
        "bounce",
        " <MAILER-DAEMON@relay.example>",
        "Undelivered Mail Returned to Sender",
        d.projects["mail"],
    )
    assert quarantine.address_of(robot) == "MAILER-DAEMON@relay.example"


def test_a_name_that_looks_like_an_address_is_none(d: Department, reader: Reader) -> None:
    raw = arrives(reader, b'From: "boss <boss@mail.example>" <eve@evil.example>\r\n\r\nx', "nobody@mail.example")
    assert quarantine.address_of(raw) == "eve@evil.example"
    nameless = arrives(reader, b"From: <boss@mail.example\r\nSubject: <a@b.example>\r\n\r\nx", "nobody@mail.example")
    assert quarantine.address_of(nameless) in ("", "boss@mail.example")


def test_run_again_after_the_cause_is_mended_opens_the_ticket(d: Department, aside: RawMessage, reader: Reader) -> None:
    Mailbox.objects.create(project=d.projects["mail"], address="new@mail.example", queue=d.queues["inbox"])
    assert quarantine.run_again(d.reach("admin"), quarantine.listed(d.reach("admin")), now=NOW) == 1
    pipeline.handle(reader, now=NOW)
    aside.refresh_from_db()
    assert (aside.state, Ticket.objects.count()) == (State.HANDLED, 1)
    assert AuditEntry.objects.get().action == "quarantine.run-again"


def test_a_robot_runs_in_vain_but_is_accepted_into_the_chosen_queue(
    d: Department, robot: RawMessage, reader: Reader
) -> None:
    lead = d.reach("lead")
    quarantine.run_again(lead, quarantine.listed(lead), now=NOW)
    pipeline.handle(reader, now=NOW)
    assert seen_by(d, "lead") == [robot]

    quarantine.accept(lead, quarantine.listed(lead), queue_id=d.queues["abuse"].pk, now=NOW)
    pipeline.handle(reader, now=NOW)
    ticket = Ticket.objects.get()
    assert (ticket.queue, ticket.subject) == (d.queues["abuse"], "Undelivered Mail Returned to Sender")
    assert OutboxMessage.objects.count() == 0  # a robot gets no answer, also when it is let in
    assert AuditEntry.objects.order_by("-number")[0].detail["queue"] == "abuse"


def test_a_letter_to_nobody_is_accepted_and_acknowledged_from_the_projects_mailbox(
    d: Department, aside: RawMessage, reader: Reader
) -> None:
    admin = d.reach("admin")
    quarantine.accept(admin, quarantine.listed(admin), queue_id=d.queues["games/accounts"].pk, now=NOW)
    pipeline.handle(reader, now=NOW)
    assert Ticket.objects.get().queue == d.queues["games/accounts"]
    assert OutboxMessage.objects.get().sender_address == "support@games.example"


class Blind(Reader):
    """A reader that dies of every message."""

    def read_many(self, raws: Sequence[bytes]) -> list[ParsedMessage | Unreadable]:
        return [Unreadable("crash") for _ in raws]


def test_what_nobody_can_read_is_accepted_with_its_first_lines_and_its_source(d: Department) -> None:
    raw, lead = arrives(Blind(), BOMB, "support@mail.example"), d.reach("lead")
    assert (raw.reason, raw.error, raw.subject) == ("unreadable", "crash", "Бомба")
    assert quarantine.address_of(raw) == "eve@evil.example"

    quarantine.accept(lead, quarantine.listed(lead), queue_id=d.queues["inbox"].pk, now=NOW)
    pipeline.handle(Blind(), now=NOW)

    message = Message.objects.get(direction="inbound")
    assert (message.subject, message.flags, message.raw_id) == ("Бомба", ["unreadable", "sender-not-verified"], raw.pk)


def test_nothing_is_accepted_into_a_queue_that_is_not_the_persons_or_has_no_mailbox(
    d: Department, robot: RawMessage
) -> None:
    lead = d.reach("lead")
    Mailbox.objects.filter(project=d.projects["games"]).delete()
    for login, queue in (("lead", "games/inbox"), ("admin", "games/inbox")):
        with pytest.raises(quarantine.WrongQueue):
            quarantine.accept(d.reach(login), quarantine.listed(lead), queue_id=d.queues[queue].pk, now=NOW)
    assert seen_by(d, "lead") == [robot]


def test_the_auditor_and_the_agent_act_on_nothing(d: Department, aside: RawMessage, robot: RawMessage) -> None:
    everything = quarantine.listed(d.reach("admin"))
    for login in ("auditor", "line1", "games1"):
        for act in (quarantine.run_again, quarantine.delete, quarantine.put_back):
            with pytest.raises(Forbidden):
                act(d.reach(login), everything, now=NOW)
    assert seen_by(d, "admin") == [aside, robot]


def test_a_lead_acts_within_the_project_alone(d: Department, aside: RawMessage, robot: RawMessage) -> None:
    assert quarantine.delete(d.reach("lead"), quarantine.listed(d.reach("admin")), now=NOW) == 1
    assert seen_by(d, "admin") == [aside]


def test_what_is_deleted_can_be_put_back_and_not_be_run(d: Department, aside: RawMessage) -> None:
    admin = d.reach("admin")
    chosen = quarantine.listed(admin).filter(pk=aside.pk)
    assert quarantine.delete(admin, chosen, now=NOW) == 1
    with pytest.raises(quarantine.NotInQuarantine):
        quarantine.run_again(admin, RawMessage.objects.filter(pk=aside.pk), now=NOW)
    deleted = quarantine.listed(admin, Wanted(deleted=True))
    assert list(deleted) == [aside]
    assert bytes(RawMessage.objects.get(pk=aside.pk).content) == write(to="new@mail.example")
    assert quarantine.put_back(admin, deleted, now=NOW) == 1
    assert seen_by(d, "admin") == [aside]


def test_the_same_bytes_come_in_again_after_they_were_deleted(d: Department, aside: RawMessage, reader: Reader) -> None:
    admin = d.reach("admin")
    quarantine.delete(admin, quarantine.listed(admin), now=NOW)
    again = arrives(reader, write(to="new@mail.example"))
    assert again.pk != aside.pk
    assert seen_by(d, "admin") == [again]
    quarantine.put_back(admin, quarantine.listed(admin, Wanted(deleted=True)), now=NOW)
    assert seen_by(d, "admin") == [aside, again]


def test_what_is_over_its_time_goes_but_not_what_somebody_may_wait_for(
    d: Department, aside: RawMessage, robot: RawMessage
) -> None:
    assert quarantine.expire(days=30, now=NOW + timedelta(days=30)) == 0
    assert quarantine.expire(days=30, now=LATER) == 1
    assert seen_by(d, "admin") == [aside]
    entry = AuditEntry.objects.order_by("-number")[0]
    assert (entry.action, entry.actor, entry.detail) == ("quarantine.expired", "", {"count": 1})


def test_what_was_deleted_goes_with_its_time_and_not_within_a_day(d: Department, aside: RawMessage) -> None:
    admin = d.reach("admin")
    quarantine.delete(admin, quarantine.listed(admin), now=LATER)
    assert quarantine.expire(days=30, now=LATER + timedelta(hours=23)) == 0
    assert quarantine.expire(days=30, now=LATER + timedelta(hours=25)) == 1
    assert RawMessage.objects.count() == 0


def test_the_list_is_filtered_and_counted_by_reason(d: Department, aside: RawMessage, reader: Reader) -> None:
    for number in range(3):
        arrives(reader, bounce(number))
    admin = d.reach("admin")
    assert [(one.reason, one.count) for one in quarantine.buckets(admin)] == [("bounce", 3), ("no-mailbox", 1)]
    assert list(quarantine.listed(admin, Wanted(reason="no-mailbox"))) == [aside]
    assert list(quarantine.listed(admin, Wanted(words="ANNA@user"))) == [aside]
    assert list(quarantine.listed(admin, Wanted(words="cannot sign"))) == [aside]
    assert quarantine.listed(admin, Wanted(project="mail")).count() == 3
    assert quarantine.listed(admin, Wanted(words="100%")).count() == 0


def test_progress_of_many(d: Department, reader: Reader) -> None:
    for number in range(3):
        arrives(reader, bounce(number))
    arrives(reader, write(to="support@mail.example", sender="MAILER-DAEMON@x.example", message_id="<9@x.example>"))
    lead = d.reach("lead")
    assert quarantine.accept(lead, quarantine.listed(lead), queue_id=d.queues["inbox"].pk, now=NOW) == 4
    assert quarantine.progress(lead, released_at=NOW) == quarantine.Progress(4, 4, 0, 0)
    pipeline.handle(reader, now=NOW, batch=3)
    assert quarantine.progress(lead, released_at=NOW) == quarantine.Progress(4, 1, 3, 0)
    assert quarantine.progress(d.reach("games1"), released_at=NOW) == quarantine.Progress(0, 0, 0, 0)


def test_an_act_on_several_projects_is_told_to_each(d: Department, robot: RawMessage, reader: Reader) -> None:
    arrives(reader, bounce(2, to="support@games.example"))
    admin = d.reach("admin")
    quarantine.delete(admin, quarantine.listed(admin), now=NOW)
    told = {entry.detail["project"] for entry in AuditEntry.objects.filter(action="quarantine.deleted")}
    assert told == {d.projects["mail"].pk, d.projects["games"].pk}


def test_a_poison_message_ends_in_quarantine_after_two_tries_and_the_next_one_flows(d: Department) -> None:
    """F19: its reader dies each time; what stands behind it becomes a ticket."""
    poison, good = write(text="POISON", message_id="<p@user.example>"), write(message_id="<g@user.example>")
    tries: list[bytes] = []

    class Dying(Reader):
        def _batch(self, raws: Sequence[bytes], waiting: deque[int], results: list[Any]) -> deque[int]:
            if b"POISON" in raws[waiting[0]]:
                tries.append(raws[waiting[0]])
                results[waiting.popleft()] = Unreadable("memory")
                return waiting
            return super()._batch(raws, waiting, results)

    with Dying() as dying:
        for content in (poison, good):
            delivery = Delivery(
                content=content, source=Source.SMTP, envelope_from="", envelope_to=("abuse@mail.example",)
            )
            keep(delivery, now=NOW)
        pipeline.handle(dying, now=NOW)
    raw = RawMessage.objects.get(state=State.QUARANTINED)
    assert (tries, raw.reason, raw.error, raw.attempts) == ([poison, poison], "unreadable", "memory", 1)
    assert raw.project == d.projects["mail"]
    assert Ticket.objects.count() == 1


def test_what_a_message_says_makes_no_line_of_the_log(
    d: Department, reader: Reader, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """S65: CR, LF, ANSI and NUL in the fields that a log might quote."""
    nasty = b'From: "a\x1b[31mred" <eve@evil.example>\r\nSubject: =?utf-8?q?one=0D=0Atwo=1B[31m=00?=\r\n'
    nasty += b"User-Agent: x\x00\x1b\r\n"
    raw = arrives(reader, nasty + b"\r\nx", "nobody@mail.example")
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err + caplog.text).splitlines() if "put aside" in line]
    assert len(lines) == 1
    assert not any(word in lines[0] for word in ("two", "eve@", "red", "\x1b[31m", "\x00"))
    assert raw.subject.isprintable()
    assert raw.sender.isprintable()
