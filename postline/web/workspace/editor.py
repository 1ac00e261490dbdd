"""What a person has typed into the editor of a ticket, read from its form and kept whatever happens."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from postline.kit.paging import key_of
from postline.outbox.put import File
from postline.tickets.models import State
from postline.web.shared.decorators import StaffRequest

MOST_KEYS = 100  # of templates and their files
LATER = "later"  # the choice "wait until a date", which is pending with one
STATES = {"closed": State.CLOSED, "pending": State.PENDING, LATER: State.PENDING, "open": State.OPEN}


class WrongCopy(Exception):
    """What stands in the line of copies is no e-mail address."""


class WrongDate(Exception):
    """A date is missing or cannot be read."""


class TooLarge(Exception):
    """The files together are larger than a message may be."""


class GapsLeft(Exception):
    """Places are still to be filled in; they are asked about once."""

    def __init__(self, marks: Sequence[str]) -> None:
        super().__init__(", ".join(marks))


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the editor as they were sent."""

    kind: str = "answer"
    text: str = ""
    state: str = "closed"
    until: str = ""
    copies: str = ""
    seen: int | None = None
    request_key: str = field(default_factory=lambda: uuid.uuid4().hex)
    had_files: bool = False
    templates: tuple[int, ...] = ()  # that it was written with
    template_files: tuple[int, ...] = ()  # of theirs that go along
    gaps_told: bool = False  # the person knows that places are still to be filled in

    @classmethod
    def read(cls, request: StaffRequest, *, kind: str) -> Typed:
        """From the form. Lines end with \\n, as they do everywhere else."""
        form = request.POST
        return cls(
            kind=kind,
            text=form.get("text", "").replace("\r\n", "\n"),
            state=form.get("state", "closed") if form.get("state") in STATES else "closed",
            until=form.get("until", ""),
            copies=form.get("copies", ""),
            seen=key_of(form.get("seen", "")),
            request_key=form.get("request_key", "")[:64] or uuid.uuid4().hex,
            had_files=bool(request.FILES),
            templates=_keys(form.getlist("used_template")),
            template_files=_keys(form.getlist("template_file")),
            gaps_told=form.get("gaps_told") == "1",
        )

    @property
    def pending_until(self) -> datetime | None:
        """The date to wait for, in the person's time zone. Raises WrongDate."""
        return moment(self.until) if self.state == LATER else None

    @property
    def cc(self) -> list[tuple[str, str]]:
        """The copies as names and addresses. Raises WrongCopy."""
        found = getaddresses([self.copies.replace(";", ",").replace("\n", ",")])
        given = [(name, address.strip()) for name, address in found if name or address]
        for name, address in given:
            try:
                validate_email(address)
            except ValidationError as error:
                raise WrongCopy(address or name) from error
        if self.copies.strip() and not given:
            raise WrongCopy(self.copies.strip())
        return given


def _keys(sent: Sequence[str]) -> tuple[int, ...]:
    return tuple(key for one in sent[:MOST_KEYS] if (key := key_of(one)))


def moment(text: str) -> datetime:
    """The time of an `<input type="datetime-local">`, in the person's time zone. Raises WrongDate."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError as error:
        raise WrongDate(text) from error


def files_of(request: StaffRequest, *, most: int) -> Sequence[File]:
    """The files that were chosen, at most `most` bytes together. Raises TooLarge."""
    chosen = request.FILES.getlist("files")
    if sum(one.size or 0 for one in chosen) > most:
        raise TooLarge
    return [File(one.name or "file", one.content_type or "application/octet-stream", one.read()) for one in chosen]
