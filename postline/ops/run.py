"""`serve`: the embedded database and every role of this machine, in one go, until a signal."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import IO

from postline.configuration import Address, Configuration
from postline.kit.locks import FileLock
from postline.kit.processes import SignalPipe, dying_with_parent
from postline.ops.database import running
from postline.ops.errors import Refused
from postline.ops.ports import must_be_free
from postline.ops.supervisor import STOPPING, Program, Supervisor

PROBE_S = 1.0


def serve(configuration: Configuration, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP. Raises Refused.

    When everything answers it calls `announce` once, with what a newcomer should know besides the address.
    """
    configuration.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(configuration.home / "serve.lock")
    if not lock.take():
        raise Refused(
            f"Postline is running already for this POSTLINE_HOME, {configuration.home}:"
            " stop that one first, or set another POSTLINE_HOME."
        )
    must_be_free("POSTLINE_HTTP", configuration.http)
    must_be_free("POSTLINE_SMTP", configuration.smtp)
    must_be_free("POSTLINE_LMTP", configuration.lmtp)
    with running(configuration, alone=True) as server, SignalPipe(*_signals()) as signals:
        notice = _prepare(signals)
        if notice is None:
            return
        programs = [Program(name, _starter(name)) for name in _roles(configuration)]
        if server is not None:
            programs.insert(0, Program("postgresql", server.start, stopped_by_owner=True, process=server.process))

        def everything_answers() -> bool:
            if not all(program.process for program in programs) or not _answers(configuration):
                return False
            announce(notice)
            return True

        Supervisor(programs, on_dying=Alarm()).run(signals, until_ready=everything_answers)
    lock.release()


class Alarm:
    """Tells administrators of a role that keeps dying: by a child, for the supervisor never waits for a database."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, program: Program) -> None:
        """Raise the alarm, unless the child of the last one is still trying."""
        if self._child is None or self._child.poll() is not None:
            self._child = _starter("alarm", "raise", "role-dying", "--subject", program.name)()


def _signals() -> tuple[signal.Signals, ...]:
    return signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD


def _roles(configuration: Configuration) -> list[str]:
    receives = configuration.smtp is not None or configuration.lmtp is not None
    return ["web", *(["receiver"] if receives else []), "fetcher", "worker"]


def _prepare(signals: SignalPipe) -> str | None:
    """Migrations, static files and the demo, in a process of their own: they need much memory, and only once.

    Gives what that process said, or None when a signal said to stop meanwhile.
    """
    with tempfile.TemporaryFile() as said:
        child = _starter("prepare", output=said)()
        while child.poll() is None:
            if signals.wait(None) & STOPPING:
                child.terminate()
                child.wait()
                return None
        if child.returncode:
            raise Refused("The database could not be prepared, see above: Postline does not start.")
        said.seek(0)
        return said.read().decode().strip()


def _starter(*words: str, output: IO[bytes] | None = None) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "postline", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            # safe, for a killed role loses nothing; a gentler signal would wait for a database that goes too
            preexec_fn=dying_with_parent(signal.SIGKILL),
            start_new_session=True,  # Ctrl-C in the terminal is for us, and we stop them
        )

    return start


def _answers(configuration: Configuration) -> bool:
    if not _is_ready(configuration.http):
        return False
    return all(_greets(address) for address in (configuration.smtp, configuration.lmtp) if address)


def _is_ready(address: Address) -> bool:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=PROBE_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greets(address: Address) -> bool:
    """Whether an SMTP or LMTP server says 220."""
    try:
        with _connected(address) as connection:
            connection.settimeout(PROBE_S)
            return connection.recv(3) == b"220"
    except OSError:
        return False


def _connected(address: Address) -> socket.socket:
    if not address.path:
        return socket.create_connection((address.host, address.port), timeout=PROBE_S)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PROBE_S)
    connection.connect(address.path)
    return connection
