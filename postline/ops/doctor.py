"""Checks an installation; each check tells what is wrong and how to mend it."""

from __future__ import annotations

import smtplib
import ssl
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from postline.configuration import Configuration, Relay
from postline.kit.locks import FileLock
from postline.ops import migrate
from postline.ops.database import running
from postline.ops.errors import Refused
from postline.ops.ports import must_be_free

OLDEST_SERVER = 15
CLOCK_TOLERANCE = timedelta(seconds=5)
RELAY_S = 10.0


@dataclass(frozen=True)
class Finding:
    """The result of one check; `mend` is empty where all is well."""

    subject: str
    found: str
    mend: str = ""

    @property
    def fault(self) -> bool:
        """Whether something is wrong."""
        return bool(self.mend)


def examine(configuration: Configuration, *, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Every finding, the good ones too. Needs Django set up; starts the embedded database where it does not run."""
    yield from _folders(configuration)
    yield from _ports(configuration)
    yield _relay(configuration)
    try:
        with running(configuration):
            yield from _database(now)
    except (Refused, DatabaseError, psycopg.Error) as error:
        yield Finding(
            "database", str(error).strip(), "start the server that DATABASE_URL names, or correct DATABASE_URL"
        )


def _folders(configuration: Configuration) -> Iterator[Finding]:
    yield _writable("POSTLINE_HOME", configuration.home)
    if configuration.files.startswith("s3://"):
        yield Finding("POSTLINE_FILES", "is not in a folder")
    else:
        yield _writable("POSTLINE_FILES", Path(configuration.files))
    key = configuration.home / "secret_key"
    if not key.exists():
        yield Finding("secret key", "comes from POSTLINE_SECRET_KEY")
    elif mode := stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("secret key", f"others may use {key} (mode …{mode:o})", f"chmod 600 '{key}'")
    else:
        yield Finding("secret key", "is ours alone")


def _writable(setting: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"postline")
    except OSError as error:
        return Finding(
            setting, f"{folder} cannot be written ({error.strerror})", f"give us the folder, or set {setting} elsewhere"
        )
    return Finding(setting, f"{folder} can be written")


def _ports(configuration: Configuration) -> Iterator[Finding]:
    lock = FileLock(configuration.home / "serve.lock")
    serving = not lock.take()
    lock.release()
    addresses = {
        "POSTLINE_HTTP": configuration.http,
        "POSTLINE_SMTP": configuration.smtp,
        "POSTLINE_LMTP": configuration.lmtp,
    }
    for setting, address in addresses.items():
        if address is None:
            continue
        try:
            must_be_free(setting, address)
        except Refused as error:
            if serving:
                yield Finding(setting, f"{address} is used by Postline, which is running")
            else:
                yield Finding(setting, str(error), f"end that program, or set {setting} to another port")
        else:
            yield Finding(setting, f"{address} is free")


def _relay(configuration: Configuration) -> Finding:
    subject = "POSTLINE_RELAY"
    relay = configuration.relay
    if relay is None:
        if configuration.demo:
            return Finding(subject, "is empty: the demo sends nothing, read at /outbox/ what would have gone out")
        return Finding(
            subject, "is empty: no answer leaves the house", "set POSTLINE_RELAY=smtp://USER:PASSWORD@HOST:PORT"
        )
    try:
        _greet(relay)
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            subject,
            f"{relay.host}:{relay.port} does not take our messages ({' '.join(str(error).split())})",
            "correct POSTLINE_RELAY, or ask whoever runs that server",
        )
    return Finding(subject, f"{relay.host}:{relay.port} answers")


def _greet(relay: Relay) -> None:
    trusted = ssl.create_default_context()
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(relay.host, relay.port, timeout=RELAY_S, context=trusted)
        if relay.tls
        else smtplib.SMTP(relay.host, relay.port, timeout=RELAY_S)
    )
    with server:
        server.ehlo()
        if not relay.tls and relay.user:
            server.starttls(context=trusted)
        if relay.user:
            server.login(relay.user, relay.password)


def _database(now: Callable[[], datetime]) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
            " lower('Ё') = 'ё', clock_timestamp()"
        )
        version, encoding, lowers, there = cursor.fetchone()
    here = now()
    yield _finding(
        "database version",
        f"PostgreSQL {version}",
        wrong=version < OLDEST_SERVER,
        mend=f"use PostgreSQL {OLDEST_SERVER} or newer",
    )
    yield _finding(
        "database encoding",
        encoding,
        wrong=encoding != "UTF8",
        mend="make the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
    )
    yield _finding(
        "database locale",
        "lowers Ё to ё" if lowers else "cannot lower Ё, so that search and addresses would miss letters",
        wrong=not lowers,
        mend="make the database anew: CREATE DATABASE … LOCALE 'C.UTF-8' TEMPLATE template0",
    )
    lag = abs(there - here)
    yield _finding(
        "clocks",
        f"ours and the database's differ by {lag.total_seconds():.1f} s",
        wrong=lag > CLOCK_TOLERANCE,
        mend="let both machines keep the time (chrony or systemd-timesyncd)",
    )
    missing = migrate.missing()
    yield _finding(
        "migrations",
        f"{len(missing)} are missing" if missing else "all applied",
        wrong=bool(missing),
        mend="run postline migrate",
    )


def _finding(subject: str, found: str, *, wrong: bool, mend: str) -> Finding:
    return Finding(subject, found, mend if wrong else "")
