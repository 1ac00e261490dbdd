"""Every error in one shape: `{"error": {"code", "message", "fields"?}}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from postline.api import idempotency
from postline.api.v1.types import Error, ErrorAnswer
from postline.kit.logs import logger
from postline.outbox.put import NobodyToSendTo
from postline.projects.rights import Forbidden
from postline.tickets.actions.answer import NewerMessage, NoAddress, NothingToSay, TooLong
from postline.tickets.actions.change import WrongOwner, WrongState, WrongTags, WrongTopic
from postline.tickets.actions.hand_over import NotAccepted
from postline.tickets.actions.merge import WrongTarget
from postline.tickets.actions.move import WrongQueue
from postline.tickets.actions.open import WrongAddress
from postline.tickets.actions.reveal import NoReason, NothingHidden
from postline.tickets.actions.split import WrongMessage
from postline.tickets.actions.take import NotOpen, TakenByAnother
from postline.tickets.actions.undo import NothingToUndo
from postline.tickets.models import State
from postline.tickets.outgoing import NoMailbox
from postline.tickets.queries.access import MergedAway, NoSuchTicket
from postline.tickets.queries.shown import Masked

log = logger(__name__)


class Refused(Exception):
    """What a caller asked for cannot be done; says why in the words of the interface."""

    def __init__(self, status: int, code: str, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, fields


def invalid(**fields: str) -> Refused:
    """A 422 about these fields."""
    return Refused(422, "invalid", "Some fields are wrong.", fields)


def answer(refused: Refused) -> HttpResponse:
    """The refusal as a response."""
    error = Error(
        code=refused.code,
        message=refused.message,
        fields=dict(refused.fields) if refused.fields else None,
    )
    content = ErrorAnswer(error=error).model_dump_json(exclude_none=True)
    response = HttpResponse(content, status=refused.status, content_type="application/json")
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def register(api: NinjaAPI) -> None:
    """Tell the interface how each exception is answered."""
    for kind, words in WORDS.items():
        api.add_exception_handler(kind, _handler(words))


def _handler(words: Callable[[Any], Refused]) -> Callable[[HttpRequest, Any], HttpResponse]:
    def handle(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(words(error))

    return handle


def _validation(error: ValidationError) -> Refused:
    fields: dict[str, str] = {}
    for one in error.errors:
        fields.setdefault(_name_of(one["loc"]), one["msg"].removeprefix("Value error, "))
    return invalid(**fields)


def _name_of(place: tuple[str | int, ...]) -> str:
    """`("body", "data", "requester", "address")` is what the caller knows as `requester.address`."""
    source, *names = place
    if source == "body":
        names = names[1:] or ["body"]
    return _storable(".".join(str(name) for name in names))


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _wrong_state(error: WrongState) -> Refused:
    value = str(error.args[0]) if error.args else ""
    if value in State.values:
        return invalid(state=f"“{value}” cannot be set by hand.")
    return invalid(pending_until="The date must lie ahead, within a hundred years, and belongs to the state “pending”.")


def _unavailable(error: Exception) -> Refused:
    log.warning("database away", error=type(error).__name__)
    return Refused(503, "unavailable", "The database does not answer. Nothing was changed; try again.")


def _unexpected(error: Exception) -> Refused:
    log.error("unexpected error", exc_info=error)
    return Refused(500, "unexpected", "Something broke on our side; it is in the log. Nothing was changed.")


def _http(error: HttpError) -> Refused:
    if error.status_code == 400:
        return Refused(400, "malformed", "The body is not JSON in UTF-8.")
    return Refused(error.status_code, "refused", error.message)


def nothing_here() -> Refused:
    """A 404 for an address."""
    return Refused(404, "not-found", "There is nothing here, or nothing that you may see.")


def too_large() -> Refused:
    """A 413."""
    return Refused(413, "too-large", "This is larger than what is taken here.")


WORDS: dict[type[Exception], Callable[[Any], Refused]] = {
    Exception: _unexpected,
    Refused: lambda refused: refused,
    ValidationError: _validation,
    HttpError: _http,
    AuthenticationError: lambda _: Refused(401, "unauthorized", "Send a valid token: `Authorization: Bearer TOKEN`."),
    Http404: lambda _: nothing_here(),
    NoSuchTicket: lambda _: Refused(404, "no-such-ticket", "There is no such ticket, or you may not see it."),
    Forbidden: lambda error: Refused(403, "forbidden", f"You lack the right “{_right(error)}” here."),
    Masked: lambda _: Refused(
        403, "masked", "This shows personal data that you may not see here. Reveal it with a reason, if you may."
    ),
    NothingHidden: lambda _: Refused(409, "nothing-hidden", "You see everything of this ticket already."),
    NoReason: lambda _: invalid(reason="One of the list; “other” needs `words`."),
    TooLong: lambda _: too_large(),
    RequestDataTooBig: lambda _: too_large(),
    UnreadablePostError: lambda _: Refused(400, "malformed", "The body ended too early."),
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
    TakenByAnother: lambda error: Refused(
        409, "taken-by-another", f"{error.person.login} has this ticket until {error.until.isoformat()}."
    ),
    NewerMessage: lambda error: Refused(
        409, "newer-message", f"The requester wrote again (message {error.message.pk}). Nothing was sent."
    ),
    MergedAway: lambda error: Refused(
        409, "merged", f"The ticket is part of {error.into or 'another one, which you may not see'}: go on there."
    ),
    WrongTarget: lambda _: invalid(into="Another ticket of the same project."),
    NotAccepted: lambda _: invalid(queue="No other project takes the ticket in there."),
    WrongMessage: lambda _: invalid(message="A message that came to this ticket; at least one must stay."),
    NothingToUndo: lambda _: Refused(
        409, "nothing-to-undo", "You have merged or split nothing here within the last hour, or it is undone."
    ),
    NotOpen: lambda _: Refused(409, "not-open", "The ticket is closed. Open it first, or answer it."),
    WrongState: _wrong_state,
    WrongTopic: lambda _: invalid(topic="There is no such topic in the ticket's project."),
    WrongQueue: lambda _: invalid(queue="There is no such queue in the ticket's project."),
    WrongOwner: lambda _: invalid(owner="Nobody of this login may take tickets of this queue."),
    WrongTags: lambda _: invalid(tags="At most 50 tags of 1 to 64 letters each."),
    WrongAddress: lambda _: Refused(422, "invalid", "Some fields are wrong.", {"requester.address": NO_ADDRESS}),
    NothingToSay: lambda _: invalid(text="Write something."),
    NoAddress: lambda _: Refused(422, "no-address", "The requester has no e-mail address.", {"kind": "Use a note."}),
    NobodyToSendTo: lambda _: Refused(422, "no-address", "Nobody is left to send this to.", {"kind": "Use a note."}),
    NoMailbox: lambda _: Refused(422, "no-mailbox", "The project has no mailbox to write from."),
    idempotency.WrongKey: lambda _: Refused(
        422, "invalid", "Some fields are wrong.", {idempotency.HEADER: "1 to 255 visible ASCII characters."}
    ),
    idempotency.KeyUsedForAnother: lambda _: Refused(
        422, "key-used", "This Idempotency-Key came with another request.", {idempotency.HEADER: "Use a new key."}
    ),
}
NO_ADDRESS = "This is no e-mail address."


def _right(error: Forbidden) -> str:
    return str(error.args[0]) if error.args else ""
