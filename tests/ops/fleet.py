"""A private server PostgreSQL and roles as processes over it, as on several machines."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from postline.ops.embedded.server import INITDB, Server
from tests.waiting import until

DEBIAN_INITDB = ("--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=postgres")  # before 17
QUICK = {"shared_buffers": "64MB", "max_wal_size": "256MB"}
DEPARTMENT = """
from postline import configuration
from postline.ops import django
from postline.ops.database import running
django.set_up()
from tests.scenes import department
with running(configuration.load()):
    department()
"""


@dataclass
class PrivateServer:
    """A PostgreSQL that a test may stop and start. Tests that run on a server PostgreSQL get one of its version."""

    home: Path
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        (self.home / "database").mkdir(parents=True)
        debian = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if os.environ.get("DATABASE_URL") else []
        self.server = Server(
            self.home,
            bin_folder=debian[-1] if debian else None,
            initdb=DEBIAN_INITDB if debian else INITDB,
            tuned=QUICK,
        )

    @property
    def url(self) -> str:
        return self.url_of("postline")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.server.socket}"

    def start(self) -> None:
        self.server.start()
        self.server.wait()

    def stop(self) -> None:
        self.server.stop()

    def make(self, database: str) -> str:
        """Another, empty database; gives its address."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url_of(database)


@contextlib.contextmanager
def private_server(home: Path) -> Iterator[PrivateServer]:
    server = PrivateServer(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Machine:
    """One machine of an installation: its settings, and the programs that run on it."""

    home: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "POSTLINE_HOME": str(self.home), "DATABASE_URL": self.database_url, **self.settings}

    def run(self, *words: str, input: bytes | None = None) -> str:
        """A command that must work; gives its standard output."""
        done = self.attempt(*words, input=input)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout.decode()

    def attempt(self, *words: str, input: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "postline", *words]
        return subprocess.run(command, env=self.environment, input=input, capture_output=True, check=False)

    def make_department(self) -> None:
        """The people and mailboxes of tests/scenes.py."""
        self.run("migrate")
        subprocess.run([sys.executable, "-c", DEPARTMENT], env=self.environment, check=True)

    @contextlib.contextmanager
    def running(self, role: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """A role in a process of its own, stopped at the end."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "postline", role],
                env={**self.environment, **settings},
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str) -> tuple[int, str]:
    """Status and text of an answer; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def send(port: int, number: int) -> int:
    """A letter of Anna's by SMTP: 250, or the code of the refusal; 0 where the connection broke."""
    text = (
        f"From: Anna <anna{number}@user.example>\r\nTo: support@mail.example\r\nSubject: Letter {number}\r\n"
        f"Message-ID: <{number}@user.example>\r\n\r\nI cannot sign in, for the {number}th time.\r\n"
    )
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            server.sendmail(f"anna{number}@user.example", ["support@mail.example"], text)
    except smtplib.SMTPRecipientsRefused as error:
        return next(iter(error.recipients.values()))[0]
    except smtplib.SMTPResponseException as error:
        return error.smtp_code
    except (OSError, smtplib.SMTPException):
        return 0
    return 250


def receives(port: int) -> bool:
    """Whether an SMTP server greets."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
            return server.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def count(url: str, query: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def everything_handled(url: str) -> None:
    until(lambda: count(url, "SELECT count(*) FROM intake_rawmessage WHERE state = 'waiting'") == 0, seconds=60)
