"""Server-sent events: what waits for a client is bounded, in order, and ends cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from postline.kit.http.types import Event
from postline.kit.live import LOST, MOST_WAITING, Stream, message

pytestmark = pytest.mark.unit


def written(tell: Callable[[Stream], None], *, leaves: bool = False) -> bytes:
    """What a client reads when this is told before it is there and then the stream ends, or the client leaves."""
    stream, sent = Stream(), []

    async def receive() -> Event:
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        sent.append(event.get("body", b""))

    async def run() -> None:
        tell(stream)
        async with asyncio.timeout(5):
            await stream.run(receive, send)

    asyncio.run(run())
    return b"".join(sent)


def test_a_message_is_one_event_with_its_id() -> None:
    assert message("ticket", {"name": "Ёж\n"}, id=7) == 'event: ticket\nid: 7\ndata: {"name":"Ёж\\n"}\n\n'.encode()


def test_of_each_key_the_newest_is_told() -> None:
    def tell(stream: Stream) -> None:
        stream.tell("a", b"A1 ")
        stream.tell("b", b"B1 ")
        stream.tell("a", b"A2 ")

        asyncio.get_running_loop().call_later(0.1, stream.end, "done")

    assert b"B1 A2 " in written(tell)
    assert b"A1" not in written(tell)


def test_a_client_that_takes_too_long_is_told_that_it_has_lost_some() -> None:
    def tell(stream: Stream) -> None:
        for number in range(MOST_WAITING + 1):
            stream.tell(number, b"no longer of use")
        asyncio.get_running_loop().call_later(0.1, stream.end, "done")

    assert LOST in written(tell)
    assert b"no longer of use" not in written(tell)


def test_the_end_is_the_last_word() -> None:
    def tell(stream: Stream) -> None:
        stream.end("shutdown")
        stream.tell("a", b"too late")
        stream.lose()

    assert written(tell).endswith(message("end", {"reason": "shutdown"}))


def test_a_client_that_leaves_ends_the_stream() -> None:
    assert b"event" not in written(lambda stream: None, leaves=True)
