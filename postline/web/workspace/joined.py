"""Why a message stands in its ticket, in words; and what a person is asked about who wrote it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from postline.tickets.models import Direction, Other
from postline.tickets.queries.conversation import Conversation, Said, TakesPart
from postline.tickets.queries.joined import Joined
from postline.web.shared import filters


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands below a message: an address to add or not, and somebody who may be the one who asks."""

    words: str = ""
    beside: str = ""
    party: str = ""  # how whoever may be the requester is called
    message: int = 0  # in which whoever may be the requester stands
    address: TakesPart | None = None


def said_in(talk: Conversation) -> list[Said]:
    """The messages that the page shows."""
    return [step.what for step in talk.steps if isinstance(step.what, Said)]


def joined_words(why: Joined, shown: Collection[int]) -> Markup:
    """How a message found its ticket; the message that its reference hit is a link."""
    if why.by in ("signed-message-id", "message-id"):
        return Markup("{} → {}").format(_("References"), _hit(why, shown))
    return escape(
        {
            "reply-address": _("by the reply address"),
            "quoted-address": _("by the quoted reply address"),
            "number-in-subject": _("by the number in the subject"),
            "bounce": _("a report about our message"),
        }.get(why.by, why.by)
    )


def report_rows(why: Joined) -> list[tuple[str, str]]:
    """What a complaint report says (RFC 5965), as lines with their names; empty for everything else."""
    said = json.loads(why.report) if why.report else {}
    names = {
        "type": _("Complaint"),
        "offender": _("About"),
        "source_ip": _("Sent from"),
        "reporter": _("Reported by"),
        "arrival_date": _("Received there"),
        "original_subject": _("Subject of the message"),
        "original_message_id": _("Its Message-ID"),
    }
    return [(words, _shown(name, said[name])) for name, words in names.items() if said.get(name)]


def _shown(name: str, value: str) -> str:
    return filters.full_time(datetime.fromisoformat(value)) if name == "arrival_date" else value


def asked_about(talk: Conversation, joined: dict[int, Joined]) -> dict[int, Asked]:
    """What a person is asked below which message; about a new address only below the newest one that came from it."""
    messages = said_in(talk)
    asked = {one.id: _party(one, joined[one.id]) for one in messages if one.id in joined}
    found = {key: one for key, one in asked.items() if one is not None}
    seen = {message.id for message in messages}
    for participant in talk.participants:
        if not participant.proved and not participant.declined and participant.newest in seen:
            found[participant.newest] = Asked(address=participant)
    return found


def _party(message: Said, why: Joined) -> Asked | None:
    if not why.role:
        return None
    other = why.other_name or why.other_address
    words = {
        Other.FORWARDED_BY: _("Forwarded by %(who)s, who is sent nothing."),
        Other.FORWARDED_FROM: _("Forwarded: the letter itself is from %(who)s."),
        Other.REPLY_TO: _("The sender asks for replies to %(who)s."),
    }[Other(why.role)]
    name, address, is_requester = why.other_name, why.other_address, why.is_requester
    if is_requester:  # the way back
        name, address, is_requester = message.sender_name, message.sender_address, message.by_requester
    if why.other_name:
        other = f"{why.other_name} <{why.other_address}>"
    return Asked(
        words=words % {"who": other},
        beside=why.beside if why.role == Other.FORWARDED_BY else "",
        party=name or address,
        message=message.id if address and not is_requester else 0,
    )


def _hit(why: Joined, shown: Collection[int]) -> Markup:
    """The message that a reference hit, as a link where the page can show it."""
    if why.to is None or why.to_at is None:
        return escape(_("a message of this ticket"))
    words = {
        Direction.OUTBOUND: _("our answer of %(date)s"),
        Direction.AUTOMATIC: _("our automatic answer of %(date)s"),
    }.get(Direction(why.to_direction), _("message of %(date)s")) % {"date": filters.short_time(why.to_at)}
    if why.to_direction == Direction.AUTOMATIC:  # folded away among the events
        return escape(words)
    return Markup('<a href="{}#m{}">{}</a>').format("" if why.to in shown else "?all", why.to, words)
