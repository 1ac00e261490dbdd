"""A whole installation in real processes, with a small department and a real receiving server behind it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from postline.kit.postgres import EMBEDDED_NAME, EMBEDDED_PORT, socket_folder
from tests.outbox.receiving import Receiving
from tests.serving import Served, serving

ANSWER_S = 10.0


@dataclass
class Desk:
    """`postline serve` with everything around it."""

    served: Served
    receiving: Receiving
    tokens: dict[str, str]  # login → API token
    home: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.served.http}"

    @property
    def smtp(self) -> int:
        return int(self.served.environment["POSTLINE_SMTP"].rpartition(":")[2])

    @property
    def postmaster(self) -> int | None:
        """The process id of its PostgreSQL."""
        try:
            return int((self.home / "database" / "18" / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def query(self, statement: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask its database directly, on a connection of our own."""
        with psycopg.connect(
            host=str(socket_folder(self.home)), port=EMBEDDED_PORT, user="postgres", dbname=EMBEDDED_NAME
        ) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def api(
        self, login: str, path: str, body: dict[str, Any] | None = None, *, key: str = "", method: str | None = None
    ) -> tuple[int, Any]:
        """A request to the API and its status and answer. Raises OSError when there is none."""
        headers = {"Authorization": f"Bearer {self.tokens[login]}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                content = answer.read()
                return int(answer.status), json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of Postline's, in this installation."""
        return subprocess.run(
            [sys.executable, "-m", "postline", *words],
            env=self.served.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def desk(folder: Path, *logins: str, **settings: str) -> Iterator[Desk]:
    """Start it in `folder`; `logins` get API tokens; `settings` are environment variables."""
    home = folder / "home"
    with (
        Receiving() as receiving,
        serving(home, POSTLINE_RELAY=f"smtp://127.0.0.1:{receiving.port}", **settings) as served,
    ):
        assert served.line().startswith("Postline is ready: ")
        made = subprocess.run(
            [sys.executable, "-m", "tests.journeys.make_department", *logins],
            env=served.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        tokens = dict(zip(logins, made.stdout.split(), strict=True))
        yield Desk(served, receiving, tokens, home)


def alive(pid: int | None) -> bool:
    """Whether a process is there and no zombie."""
    return pid is not None and os.path.exists(f"/proc/{pid}/exe")
