"""`verify` finds what must never be. Each invariant is broken on purpose, by SQL, behind the back of the actions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.core.mail import send_mail
from django.db import connection

from postline import configuration
from postline.intake import probe
from postline.intake.models import RawMessage, Source
from postline.intake.pipeline import handle_one
from postline.ops.cli import root
from postline.ops.verify.run import examine
from postline.outbox.models import OutboxMessage
from postline.outbox.put import File
from postline.projects import audit
from postline.projects.models import Metric, Target, WorkingRules
from postline.projects.working_rules import changed
from postline.tickets.actions.answer import answer
from postline.tickets.actions.merge import merge
from postline.tickets.actions.move import move
from postline.tickets.actions.take import take
from postline.tickets.models import Ticket
from tests.letters import delivery_report, write
from tests.rules.scenes import does, filter_that, hint_that
from tests.scenes import NOW, Department, department, letter
from tests.working_time import target

LATER = NOW + timedelta(minutes=1)
WITH_FILE = b"""\
From: Anna Visser <anna@user.example>
To: support@mail.example
Subject: I cannot sign in
Message-ID: <one@user.example>
Date: Wed, 04 Mar 2026 12:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

My password is refused.
--b
Content-Type: image/png
Content-Disposition: attachment; filename=screen.png
Content-Transfer-Encoding: base64

c2NyZWVu
--b--
"""
REPLY = b"""\
From: Anna Visser <anna@user.example>
To: %s
Subject: Re: I cannot sign in
Message-ID: <two@user.example>
Date: Wed, 04 Mar 2026 12:30:00 +0000

It still is.
"""


@pytest.fixture
def desk(db: None) -> Department:
    return department()


@pytest.fixture
def ticket(desk: Department) -> Ticket:
    """Anna writes with a file and is answered from the first line with a file."""
    arrive(WITH_FILE, "support@mail.example")
    ticket = Ticket.objects.get()
    files = [File("how.txt", "text/plain", b"so")]
    answer(desk.reach("line1"), number=ticket.number, text="Try again.", files=files, request_key="1", now=NOW)
    connection.check_constraints()
    return ticket


def arrive(content: bytes, recipient: str) -> None:
    """A door keeps it, the pipeline handles it."""
    raw = RawMessage.objects.create(
        key=hashlib.sha256(content + recipient.encode()).digest(),
        source=Source.SMTP,
        envelope_from="anna@user.example",
        envelope_to=[recipient],
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        received_at=NOW,
    )
    handle_one(raw.pk, now=NOW)
    raw.refresh_from_db()
    assert raw.state == "handled"


def broken() -> list[str]:
    """The names of the invariants that do not hold."""
    return [finding.invariant.name for finding in examine(now=LATER) if finding.count]


def said() -> str:
    """What is said about what does not hold."""
    return "\n".join(f"{v.where}: {v.what}" for finding in examine(now=LATER) for v in finding.violations)


def sql(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(query)


@pytest.fixture
def history_open(ticket: Ticket) -> Iterator[None]:
    """Events can be changed."""
    sql("ALTER TABLE tickets_event DISABLE TRIGGER append_only")
    yield
    sql("ALTER TABLE tickets_event ENABLE TRIGGER append_only")


def close_history() -> None:
    sql("ALTER TABLE tickets_event ENABLE TRIGGER append_only")


@pytest.mark.usefixtures("ticket")
def test_an_ordinary_conversation_breaks_nothing() -> None:
    assert broken() == []


def test_an_empty_installation_breaks_nothing(db: None) -> None:
    assert broken() == []


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("I1", "UPDATE intake_rawmessage SET content = content || '.'::bytea, size = size + 1"),
        ("I1", "UPDATE intake_rawmessage SET size = size + 1"),
        ("I5", "UPDATE outbox_outboxmessage SET state = 'sent', finished_at = now(), attempts = 0"),
        ("I5", "UPDATE outbox_outboxmessage SET attempts = 3"),
        ("I5", "DELETE FROM outbox_recipient"),
        ("I5", "UPDATE outbox_recipient SET state = 'sent', finished_at = now()"),
        ("I5", "UPDATE outbox_recipient SET finished_at = now()"),
        ("I5", "UPDATE outbox_outboxmessage SET state = 'sending'"),
        ("I6", "UPDATE tickets_message SET outbox_message_id = NULL WHERE direction = 'outbound'"),
        ("I8", "UPDATE tickets_ticket SET event_count = event_count + 1"),
        ("I8", "ALTER TABLE tickets_event DISABLE TRIGGER append_only"),
        ("I8", "ALTER TABLE projects_auditentry DISABLE TRIGGER append_only"),
        ("I12", "UPDATE tickets_ticket SET number = number - number % 10 + (number + 1) % 10"),
        ("I12", "UPDATE tickets_ticket SET number = 1234"),
        ("I13", "UPDATE tickets_attachment SET sha256 = repeat('0', 64) WHERE place <> ''"),
        ("I13", "UPDATE tickets_attachment SET sha256 = repeat('0', 64) WHERE enclosure_id IS NOT NULL"),
        ("I13", "UPDATE tickets_attachment SET place = '9.9' WHERE place <> ''"),
        ("I13", "UPDATE tickets_attachment SET enclosure_id = NULL"),
        ("I13", "DELETE FROM outbox_enclosure"),
        ("I15", "UPDATE tickets_ticket SET state = 'merged', waiting_since = NULL"),
        ("I15", "UPDATE tickets_message SET origin_id = ticket_id"),
        ("I15", "UPDATE tickets_message SET origin_id = 987654321 WHERE direction = 'inbound'"),
    ],
)
def test_what_was_changed_behind_our_back_is_found(name: str, harm: str) -> None:
    sql(harm)
    assert broken() == [name]


@pytest.fixture
def measured(desk: Department) -> Ticket:
    """A ticket that waits, and one that is answered, both with a target; all clocks have followed."""
    target(desk, Metric.FIRST_ANSWER, 60)
    target(desk, Metric.SOLUTION, 600)
    answered, waiting = letter(desk), letter(desk, text="Another one.")
    answer(desk.reach("line1"), number=answered.number, text="Try again.", now=NOW)
    WorkingRules.objects.update(position=None)
    connection.check_constraints()
    return waiting


@pytest.mark.usefixtures("measured")
def test_clocks_that_follow_their_tickets_break_nothing() -> None:
    assert [
        one.what for finding in examine(now=LATER) for one in finding.violations if finding.invariant.name == "I16"
    ] == []


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE tickets_clock SET met_at = NULL WHERE metric = 'first-answer'",
        "UPDATE tickets_clock SET paused_at = started_at WHERE met_at IS NULL AND metric = 'solution'",
        "UPDATE tickets_ticket SET state = 'pending', waiting_since = NULL WHERE state = 'new'",
        "UPDATE tickets_clock SET due_at = due_at + interval '1 minute' WHERE met_at IS NULL",
        "UPDATE tickets_clock SET minutes = 61 WHERE met_at IS NULL AND metric = 'first-answer'",
        "UPDATE tickets_clock SET metric = 'next-answer' WHERE met_at IS NULL AND metric = 'solution'",
        "DELETE FROM projects_target",
    ],
)
def test_a_clock_that_does_not_follow_is_found(measured: Ticket, harm: str) -> None:
    if harm.startswith("DELETE"):
        Target.objects.all().delete()
        changed(measured.project_id, now=NOW)
        WorkingRules.objects.update(position=None)
    else:
        sql(harm)
    assert "I16" in broken()


@pytest.mark.usefixtures("ticket")
def test_a_raw_message_that_vanished_is_found() -> None:
    sql("DELETE FROM intake_rawmessage")
    assert broken() == ["I2", "I13"]


@pytest.mark.usefixtures("ticket")
def test_a_message_that_is_in_quarantine_as_well_is_found() -> None:
    sql("UPDATE intake_rawmessage SET state = 'quarantined', reason = 'error'")
    assert broken() == ["I2"]


@pytest.mark.usefixtures("ticket")
def test_a_quarantine_without_a_reason_is_found() -> None:
    sql("UPDATE intake_rawmessage SET state = 'quarantined'; UPDATE tickets_message SET raw_id = NULL")
    sql("DELETE FROM tickets_attachment")
    assert said() == f"raw message {RawMessage.objects.get().pk}: is in quarantine without a reason"


@pytest.mark.usefixtures("ticket")
def test_a_second_delivery_has_no_message_of_its_own_and_that_is_right() -> None:
    arrive(b"Received: from elsewhere\n" + WITH_FILE, "support@mail.example")
    assert RawMessage.objects.filter(state="handled").count() == 2
    assert broken() == []


@pytest.mark.usefixtures("ticket")
def test_a_message_that_was_handled_into_nothing_is_found() -> None:
    sql("UPDATE intake_rawmessage SET content = 'From: x@y.example\n\nlost', size = 23")
    sql("UPDATE intake_rawmessage SET sha256 = sha256(content), size = length(content)")
    sql("DELETE FROM tickets_attachment; UPDATE tickets_message SET raw_id = NULL")
    assert said() == f"raw message {RawMessage.objects.get().pk}: was handled, but no message came of it"


@pytest.mark.usefixtures("ticket")
def test_the_same_content_twice_in_a_project_is_found() -> None:
    sql("ALTER TABLE tickets_message DROP CONSTRAINT message_once_per_project")
    sql("UPDATE tickets_message SET digest = '\\x00'")
    assert broken() == ["I3"]


@pytest.mark.usefixtures("ticket", "history_open")
def test_a_ticket_that_was_never_answered_automatically_is_found() -> None:
    sql("UPDATE tickets_event SET kind = 'noted' WHERE kind = 'acknowledged'")
    close_history()
    assert broken() == ["I4", "I6"]


@pytest.mark.usefixtures("ticket")
def test_two_automatic_answers_are_found() -> None:
    sql("UPDATE outbox_outboxmessage SET kind = 'automatic'")
    assert broken() == ["I4"]


@pytest.mark.usefixtures("ticket")
def test_an_answer_that_was_sent_twice_is_found() -> None:
    sql("ALTER TABLE tickets_message DROP CONSTRAINT message_once_per_request")
    sql("UPDATE tickets_message SET request_key = '1', author_id = (SELECT min(id) FROM projects_person)")
    assert broken() == ["I6"]


@pytest.mark.usefixtures("history_open")
def test_an_answer_that_the_history_does_not_tell_of_is_found(ticket: Ticket) -> None:
    sql("UPDATE tickets_event SET kind = 'noted' WHERE kind = 'answered'")
    close_history()
    assert broken() == ["I6"]


def test_a_lease_without_its_owner_is_found(desk: Department, ticket: Ticket) -> None:
    arrive(REPLY % reply_address(), reply_address().decode())
    take(desk.reach("web"), number=ticket.number, now=NOW)
    assert broken() == []
    sql("UPDATE tickets_ticket SET owner_id = NULL")
    assert said() == f"ticket {ticket.number}: is taken by one and owned by another"


@pytest.mark.usefixtures("history_open")
def test_two_who_took_the_same_ticket_are_found(desk: Department, ticket: Ticket) -> None:
    arrive(REPLY % reply_address(), reply_address().decode())
    take(desk.reach("web"), number=ticket.number, now=NOW)
    sql("UPDATE tickets_ticket SET taken_by_id = NULL, taken_until = NULL, owner_id = NULL")
    take(desk.reach("lead"), number=ticket.number, now=LATER)
    close_history()
    assert broken() == ["I7"]


@pytest.mark.usefixtures("history_open")
def test_a_gap_in_the_history_is_found(ticket: Ticket) -> None:
    sql("DELETE FROM tickets_event WHERE number = 2; UPDATE tickets_ticket SET event_count = event_count - 1")
    close_history()
    assert broken() == ["I4", "I6", "I8"]


@pytest.mark.usefixtures("ticket")
def test_a_changed_entry_of_the_audit_log_is_found() -> None:
    audit.record(actor="admin", action="person.created", target="line1", now=NOW)
    sql("ALTER TABLE projects_auditentry DISABLE TRIGGER append_only")
    sql("UPDATE projects_auditentry SET actor = 'nobody'")
    sql("ALTER TABLE projects_auditentry ENABLE TRIGGER append_only")
    assert broken() == ["I8"]


def test_a_ticket_that_moved_without_a_trace_is_found(desk: Department, ticket: Ticket) -> None:
    move(desk.reach("lead"), number=ticket.number, queue=desk.queues["abuse"], now=NOW)
    assert broken() == []
    sql("UPDATE tickets_ticket SET queue_id = (SELECT id FROM projects_queue WHERE slug = 'web')")
    assert said() == f"ticket {ticket.number}: is not in the queue that its history names"


@pytest.mark.usefixtures("history_open")
def test_a_follow_up_that_stayed_in_the_first_line_is_found(desk: Department, ticket: Ticket) -> None:
    arrive(REPLY % reply_address(), reply_address().decode())
    close_history()
    assert broken() == []
    sql("ALTER TABLE tickets_event DISABLE TRIGGER append_only")
    sql("UPDATE tickets_event SET kind = 'noted' WHERE kind = 'returned'")
    close_history()
    assert "that the answer before it named" in said()


@pytest.mark.usefixtures("ticket")
def test_what_a_dead_sender_left_is_found() -> None:
    sql("UPDATE outbox_outboxmessage SET state = 'sending', claimed_by = 'dead', attempts = 1")
    OutboxMessage.objects.update(claimed_until=LATER - timedelta(seconds=61))
    sql(
        "INSERT INTO outbox_attempt (message_id, started_at, outcome, reply)"
        " SELECT id, now(), '', '' FROM outbox_outboxmessage"
    )
    assert broken() == ["I11"]
    assert OutboxMessage.objects.count() == 2


def reply_address() -> bytes:
    """Where a reply to the latest answer goes."""
    return OutboxMessage.objects.latest("id").reply_to.encode()


@pytest.mark.usefixtures("ticket")
def test_the_command_prints_json_and_ends_with_1_when_something_is_broken() -> None:
    sql("UPDATE intake_rawmessage SET size = size + 1")
    result = CliRunner().invoke(root, ["verify", "--json"], obj=configuration.load())
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (1, False)
    assert [one["name"] for one in told["invariants"] if not one["ok"]] == ["I1"]
    assert told["invariants"][0]["violations"][0]["where"] == f"raw message {RawMessage.objects.get().pk}"


@pytest.mark.usefixtures("ticket")
def test_the_command_prints_a_table_and_ends_with_0_when_all_is_well() -> None:
    result = CliRunner().invoke(root, ["verify"], obj=configuration.load())
    assert result.exit_code == 0
    assert "What was accepted is stored unchanged" in result.stdout


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE tickets_ticket SET state = 'closed' WHERE state = 'merged'",
        "UPDATE tickets_merge SET undone_at = now()",
        "UPDATE tickets_message SET ticket_id = origin_id, origin_id = NULL WHERE origin_id IS NOT NULL",
        "INSERT INTO tickets_merge (ticket_id, into_id, person_id, merged_at, messages, notes, participants, state,"
        " into_state) SELECT into_id, ticket_id, person_id, merged_at, '{}', '{}', '{}', 'closed', 'closed'"
        " FROM tickets_merge; UPDATE tickets_ticket SET state = 'merged', waiting_since = NULL",
    ],
)
def test_a_merge_that_leads_nowhere_is_found(desk: Department, ticket: Ticket, harm: str) -> None:
    arrive(WITH_FILE.replace(b"<one@", b"<again@").replace(b"refused", b"still refused"), "support@mail.example")
    again = Ticket.objects.exclude(pk=ticket.pk).get()
    merge(desk.reach("line1"), number=again.number, into=ticket.number, now=NOW)
    assert broken() == []
    connection.check_constraints()
    sql(harm)
    assert broken() == ["I15"]


def test_a_connection_test_and_a_bounce_of_a_message_to_staff_are_accounted_for(
    desk: Department, settings: object
) -> None:
    settings.EMAIL_BACKEND = "postline.outbox.mail_backend.OutboxBackend"  # type: ignore[attr-defined]
    mailbox = "support@mail.example"
    arrive(probe.compose(probe.new_token(), mailbox=mailbox, to=mailbox, now=NOW), mailbox)
    send_mail("A new password", "Follow this link.", mailbox, ["web@staff.example"])
    ours = OutboxMessage.objects.get()
    arrive(delivery_report(ours.message_id, recipient="web@staff.example"), mailbox)

    assert RawMessage.objects.filter(state="handled").count() == 2
    assert broken() == []


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM rules_ruleversion",
        "DELETE FROM rules_ruleversion WHERE version = 1",
        "UPDATE rules_rule SET name = 'another', version = 2 WHERE kind = 'hint'",
        "UPDATE rules_rule SET steps = '[]'",
        """UPDATE tickets_ticket SET hints = '[{"rule": 1, "version": 9}]'""",
        """
        UPDATE rules_rule SET condition = '{"ask": "moon"}';
        UPDATE rules_ruleversion SET condition = '{"ask": "moon"}'
        """,
    ],
)
def test_a_rule_that_is_not_what_its_versions_say_is_found(desk: Department, harm: str) -> None:
    filter_that(desk, does("tags", ["a"]))
    hint_that(desk, {"attention": "!"})
    arrive(write(), "support@mail.example")
    assert Ticket.objects.get().hints
    assert broken() == []
    sql(harm)
    assert broken() == ["I17"]
