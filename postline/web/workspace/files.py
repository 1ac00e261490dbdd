"""What belongs to a message: its files, and its raw bytes.

Whatever comes from outside is shown in place only when a browser cannot be made to run it: everything else is a
download. Each answer carries its own strict content policy (SAFETY: foreign content).
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from postline.intake.models import RawMessage
from postline.intake.stored import NotStored, file_of
from postline.kit import clock
from postline.kit.text import file_name
from postline.tickets.queries.to_show import file_to_show, message_to_show
from postline.web.shared.decorators import StaffRequest, signed_in

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
SOUNDS = frozenset(
    {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus", "audio/wav", "audio/x-wav", "audio/webm", "audio/aac"}
    | {"audio/flac", "audio/x-m4a"}
)
FILMS = frozenset({"video/mp4", "video/webm", "video/ogg", "video/quicktime"})
SHOWN_IN_PLACE = PICTURES | SOUNDS | FILMS
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@require_GET
@signed_in
def attachment(request: StaffRequest, attachment: int) -> HttpResponse:
    """A file of a message that the person may see. Raises Masked."""
    found, shown = file_to_show(request.reach, attachment, now=clock.now())
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag and not shown.is_masked:
        return HttpResponse(status=304, headers={"ETag": tag})
    in_place = found.content_type in SHOWN_IN_PLACE and "download" not in request.GET
    try:
        content = file_of(found)
    except NotStored as error:
        raise Http404 from error
    ticket, kind = found.message.ticket, found.content_type
    shown.require_file(ticket, filename=found.filename, content_type=kind, content=content)
    name = shown.text(found.filename)
    return HttpResponse(
        content,
        headers={
            **_download(name or f"file-{found.pk}", content_type=kind if in_place else ""),
            "Content-Disposition": content_disposition_header(not in_place, file_name(name) or f"file-{found.pk}")
            or "attachment",
            "Cache-Control": "private, no-cache",  # asked again each time, so that a lost right counts at once
            "ETag": tag,
        },
    )


@require_GET
@signed_in
def raw(request: StaffRequest, message: int) -> HttpResponse:
    """The bytes as they came, as a download. Raises Masked."""
    found, shown = message_to_show(request.reach, message, now=clock.now())
    shown.require_open(found.ticket)
    kept = RawMessage.objects.filter(pk=found.raw_id).first() if found.raw_id else None
    if kept is None:
        raise Http404
    return HttpResponse(bytes(kept.content), headers=_download(f"{found.ticket.number}-{found.pk}.eml"))


def _download(name: str, *, content_type: str = "") -> dict[str, str]:
    """Headers that let a browser do nothing with a file but keep it, or show it where it has a harmless type."""
    return {
        "Content-Type": content_type or "application/octet-stream",
        "Content-Disposition": content_disposition_header(True, file_name(name) or "file") or "attachment",
        "Content-Security-Policy": NOTHING,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
