"""What a ticket's page suggests: another ticket that it may belong to, or that may belong to it."""

from __future__ import annotations

from dataclasses import dataclass

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.models import Reason, Ticket
from postline.tickets.queries.seen import SEEN, seen_by
from postline.tickets.queries.shown import Shown, shown_in_lists


@dataclass(frozen=True, slots=True)
class Suggested:
    """Another ticket, and why. `is_older`: the ticket of the page would become part of it; else it of the page's.

    `part` is the number of the one that would become part of `into`.
    """

    number: int
    subject: str
    reason: str
    is_older: bool
    part: int
    into: int
    may_merge: bool
    may_dismiss: bool


def suggestions_for(reach: Reach, ticket: Ticket, shown: Shown) -> list[Suggested]:
    """What nobody has dismissed, as far as the person sees it; nothing about what is done with on both sides. Where the
    ticket is masked, none of the same requester that would say who that is; who has passed it on knows them."""
    values = {"ticket": ticket.pk, "state": ticket.state, "most": MOST, "same": str(Reason.SAME_REQUESTER)}
    is_stranger = shown.is_masked and reach.may(Right.SEE, ticket.queue_id)
    telling = reach.queues_with(Right.PERSONAL) if is_stranger else []
    found = rows(SUGGESTIONS, {**values, "telling": telling, **seen_by(reach)})
    how = shown_in_lists(reach, {queue_id for _, _, queue_id, *_ in found})
    return [
        _suggested(reach, ticket, number, how[queue_id].text(subject), queue_id, *why)
        for number, subject, queue_id, *why in found
    ]


def _suggested(
    reach: Reach, ticket: Ticket, number: int, subject: str, queue_id: int, reason: str, is_older: bool
) -> Suggested:
    of_part, of_target = (ticket.queue_id, queue_id) if is_older else (queue_id, ticket.queue_id)
    may_merge = reach.may(Right.MERGE, of_part)
    may_put = reach.may(Right.MERGE, of_target) or reach.may(Right.MOVE_INTO, of_target)
    part, into = (ticket.number, number) if is_older else (number, ticket.number)
    return Suggested(
        number, subject, reason, is_older, part, into, may_merge and may_put, reach.may(Right.CHANGE, of_part)
    )


MOST = 3

SUGGESTIONS = f"""
SELECT ticket.number, ticket.subject, ticket.queue_id, pair.reason, pair.is_older
FROM (
    SELECT id, other_id AS key, reason, true AS is_older FROM tickets_suggestion
    WHERE ticket_id = %(ticket)s AND dismissed_at IS NULL
    UNION ALL
    SELECT id, ticket_id, reason, false FROM tickets_suggestion WHERE other_id = %(ticket)s AND dismissed_at IS NULL
) AS pair JOIN tickets_ticket AS ticket ON ticket.id = pair.key
WHERE NOT (pair.reason = %(same)s::text AND ticket.queue_id = ANY(%(telling)s::bigint[]))
    AND ticket.state <> 'merged' AND NOT (ticket.state = 'closed' AND %(state)s::text = 'closed') AND {SEEN}
ORDER BY pair.id LIMIT %(most)s
"""  # noqa: S608 - constants of ours
