"""I4, I6, I7, I12: what holds of each ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postline.ops.verify.invariant import Violation, violations
from postline.tickets.actions.take import LEASE


def one_automatic_answer(now: datetime) -> Iterator[Violation]:
    """I4: who arrived was answered once or the history says why not; the outbox has as many as the history says."""
    yield from violations("""
        WITH decided AS (
            SELECT ticket_id, count(*) FILTER (WHERE NOT data ? 'follows') AS decisions,
                count(*) FILTER (WHERE kind = 'acknowledged') AS answers
            FROM tickets_event WHERE kind IN ('acknowledged', 'not-acknowledged') GROUP BY ticket_id
        ), queued AS (
            SELECT ticket_id, count(*) AS answers FROM outbox_outboxmessage
            WHERE kind = 'automatic' AND ticket_id IS NOT NULL GROUP BY ticket_id
        ), counted AS (
            SELECT ticket.number, first.kind = 'arrived' AS arrived, coalesce(decided.decisions, 0) AS decisions,
                coalesce(decided.answers, 0) AS answers, coalesce(queued.answers, 0) AS queued
            FROM tickets_ticket AS ticket
            JOIN tickets_event AS first ON first.ticket_id = ticket.id AND first.number = 1
            LEFT JOIN decided ON decided.ticket_id = ticket.id
            LEFT JOIN queued ON queued.ticket_id = ticket.id
        )
        SELECT 'ticket ' || number, decisions || ' decisions on the automatic answer, ' || answers
            || ' answers in the history, ' || queued || ' in the outbox'
        FROM counted WHERE decisions <> arrived::int OR answers <> queued
    """)


def answers_once(now: datetime) -> Iterator[Violation]:
    """I6: pressing twice made one answer; conversation, history and outbox agree on what was sent."""
    yield from violations("""
        SELECT 'messages ' || string_agg(id::text, ', ' ORDER BY id), 'were sent by one press of a button'
        FROM tickets_message WHERE request_key IS NOT NULL GROUP BY author_id, request_key HAVING count(*) > 1
        UNION ALL
        SELECT 'notes ' || string_agg(id::text, ', ' ORDER BY id), 'were written by one press of a button'
        FROM tickets_note WHERE request_key IS NOT NULL GROUP BY author_id, request_key HAVING count(*) > 1
        UNION ALL
        SELECT 'outbox ' || queued.id, 'is no message of its ticket'
        FROM outbox_outboxmessage AS queued JOIN tickets_ticket AS ticket ON ticket.id = queued.ticket_id
        LEFT JOIN tickets_message AS message ON message.outbox_message_id = queued.id
            AND coalesce(message.origin_id, message.ticket_id) = ticket.id
        WHERE message.id IS NULL
        UNION ALL
        SELECT 'message ' || message.id, 'was never put into the outbox' FROM tickets_message AS message
        WHERE message.direction IN ('outbound', 'automatic') AND message.outbox_message_id IS NULL
        UNION ALL
        SELECT 'message ' || message.id, count(event.id) || ' events of the history tell of it'
        FROM tickets_message AS message
        LEFT JOIN tickets_event AS event ON event.ticket_id = coalesce(message.origin_id, message.ticket_id)
            AND event.kind IN ('answered', 'opened', 'acknowledged')
            AND (event.data ->> 'message')::bigint = message.id
        WHERE message.direction IN ('outbound', 'automatic') GROUP BY message.id HAVING count(event.id) <> 1
    """)


def one_holder(now: datetime) -> Iterator[Violation]:
    """I7: lease and owner agree; nobody took, answered or moved what somebody else had just taken."""
    yield from violations(
        """
        SELECT 'ticket ' || number, CASE
            WHEN (taken_by_id IS NULL) <> (taken_until IS NULL) THEN 'half a lease'
            WHEN state NOT IN ('new', 'open') THEN 'is taken though it is ' || state
            WHEN assigned AND owner_id IS NULL THEN 'is assigned to nobody'
            ELSE 'is taken by one and owned by another'
        END
        FROM tickets_ticket
        WHERE (taken_by_id IS NULL) <> (taken_until IS NULL)
            OR (taken_by_id IS NOT NULL AND state NOT IN ('new', 'open'))
            OR (assigned AND owner_id IS NULL)
            OR (taken_by_id IS NOT NULL AND NOT assigned AND owner_id IS DISTINCT FROM taken_by_id)
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'event ' || step.number || ': ' || step.kind
            || ' while somebody else had it'
        FROM (
            SELECT ticket_id, number, kind, person_id, at, lag(kind) OVER steps AS before,
                lag(person_id) OVER steps AS holder, lag(at) OVER steps AS since
            FROM tickets_event
            WHERE kind IN ('taken', 'released', 'lease-ended', 'answered', 'moved', 'assigned', 'returned', 'state',
                'merged', 'handed-over')
            WINDOW steps AS (PARTITION BY ticket_id ORDER BY number)
        ) AS step JOIN tickets_ticket AS ticket ON ticket.id = step.ticket_id
        WHERE step.kind IN ('taken', 'answered', 'moved') AND step.before = 'taken'
            AND step.person_id <> step.holder AND step.at < step.since + %(lease)s
        """,
        {"lease": LEASE},
    )


def numbers_valid(now: datetime) -> Iterator[Violation]:
    """I12: nine digits, the last of them right, no number twice."""
    yield from violations(
        f"""
        SELECT 'ticket ' || number, 'is no ticket number: its check digit is wrong' FROM tickets_ticket
        WHERE number NOT BETWEEN 100000000 AND 999999999 OR {_damm("number")} <> 0
        UNION ALL
        SELECT 'ticket ' || number, 'is the number of ' || count(*) || ' tickets' FROM tickets_ticket
        GROUP BY number HAVING count(*) > 1
        """,  # noqa: S608 - made of constants
        {"table": DAMM},
    )


def _damm(column: str) -> str:
    """SQL for Damm's check over nine digits: 0 where the last one fits. A step is a look into the table."""
    interim = "0"
    for power in range(8, -1, -1):
        interim = f"get_byte(%(table)s, 10 * ({interim}) + ({column} / {10**power}) %% 10)"
    return interim


# H. M. Damm's quasigroup of order 10, row by row
DAMM = bytes(
    int(digit)
    for digit in "0317598642" "7092154863" "4206871359" "1750983426" "6123045978"
    "3674209581" "5869720134" "8945362017" "9438617205" "2581436790"
)  # fmt: skip
