"""How we meet a relay: encrypted, signed in, and never with the password in the open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from postline.configuration import Relay
from postline.outbox.models import State
from postline.outbox.relay import Connection, Letter, RelayUnavailable, greeting_of
from tests.outbox.receiving import QUICK, Receiving

LETTER = Letter("support@mail.example", ["anna@user.example"], b"Subject: Hello\r\n\r\n.\r\nHello\r\n")
ELSEWHERE = "0.0.0.0"  # reaches this machine, and is no loopback address


def connect(relay: Relay) -> Connection:
    return Connection(relay, greeting="desk.example", timeouts=QUICK)


def test_starttls_is_used_where_it_is_offered_and_a_local_certificate_is_taken_as_it_is() -> None:
    with Receiving(tls=True, password="secret") as server:
        connection = connect(replace(server.relay, user="desk", password="secret"))
        connection.ready()
        result = connection.deliver(LETTER)
        connection.quit()

    assert result["anna@user.example"].state == State.SENT
    assert server.received[0].content == b"Subject: Hello\r\n\r\n.\r\nHello\r\n"


def test_elsewhere_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with Receiving(tls=True) as server, pytest.raises(RelayUnavailable, match="certificate verify failed"):
        connect(replace(server.relay, host=ELSEWHERE)).ready()

    assert server.received == []


def test_elsewhere_the_password_is_not_sent_without_encryption() -> None:
    with Receiving(password="secret") as server, pytest.raises(RelayUnavailable, match="not sent unencrypted"):
        connect(replace(server.relay, host=ELSEWHERE, user="desk", password="secret")).ready()


def test_a_wrong_password_is_the_relays_trouble_and_is_not_shown() -> None:
    with Receiving(password="secret") as server, pytest.raises(RelayUnavailable) as caught:
        connect(replace(server.relay, user="desk", password="wrong")).ready()

    assert str(caught.value).startswith("535")
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "greeting"),
    [
        ("https://desk.example/", "desk.example"),
        ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]:8000", "[IPv6:::1]"),
    ],
)
def test_we_greet_with_the_name_of_our_public_address(url: str, greeting: str) -> None:
    assert greeting_of(url) == greeting
