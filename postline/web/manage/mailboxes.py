"""Mailboxes of a project: how each is doing, its settings, trying them, switching it off, deleting it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.intake import health
from postline.intake.connection_test import Finding, try_connection
from postline.intake.models import MailboxHealth
from postline.kit import clock
from postline.outbox.models import OutgoingHealth
from postline.projects import changes, mailboxes, managed, troubles
from postline.projects.models import Mailbox, ServerHealth
from postline.projects.rights import ProjectRight
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.mailbox_form import MailboxForm
from postline.web.shared.charts import BarChart, bar_chart
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.shared.filters import short_time

HOURS = 48  # of the chart


@require_safe
@requires(ProjectRight.MAILBOXES)
def listed(request: StaffRequest, project: str) -> HttpResponse:
    """All mailboxes of the project: how each is read, where it leads, and what is wrong with it."""
    it = managed.project_for(request.reach, project, ProjectRight.MAILBOXES)
    rows = it.mailboxes.select_related("queue", "health", "outgoing_health").order_by("address")
    return show(request, "mailboxes.jinja", {"mailboxes": rows, "words": _words}, at="mailboxes", project=it)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.MAILBOXES)
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Set one up; it can be tried before it is kept."""
    it = managed.project_for(request.reach, project, ProjectRight.MAILBOXES)
    form = MailboxForm(request.POST or None, project=it)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("act") == "try":
                tried = mailboxes.draft(form.settings(), project_id=it.pk)
                findings = try_connection(tried, now=clock.now())
            else:
                made = mailboxes.create_mailbox(
                    request.reach, project_id=it.pk, settings=form.settings(), now=clock.now()
                )
                messages.success(request, _("The mailbox is set up."))
                return redirect("manage-mailbox", it.slug, made.pk)
        except mailboxes.WrongSettings as error:
            form.refuse(error.fields)
    if request.htmx:
        return _tried(request, form, findings)
    context = {"form": form, "findings": findings, "missed": None}
    status = 200 if findings else status_of(request, None)
    return show(request, "mailbox_new.jinja", context, at="mailboxes", project=it, status=status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.MAILBOXES)
def mailbox(request: StaffRequest, project: str, mailbox_id: int) -> HttpResponse:
    """How it is doing, and its settings; trying works while they are being edited."""
    it = managed.mailbox_for(request.reach, project, mailbox_id)
    form = MailboxForm(request.POST or None, project=it.project, mailbox=it)
    findings: list[Finding] = []
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("act") == "try":
                tried = mailboxes.draft(form.settings(), project_id=it.project_id, mailbox=it)
                findings = try_connection(tried, now=clock.now())
            else:
                mailboxes.change_mailbox(
                    request.reach, mailbox_id=it.pk, settings=form.settings(), seen=seen(request), now=clock.now()
                )
                messages.success(request, _("Saved."))
                return redirect("manage-mailbox", it.project.slug, it.pk)
        except mailboxes.WrongSettings as error:
            form.refuse(error.fields)
        except changes.ChangedMeanwhile as error:
            missed = error
    if request.htmx:
        return _tried(request, form, findings)
    context = {
        "mailbox": it,
        "form": form,
        "findings": findings,
        "seen": changes.last_change(mailboxes.target(it)),
        **_health(it),
        **conflict(missed),
    }
    status = 200 if findings else status_of(request, missed)
    return show(request, "mailbox.jinja", context, at="mailboxes", project=it.project, status=status)


@require_POST
@requires(ProjectRight.MAILBOXES)
def switch(request: StaffRequest, project: str, mailbox_id: int) -> HttpResponse:
    """Receiving off, or on again."""
    it = managed.mailbox_for(request.reach, project, mailbox_id)
    on = request.POST.get("to") == "on"
    mailboxes.switch_mailbox(request.reach, mailbox_id=it.pk, enabled=on, now=clock.now())
    words = _("Messages are taken in again.") if on else _("Nothing is taken in any more. Answers still leave.")
    messages.success(request, words)
    return redirect("manage-mailbox", it.project.slug, it.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.MAILBOXES)
def delete(request: StaffRequest, project: str, mailbox_id: int) -> HttpResponse:
    """For good, so its address must be typed; its tickets stay."""
    it = managed.mailbox_for(request.reach, project, mailbox_id)
    fault = ""
    if request.method == "POST":
        if request.POST.get("word", "").strip().lower() == it.address:
            mailboxes.delete_mailbox(request.reach, mailbox_id=it.pk, now=clock.now())
            messages.success(request, _("The mailbox %(address)s is deleted.") % {"address": it.address})
            return redirect("manage-mailboxes", it.project.slug)
        fault = _("This is not the address of the mailbox: nothing was deleted.")
    context = {"mailbox": it, "fault": fault, "typed": request.POST.get("word", "")}
    return show(
        request, "mailbox_delete.jinja", context, at="mailboxes", project=it.project, status=422 if fault else 200
    )


def _tried(request: StaffRequest, form: MailboxForm, findings: list[Finding]) -> HttpResponse:
    """Only what came of it, so that the secrets which were just typed stay in their fields."""
    return render(request, "manage/findings.jinja", {"form": form, "findings": findings})


def _words(known: ServerHealth) -> str:
    return troubles.words(known.trouble, known.detail)


def _health(it: Mailbox) -> dict[str, Any]:
    known = MailboxHealth.objects.filter(mailbox=it).first()
    sending = OutgoingHealth.objects.filter(mailbox=it).first()
    return {
        "health": known,
        "trouble": troubles.words(known.trouble, known.detail) if known else "",
        "last_trouble": troubles.words(known.last_trouble, known.detail) if known else "",
        "sending": sending,
        "sending_trouble": _words(sending) if sending else "",
        "last_sending_trouble": troubles.words(sending.last_trouble, sending.detail) if sending else "",
        "chart": _chart(it, now=clock.now()),
    }


def _chart(it: Mailbox, *, now: datetime) -> BarChart:
    figures = health.arrivals_by_hour(it.pk, hours=HOURS, now=now)
    count, most = sum(figure for _hour, figure in figures), max(figure for _hour, figure in figures)
    said = ngettext("%(count)d message in the last two days", "%(count)d messages in the last two days", count)
    label = said % {"count": count}
    if most:
        label += ", " + _("at most %(most)d in an hour") % {"most": most}
    bars = [(f"{short_time(hour)}: {figure}", figure) for hour, figure in figures]
    ticks = [
        (number, f"{timezone.localtime(hour):%H:%M}")
        for number, (hour, _figure) in enumerate(figures)
        if timezone.localtime(hour).hour % 12 == 0 and number < HOURS - 2
    ]
    return bar_chart(bars, label=label, ticks=ticks)
