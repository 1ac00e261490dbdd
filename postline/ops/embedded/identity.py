"""As whom PostgreSQL runs. It refuses to be root, and needs a user that has a name."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postline.ops.errors import Refused

# Inside it PostgreSQL sees an ordinary user, outside the files stay those of the one who started it.
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


@dataclass(frozen=True)
class Identity:
    """How to start a program as the right user: what to write before the command, and what to tell Popen."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    switch: bool = False

    def options(self) -> dict[str, Any]:
        """Arguments for Popen."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, folder: Path) -> None:
        """Make everything in `folder` belong to this user (it may have been made as another)."""
        if folder.stat().st_uid == self.uid:
            return
        for parent, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.chown(Path(parent, name), self.uid, self.gid, follow_symlinks=False)


def choose(*reachable: Path) -> Identity:
    """The present user if possible; root drops to `nobody` only where user namespaces are forbidden.

    Raises Refused when that user cannot reach one of the folders in `reachable`.
    """
    uid, gid = os.getuid(), os.getgid()
    if uid != 0 and _has_name(uid):
        return Identity(uid, gid)
    if _runs([*NAMESPACE, "true"]):
        return Identity(uid, gid, prefix=NAMESPACE)
    if uid != 0:
        raise Refused(f"PostgreSQL cannot run as user {uid}, which has no name: add it to /etc/passwd.")
    nobody = pwd.getpwnam("nobody")
    identity = Identity(nobody.pw_uid, nobody.pw_gid, switch=True)
    for folder in reachable:
        if not _runs(["sh", "-c", 'cd "$1"', "sh", str(folder)], **identity.options()):
            raise Refused(
                f"PostgreSQL cannot run as root, and the user nobody cannot reach {folder}:"
                " set POSTLINE_HOME to a folder elsewhere (and install Postline where everybody may read it),"
                " or start it as an ordinary user."
            )
    return identity


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _runs(command: Sequence[str], **options: Any) -> bool:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd="/", **options)
    except OSError:
        return False
    return done.returncode == 0
