"""What people do with messages that have not gone out."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from postline.outbox.models import OutboxMessage, Recipient, State
from postline.outbox.put import CHANNEL, HELD_ALARM
from postline.outbox.queries import visible
from postline.projects import audit
from postline.projects.alarms import end_alarm
from postline.projects.rights import Forbidden, ProjectRight, Reach


class NoSuchMessage(Exception):
    """There is no such message, or the person may not know that there is one."""


class NothingToRetry(Exception):
    """The message was sent, is being sent or is on hold."""


@transaction.atomic
def release_held(reach: Reach | None, *, now: datetime) -> int:
    """Let every message that is on hold go out, and say how many there were. Without a `reach`: by the command line.

    Raises Forbidden for who does not manage the installation.
    """
    if reach is not None and not reach.may_in_project(ProjectRight.MANAGE, None):
        raise Forbidden(ProjectRight.MANAGE)
    end_alarm(HELD_ALARM, now=now)  # first: from here on nothing more is put on hold
    count = OutboxMessage.objects.filter(state=State.HELD).update(state=State.WAITING, next_attempt_at=now)
    if count:
        actor = reach.person.login if reach else ""
        audit.record(actor=actor, action="outbox.released", detail={"messages": count}, now=now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return count


@transaction.atomic
def retry(reach: Reach, *, message_id: int, now: datetime) -> OutboxMessage:
    """Try again at once, also for recipients who were given up. Who has got the message does not get it again.

    `message_id` is the id of the row. Raises NoSuchMessage, Forbidden, NothingToRetry.
    """
    message = visible(reach).select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None:
        raise NoSuchMessage
    if not reach.may_in_project(ProjectRight.MAILBOXES, message.project_id):
        raise Forbidden(ProjectRight.MAILBOXES)  # an auditor reads the outbox and changes nothing
    if message.state not in (State.WAITING, State.FAILED):
        raise NothingToRetry
    Recipient.objects.filter(message=message, state=State.FAILED).update(state=State.WAITING, finished_at=None)
    before = message.state
    message.state, message.next_attempt_at, message.finished_at = State.WAITING, now, None
    message.save(update_fields=["state", "next_attempt_at", "finished_at"])
    audit.record(
        actor=reach.person.login,
        action="outbox.retried",
        target=str(message.pk),
        detail={"before": before, "project": message.project_id},
        now=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return message
