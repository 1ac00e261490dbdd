"""Takes the demo department away before the desk goes live: its projects with all that is in them, and its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from postline.intake.floods import forget_senders
from postline.intake.models import AutomaticAnswer
from postline.ops.demo.load import LOADED, REMOVED
from postline.ops.errors import Refused
from postline.outbox.models import Attempt, Enclosure, Kind, OutboxMessage, Recipient
from postline.projects import audit
from postline.projects.models import AuditEntry, Group, Mailbox, Membership, Person, Project, Queue, Topic
from postline.tickets.models import Event, Message, Note, Requester, Ticket

# nobody real has an address there (RFC 2606; RFC 6761)
RESERVED = r"[@.]((example|test|invalid|localhost)|example\.(com|net|org))$"


@dataclass(frozen=True, slots=True)
class Removed:
    """How much went away; `kept` are logins that have worked in projects that stay: they are only switched off."""

    people: int
    tickets: int
    messages: int
    kept: tuple[str, ...]


@transaction.atomic
def remove(*, now: datetime) -> Removed:
    """Remove the demo department and nothing else. Raises Refused when there is none, or real people wrote to it."""
    projects, people = _of_the_demo()
    _require_no_real_requester(projects)
    _require_nothing_elsewhere(projects)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        tickets_of = list(Ticket.objects.filter(project__in=projects).values_list("requester__address", "number"))
        addresses = list(Requester.objects.filter(project__in=projects).values_list("address", flat=True))
        tickets, messages = _remove_tickets(projects)
        _remove_outgoing(projects, people)
        AutomaticAnswer.objects.filter(address__in=addresses).delete()
        forget_senders(tickets_of)
        _remove_projects(projects)
        kept = _remove_people(people, now=now)
    audit.record(actor="", action=REMOVED, detail={"projects": projects}, now=now)
    return Removed(people=len(people) - len(kept), tickets=tickets, messages=messages, kept=kept)


def _of_the_demo() -> tuple[list[int], list[int]]:
    """The ids of its projects and people, as the audit log remembers them. Raises Refused."""
    last = AuditEntry.objects.filter(action__in=[LOADED, REMOVED]).order_by("-number").first()
    if last is None or last.action == REMOVED:
        raise Refused("There is no demo department here.")
    return last.detail["projects"], last.detail["people"]


def _require_no_real_requester(projects: Sequence[int]) -> None:
    real = Requester.objects.filter(project__in=projects).exclude(address="").exclude(address__iregex=RESERVED)
    count = Ticket.objects.filter(requester__in=real).count()
    if count:
        raise Refused(
            f"{count} tickets in the projects of the demo are from real addresses and would be lost:"
            " set up your own projects for them first, and delete these tickets."
        )


def _require_nothing_elsewhere(projects: Sequence[int]) -> None:
    """A ticket that was handed over to a project that stays needs what the demo's project keeps of it."""
    elsewhere = Ticket.objects.filter(hand_overs__source__in=projects).exclude(project__in=projects)
    count = elsewhere.distinct().count()
    if count:
        raise Refused(
            f"{count} tickets of the demo were handed over to projects that stay:"
            " hand them back first, or delete them there."
        )


def _remove_tickets(projects: Sequence[int]) -> tuple[int, int]:
    """Tickets, then the raw messages that were theirs alone or came to mailboxes of the demo alone."""
    mailboxes = list(Mailbox.objects.filter(project__in=projects).values_list("address", flat=True))
    raws = list(
        Message.objects.filter(project__in=projects, raw_id__isnull=False).values_list("raw_id", flat=True).distinct()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(postline_delete_ticket(id)::text) FROM tickets_ticket WHERE project_id = ANY(%s)",
            [list(projects)],
        )
        tickets = cursor.fetchone()[0]
        cursor.execute(DELETE_RAW, {"raws": raws, "mailboxes": mailboxes})
        return tickets, cursor.rowcount


def _remove_outgoing(projects: Sequence[int], people: Sequence[int]) -> None:
    """What the projects sent or were about to send, and the sign-in links of the people."""
    addresses = list(Person.objects.filter(pk__in=people).exclude(email="").values_list("email", flat=True))
    links = Q(kind=Kind.ACCOUNT, recipients__address__in=addresses)
    messages = list(
        OutboxMessage.objects.filter(Q(project__in=projects) | links).values_list("pk", flat=True).distinct()
    )
    for part in (Attempt, Enclosure, Recipient):
        part.objects.filter(message__in=messages).delete()
    OutboxMessage.objects.filter(pk__in=messages).delete()


def _remove_projects(projects: Sequence[int]) -> None:
    Queue.objects.filter(project__in=projects).update(parent=None, return_queue=None, successor=None)
    Topic.objects.filter(project__in=projects).update(parent=None)
    for part in (Requester, Membership, Mailbox, Topic, Queue, Group):
        part.objects.filter(project__in=projects).delete()
    Project.objects.filter(pk__in=projects).update(calendar=None)
    Project.objects.filter(pk__in=projects).delete()


def _remove_people(people: Sequence[int], *, now: datetime) -> tuple[str, ...]:
    """Delete them; who has left traces elsewhere is switched off instead. Returns the logins of those."""
    everybody = Person.objects.filter(pk__in=people)
    busy = (
        set(Event.objects.filter(person__in=people).values_list("person", flat=True).distinct())
        | set(Message.objects.filter(author__in=people).values_list("author", flat=True).distinct())
        | set(Note.objects.filter(author__in=people).values_list("author", flat=True).distinct())
    )
    for person in everybody:
        action = "person.switched-off" if person.pk in busy else "person.deleted"
        audit.record(actor="", action=action, target=person.login, now=now)
    everybody.exclude(pk__in=busy).delete()
    kept = list(everybody.filter(pk__in=busy))
    for person in kept:
        person.is_active = False
        person.set_unusable_password()
        person.save()
    Membership.objects.filter(person__in=kept).delete()
    return tuple(person.login for person in kept)


DELETE_RAW = """
DELETE FROM intake_rawmessage AS raw
WHERE (
    raw.id = ANY(%(raws)s) OR (
        raw.envelope_to <> '{}' AND NOT EXISTS (
            SELECT FROM unnest(raw.envelope_to) AS address
            WHERE regexp_replace(lower(trim(address)), '[+][^@]*@', '@') <> ALL(%(mailboxes)s)
        )
    )
) AND NOT EXISTS (SELECT FROM tickets_message WHERE raw_id = raw.id)
"""
