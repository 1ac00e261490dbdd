"""The senders whom a project knows: blocked ones go to quarantine, allowed ones are not taken for spam."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from postline.intake.models import ListedSender, Verdict
from postline.projects import audit
from postline.projects.models import Mailbox, Project
from postline.projects.rights import Forbidden, ProjectRight, Reach

LONGEST = 320
ALWAYS = "always"  # what stood there before was an allowed sender who needs no proof
_LABEL = r"[^\s@<>(),;:\\\"\[\].]+"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_ADDRESS = re.compile(rf"[^\s@<>(),;:\\\"\[\]]+@{_LABEL}(?:\.{_LABEL})*")


class NoSuchSender(Exception):
    """It is no longer on the list."""


class NoSender(Exception):
    """What was written is neither an address nor a domain; the message says so."""


def projects_of(reach: Reach) -> QuerySet[Project]:
    """The projects whose lists the person keeps."""
    return Project.objects.filter(pk__in=reach.projects_with(ProjectRight.SCREEN)).order_by("name", "pk")


def listed(reach: Reach, *, project_id: int, words: str = "", after: str = "", size: int) -> list[ListedSender]:
    """The list of a project by pattern, behind the pattern `after`. Raises Forbidden."""
    reach.require_in_project(ProjectRight.SCREEN, project_id)
    found = ListedSender.objects.filter(project_id=project_id, pattern__gt=after).select_related("added_by")
    if words:
        found = found.filter(pattern__icontains=words.strip().lower())
    return list(found.order_by("pattern")[:size])


def tidy(written: str) -> str:
    """A pattern as people write it: an address, `example.org`, `@example.org` or `*@example.org`. Raises NoSender."""
    pattern = written.strip().lower().removeprefix("*").strip("<>")
    if pattern.startswith("@"):
        pattern = pattern[1:]
    if len(pattern) > LONGEST or not (_ADDRESS.fullmatch(pattern) or _DOMAIN.fullmatch(pattern)):
        raise NoSender(_("Write an address, such as anna@example.org, or a domain, such as example.org."))
    return pattern


@transaction.atomic
def put_on_list(
    reach: Reach, *, project_id: int, sender: str, verdict: Verdict, always: bool = False, now: datetime
) -> ListedSender:
    """Block or allow a sender from now on; what lies in quarantine stays there. Who is listed so already stays as they
    are, with whoever listed them. Raises Forbidden, NoSender."""
    reach.require_in_project(ProjectRight.SCREEN, project_id)
    pattern = tidy(sender)
    if verdict == Verdict.BLOCK and _is_ours(pattern):
        raise NoSender(_("This is an address or the domain of a mailbox of ours: it cannot be blocked."))
    before = ListedSender.objects.select_for_update().filter(project_id=project_id, pattern=pattern).first()
    always = always and verdict == Verdict.ALLOW
    if before is not None and (before.verdict, before.always) == (verdict, always):
        return before
    made, _new = ListedSender.objects.update_or_create(
        project_id=project_id,
        pattern=pattern,
        defaults={
            "verdict": verdict,
            "always": always,
            "added_at": now,
            "before": "" if before is None else ALWAYS if before.always else before.verdict,
            "added_by": reach.person,
        },
    )
    detail = {
        "project": project_id,
        "before": {"verdict": before.verdict, "always": before.always} if before else {},
        "after": {"verdict": str(verdict), "always": made.always},
    }
    audit.record(actor=reach.person.login, action="sender.listed", target=f"sender:{made.pk}", detail=detail, now=now)
    return made


@transaction.atomic
def take_off_list(reach: Reach, *, listed_id: int, now: datetime) -> ListedSender:
    """Know nothing of the sender any more. Raises Forbidden, NoSuchSender."""
    found = ListedSender.objects.select_for_update(of=("self",)).select_related("project").filter(pk=listed_id).first()
    if found is None or not reach.may_in_project(ProjectRight.ENTER, found.project_id):
        raise NoSuchSender
    if not reach.may_in_project(ProjectRight.SCREEN, found.project_id):
        raise Forbidden(ProjectRight.SCREEN)
    detail = {"project": found.project_id, "before": {"verdict": found.verdict}, "after": {}}
    audit.record(
        actor=reach.person.login, action="sender.unlisted", target=f"sender:{found.pk}", detail=detail, now=now
    )
    ListedSender.objects.filter(pk=found.pk).delete()
    return found


@transaction.atomic
def take_back(reach: Reach, *, added_at: datetime, now: datetime) -> int:
    """Undo what the person put on the lists at this moment: what stood there before stands there again, what is new
    goes. Returns how many."""
    mine = ListedSender.objects.select_for_update().filter(
        project_id__in=reach.projects_with(ProjectRight.SCREEN), added_at=added_at, added_by=reach.person
    )
    found = list(mine)
    for one in found:
        if not one.before:
            take_off_list(reach, listed_id=one.pk, now=now)
            continue
        always = one.before == ALWAYS
        verdict = Verdict.ALLOW if always else Verdict(one.before)
        put_on_list(reach, project_id=one.project_id, sender=one.pattern, verdict=verdict, always=always, now=now)
    return len(found)


def _is_ours(pattern: str) -> bool:
    return Mailbox.objects.filter(address=pattern).exists() or (
        "@" not in pattern and Mailbox.objects.filter(address__endswith=f"@{pattern}").exists()
    )
