"""One embedded PostgreSQL server: make its cluster, start it as our child, tell when it is ready, stop it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from postline.kit.postgres import EMBEDDED_NAME, EMBEDDED_PORT, socket_folder
from postline.kit.processes import dying_with_parent
from postline.ops.embedded import binaries, identity, leftovers, tuning
from postline.ops.errors import Refused

RECOVERY_S = 600.0  # replaying the log after a crash takes as long as it takes; more than this is a fault
STOP_S = 30.0
LOG_BYTES = 10 << 20
PAUSE_S = 0.02
# Cyrillic and all else is lowered right whatever the machine's own locale is
INITDB = tuple(
    "--locale=C --locale-provider=builtin --builtin-locale=PG_UNICODE_FAST --encoding=UTF8"
    " --text-search-config=simple --auth=trust --username=postgres".split()
)


class Server:
    """The server of one POSTLINE_HOME. Only the holder of the owner's lock may make one (ops.database)."""

    def __init__(
        self,
        home: Path,
        *,
        bin_folder: Path | None = None,
        initdb: tuple[str, ...] = INITDB,
        tuned: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = home / "database"
        self.data = self.folder / binaries.VERSION
        self.log = self.folder / "server.log"
        self.socket = socket_folder(home)
        self.bin = bin_folder or binaries.folder()
        self.initdb = initdb
        self.settings = {**tuning.settings(self.socket), **(tuned or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self._has_database = False

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return at once; the cluster is made when there is none. Raises Refused."""
        leftovers.end(self.data)
        self.identity = identity.choose(self.folder, self.bin)
        self._make_socket_folder()
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        if not self.data.exists():
            self._make_cluster()
        self.identity.own(self.data)
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "ab", opener=_private) as log:
            self.process = subprocess.Popen(
                [
                    *self.identity.prefix,
                    self.bin / "postgres",
                    "-D",
                    self.data,
                    "-p",
                    str(EMBEDDED_PORT),
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                preexec_fn=dying_with_parent(signal.SIGINT),  # SIGINT is PostgreSQL's fast shutdown
                start_new_session=True,  # Ctrl-C in the terminal is for us: we stop it last
                **self.identity.options(),
            )
        return self.process

    def is_ready(self) -> bool:
        """Whether *our* server accepts connections and has its database. Raises Refused when it has ended."""
        if self.process is None or self.process.poll() is not None:
            raise Refused(f"PostgreSQL did not start: {self._last_words()} (see {self.log}).")
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        # an older server may still answer at the socket: the lock file tells whose it is
        if lines[0] != str(self.process.pid) or len(lines) < 8 or lines[7].strip() != "ready":
            return False
        if not self._has_database:
            self._make_database()
        return True

    def wait(self) -> None:
        """Wait until the server is ready. Raises Refused."""
        deadline = time.monotonic() + RECOVERY_S
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise Refused(f"PostgreSQL is not ready after {RECOVERY_S:.0f} seconds (see {self.log}).")
            time.sleep(PAUSE_S)

    def stop(self) -> None:
        """Stop the server, quickly and cleanly. Never call it in a signal handler."""
        if self.process is None:
            return
        for number, patience in ((signal.SIGINT, STOP_S), (signal.SIGQUIT, STOP_S), (signal.SIGKILL, None)):
            if self.process.poll() is None:
                self.process.send_signal(number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            break
        self.process = None
        shutil.rmtree(self.socket, ignore_errors=True)

    def _make_socket_folder(self) -> None:
        self.socket.mkdir(mode=0o700, exist_ok=True)
        found = self.socket.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), self.identity.uid):
            raise Refused(f"{self.socket} belongs to somebody else: remove it, it is the place of our socket.")
        os.chown(self.socket, self.identity.uid, self.identity.gid)
        self.socket.chmod(0o700)

    def _make_cluster(self) -> None:
        draft = self.data.with_suffix(".new")  # renamed when complete: a killed initdb leaves no half cluster
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.identity.own(draft)
        done = subprocess.run(
            [*self.identity.prefix, self.bin / "initdb", "-D", draft, *self.initdb],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            preexec_fn=dying_with_parent(signal.SIGKILL),
            **self.identity.options(),
        )
        if done.returncode:
            reason = " ".join(done.stderr.split())
            raise Refused(f"PostgreSQL could not make its data folder {self.data}: {reason}.")
        draft.rename(self.data)

    def _make_database(self) -> None:
        try:
            with psycopg.connect(
                host=str(self.socket), port=EMBEDDED_PORT, user="postgres", dbname="postgres", autocommit=True
            ) as connection:
                query = "SELECT 1 FROM pg_database WHERE datname = %s"
                if not connection.execute(query, [EMBEDDED_NAME]).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(EMBEDDED_NAME)))
        except psycopg.OperationalError as error:
            raise Refused(f"PostgreSQL is ready but refuses us: {str(error).strip()}.") from error
        self._has_database = True

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return "it left no log"
        wrong = [line for line in lines[-50:] if "FATAL" in line or "PANIC" in line]
        return (wrong or lines or ["it left no log"])[-1].strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _environment() -> dict[str, str]:
    """Ours without what would steer PostgreSQL from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
