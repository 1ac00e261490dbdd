"""What rules may ask of messages that are stored already: the facts as they were when those arrived.

What only the raw message says (headers, verdicts) comes from a register that intake fills: it stands above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q

from postline.kit.links import misleads
from postline.projects.calendars import working_time_of
from postline.projects.models import Mailbox, Project
from postline.rules.conditions import Facts
from postline.tickets.models import Attachment, Direction, Message, Ticket

CHUNK = 100
MOST_SCANNED = 1_000_000  # messages of the installation, the newest ones
WEEK = timedelta(days=7)
OF_THE_RAW_MESSAGE = frozenset({"header", "reply-to", "spf", "dkim", "dmarc"})


@dataclass(frozen=True, slots=True)
class Head:
    """What the raw message says besides."""

    headers: Sequence[tuple[str, str]] = ()
    reply_to: Sequence[tuple[str, str]] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)  # of spf, dkim, dmarc


Heads = Callable[[Sequence[int]], Mapping[int, Head]]  # by the id of the raw message
_readers: list[Heads] = []
NO_HEAD = Head()


def register(reader: Heads) -> None:
    """Who knows the raw messages. Once."""
    if _readers:
        raise ValueError("somebody reads the raw messages already")
    _readers.append(reader)


@dataclass(frozen=True, slots=True)
class Past:
    """A stored message with its ticket, and what a rule may ask of it."""

    message: Message
    ticket: Ticket
    facts: Facts


def newest(project: Project, *, queues: Sequence[int], last: int) -> list[int]:
    """The ids of the newest received messages of a project whose tickets are in these queues, the newest first."""
    top = Message.objects.aggregate(top=Max("pk"))["top"] or 0
    found = Message.objects.filter(
        project=project, direction=Direction.INBOUND, ticket__queue__in=queues, pk__gt=top - MOST_SCANNED
    )
    return list(found.order_by("-pk").values_list("pk", flat=True)[:last])


def read_past(project: Project, keys: Sequence[int], asks: frozenset[str]) -> Iterator[Past]:
    """These messages in chunks, a fixed number of queries each. `asks` is what rules will ask: what nobody asks is not
    read."""
    boxes = {box.pk: box for box in Mailbox.objects.filter(project=project).select_related("queue")}
    for start in range(0, len(keys), CHUNK):
        chunk = Message.objects.filter(pk__in=keys[start : start + CHUNK]).order_by("-pk")
        messages = list(chunk.select_related("body", "ticket__queue", "ticket__topic", "ticket__owner"))
        heads = _heads(messages) if asks & OF_THE_RAW_MESSAGE else {}
        files = _files(messages)
        first = _first_of({message.ticket_id for message in messages})
        for message in messages:
            is_follow_up = first.get(message.ticket_id) != message.pk
            head = heads.get(message.raw_id or 0, NO_HEAD)
            facts = _facts(project, message, head, files.get(message.pk, []), boxes, is_follow_up=is_follow_up)
            yield Past(message, message.ticket, facts)


def _facts(
    project: Project,
    message: Message,
    head: Head,
    files: Sequence[tuple[str, str]],
    boxes: Mapping[int, Mailbox],
    *,
    is_follow_up: bool,
) -> Facts:
    ticket, at = message.ticket, message.created_at
    came_to = [boxes[key] for key in message.mailboxes if key in boxes]
    queue = came_to[0].queue if came_to and not is_follow_up else ticket.queue
    topic = ticket.topic.slug if ticket.topic and is_follow_up else ""  # a new letter has none yet
    return Facts(
        sender=(message.sender_name, message.sender_address),
        to=[(name, address) for name, address in message.to],
        cc=[(name, address) for name, address in message.cc],
        reply_to=head.reply_to,
        subject=message.subject,
        new_text=message.body.new_text,
        text=message.body.text,
        headers=head.headers,
        language=message.language,
        kind=message.kind,
        attachments=files,
        spf=head.verdicts.get("spf", "unknown"),
        dkim=head.verdicts.get("dkim", "unknown"),
        dmarc=head.verdicts.get("dmarc", "unknown"),
        mailboxes=[box.address for box in came_to],
        project=project.slug,
        queue=queue.slug,
        topic=topic,
        fields=ticket.fields,
        wizard=str(ticket.fields.get("wizard", "")),
        is_follow_up=is_follow_up,
        local=at.astimezone(ZoneInfo(project.time_zone)),
        earlier_tickets=partial(_earlier, message, only_open=False),
        earlier_open=partial(_earlier, message, only_open=True),
        letters_this_week=partial(_letters, message),
        is_working_time=lambda: working_time_of(project.pk, queue.pk).is_open(at),
        has_misleading_link=partial(misleads, message.body.html),
    )


def _earlier(message: Message, *, only_open: bool) -> int:
    """The tickets that the sender had when this message came, and which of them were open."""
    found = Ticket.objects.filter(
        requester__project=message.project_id,
        requester__address=message.sender_address,
        created_at__lte=message.created_at,
    ).exclude(pk=message.ticket_id)
    if only_open:
        found = found.filter(Q(closed_at=None) | Q(closed_at__gt=message.created_at))
    return found.count()


def _letters(message: Message) -> int:
    return Message.objects.filter(
        ticket__requester__project=message.project_id,
        ticket__requester__address=message.sender_address,
        sender_address=message.sender_address,
        direction__in=[Direction.INBOUND, Direction.TOLD],
        created_at__gte=message.created_at - WEEK,
        pk__lte=message.pk,
    ).count()


def _heads(messages: Iterable[Message]) -> Mapping[int, Head]:
    wanted = [message.raw_id for message in messages if message.raw_id is not None]
    return _readers[0](wanted) if _readers else {}


def _files(messages: Iterable[Message]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    rows = Attachment.objects.filter(message__in=list(messages), inline=False).order_by("pk")
    for key, filename, content_type in rows.values_list("message_id", "filename", "content_type"):
        found.setdefault(key, []).append((filename, content_type))
    return found


def _first_of(tickets: Iterable[int]) -> dict[int, int]:
    """The message that each ticket began with."""
    rows = Message.objects.filter(ticket__in=list(tickets)).values_list("ticket").annotate(first=Min("pk"))
    return dict(rows)
