"""Brings a backup into an empty installation: files, key, and last the database, in one transaction."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from django.db import connection

import postline
from postline.configuration import Configuration
from postline.ops import migrate
from postline.ops.backup import manifest, programs
from postline.ops.backup.make import DUMP, FILES, KEY
from postline.ops.backup.manifest import CHUNK, Manifest, Progress
from postline.ops.errors import Refused


def must_fit(folder: Path) -> Manifest:
    """The manifest of a backup that this version and this server can take. Raises Refused."""
    made = manifest.read(folder)
    if _numbers(made.postline) > _numbers(postline.__version__):
        raise Refused(
            f"The backup is of Postline {made.postline} and this is {postline.__version__}: install that version first."
        )
    version = programs.server_version()
    if version < made.postgresql:
        raise Refused(
            f"The backup is of PostgreSQL {made.postgresql} and the server is {version}:"
            f" use a server of version {made.postgresql} or newer."
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
        (tables,) = cursor.fetchone()
    if tables:
        raise Refused(
            "The database is not empty: a backup is restored into an empty one only"
            " (set POSTLINE_HOME to a new folder, or DATABASE_URL to a new database)."
        )
    return made


def restore(configuration: Configuration, folder: Path, made: Manifest, *, progress: Progress, now: datetime) -> int:
    """Restore a backup that `must_fit` and `manifest.check` have accepted. Raises Refused.

    Everything unsent comes back on hold, and automatic answers are put on hold from now on: the installation that the
    backup is of may have sent them meanwhile. Gives the number of unsent messages. The database is filled last and in
    one transaction, so that an interrupted restore can be started again.
    """
    from postline.outbox.put import HELD_ALARM  # noqa: PLC0415 - models need Django set up
    from postline.projects.alarms import raise_alarm  # noqa: PLC0415

    _files(configuration, folder, made, progress=progress)
    _key(configuration, folder)
    held = _database(configuration, folder, progress=progress)
    migrate.bring_up_to_date()
    raise_alarm(HELD_ALARM, {"messages": held}, now=now)
    return held


def _files(configuration: Configuration, folder: Path, made: Manifest, *, progress: Progress) -> None:
    names = [name for name in made.parts if Path(name).parts[0] == FILES]
    if configuration.files.startswith("s3://"):
        if names:
            raise Refused(
                "POSTLINE_FILES names a bucket and the backup holds files:"
                f" copy {folder / FILES} there, or restore into a folder."
            )
        return
    for name in sorted(names):
        source, target = folder / name, Path(configuration.files, *Path(name).parts[1:])
        part = made.parts[name]
        if target.exists():
            if manifest.fingerprint(target, progress=lambda _octets: None) != part:
                raise Refused(f"{target} exists and is another file: set POSTLINE_FILES to an empty folder.")
        else:
            _private_folder(target.parent, below=Path(configuration.files))
            half = target.with_name(f".{target.name}.half")
            half.unlink(missing_ok=True)  # of a restore that was interrupted
            with source.open("rb") as content, manifest.private(half) as file:
                shutil.copyfileobj(content, file, CHUNK)
            os.utime(half, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
            half.rename(target)
        progress(part.size)


def _private_folder(folder: Path, *, below: Path) -> None:
    """As storage makes them (settings.STORAGES), wherever the backup has lain meanwhile: for our eyes alone."""
    if not folder.exists():
        if folder != below:
            _private_folder(folder.parent, below=below)
        folder.mkdir(mode=0o700, parents=True)


def _key(configuration: Configuration, folder: Path) -> None:
    """The database was empty, so nothing here depends on another key yet."""
    kept = (folder / KEY).read_text().strip()
    if os.environ.get("POSTLINE_SECRET_KEY") and configuration.secret_key != kept:
        raise Refused(
            "POSTLINE_SECRET_KEY is not the key of the backup, without which the passwords of mailboxes cannot be"
            f" read: leave it out, or set it to what stands in {folder / KEY}."
        )
    draft = configuration.home / ".secret_key.restored"
    with manifest.private(draft) as file:
        file.write(kept.encode())
        file.flush()
        os.fsync(file.fileno())
    draft.rename(configuration.home / "secret_key")


def _database(configuration: Configuration, folder: Path, *, progress: Progress) -> int:
    """The dump as SQL into psql, between a BEGIN of ours and a COMMIT that is written only when all of it came."""
    version = programs.server_version()
    reader = [programs.find("pg_restore", version=version), "--no-owner", "--no-privileges", "--file=-"]
    writer = [programs.find("psql", version=version), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    environment = programs.environment(configuration)
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [*reader, str(folder / DUMP)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as source,
        subprocess.Popen(
            [*writer, "--set=ON_ERROR_STOP=1"], env=environment, stdin=subprocess.PIPE, stdout=said, stderr=complaints
        ) as target,
    ):
        assert source.stdout is not None  # noqa: S101 - asked for above
        assert target.stdin is not None  # noqa: S101
        try:
            target.stdin.write(b"BEGIN;\n")
            while chunk := source.stdout.read(CHUNK):
                target.stdin.write(chunk)
                progress(len(chunk))
            if source.wait() == 0:
                target.stdin.write(HOLD)
            target.stdin.close()
        except BrokenPipeError:  # psql has ended, and says why
            pass
        except BaseException:
            target.kill()
            source.kill()
            raise
        source.stdout.close()
        if target.wait() or source.wait():
            complaints.seek(0)
            words = " ".join(complaints.read(2000).decode(errors="replace").split())
            raise Refused(f"The database could not be restored, and is empty as before: {words}.")
        said.seek(0)
        found = re.findall(rb"^held (\d+)$", said.read(), re.MULTILINE)
        return int(found[-1]) if found else 0


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


HOLD = b"""
SELECT 'held ' || count(*) FROM public.outbox_outboxmessage WHERE state IN ('waiting', 'sending', 'held');
UPDATE public.outbox_outboxmessage SET state = 'held', claimed_by = '', claimed_until = NULL
WHERE state IN ('waiting', 'sending');
DO $$ BEGIN
    IF to_regclass('public.projects_alarm') IS NOT NULL THEN
        INSERT INTO public.projects_alarm (code, subject, detail, since, last_at, until, count)
        VALUES ('outbox-held', '', '{}', now(), now(), NULL, 0)
        ON CONFLICT (code, subject) DO UPDATE SET since = now(), until = NULL, acknowledged_at = NULL, count = 0;
    END IF;
END $$;
COMMIT;
"""
