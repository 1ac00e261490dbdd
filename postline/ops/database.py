"""The database for the time of a command: the server of DATABASE_URL, or the embedded one, which exactly one
of our programs owns and the others use."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg

from postline.configuration import Configuration
from postline.kit.locks import FileLock
from postline.kit.postgres import EMBEDDED_NAME, EMBEDDED_PORT, socket_folder
from postline.ops.embedded.server import Server
from postline.ops.errors import Refused

PATIENCE_S = 60.0
FAREWELL_S = 10.0
CONNECT_S = 5
PAUSE_S = 0.05


@contextmanager
def running(
    configuration: Configuration, *, alone: bool = False, tuned: Mapping[str, str] | None = None
) -> Iterator[Server | None]:
    """The database accepts connections inside the block. Raises Refused, with one sentence.

    With DATABASE_URL its server only has to answer. Otherwise the embedded server is started and, at the end of
    the block, stopped; where another program of this POSTLINE_HOME runs it, that one is used (and None given).
    With `alone` we must be the one that starts it, and do not wait for users when we stop.
    """
    if configuration.database_url:
        _must_answer(configuration.database_url)
        yield None
        return
    folder = configuration.home / "database"
    folder.mkdir(parents=True, exist_ok=True)
    owner, users = FileLock(folder / "owner.lock"), FileLock(folder / "users.lock")
    if _is_ours(configuration, owner=owner, users=users, alone=alone):
        server = Server(configuration.home, tuned=tuned)
        try:
            server.start()
            server.wait()
            yield server
        finally:
            if not alone:
                users.take(patience=FAREWELL_S)
            server.stop()
            users.release()
            owner.release()
    else:
        try:
            yield None
        finally:
            users.release()


def _must_answer(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=CONNECT_S).close()
    except psycopg.Error as error:
        raise Refused(f"DATABASE_URL: the server does not let us in: {' '.join(str(error).split())}.") from error


def _is_ours(configuration: Configuration, *, owner: FileLock, users: FileLock, alone: bool) -> bool:
    """True: we hold the owner's lock and must start the server. False: it runs, and we are one user."""
    deadline = time.monotonic() + PATIENCE_S
    while not owner.take():
        # its owner waits for the users before it stops the server: first become one, then look
        if not alone and users.take(shared=True):
            if _answers(configuration):
                return False
            users.release()
        if time.monotonic() > deadline:
            raise Refused(
                f"Another program of Postline holds the database in {configuration.home} and does not"
                f" {'end' if alone else 'answer'}: stop it, or set another POSTLINE_HOME."
            )
        time.sleep(PAUSE_S)
    return True


def _answers(configuration: Configuration) -> bool:
    try:
        with psycopg.connect(
            host=str(socket_folder(configuration.home)),
            port=EMBEDDED_PORT,
            user="postgres",
            dbname=EMBEDDED_NAME,
            connect_timeout=CONNECT_S,
        ):
            return True
    except psycopg.OperationalError:
        return False
