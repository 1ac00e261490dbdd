"""`postline serve` as an operator knows it: one line when it is ready, no way to hurt it, a clean end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from postline.kit.postgres import socket_folder
from tests.serving import Served, free_port, serving
from tests.waiting import until


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "home") as found:
        assert found.line() == f"Postline is ready: http://127.0.0.1:{found.http}/"
        yield found


def test_a_second_start_says_that_it_runs_already(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "postline", "serve"],
        env={**served.environment, "POSTLINE_HTTP": f"127.0.0.1:{free_port()}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Postline is running already for this POSTLINE_HOME")
    assert done.stderr.count("\n") == 1


def test_killed_parts_come_back_by_themselves(served: Served) -> None:
    for words in ("postline web", "postline receiver", "postline worker"):
        before = until(lambda words=words: served.child(words))  # type: ignore[misc]
        assert before
        os.kill(before, signal.SIGKILL)
        until(lambda words=words, before=before: served.child(words) not in (None, before))  # type: ignore[misc]
    data = Path(served.environment["POSTLINE_HOME"], "database", "18")
    os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(served.is_ready)


def test_a_role_that_keeps_ending_raises_an_alarm(served: Served) -> None:
    before = None
    for _ in range(3):
        before = until(lambda before=before: _another(served, before))  # type: ignore[misc]
        assert before
        os.kill(before, signal.SIGKILL)
    until(lambda: _alarms(served) == ["role-dying worker"])


def _another(served: Served, before: int | None) -> int | None:
    found = served.child("postline worker")
    return found if found != before else None


def _alarms(served: Served) -> list[str]:
    folder = socket_folder(Path(served.environment["POSTLINE_HOME"]))
    with psycopg.connect(host=str(folder), user="postgres", dbname="postline") as connection:
        found = connection.execute("SELECT code || ' ' || subject FROM projects_alarm WHERE until > now()").fetchall()
    return [words for (words,) in found]


def test_many_slow_uploads_keep_nobody_waiting(served: Served) -> None:
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: desk\r\nContent-Length: 100000\r\n\r\nhalf a body"
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            upload = stack.enter_context(socket.create_connection(("127.0.0.1", served.http)))
            upload.sendall(head)
        for _ in range(5):
            assert served.is_ready()


def test_a_signal_ends_everything_and_the_next_start_is_quick(served: Served, tmp_path: Path) -> None:
    children = [served.child(f"postline {role}") for role in ("web", "receiver", "fetcher", "worker")]
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(20) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    with serving(tmp_path / "home") as again:
        assert again.line().startswith("Postline is ready: ")


def test_a_killed_supervisor_leaves_nothing_behind(served: Served) -> None:
    web = until(lambda: served.child("postline web"))
    served.process.kill()
    until(lambda: not Path(f"/proc/{web}/cwd").exists() or not Path(f"/proc/{web}/cmdline").read_bytes())
    until(lambda: not Path(served.environment["POSTLINE_HOME"], "database", "18", "postmaster.pid").exists())


def test_a_port_that_another_program_uses_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "postline", "serve"],
            env={**os.environ, "POSTLINE_HOME": str(tmp_path), "POSTLINE_HTTP": taken},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"POSTLINE_HTTP: {taken} is in use by another program; set POSTLINE_HTTP to a free HOST:PORT.\n"
    )
