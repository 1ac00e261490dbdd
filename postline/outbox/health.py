"""How it goes with the outgoing server of each mailbox that has one: written by the senders, read by pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from postline.outbox.models import OutboxMessage, OutgoingHealth, State
from postline.projects.alarms import end_alarm, raise_alarm
from postline.projects.models import Mailbox
from postline.projects.rights import ProjectRight, Reach
from postline.projects.troubles import MailboxTrouble, note

ALARM = "mailbox-cannot-send"
ALARM_HOLDS = timedelta(hours=5)  # longer than the pause between two tries (record.LONGEST_PAUSE)
FRESH = timedelta(minutes=1)  # a contact is written down no more often


@transaction.atomic
def contacted(mailbox_id: int, *, version: int, now: datetime) -> None:
    """The server takes messages: whatever was wrong is over. `version` is that of the settings."""
    known = OutgoingHealth.objects.filter(mailbox_id=mailbox_id).first()
    if known and not known.trouble and known.contact_at and now - known.contact_at < FRESH:
        return
    if known and known.trouble:
        end_alarm(ALARM, subject=_address(mailbox_id), now=now)
    OutgoingHealth.objects.update_or_create(
        mailbox_id=mailbox_id,
        defaults={"contact_at": now, "trouble": "", "trouble_since": None, "version": version},
    )


@transaction.atomic
def failed(mailbox_id: int, error: MailboxTrouble, *, version: int, now: datetime) -> None:
    """A try failed, and not because of the message."""
    OutgoingHealth.objects.get_or_create(mailbox_id=mailbox_id)
    health = OutgoingHealth.objects.select_for_update().get(mailbox_id=mailbox_id)
    OutgoingHealth.objects.filter(mailbox_id=mailbox_id).update(version=version)
    if note(health, error, now=now):
        detail = {"mailbox": mailbox_id, "trouble": str(error.trouble)}
        raise_alarm(ALARM, detail, subject=_address(mailbox_id), lasting=ALARM_HOLDS, now=now)


@transaction.atomic
def notice_changed_settings(*, now: datetime) -> None:
    """Where the settings were changed since a server was in trouble, its messages are tried at once: nobody waits
    hours to learn whether it was of use. Where there is no such server any more, there is no trouble with it."""
    troubled = OutgoingHealth.objects.exclude(trouble="").exclude(version=F("mailbox__version"))
    for health in troubled.select_related("mailbox").select_for_update(of=("self",)).order_by("mailbox_id"):
        waiting = OutboxMessage.objects.filter(mailbox=health.mailbox, state=State.WAITING, next_attempt_at__gt=now)
        waiting.update(next_attempt_at=now)
        health.version = health.mailbox.version
        if not health.mailbox.outgoing_host:
            health.trouble, health.trouble_since = "", None
            end_alarm(ALARM, subject=health.mailbox.address, now=now)
        health.save(update_fields=["version", "trouble", "trouble_since"])


def troubled(reach: Reach) -> list[OutgoingHealth]:
    """What is wrong now, of the mailboxes that the person manages."""
    known = OutgoingHealth.objects.select_related("mailbox__project").exclude(trouble="")
    mine = known.filter(mailbox__project_id__in=reach.projects_with(ProjectRight.MAILBOXES))
    return list(mine.exclude(mailbox__outgoing_host="").order_by("mailbox__address"))


def _address(mailbox_id: int) -> str:
    return Mailbox.objects.values_list("address", flat=True).get(pk=mailbox_id)
