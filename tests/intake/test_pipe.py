"""`postline mail deliver` as a mail server starts it: it believes the exit code (sysexits.h)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from postline.intake.models import RawMessage, Source
from tests.letters import write
from tests.scenes import department

pytestmark = pytest.mark.django_db(transaction=True)


def deliver(content: bytes, *arguments: str, home: Path, **settings: str) -> int:
    """The exit code of the program."""
    done = subprocess.run(
        [sys.executable, "-m", "postline", "mail", "deliver", *arguments],
        input=content,
        env={**os.environ, "POSTLINE_HOME": str(home), "DATABASE_URL": this_database(), **settings},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode


def this_database() -> str:
    """The address of the test's own database, for another process."""
    parameters = connection.get_connection_params()
    person = quote(parameters.get("user") or "")
    if parameters.get("password"):
        person += f":{quote(parameters['password'])}"
    where = {"host": str(parameters["host"])} if parameters.get("host") else {}
    port = f"localhost:{parameters['port']}" if parameters.get("port") else ""
    return f"postgresql://{person}@{port}/{parameters['dbname']}?{urlencode(where)}"


def test_0_means_that_it_is_stored(tmp_path: Path) -> None:
    department()
    content = write() + b"\x00\xff"
    assert deliver(content, "--to", "support@mail.example", "--from", "anna@user.example", home=tmp_path) == 0
    raw = RawMessage.objects.get()
    assert (bytes(raw.content), raw.source) == (content, Source.PIPE)
    assert (raw.envelope_from, raw.envelope_to) == ("anna@user.example", ["support@mail.example"])


def test_without_a_recipient_the_message_itself_says_whom_it_is_for(tmp_path: Path) -> None:
    department()
    assert deliver(write(), home=tmp_path) == 0
    assert RawMessage.objects.get().envelope_to == []


def test_65_means_that_it_is_too_large(tmp_path: Path) -> None:
    department()
    assert (
        deliver(write() + b"x" * 2_000, "--to", "support@mail.example", home=tmp_path, POSTLINE_MAX_MESSAGE="1K") == 65
    )
    assert not RawMessage.objects.exists()


def test_67_means_that_there_is_no_such_mailbox(tmp_path: Path) -> None:
    department()
    assert deliver(write(), "--to", "support@mail.example", "--to", "nobody@mail.example", home=tmp_path) == 67
    assert not RawMessage.objects.exists()


def test_75_means_that_the_mail_server_shall_try_again(tmp_path: Path) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/postline"
    assert deliver(write(), "--to", "support@mail.example", home=tmp_path, DATABASE_URL=nowhere) == 75
    assert deliver(write(), home=tmp_path, DATABASE_URL=this_database() + "&options=-csearch_path%3Dnowhere") == 75
