"""What ends is started again; what is told to stop stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from postline.kit.processes import SignalPipe, dying_with_parent
from postline.ops.roles import run_until_stopped
from postline.ops.supervisor import Program, Supervisor
from tests.waiting import until

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, lambda *_: None); print('up', flush=True)\nwhile 1: signal.pause()"
)


def supervise(*programs: Program, meanwhile: threading.Thread) -> None:
    """Run the supervisor in this thread until `meanwhile`, whose last act is SIGTERM to ourselves, is done."""
    with SignalPipe(*SIGNALS) as signals:
        meanwhile.start()
        Supervisor(programs).run(signals, until_ready=lambda: True)
        meanwhile.join()


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], preexec_fn=dying_with_parent(signal.SIGKILL))


def test_a_killed_program_is_started_again() -> None:
    program = Program("sleeper", sleeper)
    pids: list[int] = []

    def a_new_one() -> int | None:
        process = program.process
        return process.pid if process and process.pid not in pids else None

    def kill_twice() -> None:
        for _ in range(2):
            pid = until(a_new_one)
            assert pid
            pids.append(pid)
            os.kill(pid, signal.SIGKILL)
        until(a_new_one)
        os.kill(os.getpid(), signal.SIGTERM)

    supervise(program, meanwhile=threading.Thread(target=kill_twice))
    assert len(set(pids)) == 2
    assert program.process is None


def test_a_program_that_cannot_start_does_not_keep_the_others_from_running() -> None:
    def impossible() -> subprocess.Popen[bytes]:
        return subprocess.Popen(["/no/such/program"])

    broken, whole = Program("broken", impossible), Program("whole", sleeper)

    def stop() -> None:
        until(lambda: whole.process and broken.pause > 0.3)
        os.kill(os.getpid(), signal.SIGTERM)

    supervise(broken, whole, meanwhile=threading.Thread(target=stop))
    assert whole.process is None


def test_one_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postline.ops.supervisor.STOP_S", 0.2)
    started: list[subprocess.Popen[bytes]] = []

    def stubborn() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        started.append(process)
        return process

    def stop() -> None:
        until(lambda: started)
        os.kill(os.getpid(), signal.SIGTERM)

    supervise(Program("stubborn", stubborn), meanwhile=threading.Thread(target=stop))
    assert started[0].returncode == -signal.SIGKILL


def test_children_die_with_their_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, subprocess\n"
            "from postline.kit.processes import dying_with_parent\n"
            "child = subprocess.Popen(['sleep', '60'], preexec_fn=dying_with_parent(signal.SIGKILL))\n"
            "print(child.pid, flush=True); child.wait()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    until(lambda: not is_running(child))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_role_stops_all_its_loops_at_a_signal() -> None:
    ended: list[str] = []

    def loop(stop: threading.Event) -> None:
        stop.wait()
        ended.append(threading.current_thread().name)

    threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM]).start()
    assert run_until_stopped({"one": loop, "two": loop}) == 0
    assert sorted(ended) == ["one", "two"]


def test_a_loop_that_fails_ends_the_role_with_an_error() -> None:
    ended: list[str] = []

    def good(stop: threading.Event) -> None:
        stop.wait()
        ended.append("good")

    def bad(stop: threading.Event) -> None:
        raise RuntimeError("the relay is made of cheese")

    assert run_until_stopped({"good": good, "bad": bad}) == 1
    assert ended == ["good"]


def test_a_loop_that_returns_by_itself_ends_the_role_with_an_error() -> None:
    assert run_until_stopped({"lazy": lambda stop: None}) == 1
