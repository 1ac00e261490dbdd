"""What may stand in double braces in an answer template, and its values for one ticket."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postline.kit.templating import Kind, Names, Value
from postline.kit.text import one_line
from postline.projects import automatic_texts
from postline.projects.calendars import working_time_of
from postline.projects.models import Project, Queue
from postline.projects.promises import promised
from postline.projects.rights import Reach
from postline.tickets import numbers
from postline.tickets.models import Ticket
from postline.tickets.queries.shown import Shown, shown_of

AUTOMATIC: Names = automatic_texts.NAMES
NAMES: Names = {
    "requester": Kind.TEXT,
    "first_name": Kind.TEXT,
    "address": Kind.TEXT,
    "subject": Kind.TEXT,
    "created": Kind.MOMENT,
    "days": Kind.NUMBER,
    "queue": Kind.TEXT,
    "topic": Kind.TEXT,
    "form.*": Kind.TEXT,
    "agent": Kind.TEXT,
    "signature": Kind.TEXT,
    **AUTOMATIC,
}
MEANINGS: dict[str, Promise | str] = {
    "requester": _("the name of the requester"),
    "first_name": _("the requester’s first name"),
    "address": _("the requester’s e-mail address"),
    "subject": _("the subject of the request"),
    "created": _("when the request came"),
    "days": _("how many days ago that was, as a number"),
    "queue": _("the name of the queue"),
    "topic": _("the name of the topic"),
    "form.*": _("what was filled into a field of the form: the name of the field behind the point"),
    "agent": _("the name of whoever answers"),
    "signature": _("the signature of the queue; it stands below every answer anyway"),
    **automatic_texts.MEANINGS,
}
EXAMPLES = {"form.*": "form.order"}


def names_for(*, automatic: bool) -> Names:
    """The names that a template may use: what nobody looks at before it goes out says nothing of the sender."""
    return AUTOMATIC if automatic else NAMES


def values_for_person(ticket: Ticket, reach: Reach, *, language: str, now: datetime) -> dict[str, Value]:
    """The values of a ticket that is being answered, plain text and numbers alone. The ticket was fetched for the
    person, with its project, queue, topic and requester; what is masked for them is left a gap."""
    zone = ZoneInfo(ticket.project.time_zone)
    local, created = now.astimezone(zone), ticket.created_at.astimezone(zone)
    return {
        **_of_sender(ticket, shown_of(reach, ticket, now=now)),
        "created": created,
        "days": max(0, (local.date() - created.date()).days),
        "queue": ticket.queue.name,
        "topic": ticket.topic.name if ticket.topic else None,
        "agent": reach.person.name,
        "signature": ticket.queue.signature or ticket.project.signature,
        **values_of_project(
            ticket.project,
            ticket.queue,
            number=ticket.number,
            language=language,
            closed_at=ticket.closed_at,
            now=now,
        ),
    }


def _of_sender(ticket: Ticket, shown: Shown) -> dict[str, Value]:
    """What the requester wrote; what is masked for the person is not known to them."""
    requester = one_line(ticket.requester.name)
    values: dict[str, Value] = {
        "requester": requester,
        "first_name": first_name(requester),
        "address": ticket.requester.address,
        "subject": one_line(ticket.subject),
        **{f"form.{name}": one_line(str(value)) for name, value in ticket.fields.items() if value is not None},
    }
    return {name: value if shown.value(value) == value else None for name, value in values.items()}


def values_of_project(
    project: Project,
    queue: Queue | None,
    *,
    number: int | None,
    language: str,
    closed_at: datetime | None = None,
    now: datetime,
) -> dict[str, Value]:
    """The values that say nothing of a sender. The promise and the working time are those of the queue, where it has
    its own."""
    own = queue.answer_within_hours if queue is not None else None
    told = promised(
        project,
        working_time_of(project.pk, queue.pk if queue is not None else None, now=now),
        hours=own if own is not None else project.answer_within_hours,
        closed_at=closed_at,
        language=language,
        now=now,
    )
    return {**told, "number": numbers.show(number) if number is not None else None}


def first_name(name: str) -> str:
    """How to greet somebody whose whole name is known: `Anna` for `Anna Visser` and for `Visser, Anna`; nothing for
    what is no name of a person, such as an address or a single initial."""
    if "@" in name:
        return ""
    _family, comma, given = name.partition(",")
    words = (given if comma else name).split()
    first = words[0].strip("\"'«»“”()") if words else ""
    return first if len(first.rstrip(".")) > 1 and first[0].isalpha() else ""
