"""Fills an empty installation with the demo department and what it has lived through in the last weeks.

Nothing is made up behind the desk's back: every message is taken in by the pipeline, every act is the one that a
person's click would call, only earlier. They happen in the order of their times, whichever ticket they belong to.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from postline.intake.addressed import Mailboxes
from postline.intake.models import AutomaticAnswer, RawMessage, Source
from postline.intake.models import State as RawState
from postline.intake.parse import read
from postline.intake.pipeline import take_in
from postline.ops.demo import letters
from postline.ops.demo.content import Step, Story, stories
from postline.ops.demo.department import Department, make_department, switch_filters_on
from postline.ops.demo.letters import Letter
from postline.ops.errors import Refused
from postline.outbox.models import Attempt, OutboxMessage
from postline.outbox.models import State as OutboxState
from postline.projects import audit
from postline.projects.models import AuditEntry, Person, Project
from postline.projects.rights import Reach, reach_of
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_priority, change_state, change_tags
from postline.tickets.actions.move import move
from postline.tickets.actions.note import note
from postline.tickets.actions.take import LEASE, take
from postline.tickets.actions.wake import end_leases
from postline.tickets.models import Priority, State

LOADED = "demo.loaded"  # in the audit log, with the ids of what the demo consists of
REMOVED = "demo.removed"
LOCK = 0x6465_6D6F  # pg_advisory_xact_lock: several machines may start at once
LEADS = {"mail": "lead", "games": "games-lead"}
SORTED_AFTER = timedelta(minutes=2)  # that long after its arrival a lead has looked at an urgent ticket
SENT_WITHIN = timedelta(seconds=3)
RELAY_SAID = "250 2.0.0 Ok"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is now."""

    people: int
    tickets: int
    messages: int


def is_empty() -> bool:
    """Whether nobody has set up anything here yet."""
    return not Project.objects.exists() and not Person.objects.exists()


def is_loaded() -> bool:
    """Whether the demo department is here: loaded, and not removed since."""
    last = AuditEntry.objects.filter(action__in=[LOADED, REMOVED]).order_by("-number").first()
    return last is not None and last.action == LOADED


@transaction.atomic
def load_at_first_start(*, now: datetime) -> Loaded | None:
    """Load the demo department where nothing has been set up yet; once removed, it does not come back by itself."""
    _lock()
    if not is_empty() or AuditEntry.objects.filter(action=REMOVED).exists():
        return None
    return load(now=now)


@transaction.atomic
def load(*, now: datetime) -> Loaded:
    """Load the demo department. Raises Refused when the installation is not empty."""
    _lock()
    if not is_empty():
        raise Refused("There are people or projects already: the demo department goes only into an empty installation.")
    began = min(now - story.age for story in stories())
    department = make_department(now=began - timedelta(days=1))
    desk = _Desk(department, Mailboxes.now())
    with _quietly():
        for act in sorted(_acts(desk, now=now), key=lambda act: act.at):
            act.do(act.at)
    _mark_sent(department)
    switch_filters_on(department, now=now)
    AutomaticAnswer.objects.all().delete()  # those limits are for what comes in from now on
    audit.record(
        actor="",
        action=LOADED,
        detail={
            "projects": [project.pk for project in department.projects.values()],
            "people": [person.pk for person in department.people.values()],
        },
        now=now,
    )
    return Loaded(people=len(department.people), tickets=len(desk.numbers), messages=RawMessage.objects.count())


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@contextmanager
def _quietly() -> Iterator[None]:
    """What came in weeks ago is no news for the log."""
    logger = logging.getLogger("postline.intake")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that was done, and when. Sorting keeps the order of acts with the same time."""

    at: datetime
    do: Callable[[datetime], object]


@dataclass
class _Desk:
    """The department at work: what each act needs to know of those before it."""

    department: Department
    mailboxes: Mailboxes
    numbers: dict[Story, int] = field(default_factory=dict)  # of the tickets
    reaches: dict[str, Reach] = field(default_factory=dict)

    def reach(self, login: str) -> Reach:
        """What this person may do."""
        if login not in self.reaches:
            self.reaches[login] = reach_of(self.department.people[login])
        return self.reaches[login]


def _acts(desk: _Desk, *, now: datetime) -> Iterator[_Act]:
    """Everything that happened until `now`, ticket by ticket."""
    for index, story in enumerate(stories()):
        at = now - story.age - timedelta(seconds=index * 17 % 60)  # nobody writes on the full minute
        for position, step in enumerate(story.steps):
            at += step.after
            if at > now:
                raise ValueError(f"{story.subject}: its steps reach into the future")
            yield _Act(at, _doing(desk, story, step))
            if position == 0 and (story.priority != Priority.NORMAL or story.tags):
                following = story.steps[1].after if len(story.steps) > 1 else now - at
                yield _Act(at + min(SORTED_AFTER, following), _sorting(desk, story))
            if step.kind == "take" and at + LEASE < now:
                yield _Act(at + LEASE + timedelta(seconds=1), lambda at: end_leases(now=at))


def _doing(desk: _Desk, story: Story, step: Step) -> Callable[[datetime], object]:
    return lambda at: _do(desk, story, step, at=at)


def _sorting(desk: _Desk, story: Story) -> Callable[[datetime], object]:
    def sort(at: datetime) -> None:
        reach, number = desk.reach(LEADS[story.project]), desk.numbers[story]
        change_priority(reach, number=number, priority=story.priority, now=at)
        change_tags(reach, number=number, tags=story.tags, now=at)

    return sort


def _do(desk: _Desk, story: Story, step: Step, *, at: datetime) -> None:
    if step.kind == "message":
        _arrive(desk, story, step, at=at)
        return
    reach, number = desk.reach(step.by), desk.numbers[story]
    match step.kind:
        case "answer":
            answer(reach, number=number, text=step.text, state=step.state, now=at)
        case "note":
            note(reach, number=number, text=step.text, now=at)
        case "move":
            move(reach, number=number, queue=desk.department.queues[story.project, step.queue], now=at)
        case "take":
            take(reach, number=number, now=at)
        case "close":
            change_state(reach, number=number, state=State.CLOSED, now=at)
        case "pending":
            change_state(reach, number=number, state=State.PENDING, now=at)
        case _:
            raise ValueError(f"{story.subject}: there is no step {step.kind}")


def _arrive(desk: _Desk, story: Story, step: Step, *, at: datetime) -> None:
    letter = _letter(desk, story, step, at=at)
    raw = RawMessage.objects.create(
        key=hashlib.sha256(letter.content).digest(),
        source=Source.SMTP,
        envelope_from=letter.sender,
        envelope_to=[letter.recipient],
        content=letter.content,
        size=len(letter.content),
        sha256=hashlib.sha256(letter.content).digest(),
        received_at=at,
        state=RawState.HANDLED,
        handled_at=at,
    )
    # the story knows its language; a guess from ten words may be wrong
    message = dataclasses.replace(read(letter.content), language=story.language)
    topic = desk.department.topics[story.project, story.topic]
    arrived = take_in(raw, message, desk.mailboxes, now=at, topic_id=topic.pk)
    if not arrived or arrived[0].is_new == (story in desk.numbers):
        raise ValueError(f"{story.subject}: a message did not reach its ticket")
    desk.numbers[story] = arrived[0].number


def _letter(desk: _Desk, story: Story, step: Step, *, at: datetime) -> Letter:
    if story not in desk.numbers:
        return letters.write(
            sender=(story.name, story.address),
            recipient=f"support@{story.project}.example",
            subject=story.subject,
            text=step.text,
            date=at,
        )
    sent = OutboxMessage.objects.filter(ticket_message__ticket__number=desk.numbers[story])
    return letters.reply_to(sent.order_by("-id")[0], text=step.text, date=at)


def _mark_sent(department: Department) -> None:
    """It was sent then: no sender may ever take it in hand."""
    projects = list(department.projects.values())
    earlier = OutboxMessage.objects.filter(project__in=projects)
    then = F("created_at") + SENT_WITHIN
    earlier.update(state=OutboxState.SENT, attempts=1, finished_at=then)
    Attempt.objects.bulk_create(
        Attempt(
            message=message,
            started_at=message.created_at,
            finished_at=message.finished_at,
            outcome=OutboxState.SENT,
            reply=RELAY_SAID,
        )
        for message in earlier.only("created_at", "finished_at")
    )
    with connection.cursor() as cursor:
        cursor.execute(MARK_RECIPIENTS, {"reply": RELAY_SAID, "projects": [project.pk for project in projects]})


# a join: in a database that has no statistics yet, PostgreSQL would look up row after row for a subquery
MARK_RECIPIENTS = """
UPDATE outbox_recipient AS recipient SET state = 'sent', reply = %(reply)s, finished_at = message.finished_at
FROM outbox_outboxmessage AS message
WHERE message.id = recipient.message_id AND message.project_id = ANY(%(projects)s)
"""
