"""`postline serve` for tests: its own POSTLINE_HOME, free ports, real processes."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Served:
    """A running `postline serve`."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    http: int

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def child(self, words: str) -> int | None:
        """The child whose command line ends with `words`."""
        for entry in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if Path("/proc", entry, "cmdline").read_text().replace("\0", " ").strip().endswith(words):
                    return int(entry)
        return None

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    """A port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(home: Path, **settings: str) -> Iterator[Served]:
    """Start it, and stop it at the end; `settings` are environment variables. Its log is beside `home`."""
    http = free_port()
    environment = {
        **os.environ,
        "POSTLINE_HOME": str(home),
        "POSTLINE_HTTP": f"127.0.0.1:{http}",
        "POSTLINE_SMTP": f"127.0.0.1:{free_port()}",
        "DATABASE_URL": "",
        **settings,
    }
    command = [sys.executable, "-m", "postline", "serve"]
    with (home.parent / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield Served(process, environment, http)
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()
