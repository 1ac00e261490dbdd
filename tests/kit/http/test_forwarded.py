"""Only a trusted proxy may say who asks."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from postline.kit.http.forwarded import believing
from postline.kit.http.types import Event, Receive, Scope, Send

pytestmark = pytest.mark.unit

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1"))


def seen(client: str, *headers: tuple[str, str]) -> Scope:
    """What the application sees of a request from `client`."""
    found: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def receive() -> Event:
        return {}

    async def send(event: Event) -> None:
        pass

    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope: Scope = {"type": "http", "scheme": "http", "client": (client, 4000), "headers": raw}
    asyncio.run(believing(application, TRUSTED)(scope, receive, send))
    return found[0]


def test_a_stranger_is_not_believed() -> None:
    scope = seen("192.0.2.7", ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"))
    assert (scope["client"], scope["scheme"], scope["headers"]) == (("192.0.2.7", 4000), "http", [])


def test_a_trusted_proxy_tells_the_client_and_the_scheme() -> None:
    scope = seen("10.0.0.1", ("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https"), ("Accept", "*/*"))
    assert (scope["client"], scope["scheme"]) == (("203.0.113.1", 0), "https")
    assert scope["headers"] == [(b"accept", b"*/*")]


def test_what_a_client_invents_in_front_of_the_proxies_is_not_believed() -> None:
    scope = seen("::1", ("X-Forwarded-For", "127.0.0.1, 203.0.113.1"), ("X-Forwarded-For", "10.0.0.9"))
    assert scope["client"] == ("203.0.113.1", 0)


def test_nonsense_ends_the_way_at_the_last_proxy() -> None:
    scope = seen("::ffff:10.0.0.1", ("X-Forwarded-For", "<script>, 10.0.0.2"), ("X-Forwarded-Proto", "javascript"))
    assert (scope["client"], scope["scheme"]) == (("10.0.0.2", 0), "http")
