"""Alarms in words, for the red bar on the pages of administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postline.kit import clock
from postline.projects.alarms import standing
from postline.projects.models import Alarm, Metric
from postline.projects.rights import Reach
from postline.rules.models import WhyDisabled


@dataclass(frozen=True)
class Shown:
    """One bar: what is wrong, what it means, and the way on."""

    id: int
    title: str
    words: str
    address: str = ""
    way: str = ""


def shown_alarms(reach: Reach) -> Sequence[Shown]:
    """The bars for this person: one query for administrators and leads, none for others."""
    return [_shown(alarm) for alarm in standing(reach, now=clock.now())]


def _of_target(alarm: Alarm) -> Shown:
    project, metric = alarm.subject.split("/")
    about = {"project": project, "target": str(Metric(metric).label)}
    near = alarm.code == "target-near"
    return Shown(
        alarm.pk,
        (_("Soon late in %(project)s: %(target)s.") if near else _("Late in %(project)s: %(target)s.")) % about,
        ngettext("%(num)d request of the last hour.", "%(num)d requests of the last hour.", alarm.count)
        % {"num": alarm.count},
        reverse("desk-queue", args=[project, alarm.detail["queue"]]),
        _("To the queue"),
    )


def _shown(alarm: Alarm) -> Shown:
    match alarm.code:
        case "role-dying":
            return Shown(
                alarm.pk,
                _("%(role)s keeps ending.") % {"role": alarm.subject},
                ngettext(
                    "It was started again %(num)d time; the log of the server says why.",
                    "It was started again %(num)d times; the log of the server says why.",
                    alarm.count,
                )
                % {"num": alarm.count},
            )
        case "role-gone":
            return Shown(
                alarm.pk,
                _("No process of the role %(role)s is left.") % {"role": alarm.subject},
                _("The last one vanished and nobody has started it again. Look on the machine where it ran."),
            )
        case "outbox-held":
            return Shown(
                alarm.pk,
                _("The outbox is on hold."),
                _(
                    "This installation was restored from a backup. What was unsent then waits, and automatic answers"
                    " wait, for the other installation may have sent them."
                ),
                reverse("outbox") + "?state=held",
                _("To the outbox"),
            )
        case "mailbox-unreadable":
            return Shown(
                alarm.pk,
                _("The mailbox %(address)s cannot be read.") % {"address": alarm.subject},
                _("Its messages stay on its server until it can. Other mailboxes are not affected."),
            )
        case "mailbox-cannot-send":
            return Shown(
                alarm.pk,
                _("The mailbox %(address)s cannot send.") % {"address": alarm.subject},
                _("Its answers wait in the outbox and are tried again. Other mailboxes are not affected."),
                reverse("outbox") + "?state=waiting",
                _("To the outbox"),
            )
        case "rule-disabled":
            kind, _colon, place = alarm.subject.partition(":")
            title = (
                _("The filter %(rule)s was switched off.")
                if kind == "filter"
                else _("The hint %(rule)s was switched off.")
            )
            because = str(alarm.detail.get("because", ""))
            why = str(WhyDisabled(because).label) if because in WhyDisabled.values else because
            return Shown(
                alarm.pk,
                title % {"rule": place},
                _("%(why)s Messages go on arriving without it; set it right and switch it on again.") % {"why": why},
            )
        case "automatic-answers-stopped":
            return Shown(
                alarm.pk,
                _("Automatic answers are stopped."),
                _("More of them were due than the installation's limit allows. What requesters write still arrives."),
            )
        case "target-near" | "target-missed":
            return _of_target(alarm)
        case "clock-jumped":
            return Shown(
                alarm.pk,
                _("The clock of a machine jumped by %(num)d minutes.") % {"num": alarm.detail.get("minutes", 0)},
                _("For two minutes nothing is escalated. Look whether its time is right now."),
            )
        case "flood":
            return Shown(
                alarm.pk,
                _("One sender writes without end."),
                _("A loop or a flood: what they go on sending is put aside and not answered. Others are not affected."),
                reverse("quarantine"),
                _("To the quarantine"),
            )
    return Shown(alarm.pk, alarm.code, alarm.subject)
