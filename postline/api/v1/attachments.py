"""Files: those that are sent to us in a body, and those of a message."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import Path, Router, Schema
from pydantic import Field

from postline.api.v1.caller import Call
from postline.api.v1.errors import Refused, nothing_here, too_large
from postline.api.v1.types import READ, Given, Id, Text
from postline.intake.stored import NotStored, file_of
from postline.kit import clock
from postline.outbox.put import File, one_line
from postline.tickets.models import Attachment
from postline.tickets.queries.access import NoSuchTicket
from postline.tickets.queries.shown import Shown
from postline.tickets.queries.to_show import file_to_show

router = Router(tags=["Messages"])

TOKEN = r"[A-Za-z0-9!#$&^_.+-]{1,80}"  # noqa: S105 - RFC 6838, 4.2: a name in a media type
MEDIA_TYPE = rf"^{TOKEN}/{TOKEN}$"
UNKNOWN_TYPE = "application/octet-stream"
MOST_FILES = 100


class GivenFile(Given):
    """A file to send along, or one that the requester sends."""

    filename: Annotated[Text, Field(min_length=1, max_length=255)]
    content_type: Annotated[Text, Field(pattern=MEDIA_TYPE)] = UNKNOWN_TYPE
    content_base64: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


GivenFiles = Annotated[list[GivenFile], Field(max_length=MOST_FILES)]


class AttachmentObject(Schema):
    """A file of a message. `url` is where its content is."""

    id: int
    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    url: str


def files_of(given: Sequence[GivenFile]) -> list[File]:
    """The files of a body, decoded. Raises Refused for what is no base64, and when they are too large together."""
    files = [
        File(one_line(one.filename) or "file", one.content_type, _decoded(one.content_base64, place))
        for place, one in enumerate(given)
    ]
    if sum(len(file.content) for file in files) > settings.CONFIGURATION.max_message:
        raise too_large()
    return files


def attachment_object(attachment: Attachment, shown: Shown) -> AttachmentObject:
    """The file as the interface shows it."""
    return AttachmentObject(
        id=attachment.pk,
        filename=shown.text(attachment.filename),
        content_type=attachment.content_type,
        size=attachment.size,
        sha256=attachment.sha256,
        inline=attachment.inline,
        url=f"/api/v1/attachments/{attachment.pk}",
    )


BINARY: dict[str, Any] = {
    "responses": {200: {"description": "The bytes.", "content": {UNKNOWN_TYPE: {"schema": {"type": "string"}}}}}
}


@router.get(
    "/attachments/{id}",
    response={200: None, **READ},
    operation_id="attachment",
    summary="Read a file",
    openapi_extra=BINARY,
)
def read_attachment(request: Call, id: Path[Id]) -> HttpResponse:
    """The content of a file, in its own media type. Where the ticket is shown to you masked, a file of words is refused
    (`masked`)."""
    try:
        attachment, shown = file_to_show(request.auth, id, now=clock.now())
        content = file_of(attachment)
    except (NoSuchTicket, NotStored) as error:
        raise nothing_here() from error
    name, kind = attachment.filename, attachment.content_type
    shown.require_file(attachment.message.ticket, filename=name, content_type=kind, content=content)
    return download(content, content_type=kind, filename=shown.text(name) or "file")


def download(content: bytes, *, content_type: str, filename: str) -> HttpResponse:
    """Foreign bytes: never shown in place, never guessed at."""
    media_type = content_type if re.fullmatch(MEDIA_TYPE, content_type) else UNKNOWN_TYPE
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, one_line(filename))
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _decoded(content: str, place: int) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        field = f"attachments.{place}.content_base64"
        raise Refused(422, "invalid", "Some fields are wrong.", {field: "This is not base64."}) from error
