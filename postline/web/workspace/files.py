"""What belongs to a message: its files, its text in full, its HTML as it was sent, its raw bytes.

Whatever comes from outside is shown in place only when a browser cannot be made to run it: everything else is a
download. Each answer carries its own strict content policy (SAFETY: foreign content).
"""

from __future__ import annotations

import base64
import re

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET
from markupsafe import escape

from postline.intake.models import RawMessage
from postline.intake.parse import cut
from postline.intake.stored import NotStored, file_of
from postline.kit.html import clean
from postline.kit.text import file_name
from postline.tickets.models import Attachment, Message
from postline.tickets.queries.access import ticket_for
from postline.web.shared.decorators import StaffRequest, signed_in

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
SOUNDS = frozenset(
    {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus", "audio/wav", "audio/x-wav", "audio/webm", "audio/aac"}
    | {"audio/flac", "audio/x-m4a"}
)
FILMS = frozenset({"video/mp4", "video/webm", "video/ogg", "video/quicktime"})
SHOWN_IN_PLACE = PICTURES | SOUNDS | FILMS
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FRAMED = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self';"
    " base-uri 'none'; form-action 'none'"
)
EMBEDDED_MOST = 8_000_000  # bytes of a message's own pictures that its frame holds


@require_GET
@signed_in
def attachment(request: StaffRequest, attachment: int) -> HttpResponse:
    """A file of a message that the person may see."""
    found = _attachment(request, attachment)
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    in_place = found.content_type in SHOWN_IN_PLACE and "download" not in request.GET
    try:
        content = file_of(found)
    except NotStored as error:
        raise Http404 from error
    return HttpResponse(
        content,
        headers={
            **_download(found.filename or f"file-{found.pk}", content_type=found.content_type if in_place else ""),
            "Content-Disposition": content_disposition_header(
                not in_place, file_name(found.filename) or f"file-{found.pk}"
            )
            or "attachment",
            "Cache-Control": "private, no-cache",  # asked again each time, so that a lost right counts at once
            "ETag": tag,
        },
    )


@require_GET
@signed_in
def raw(request: StaffRequest, message: int) -> HttpResponse:
    """The bytes as they came, as a download."""
    found = _message(request, message)
    kept = RawMessage.objects.filter(pk=found.raw_id).first() if found.raw_id else None
    if kept is None:
        raise Http404
    return HttpResponse(bytes(kept.content), headers=_download(f"{found.ticket.number}-{found.pk}.eml"))


@require_GET
@signed_in
def whole_text(request: StaffRequest, message: int) -> HttpResponse:
    """A message's text from the first word to the last, for one that is too long for the ticket's page."""
    found = _message(request, message)
    response = HttpResponse(found.body.text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Security-Policy"] = NOTHING
    return response


@require_GET
@signed_in
def as_sent(request: StaffRequest, message: int) -> HttpResponse:
    """The HTML of a message, cleaned, for a sandboxed frame. Nothing is fetched: not even a picture."""
    found = _message(request, message)
    if not found.body.html:
        raise Http404
    body = _with_own_pictures(clean(found.body.html), found)
    page = f'<!doctype html><meta charset="utf-8"><title>{escape(found.subject)}</title><style>{PAPER}</style>{body}'
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = FRAMED
    return response


PAPER = """
:root { color-scheme: light; background: #fff; color: #1b2226; }
body { margin: 12px 16px; font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
img { max-width: 100%; height: auto; }
img[data-src], img[data-cid] { min-width: 24px; min-height: 24px; outline: 1px dashed #9aa5aa; outline-offset: -1px; }
"""
_OWN_PICTURE = re.compile(r' data-cid="([^"]{1,500})"')


def _message(request: StaffRequest, key: int) -> Message:
    """The message, when the person may see its ticket; otherwise a 404."""
    found = Message.objects.select_related("ticket", "body").filter(pk=key).first()
    if found is None:
        raise Http404
    ticket_for(request.reach, found.ticket.number)
    return found


def _attachment(request: StaffRequest, key: int) -> Attachment:
    found = Attachment.objects.select_related("message__ticket").filter(pk=key).first()
    if found is None:
        raise Http404
    ticket_for(request.reach, found.message.ticket.number)
    return found


def _download(name: str, *, content_type: str = "") -> dict[str, str]:
    """Headers that let a browser do nothing with a file but keep it, or show it where it has a harmless type."""
    return {
        "Content-Type": content_type or "application/octet-stream",
        "Content-Disposition": content_disposition_header(True, file_name(name) or "file") or "attachment",
        "Content-Security-Policy": NOTHING,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _with_own_pictures(html: str, message: Message) -> str:
    """Pictures that the message brought along stand in the page itself: its frame has no cookies to fetch them with."""
    wanted = set(_OWN_PICTURE.findall(html))
    if not wanted or not message.raw_id:
        return html
    own = {
        one.content_id: one
        for one in Attachment.objects.filter(message=message).exclude(content_id="")
        if one.content_type in PICTURES and str(escape(one.content_id)) in wanted
    }
    kept = RawMessage.objects.filter(pk=message.raw_id).first() if own else None
    if kept is None:
        return html
    raw_bytes, left = bytes(kept.content), EMBEDDED_MOST
    addresses: dict[str, str] = {}
    for content_id, one in own.items():
        try:
            content = cut(raw_bytes, one.place)
        except KeyError:
            continue
        if len(content) <= left:
            left -= len(content)
            encoded = base64.b64encode(content).decode()
            addresses[str(escape(content_id))] = f' src="data:{one.content_type};base64,{encoded}"'
    return _OWN_PICTURE.sub(lambda match: addresses.get(match[1], match[0]), html)
