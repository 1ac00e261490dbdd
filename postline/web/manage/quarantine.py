"""`/quarantine/`: what was put aside, why, and what to do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postline.intake import quarantine as domain
from postline.intake.models import RawMessage
from postline.intake.parse import charsets, headers
from postline.kit import clock
from postline.kit.paging import newest_first
from postline.projects.rights import ProjectRight, Reach
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.shared.foreign import download as as_download

ROWS = 50
HEAD_OCTETS = 16_000
SHOWN_OCTETS = 200_000
may_look = requires(ProjectRight.QUARANTINE, everywhere=True)


@dataclass(frozen=True)
class Row:
    """A line of the list, with what its head says about itself."""

    raw: RawMessage
    subject: str
    sender: str
    reason: str


@require_safe
@may_look
def quarantine(request: StaffRequest) -> HttpResponse:
    """Newest first."""
    head = Substr("content", 1, HEAD_OCTETS, output_field=BinaryField())
    page = newest_first(
        domain.listed(request.reach).annotate(head=head), before=request.GET.get("before", ""), size=ROWS
    )
    rows = [_row(raw, bytes(getattr(raw, "head"))) for raw in page.rows]  # noqa: B009 - an annotation, unknown to types
    return render(request, "manage/quarantine.jinja", {"rows": rows, "next": page.next})


@require_safe
@may_look
def message(request: StaffRequest, raw_id: int) -> HttpResponse:
    """One message: why it is here, its envelope, its source as text."""
    raw = _find(request.reach, raw_id)
    content = bytes(raw.content)
    context = {
        "row": _row(raw, content[:HEAD_OCTETS]),
        "source": _as_text(content[:SHOWN_OCTETS]),
        "is_cut": len(content) > SHOWN_OCTETS,
        "may_act": request.reach.may_in_project(ProjectRight.MANAGE, None),
    }
    return render(request, "manage/quarantine_message.jinja", context)


@require_safe
@may_look
def download(request: StaffRequest, raw_id: int) -> HttpResponse:
    """The bytes as they came."""
    return as_download(bytes(_find(request.reach, raw_id).content), filename=f"quarantine-{raw_id}.eml")


@require_POST
@may_look
def run_again(request: StaffRequest, raw_id: int) -> HttpResponse:
    """Hand it to the pipeline once more."""
    return _act(request, raw_id, domain.run_again, done=_("It is handled again now. If it fails, it comes back here."))


@require_POST
@may_look
def delete(request: StaffRequest, raw_id: int) -> HttpResponse:
    """For good; so the word must have been typed."""
    if request.POST.get("word", "").strip().casefold() != _("delete").casefold():
        messages.error(request, _("Nothing was deleted: the word was not right."))
        return redirect("quarantine-message", raw_id)
    return _act(request, raw_id, domain.delete, done=_("It is deleted."))


def _act(request: StaffRequest, raw_id: int, act: Callable[..., None], *, done: str) -> HttpResponse:
    now: datetime = clock.now()
    try:
        act(request.reach, raw_id=raw_id, now=now)
    except domain.NotInQuarantine:
        messages.info(request, _("It is no longer in quarantine: somebody was quicker."))
    else:
        messages.success(request, done)
    return redirect("quarantine")


def _find(reach: Reach, raw_id: int) -> RawMessage:
    raw = domain.listed(reach).filter(pk=raw_id).first()
    if raw is None:
        raise Http404
    return raw


def _row(raw: RawMessage, head: bytes) -> Row:
    fields, _body = headers.split(head)
    return Row(raw, fields.text("subject"), fields.text("from") or raw.envelope_from, _reason(raw.reason))


def _reason(code: str) -> str:
    """The code of a reason in words."""
    words = {
        "unreadable": _("Could not be read"),
        "error": _("A fault of ours"),
        "no-mailbox": _("To none of our mailboxes"),
        "bounce": _("A bounce of no message of ours"),
        "auto-reply": _("An automatic reply to nothing of ours"),
        "mailing-list": _("From a mailing list"),
        "feedback-report": _("A feedback report"),
        "spam": _("Looks like spam"),
        "loop": _("Goes in circles"),
        "flood": _("One of very many from one sender"),
        "own-message": _("A message of our own that came back"),
    }
    return words.get(code, code)


def _as_text(content: bytes) -> str:
    """The source for reading: control characters are shown as what they are called, nothing acts."""
    text = charsets.decode(content)[0].replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
