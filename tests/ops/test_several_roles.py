"""Several processes of each role over one server PostgreSQL; and that server goes away and comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.ops.fleet import (
    Machine,
    PrivateServer,
    count,
    everything_handled,
    free_port,
    get,
    private_server,
    receives,
    send,
)
from tests.waiting import until

TICKETS = "SELECT count(*) FROM tickets_ticket"
LETTERS = 120


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateServer]:
    with private_server(tmp_path / "server") as found:
        yield found


@pytest.fixture
def machine(server: PrivateServer, tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "home", server.url)
    machine.make_department()
    return machine


def test_two_of_each_role_share_the_work_and_a_killed_one_costs_nothing(
    machine: Machine, server: PrivateServer
) -> None:
    web, smtp = [free_port(), free_port()], [free_port(), free_port()]
    with contextlib.ExitStack() as stack:
        roles: list[subprocess.Popen[bytes]] = []
        for http, port in zip(web, smtp, strict=True):
            for role in ("web", "receiver", "worker"):
                settings = {"POSTLINE_HTTP": f"127.0.0.1:{http}", "POSTLINE_SMTP": f"127.0.0.1:{port}"}
                roles.append(stack.enter_context(machine.running(role, **settings)))
        for http, port in zip(web, smtp, strict=True):
            until(lambda http=http: get(http, "/readyz")[0] == 200, seconds=40)  # type: ignore[misc]
            until(lambda port=port: receives(port))  # type: ignore[misc]
        killed = roles.pop()  # one of the workers
        with ThreadPoolExecutor(6) as senders:
            answers = senders.map(lambda number: send(smtp[number % 2], number), range(LETTERS))
            until(lambda: count(server.url, TICKETS) > 0, seconds=60)
            os.kill(killed.pid, signal.SIGKILL)
            assert list(answers) == [250] * LETTERS
        everything_handled(server.url)
        assert count(server.url, TICKETS) == LETTERS
        until(lambda: _all_told(web[0]))  # each process tells its counters every five seconds
        for process in roles:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(20) for process in roles] == [0] * len(roles)
    goodbye = "SELECT count(*) FROM projects_heartbeat"
    assert count(server.url, goodbye) == 1  # who was killed said none
    machine.run("verify")


def _all_told(port: int) -> bool:
    text = get(port, "/metrics")[1]
    kept = [float(line.split()[-1]) for line in text.splitlines() if line.startswith("postline_messages_kept_total{")]
    wanted = ('postline_role_processes{role="web"} 2.0', 'postline_role_processes{role="receiver"} 2.0')
    return all(words in text for words in wanted) and len(kept) == 2 and sum(kept) == LETTERS


def test_a_database_that_goes_away_costs_nothing_and_all_goes_on_by_itself(
    machine: Machine, server: PrivateServer
) -> None:
    http, smtp = free_port(), free_port()
    settings = {"POSTLINE_HTTP": f"127.0.0.1:{http}", "POSTLINE_SMTP": f"127.0.0.1:{smtp}"}
    with (
        machine.running("web", **settings),
        machine.running("receiver", **settings) as receiver,
        machine.running("worker", **settings) as worker,
    ):
        until(lambda: get(http, "/readyz")[0] == 200 and receives(smtp), seconds=40)
        assert send(smtp, 1) == 250
        everything_handled(server.url)

        server.stop()
        status, page = get(http, "/accounts/login/")
        assert (get(http, "/readyz")[0], get(http, "/healthz")[0]) == (503, 200)
        assert status in (200, 503)  # this page may need no database
        status, page = get(http, "/")
        assert status == 503
        assert "The database does not answer" in page
        assert until(lambda: send(smtp, 2)) == 451
        assert "postline_database_up 0.0" in until(lambda: get(http, "/metrics")[1])

        server.start()
        assert until(lambda: send(smtp, 2) == 250, seconds=30)
        until(lambda: get(http, "/readyz")[0] == 200, seconds=30)
        everything_handled(server.url)
        assert count(server.url, TICKETS) == 2
        assert (receiver.poll(), worker.poll()) == (None, None)


def test_a_role_that_keeps_ending_raises_an_alarm(machine: Machine, server: PrivateServer) -> None:
    machine.run("alarm", "raise", "role-dying", "--subject", "worker")
    machine.run("alarm", "raise", "role-dying", "--subject", "worker")
    assert count(server.url, "SELECT count FROM projects_alarm WHERE subject = 'worker' AND until > now()") == 2
