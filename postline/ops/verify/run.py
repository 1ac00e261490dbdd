"""Asks for every invariant, all of them in the same snapshot of the database, so that the desk may go on working."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from postline.ops.verify import clocks, history, intake, merges, outbox, rules, tickets, walls
from postline.ops.verify.invariant import Invariant, Violation

SHOWN = 1_000  # rows of one invariant; their number is counted to the end

INVARIANTS = (
    Invariant("I1", "What was accepted is stored unchanged", intake.stored_unchanged),
    Invariant("I2", "What is stored became a message or is in quarantine with a reason", intake.message_or_quarantine),
    Invariant("I3", "A message is there once in a project", intake.once_per_project),
    Invariant("I4", "A new ticket was answered automatically once, or it says why not", tickets.one_automatic_answer),
    Invariant("I5", "The outbox says the same of a message, its recipients and attempts", outbox.consistent),
    Invariant("I6", "An answer exists once, and the history tells of it", tickets.answers_once),
    Invariant("I7", "A ticket is in the hands of one person at a time", tickets.one_holder),
    Invariant("I8", "History has no gaps, and nobody has changed it", history.unbroken),
    Invariant("I10", "A follow-up is in the queue that the last answer named", history.follow_ups_returned),
    Invariant("I11", "Nothing is in the hands of a sender that died", outbox.no_dead_claims),
    Invariant("I12", "Ticket numbers are unique and have the right check digit", tickets.numbers_valid),
    Invariant("I13", "Attachments are the bytes that came", intake.attachments_whole),
    Invariant("I15", "A merged ticket leads to one that is not", merges.lead_somewhere),
    Invariant("I16", "Clocks agree with their tickets and with working time", clocks.clocks_agree),
    Invariant("I17", "Rules and their versions are whole, and what tickets say of them is so", rules.whole),
    Invariant("I18", "What belongs to a project is in no other one", walls.whole),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """How an invariant stands: how many rows break it, and the first of them."""

    invariant: Invariant
    count: int
    violations: tuple[Violation, ...]


def examine(*, now: datetime) -> Iterator[Finding]:
    """Check them all, one after the other."""
    with transaction.atomic():
        _take_snapshot()
        for invariant in INVARIANTS:
            found = invariant.find(now)
            first = tuple(islice(found, SHOWN))
            yield Finding(invariant, len(first) + sum(1 for _ in found), first)


def _take_snapshot() -> None:
    with connection.cursor() as cursor:
        if not connection.savepoint_ids:  # else somebody else's transaction has begun already
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
