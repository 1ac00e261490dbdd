"""A message beyond its words on the ticket's page: its layout, its text in full, its headers and source, and the
messages that it brought along."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from markupsafe import escape

from postline.intake.models import RawMessage
from postline.intake.parse import ParsedMessage, cut
from postline.intake.parse.headers import split
from postline.intake.parse.values import Part
from postline.intake.reader import Reader, Unreadable
from postline.intake.stored import NotStored, file_of, raw_of
from postline.kit import clock
from postline.kit.files import is_dangerous, is_message
from postline.kit.text import file_name
from postline.tickets.models import Attachment, Message, Ticket
from postline.tickets.queries.shown import Shown
from postline.tickets.queries.to_show import file_to_show, message_to_show
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.shared.foreign import download, framed, source_text
from postline.web.workspace.files import NOTHING, PICTURES
from postline.web.workspace.thread import paragraphs

EMBEDDED_MOST = 8_000_000  # bytes of a message's own pictures that its frame holds
SOURCE_SHOWN = 256_000  # bytes; the download holds all
_OWN_PICTURE = re.compile(r' data-cid="([^"]{1,500})"')


@require_GET
@signed_in
def as_sent(request: StaffRequest, message: int) -> HttpResponse:
    """The HTML of a message, cleaned, for a sandboxed frame. With `?pictures` those of other servers are loaded too,
    by this reader's browser alone."""
    found, shown = message_to_show(request.reach, message, now=clock.now())
    if not found.body.html:
        raise Http404

    def complete(html: str) -> str:
        return _with_own_pictures(html, found)

    return framed(found.body.html, shown=shown.html, pictures="pictures" in request.GET, complete=complete)


@require_GET
@signed_in
def whole_text(request: StaffRequest, message: int) -> HttpResponse:
    """A message's text from the first word to the last, for one that is too long for the ticket's page."""
    found, _shown = message_to_show(request.reach, message, now=clock.now())
    response = HttpResponse(found.body.text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Security-Policy"] = NOTHING
    return response


@require_GET
@signed_in
def source(request: StaffRequest, message: int) -> HttpResponse:
    """The headers as a table and the source, to be read and copied. Raises Masked."""
    found, shown = message_to_show(request.reach, message, now=clock.now())
    shown.require_open(found.ticket)
    try:
        content = raw_of(found)
    except NotStored as error:
        raise Http404 from error
    fields, _start = split(content)
    return render(
        request,
        "workspace/source.jinja",
        {
            "ticket": found.ticket,
            "message": found,
            "headers": fields.shown(),
            "source": source_text(content[:SOURCE_SHOWN]),
            "is_cut": len(content) > SOURCE_SHOWN,
        },
    )


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A message that came as a file of another one."""

    ticket: Ticket
    attachment: Attachment
    content: bytes
    message: ParsedMessage
    shown: Shown


@require_GET
@signed_in
def enclosed(request: StaffRequest, attachment: int) -> HttpResponse:
    """A message that came as a file: who wrote it, what it says, its own files. `?html` and `?part=` give these.
    A file that is no message, or cannot be read as one, is a download."""
    found = _enclosed(request, attachment)
    if found is None:
        return redirect("desk-attachment", attachment)
    if "html" in request.GET:
        return _enclosed_html(found, pictures="pictures" in request.GET)
    if "part" in request.GET:
        return _enclosed_part(found, request.GET["part"])
    return render(request, "workspace/enclosed.jinja", _shown_page(found))


def _shown_page(found: Enclosed) -> dict[str, object]:
    """What the page of an enclosed message shows."""
    it, shown = found.message, found.shown
    return {
        "ticket": found.ticket,
        "attachment": found.attachment,
        "it": it,
        "subject": shown.text(it.subject),
        "sender": shown.people([(it.sender.name, it.sender.address)]),
        "to": shown.people((one.name, one.address) for one in it.to),
        "cc": shown.people((one.name, one.address) for one in it.cc),
        "text": paragraphs(shown.text(it.text)),
        "headers": [(name, shown.text(value)) for name, value in it.headers],
        "files": [
            (file_name(shown.text(one.filename)), one, is_dangerous(one.filename, one.content_type))
            for one in it.attachments
        ],
    }


def _enclosed(request: StaffRequest, key: int) -> Enclosed | None:
    attachment, shown = file_to_show(request.reach, key, now=clock.now())
    if not is_message(attachment.filename, attachment.content_type):
        return None
    try:
        content = file_of(attachment)
    except NotStored as error:
        raise Http404 from error
    with Reader() as reader:  # in a child that can be killed, like every message
        (message,) = reader.read_many([content])
    if isinstance(message, Unreadable):
        return None
    return Enclosed(attachment.message.ticket, attachment, content, message, shown)


def _enclosed_html(found: Enclosed, *, pictures: bool) -> HttpResponse:
    if not found.message.html:
        raise Http404

    def complete(html: str) -> str:
        return _with_pictures(html, found.content, found.message.attachments)

    return framed(found.message.html, shown=found.shown.html, pictures=pictures, complete=complete)


def _enclosed_part(found: Enclosed, place: str) -> HttpResponse:
    part = next((one for one in found.message.attachments if one.place == place), None)
    if part is None:
        raise Http404
    content, name, kind = cut(found.content, place), part.filename, part.content_type
    found.shown.require_file(found.ticket, filename=name, content_type=kind, content=content)
    return download(content, filename=file_name(found.shown.text(name)) or "file")


def _with_own_pictures(html: str, message: Message) -> str:
    """Pictures that the message brought along stand in the page itself: its frame has no cookies to fetch them with."""
    if not message.raw_id or _OWN_PICTURE.search(html) is None:
        return html
    own = [
        Part(one.filename, one.content_type, one.size, one.sha256, one.inline, one.content_id, one.place)
        for one in Attachment.objects.filter(message=message).exclude(content_id="")
    ]
    content = RawMessage.objects.filter(pk=message.raw_id).values_list("content", flat=True).first() if own else None
    return _with_pictures(html, bytes(content), own) if content else html


def _with_pictures(html: str, raw: bytes, parts: Sequence[Part]) -> str:
    wanted, left = set(_OWN_PICTURE.findall(html)), EMBEDDED_MOST
    addresses: dict[str, str] = {}
    for part in parts:
        name = str(escape(part.content_id))
        if name not in wanted or part.content_type not in PICTURES:
            continue
        try:
            content = cut(raw, part.place)
        except KeyError:
            continue
        if len(content) <= left:
            left -= len(content)
            addresses[name] = f' src="data:{part.content_type};base64,{base64.b64encode(content).decode()}"'
    return _OWN_PICTURE.sub(lambda match: addresses.get(match[1], match[0]), html)
