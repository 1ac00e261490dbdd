"""PostgreSQL's own programs for dumping and restoring, of the version that the server has, and how they reach it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from postline.configuration import Configuration
from postline.kit.postgres import EMBEDDED_NAME, EMBEDDED_PORT, socket_folder
from postline.ops.embedded import binaries
from postline.ops.errors import Refused

DEBIAN = Path("/usr/lib/postgresql")


def server_version() -> int:
    """The major version of the server, such as 18."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (version,) = cursor.fetchone()
    return int(version)


def find(name: str, *, version: int) -> str:
    """The program `name` of this major version. Raises Refused, naming what to install.

    A newer pg_dump could read an older server, but writes what that server cannot take back.
    """
    candidates = [DEBIAN / str(version) / "bin" / name]
    if version == int(binaries.VERSION):
        with suppress(Refused):  # a platform without the wheel
            candidates.insert(0, binaries.folder() / name)
    if (found := shutil.which(name)) is not None:
        candidates.append(Path(found))
    for path in candidates:
        if path.exists() and _version_of(path) == version:
            return str(path)
    raise Refused(
        f"The server is PostgreSQL {version} and there is no {name} of that version here:"
        f" install it, for example with apt-get install postgresql-client-{version}."
    )


def environment(configuration: Configuration) -> dict[str, str]:
    """The database as libpq's variables: a password in the arguments would be seen by everybody on the machine."""
    if configuration.database_url:
        wanted = conninfo_to_dict(configuration.database_url)
        if not urlsplit(configuration.database_url).path.lstrip("/"):
            wanted["dbname"] = EMBEDDED_NAME
    else:
        wanted = {
            "host": str(socket_folder(configuration.home)),
            "port": EMBEDDED_PORT,
            "user": "postgres",
            "dbname": EMBEDDED_NAME,
        }
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.envvar is not None
    }
    ours = {names[keyword]: str(value) for keyword, value in wanted.items() if keyword in names and value}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, **ours, "LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}


def _version_of(path: Path) -> int:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(match[1]) if match else 0
