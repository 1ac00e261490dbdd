"""A request reaches its thread only with its whole body."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import IO

import pytest

from postline.kit.http import bodies
from postline.kit.http.types import Event, Receive, Scope, Send

pytestmark = pytest.mark.unit


def ask(
    *chunks: bytes, headers: Sequence[tuple[bytes, bytes]] = (), largest: int = 1 << 20
) -> tuple[int, bytes | None]:
    """The status, and the body as the application read it (None: it was not called)."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks)
    ]
    read: list[bytes] = []
    statuses: list[int] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        body: IO[bytes] = scope[bodies.STATE]
        read.append(body.read())
        await send({"type": "http.response.start", "status": 200})

    async def receive() -> Event:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        if event["type"] == "http.response.start":
            statuses.append(event["status"])

    scope: Scope = {"type": "http", "headers": list(headers)}
    asyncio.run(bodies.complete(application, largest=largest)(scope, receive, send))
    return (statuses or [0])[0], read[0] if read else None


def test_the_application_reads_the_whole_body() -> None:
    assert ask(b"one ", b"two") == (200, b"one two")


def test_a_body_beyond_memory_is_complete_too() -> None:
    part = b"x" * bodies.IN_MEMORY
    assert ask(part, part, part) == (200, part * 3)


def test_one_that_is_announced_too_big_is_refused_unread() -> None:
    assert ask(b"x", headers=[(b"content-length", b"2000000")]) == (413, None)


def test_one_that_grows_too_big_is_refused() -> None:
    assert ask(b"x" * 600, b"x" * 600, largest=1000) == (413, None)


def test_a_client_that_goes_away_costs_nothing() -> None:
    waiting = asyncio.run(_gone())
    assert waiting == []


async def _gone() -> list[str]:
    called: list[str] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        called.append("application")

    async def receive() -> Event:
        return {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        called.append("send")

    await bodies.complete(application, largest=10)({"type": "http", "headers": []}, receive, send)
    return called
