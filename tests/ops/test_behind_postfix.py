"""Postfix in front: it keeps what we cannot take, and hands it over when we are back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ops.fleet import Machine, count, everything_handled, free_port, private_server, receives
from tests.peers.postfix import Postfix
from tests.waiting import until

pytestmark = pytest.mark.long

LETTER = (
    "From: Anna <anna@user.example>\nTo: support@mail.example\nSubject: %s\nMessage-ID: <%s@user.example>\n\nHelp.\n"
)


@pytest.mark.parametrize(("door", "transport"), [("SMTP", "smtp:[127.0.0.1]"), ("LMTP", "lmtp:inet:127.0.0.1")])
def test_what_comes_while_we_are_away_waits_with_postfix_and_arrives_once(
    tmp_path: Path, door: str, transport: str
) -> None:
    port = free_port()
    with private_server(tmp_path / "server") as server, Postfix(f"{transport}:{port}") as postfix:
        doors = {"POSTLINE_SMTP": "", "POSTLINE_LMTP": "", f"POSTLINE_{door}": f"127.0.0.1:{port}"}
        machine = Machine(tmp_path / "home", server.url, doors)
        machine.make_department()
        postfix.take("anna@user.example", "support@mail.example", LETTER % ("While you were away", 1))
        until(lambda: postfix.waiting() == 1)

        with machine.running("receiver") as receiver, machine.running("worker"):
            until(lambda: receives(port), seconds=30)
            postfix.take("anna@user.example", "support@mail.example", LETTER % ("While you are here", 2))
            until(postfix.is_empty_after_another_try, seconds=60)
            everything_handled(server.url)
            assert count(server.url, "SELECT count(*) FROM tickets_ticket") == 2

            server.stop()
            postfix.take("anna@user.example", "support@mail.example", LETTER % ("While the database is away", 3))
            until(lambda: "451 4.3.0" in (postfix.home / "log").read_text(), seconds=30)
            assert postfix.waiting() == 1
            server.start()
            until(postfix.is_empty_after_another_try, seconds=60)
            everything_handled(server.url)
            assert count(server.url, "SELECT count(*) FROM tickets_ticket") == 3
            assert receiver.poll() is None
