"""`/manage/`: what I may manage, in figures, and what needs somebody."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postline.intake import health
from postline.outbox import health as sending
from postline.projects import managed, troubles
from postline.projects.rights import ProjectRight, Reach
from postline.web.manage.frame import manages, show
from postline.web.shared.decorators import StaffRequest


@dataclass(frozen=True)
class Fault:
    """Something that needs somebody: what, why, and where it is mended."""

    title: str
    words: str
    address: str
    meaning: str = "warning"


@require_safe
@manages
def overview(request: StaffRequest) -> HttpResponse:
    """Projects in figures; above them what is wrong."""
    figures = managed.figures_of(request.chosen, managed.SETTING_UP)
    context = {"figures": figures, "faults": _faults(request.chosen, figures)}
    return show(request, "overview.jinja", context, at="overview")


def _faults(reach: Reach, figures: list[managed.ProjectFigures]) -> list[Fault]:
    found = [
        Fault(
            _("%(address)s cannot be read") % {"address": known.mailbox.address},
            troubles.words(known.trouble, known.detail),
            reverse("manage-mailbox", args=[known.mailbox.project.slug, known.mailbox_id]),
            meaning="danger",
        )
        for known in health.troubled(reach)
    ]
    found += [
        Fault(
            _("%(address)s cannot send") % {"address": known.mailbox.address},
            troubles.words(known.trouble, known.detail),
            reverse("manage-mailbox", args=[known.mailbox.project.slug, known.mailbox_id]),
            meaning="danger",
        )
        for known in sending.troubled(reach)
    ]
    found += [
        Fault(
            _("%(project)s has no mailbox") % {"project": one.project.name},
            _("Nobody can write to it, and nothing can be answered from it."),
            reverse("manage-mailboxes", args=[one.project.slug]),
        )
        for one in figures
        if not one.mailboxes and reach.may_in_project(ProjectRight.MAILBOXES, one.project.pk)
    ]
    found += [
        Fault(
            _("Nobody works in the queue %(queue)s") % {"queue": queue.name},
            _("The group %(group)s of %(project)s has no people.")
            % {"group": queue.group.name, "project": queue.project.name}
            if queue.group
            else _("It belongs to no group of %(project)s.") % {"project": queue.project.name},
            reverse("manage-group", args=[queue.project.slug, queue.group.slug])
            if queue.group and reach.may_in_project(ProjectRight.STAFF, queue.project_id)
            else reverse("manage-queue", args=[queue.project.slug, queue.slug]),
        )
        for queue in managed.queues_without_people(reach)
    ]
    return found
