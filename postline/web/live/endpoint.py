"""`GET /live/`: the ASGI application beside Django's. Waiting costs no thread, so streams may be as many as they are.

Signed in by session or by `Authorization: Bearer`. `Last-Event-ID`, or `since` in the address (the same number:
milliseconds of 1970), asks for what was missed; where that is not known any more the first event is `lost`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs

from django.db import Error as DatabaseError

from postline.kit.http.types import Receive, Scope, Send
from postline.web.live.hub import Hub, TooManyStreams

PATH = "/live/"
PLAIN = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]


class Live:
    """The endpoint, with the hub of this process."""

    def __init__(self) -> None:
        self.hub = Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"GET"))
            return
        try:
            viewer = await self.hub.admit(
                cookie=_header(scope, b"cookie"), authorization=_header(scope, b"authorization")
            )
        except TooManyStreams:
            await _refuse(send, HTTPStatus.TOO_MANY_REQUESTS, (b"retry-after", b"30"))
            return
        except DatabaseError:
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, (b"retry-after", b"5"))
            return
        if viewer is None:
            await _refuse(send, HTTPStatus.UNAUTHORIZED, (b"www-authenticate", b"Bearer"))
            return
        self.hub.join(viewer, since=_since(scope))
        try:
            await viewer.stream.run(receive, send)
        finally:
            self.hub.leave(viewer)


def _header(scope: Scope, name: bytes) -> str:
    separator = b"; " if name == b"cookie" else b", "  # HTTP/2 may send cookies one by one
    return separator.join(value for key, value in scope["headers"] if key == name).decode("latin-1")


def _since(scope: Scope) -> datetime | None:
    asked = _header(scope, b"last-event-id") or parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[0]
    if not (asked.isdecimal() and asked.isascii() and len(asked) < 15):
        return None
    return datetime.fromtimestamp(int(asked) / 1000, UTC)


async def _refuse(send: Send, status: HTTPStatus, header: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*PLAIN, header]})
    await send({"type": "http.response.body", "body": f"{status.phrase}\n".encode()})
