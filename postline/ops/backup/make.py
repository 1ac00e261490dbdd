"""Makes a backup while everything runs: database in one snapshot, then files, then the key, at last the manifest."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import postline
from postline.configuration import Configuration
from postline.ops.backup import manifest, programs
from postline.ops.backup.manifest import CHUNK, Manifest, Part, Progress
from postline.ops.errors import Refused

DUMP, KEY, FILES = "database.dump", "secret_key", "files"
SUFFIX = ".unfinished"
NO_DATA = ("public.projects_heartbeat",)  # who lives here does not live there


def make(configuration: Configuration, folder: Path, *, progress: Progress, now: datetime) -> Manifest:
    """Write a backup to `folder`, which must not exist or be empty. Raises Refused.

    All is written beside it, as `<folder>.unfinished`, and renamed when it is whole. A second run goes on with the
    files that an interrupted one has copied. Files belong to rows of the database and are never changed: copied after
    its snapshot, none that it names can be missing.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} exists already: name a folder that does not.")
    draft = folder.with_name(folder.name + SUFFIX)
    with _sayable(draft):
        draft.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.chmod(0o700)
        version = programs.server_version()
        parts = {DUMP: _dump(configuration, draft / DUMP, version=version, progress=progress)}
        parts |= _files(configuration, draft, progress=progress)
        parts[KEY] = _key(configuration, draft / KEY)
        made = Manifest(
            format=manifest.FORMAT,
            postline=postline.__version__,
            postgresql=version,
            created_at=now.isoformat(timespec="seconds"),
            files_elsewhere=configuration.files if configuration.files.startswith("s3://") else "",
            parts=parts,
        )
        manifest.write(draft, made)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
        _make_durable(folder.parent)
    return made


def _dump(configuration: Configuration, target: Path, *, version: int, progress: Progress) -> Part:
    command = [
        programs.find("pg_dump", version=version),
        "--format=custom",
        "--compress=4",
        "--no-owner",
        "--no-privileges",
        *(f"--exclude-table-data={table}" for table in NO_DATA),
    ]
    digest, size = hashlib.sha256(), 0
    with (
        manifest.private(target) as file,
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command,
            env=programs.environment(configuration),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as dump,
    ):
        assert dump.stdout is not None  # noqa: S101 - asked for above
        try:
            while chunk := dump.stdout.read(CHUNK):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                progress(len(chunk))
        except BaseException:
            dump.kill()
            raise
        if dump.wait():
            complaints.seek(0)
            words = " ".join(complaints.read(2000).decode(errors="replace").split())
            raise Refused(f"The database could not be dumped: {words}.")
        file.flush()
        os.fsync(file.fileno())
    return Part(size, digest.hexdigest())


def _files(configuration: Configuration, draft: Path, *, progress: Progress) -> dict[str, Part]:
    if configuration.files.startswith("s3://"):
        return {}
    source, parts = Path(configuration.files), {}
    for path in sorted(source.rglob("*")) if source.exists() else []:
        if not path.is_file() or path.is_symlink():
            continue
        name = Path(FILES) / path.relative_to(source)
        try:
            parts[str(name)] = _copied(path, draft / name, progress=progress)
        except FileNotFoundError:  # deleted since we looked, and so no longer named by a row
            if path.exists():
                raise
    return parts


def _copied(source: Path, target: Path, *, progress: Progress) -> Part:
    found = source.stat()
    if not target.exists() or target.stat().st_size != found.st_size or target.stat().st_mtime_ns != found.st_mtime_ns:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.half")
        shutil.copyfile(source, half)
        shutil.copystat(source, half)
        half.rename(target)
    return manifest.fingerprint(target, progress=progress)


def _key(configuration: Configuration, target: Path) -> Part:
    """Without the key nobody can read the passwords of mailboxes; whoever has the backup has it, so mode 600."""
    content = configuration.secret_key.encode()
    with manifest.private(target) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Part(len(content), hashlib.sha256(content).hexdigest())


@contextmanager
def _sayable(draft: Path) -> Iterator[None]:
    """Faults of the disk as one sentence. What is half stays beside, under its name."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            (draft / DUMP).unlink(missing_ok=True)  # gives the space back; the copied files are of use next time
            raise Refused(
                f"The disk of {draft.parent} is full: there is no backup; make room and try again."
            ) from error
        raise Refused(f"The backup cannot be written: {error}.") from error


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
