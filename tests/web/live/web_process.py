"""A real web process on the database of the tests, and clients that listen to it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from django.db import connection

from tests.waiting import until

CODES = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class WebProcess:
    """`postline web`, which can be stopped and started again on its port."""

    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {
            **os.environ,
            "POSTLINE_HTTP": f"127.0.0.1:{self.port}",
            "POSTLINE_PUBLIC_URL": self.url,
            "DATABASE_URL": database_url(),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "postline", "web"], env=environment, cwd=CODES, stdout=log, stderr=log
            )
        until(self.is_alive)

    def is_alive(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it and give its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(10)


def database_url() -> str:
    """Where the tests' own database is, for another process."""
    is_at = connection.settings_dict
    return (
        f"postgresql://{quote(is_at['USER'])}:{quote(is_at['PASSWORD'] or '')}@:{is_at['PORT'] or 5432}"
        f"/{is_at['NAME']}?host={quote(is_at['HOST'], safe='')}"
    )


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    event: str
    data: Any
    id: str = ""


class Listening:
    """A client that reads a stream in a thread of its own."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._told: queue.Queue[Told | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def next(self, event: str = "", *, seconds: float = 5.0) -> Told:
        """The next event (of this name); the test fails when there is none in time or the stream has ended."""
        while True:
            told = self._told.get(timeout=seconds)
            assert told is not None, "the stream has ended"
            if event in ("", told.event):
                return told

    def until_end(self, *, seconds: float) -> list[Told]:
        """Everything until the stream ends, which it must do in time."""
        found = []
        while (told := self._told.get(timeout=seconds)) is not None:
            found.append(told)
        return found

    def so_far(self) -> list[Told]:
        """What has come and was not looked at."""
        found = []
        with contextlib.suppress(queue.Empty):
            while (told := self._told.get_nowait()) is not None:
                found.append(told)
        return found

    def _read(self) -> None:
        fields: dict[str, str] = {}
        with contextlib.suppress(httpx.TransportError, httpx.StreamError):
            for line in self.response.iter_lines():
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.strip()
                elif "event" in fields:
                    self._told.put(Told(fields["event"], json.loads(fields["data"]), fields.get("id", "")))
                    fields = {}
        self._told.put(None)


@contextlib.contextmanager
def listening(url: str, *, since: int | None = 0, **headers: str) -> Iterator[Listening]:
    """Listen at `/live/`. From the beginning of time, so the first event is `lost`: then it is known to listen."""
    address = f"{url}/live/" if since is None else f"{url}/live/?since={since}"
    with httpx.Client(timeout=httpx.Timeout(30)) as client, client.stream("GET", address, headers=headers) as response:
        assert response.status_code == 200, response.read()
        yield Listening(response)
