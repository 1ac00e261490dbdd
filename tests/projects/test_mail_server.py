"""Refresh tokens that a provider replaces: the newest one is used and kept, by whoever signs in next."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

import pytest

from postline.projects.mail_server import MailServer, access_token, closed, forget_token, incoming, opened
from postline.projects.mailboxes import draft, settings_of
from postline.projects.models import Mailbox, Reading, SignIn
from tests.scenes import Department
from tests.token_server import TokenServer

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def provider() -> Iterator[TokenServer]:
    one = TokenServer()
    try:
        yield one
    finally:
        one.end()


@pytest.fixture
def mailbox(d: Department, provider: TokenServer) -> Mailbox:
    """Signs in by XOAUTH2."""
    one = Mailbox.objects.filter(project=d.projects["mail"]).first()
    assert one is not None
    one.reading, one.incoming_host, one.incoming_login = Reading.IMAP, "imap.example.org", "support"
    one.incoming_sign_in, one.oauth_token_url = SignIn.XOAUTH2, provider.url
    one.oauth_refresh_token = closed("refresh-1")
    one.save()
    return one


def ask(server: MailServer) -> str:
    return access_token(server, allow=LOOPBACK)


def stored(mailbox: Mailbox) -> str:
    mailbox.refresh_from_db()
    return opened(mailbox.oauth_refresh_token)


def given(number: int) -> tuple[int, object]:
    return 200, {"access_token": f"token-{number}", "refresh_token": f"refresh-{number + 1}", "expires_in": 3600}


def test_settings_that_were_read_before_the_token_was_replaced_ask_with_the_new_one(
    mailbox: Mailbox, provider: TokenServer
) -> None:
    provider.answers = [given(1), given(2)]
    fetcher, sender = incoming(mailbox), incoming(mailbox)

    assert [ask(fetcher), ask(sender)] == ["token-1", "token-1"]
    forget_token(fetcher)
    assert [ask(fetcher), ask(sender)] == ["token-2", "token-2"]

    assert [one["refresh_token"] for one in provider.asked] == [["refresh-1"], ["refresh-2"]]
    assert stored(mailbox) == "refresh-3"


def test_trying_another_refresh_token_leaves_the_stored_one_alone(mailbox: Mailbox, provider: TokenServer) -> None:
    provider.answers = [given(1)]
    settings = replace(settings_of(mailbox), oauth_refresh_token="tried")

    assert ask(incoming(draft(settings, project_id=mailbox.project_id, mailbox=mailbox))) == "token-1"

    assert provider.asked[0]["refresh_token"] == ["tried"]
    assert stored(mailbox) == "refresh-1"


def test_trying_with_the_stored_refresh_token_keeps_the_one_that_replaces_it(
    mailbox: Mailbox, provider: TokenServer
) -> None:
    provider.answers = [given(1)]

    ask(incoming(draft(settings_of(mailbox), project_id=mailbox.project_id, mailbox=mailbox)))

    assert stored(mailbox) == "refresh-2"
