"""Request bodies are received completely before a thread is given to the request: however slow or big an upload
is, it costs a file and no thread, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from http import HTTPStatus
from typing import IO, Any

from postline.kit.http.types import Application, Event, Receive, Scope, Send

IN_MEMORY = 256 << 10
SILENCE_S = 60.0  # a client that sends nothing for so long has gone
STATE = "postline.body"


def complete(application: Application, *, largest: int) -> Application:
    """`application`, called when the body is there; refuses a body of more than `largest` bytes with 413."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if announced.isdigit() and int(announced) > largest:
            await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                size = await _receive_all(receive, body, largest=largest)
            except _ClientGone:
                return
            except TimeoutError:
                await _refuse(send, HTTPStatus.REQUEST_TIMEOUT)
                return
            if size > largest:
                await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            body.seek(0)
            headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
            if size or announced:
                headers.append((b"content-length", str(size).encode()))
            await application({**scope, "headers": headers, STATE: body}, _nothing_more, send)

    return wrapped


def from_scope(application: Any) -> Any:
    """The WSGI `application`, reading its body from the file that `complete` has filled."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = environ["asgi.scope"][STATE]
        result: Iterable[bytes] = application(environ, start_response)
        return result

    return wrapped


class _ClientGone(Exception):
    """The client went away before its request was complete."""


async def _receive_all(receive: Receive, body: IO[bytes], *, largest: int) -> int:
    size = 0
    while size <= largest:
        event = await asyncio.wait_for(receive(), SILENCE_S)
        if event["type"] == "http.disconnect":
            raise _ClientGone
        chunk: bytes = event.get("body", b"")
        size += len(chunk)
        if size > IN_MEMORY:
            await asyncio.to_thread(body.write, chunk)
        else:
            body.write(chunk)
        if not event.get("more_body"):
            break
    return size


async def _nothing_more() -> Event:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _refuse(send: Send, status: HTTPStatus) -> None:
    text = f"{status.value} {status.phrase}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send(
        {"type": "http.response.start", "status": status.value, "headers": [*headers, (b"connection", b"close")]}
    )
    await send({"type": "http.response.body", "body": text})
