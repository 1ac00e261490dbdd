"""An installation for one measurement: its own POSTLINE_HOME and embedded PostgreSQL with its production settings.

The real installation is never touched, whatever DATABASE_URL and .env say.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from postline import configuration
from postline.configuration import Configuration
from postline.kit.processes import dying_with_parent
from postline.ops import django
from postline.ops.bench import rules
from postline.ops.database import running

MAILBOX = "support@bench.example"
STOP_S = 20.0
WITHOUT_LIMITS = {  # a day's letters come within minutes; each is to be answered
    "POSTLINE_AUTOMATIC_ANSWERS": "999999999",
    "POSTLINE_AUTOMATIC_ANSWERS_PER_DOMAIN": "999999999",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """Running; `database` is the process id of its PostgreSQL."""

    configuration: Configuration
    database: int

    @contextmanager
    def role(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """`postline NAME` in a process of its own, as `serve` starts it; its log goes into the home."""
        with open(self.configuration.home / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "postline", name],
                stdin=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=dying_with_parent(signal.SIGKILL),
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(STOP_S)


@contextmanager
def installation(settings: Mapping[str, str] | None = None, *, with_rules: bool = False) -> Iterator[Installation]:
    """Make one with a project, a first-line queue and MAILBOX, with the filters and hints of `rules` where they are
    wanted; it is thrown away at the end.

    `settings` are environment variables. Call it before anything has loaded Django.
    """
    with tempfile.TemporaryDirectory(prefix="postline-bench-") as home:
        os.environ.update(dict.fromkeys(configuration.KNOWN, ""))  # an empty one hides what .env says
        os.environ.update({"DATABASE_URL": "", "POSTLINE_HOME": home, **WITHOUT_LIMITS, **(settings or {})})
        own = configuration.load(folder=Path(home))
        with running(own, alone=True) as server:
            django.set_up()
            _fill(with_rules=with_rules)
            assert server is not None  # noqa: S101 - without DATABASE_URL there is always one
            assert server.process is not None  # noqa: S101
            yield Installation(own, server.process.pid)


def _fill(*, with_rules: bool) -> None:
    from postline.ops import migrate  # noqa: PLC0415 - models need Django set up
    from postline.projects.models import Line, Mailbox, Project, Queue  # noqa: PLC0415

    migrate.bring_up_to_date()
    project = Project.objects.create(slug="bench", name="Bench")
    inbox = Queue.objects.create(project=project, slug="inbox", name="Inbox", line=Line.FIRST)
    Mailbox.objects.create(project=project, address=MAILBOX, sender_name="Support", queue=inbox)
    if with_rules:
        rules.set_up(project)


def free_address() -> str:
    """A loopback address that nobody listens at, as a setting names it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
