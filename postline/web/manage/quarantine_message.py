"""`/quarantine/{id}/`: one message that was put aside: what can be read of it, its head, its source, what to do."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postline.intake import quarantine as domain
from postline.intake.authentication import from_json
from postline.intake.models import RawMessage
from postline.intake.parse import ParsedMessage, charsets, headers
from postline.intake.quarantine import Wanted
from postline.intake.reader import Reader
from postline.kit.text import readable
from postline.projects.rights import ProjectRight, Reach
from postline.web.manage.quarantine import may_look, reason_words
from postline.web.shared.decorators import StaffRequest
from postline.web.shared.foreign import download as as_download

HEAD_OCTETS = 65_536
SHOWN_OCTETS = 200_000
SHOWN_LETTERS = 20_000
PREVIEW_OCTETS = 10 << 20  # what is larger is not read for a look
MOST_FIELDS = 200


@require_safe
@may_look
def message(request: StaffRequest, raw_id: int) -> HttpResponse:
    """Why it is here, its envelope, its text if it has one, its head as a table, its source as text."""
    raw = _find(request.reach, raw_id)
    content = bytes(raw.content)
    fields, _start = headers.split(content[:HEAD_OCTETS])
    read = _preview(content) if raw.reason != "unreadable" else None
    address = domain.address_of(raw)
    queues = list(domain.queues_to_accept_into(request.reach))
    context = {
        "raw": raw,
        "reason": reason_words(raw.reason),
        "read": read,
        "text": readable(read.text)[:SHOWN_LETTERS] if read else "",
        "fields": fields.shown()[:MOST_FIELDS],
        "source": _as_text(content[:SHOWN_OCTETS]),
        "is_cut": len(content) > SHOWN_OCTETS,
        "known": from_json(raw.authentication),
        "address": address,
        "domain": address.rpartition("@")[2],
        "queues": queues,
        "nearest": next((queue.pk for queue in queues if queue.project_id == raw.project_id), None),
        "may_act": request.reach.may_in_project(ProjectRight.SCREEN, raw.project_id),
    }
    return render(request, "manage/quarantine_message.jinja", context)


@require_safe
@may_look
def download(request: StaffRequest, raw_id: int) -> HttpResponse:
    """The bytes as they came."""
    return as_download(bytes(_find(request.reach, raw_id).content), filename=f"quarantine-{raw_id}.eml")


def _find(reach: Reach, raw_id: int) -> RawMessage:
    found = domain.listed(reach) | domain.listed(reach, Wanted(deleted=True))
    raw = found.select_related("project").filter(pk=raw_id).first()
    if raw is None:
        raise Http404
    return raw


def _preview(content: bytes) -> ParsedMessage | None:
    """What can be read of it, by a child process that may be killed: nothing here does the web role any harm."""
    if len(content) > PREVIEW_OCTETS:
        return None
    with Reader() as reader:
        (found,) = reader.read_many([content])
    return found if isinstance(found, ParsedMessage) else None


def _as_text(content: bytes) -> str:
    """The source for reading: control characters are shown as what they are called, nothing acts."""
    text = charsets.decode(content)[0].replace("\r\n", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
