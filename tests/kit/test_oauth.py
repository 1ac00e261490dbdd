"""Access tokens: asked for once, kept while they hold, asked for again when the mail server refuses them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import pytest

from postline.kit import oauth
from postline.kit.oauth import AccessToken, Grant, NoToken, access_token
from tests.token_server import TokenServer

pytestmark = pytest.mark.unit
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def provider() -> Iterator[TokenServer]:
    one = TokenServer()
    yield one
    one.end()


def test_a_token_is_asked_for_once_and_again_when_it_was_refused(provider: TokenServer) -> None:
    provider.answers = [(200, {"access_token": f"token-{n}", "expires_in": 3600}) for n in (1, 2)]

    assert [access_token(provider.grant(), allow=LOOPBACK).value for _ in range(2)] == ["token-1", "token-1"]
    oauth.forget(provider.grant())
    assert access_token(provider.grant(), allow=LOOPBACK).value == "token-2"
    assert provider.asked[0] == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh-1"],
        "client_id": ["postline"],
        "client_secret": ["hidden"],
    }


def test_a_token_that_ends_soon_is_not_used_again(provider: TokenServer) -> None:
    provider.answers = [(200, {"access_token": f"token-{n}", "expires_in": 5}) for n in (1, 2)]

    assert [access_token(provider.grant(), allow=LOOPBACK).value for _ in range(2)] == ["token-1", "token-2"]


def test_a_new_refresh_token_is_handed_on(provider: TokenServer) -> None:
    provider.answers = [(200, {"access_token": "token", "refresh_token": "refresh-2"})]

    assert access_token(provider.grant(), allow=LOOPBACK) == AccessToken("token", "refresh-2")


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (400, {"error": "invalid_grant", "error_description": "revoked\r\nby the user"}, "400 revoked by the user"),
        (200, {}, "no access token"),
        (200, [], "no JSON object"),
        (200, b"<html>", "Expecting value"),
    ],
)
def test_a_refusal_says_why(provider: TokenServer, status: int, answer: object, words: str) -> None:
    provider.answers = [(status, answer)]

    with pytest.raises(NoToken, match=words):
        access_token(provider.grant(), allow=LOOPBACK)


def test_without_a_refresh_token_the_access_token_at_hand_is_used() -> None:
    assert access_token(Grant(access_token="given"), allow=()).value == "given"
    with pytest.raises(NoToken):
        access_token(Grant(), allow=())


def test_no_secret_is_shown() -> None:
    shown = repr(Grant(client_secret="hidden", refresh_token="hidden", access_token="hidden")) + repr(
        AccessToken("hidden", "hidden")
    )

    assert "hidden" not in shown
