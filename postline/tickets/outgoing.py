"""Puts an answer into words for the requester: signature, quoted original, headers that lead a reply back."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import formats, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from postline.kit.html import clean, text_to_html
from postline.outbox.models import Kind
from postline.outbox.put import File, Outgoing
from postline.projects.models import Mailbox, Queue
from postline.tickets import references
from postline.tickets.arrival import ROBOTS
from postline.tickets.models import Direction, Message, Other, Ticket

REFERENCES_KEPT = 20  # RFC 5322 sets no limit; the nearest ones are those that readers use
QUOTE_LIMIT = 20_000  # letters of the original that are quoted


class NoMailbox(Exception):
    """The project has no mailbox that the message could leave from."""


def mailbox_of(ticket: Ticket) -> Mailbox:
    """The mailbox that the ticket came through, else its queue's, else the project's first. Raises NoMailbox."""
    if ticket.mailbox is not None:
        return ticket.mailbox
    mailboxes = list(Mailbox.objects.filter(project_id=ticket.project_id).order_by("id"))
    if not mailboxes:
        raise NoMailbox(ticket.project.slug)
    return next((mailbox for mailbox in mailboxes if mailbox.queue_id == ticket.queue_id), mailboxes[0])


def compose_answer(
    *,
    ticket: Ticket,
    queue: Queue,
    text: str,
    cc: Sequence[tuple[str, str]] = (),
    bcc: Sequence[str] = (),
    files: Sequence[File] = (),
    original: Message | None,
) -> Outgoing:
    """An answer to the requester, with the signature of the queue or else the project, and the last message of theirs
    quoted."""
    mailbox = mailbox_of(ticket)
    domain = mailbox.address.rpartition("@")[2]
    chain = _chain(ticket, original)
    with translation.override(ticket.language or ticket.project.language):
        own = queue.signature or ticket.project.signature
        signature = f"-- \n{own}" if own and not _is_signed(text, own) else ""
        introduction = _introduction(original, time_zone=ticket.project.time_zone) if original else ""
    return Outgoing(
        kind=Kind.ANSWER,
        project_id=ticket.project_id,
        mailbox_id=mailbox.pk,
        ticket_id=ticket.pk,
        message_id=references.new_message_id(number=ticket.number, domain=domain),
        envelope_from=mailbox.address,
        sender_name=mailbox.sender_name or ticket.project.sender_name,
        sender_address=mailbox.address,
        reply_to=references.reply_address(mailbox=mailbox.address, number=ticket.number)
        if mailbox.plus_addressing
        else "",
        to=[(ticket.requester.name, ticket.requester.address)],
        cc=cc,
        bcc=bcc,
        subject=reply_subject(ticket.subject) if original else ticket.subject,
        text=_plain(text, signature, introduction, original),
        html=_formatted(text, signature, introduction, original),
        in_reply_to=chain[-1] if chain else "",
        references=chain,
        language=ticket.language,
        files=files,
    )


def _is_signed(text: str, signature: str) -> bool:
    """Whether the text ends with the signature already, for example because a template put it there."""
    return text.rstrip().endswith(signature.strip())


def reply_subject(subject: str) -> str:
    """The subject of an answer: one `Re:` in front (RFC 5322, 3.6.5)."""
    subject = subject.strip()
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}".strip()


def _chain(ticket: Ticket, original: Message | None) -> list[str]:
    """The Message-IDs of the conversation, oldest first, the one that is answered last."""
    ids = ticket.messages.exclude(message_id="").order_by("-id").values_list("message_id", flat=True)
    chain = list(reversed(ids[:REFERENCES_KEPT]))
    if original and original.message_id:
        chain = [one for one in chain if one != original.message_id] + [original.message_id]
    return list(dict.fromkeys(chain))


def _introduction(original: Message, *, time_zone: str) -> str:
    moment = (original.sent_at or original.created_at).astimezone(ZoneInfo(time_zone))
    who = original.sender_name or original.sender_address
    # Translators: stands above the quoted original of an answer
    return _("%(date)s, %(who)s:") % {"date": formats.date_format(moment, "DATETIME_FORMAT"), "who": who}


def _plain(text: str, signature: str, introduction: str, original: Message | None) -> str:
    parts = [text.strip()]
    if signature:
        parts.append(signature)
    if original:
        quoted = "\n".join(f"> {line}" if line else ">" for line in _quotable(original).splitlines())
        parts.append(f"{introduction}\n{quoted}")
    return "\n\n".join(parts) + "\n"


def _formatted(text: str, signature: str, introduction: str, original: Message | None) -> str:
    parts = [text_to_html(text.strip())]
    if signature:
        parts.append(f'<div style="color:#666">{text_to_html(signature)}</div>')
    if original:
        quoted = clean(original.body.html[:QUOTE_LIMIT]) if _fits(original) else text_to_html(_quotable(original))
        parts.append(
            f"<p>{escape(introduction)}</p>"
            f'<blockquote style="margin:0 0 0 8px;padding-left:8px;border-left:2px solid #bbb">{quoted}</blockquote>'
        )
    return "\n".join(parts)


def _fits(original: Message) -> bool:
    """A formatted original is quoted whole or, when it is too long, as its text."""
    return 0 < len(original.body.html) <= QUOTE_LIMIT and original.other_role != Other.FORWARDED_BY


def _quotable(original: Message) -> str:
    """The text, but of a forwarded letter only what the requester wrote: a colleague's words are for us."""
    body = original.body
    text = body.new_text if original.other_role == Other.FORWARDED_BY else body.text
    return text.strip()[:QUOTE_LIMIT]


def last_inbound(ticket: Ticket) -> Message | None:
    """The latest message that came in, whoever wrote it."""
    return _inbound(ticket).order_by("-id").first()


def to_quote(ticket: Ticket) -> Message | None:
    """The latest message of somebody who takes part, with its body. What a stranger, a robot or the colleague who
    forwarded the request put into the ticket is for the staff: quoted, it would reach the requester with our name
    above it. So it is with those who came by a merge: two may have written about one thing and know nothing of each
    other."""
    by_merge = [
        key for keys in ticket.merged_here.filter(undone_at=None).values_list("participants", flat=True) for key in keys
    ]
    participants = ticket.participants.filter(proved=True).exclude(pk__in=by_merge).values("address")
    theirs = Q(sender_address__in=participants) | Q(sender_address=ticket.requester.address)
    colleagues = ticket.messages.filter(other_role=Other.FORWARDED_BY).values("other_address")
    told_here = Q(origin_id=None) | Q(origin_id__in=Ticket.objects.filter(requester=ticket.requester_id).values("pk"))
    found = _inbound(ticket).filter(theirs | Q(direction=Direction.TOLD) & told_here)
    found = found.exclude(kind__in=ROBOTS).exclude(sender_address__in=colleagues)
    return found.select_related("body").order_by("-id").first()


def _inbound(ticket: Ticket) -> QuerySet[Message]:
    return ticket.messages.filter(direction__in=[Direction.INBOUND, Direction.TOLD])
