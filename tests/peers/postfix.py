"""A real Postfix with a configuration, a queue and a port of its own, which hands one domain over to us."""

from __future__ import annotations

import os
import pwd
import smtplib
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.waiting import until

PROGRAM = "/usr/sbin/postfix"


class Postfix:
    """`with Postfix("lmtp:inet:127.0.0.1:2424") as postfix:`; it takes messages for `domain` at `port`."""

    def __init__(self, transport: str, *, domain: str = "mail.example") -> None:
        self.transport, self.domain, self.port = transport, domain, _free_port()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="postfix-")
        self.home = Path(self._folder.name)
        self.home.chmod(0o755)
        for name in ("config", "queue", "data"):
            (self.home / name).mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(self.home / "data", owner.pw_uid, owner.pw_gid)
        (self.home / "config" / "main.cf").write_text(self._main())
        (self.home / "config" / "master.cf").write_text(self._master())
        self._command("start")
        until(self._listens)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._command("stop")
        self._folder.cleanup()

    def take(self, sender: str, recipient: str, content: str) -> None:
        """Take a message, as from the internet."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as server:
            server.sendmail(sender, [recipient], content)

    def waiting(self) -> int:
        """How many messages it still has."""
        done = subprocess.run(
            ["/usr/sbin/postqueue", "-c", self.home / "config", "-j"], capture_output=True, text=True, check=True
        )
        return len(done.stdout.splitlines())

    def is_empty_after_another_try(self) -> bool:
        """Try everything again now, and tell whether nothing is left."""
        subprocess.run(["/usr/sbin/postqueue", "-c", self.home / "config", "-f"], capture_output=True, check=True)
        return self.waiting() == 0

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        return True

    def _command(self, word: str) -> None:
        subprocess.run([PROGRAM, "-c", self.home / "config", word], capture_output=True, check=True)

    def _main(self) -> str:
        return f"""
compatibility_level = 3.6
queue_directory = {self.home}/queue
data_directory = {self.home}/data
maillog_file = {self.home}/log
maillog_file_prefixes = /tmp
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relay_domains = {self.domain}
relay_transport = {self.transport}
recipient_delimiter = +
lmtp_destination_recipient_limit = 50
message_size_limit = 52428800
minimal_backoff_time = 1s
queue_run_delay = 1s
local_recipient_maps =
alias_maps =
alias_database =
smtpd_relay_restrictions = reject_unauth_destination
"""

    def _master(self) -> str:
        """Debian's services, without a chroot, the public one on our port; postlog writes the log."""
        lines = []
        for line in Path("/etc/postfix/master.cf.proto").read_text().splitlines():
            words = line.split()
            if line.startswith(("#", " ", "\t")) or len(words) < 8:
                continue
            if words[:2] == ["smtp", "inet"]:
                words[0] = f"127.0.0.1:{self.port}"
            words[4] = "n"
            lines.append(" ".join(words))
        return "\n".join(lines) + "\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
