"""How it goes with each mailbox: contact, trouble, counts. Written by the fetcher and the pipeline, read by pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import F

from postline.intake.models import Arrivals, MailboxHealth
from postline.kit.sql import rows
from postline.projects.alarms import end_alarm, raise_alarm
from postline.projects.models import Mailbox
from postline.projects.rights import ProjectRight, Reach
from postline.projects.troubles import MailboxTrouble, note

ALARM = "mailbox-unreadable"
ALARM_HOLDS = timedelta(minutes=30)  # longer than the pause between two tries


def contacted(mailbox_id: int, *, left_behind: int = 0, now: datetime) -> None:
    """The mailbox was read to its end: whatever was wrong is over."""
    if MailboxHealth.objects.filter(mailbox_id=mailbox_id).exclude(trouble="").exists():
        end_alarm(ALARM, subject=_address(mailbox_id), now=now)
    MailboxHealth.objects.update_or_create(
        mailbox_id=mailbox_id,
        defaults={
            "contact_at": now,
            "trouble": "",
            "trouble_since": None,
            "left_behind": left_behind,
        },
    )


def fetched(mailbox_id: int, *, messages: int, now: datetime) -> None:
    """So many messages were taken over."""
    MailboxHealth.objects.get_or_create(mailbox_id=mailbox_id)
    MailboxHealth.objects.filter(mailbox_id=mailbox_id).update(fetched=F("fetched") + messages, fetched_at=now)


def failed(mailbox_id: int, error: MailboxTrouble, *, now: datetime) -> None:
    """A try failed."""
    health, _made = MailboxHealth.objects.get_or_create(mailbox_id=mailbox_id)
    if note(health, error, now=now):
        detail = {"mailbox": mailbox_id, "trouble": str(error.trouble)}
        raise_alarm(ALARM, detail, subject=_address(mailbox_id), lasting=ALARM_HOLDS, now=now)


def noticed(mailbox_id: int, error: MailboxTrouble, *, now: datetime) -> None:
    """Something was wrong that did not keep us from going on: it is shown as the last trouble."""
    MailboxHealth.objects.update_or_create(
        mailbox_id=mailbox_id,
        defaults={"last_trouble": error.trouble, "detail": error.detail, "trouble_at": now},
    )


def troubled(reach: Reach) -> list[MailboxHealth]:
    """What is wrong now, of the mailboxes that the person manages and that are switched on."""
    known = MailboxHealth.objects.select_related("mailbox__project").exclude(trouble="")
    mine = known.filter(mailbox__enabled=True, mailbox__project_id__in=reach.projects_with(ProjectRight.MAILBOXES))
    return list(mine.order_by("mailbox__address"))


def mark(mailbox_id: int) -> tuple[int | None, int | None, list[int]]:
    """UIDVALIDITY, the newest UID that was dealt with, and those that were left behind, as they were written last."""
    found = MailboxHealth.objects.filter(mailbox_id=mailbox_id).values_list("uid_validity", "last_uid", "left_uids")
    return found.first() or (None, None, [])


def set_mark(mailbox_id: int, *, uid_validity: int, last_uid: int, left_uids: list[int]) -> None:
    """Remember how far the folder has been dealt with, and what was left behind there."""
    MailboxHealth.objects.update_or_create(
        mailbox_id=mailbox_id,
        defaults={"uid_validity": uid_validity, "last_uid": last_uid, "left_uids": left_uids},
    )


def count_arrivals(messages: Mapping[int, int], *, now: datetime) -> None:
    """Add to this hour's figures: mailbox → messages. One statement for a whole batch, at its end: the rows of the
    hour are locked until the commit."""
    if messages:
        ordered = sorted(messages)
        counts = [messages[key] for key in ordered]
        rows(COUNT, {"hour": _hour(now), "mailboxes": ordered, "messages": counts})


def arrivals_by_hour(mailbox_id: int, *, hours: int, now: datetime) -> list[tuple[datetime, int]]:
    """The figures of the last `hours` hours, this one last, without gaps."""
    last = _hour(now)
    first = last - timedelta(hours=hours - 1)
    found = dict(
        Arrivals.objects.filter(mailbox_id=mailbox_id, hour__gte=first, hour__lte=last).values_list("hour", "messages")
    )
    every = (first + timedelta(hours=number) for number in range(hours))
    return [(hour, found.get(hour, 0)) for hour in every]


def _address(mailbox_id: int) -> str:
    return Mailbox.objects.values_list("address", flat=True).get(pk=mailbox_id)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


COUNT = """
INSERT INTO intake_arrivals (mailbox_id, hour, messages)
SELECT mailbox, %(hour)s::timestamptz, messages
FROM unnest(%(mailboxes)s::bigint[], %(messages)s::int[]) AS given (mailbox, messages)
WHERE EXISTS (SELECT FROM projects_mailbox WHERE id = mailbox)
ON CONFLICT (mailbox_id, hour) DO UPDATE SET messages = intake_arrivals.messages + excluded.messages
"""
