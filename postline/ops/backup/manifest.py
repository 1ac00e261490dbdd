"""What a backup consists of. The manifest is written last: a folder without it is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from postline.ops.errors import Refused

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20
Progress = Callable[[int], None]  # so many bytes more


@dataclass(frozen=True)
class Part:
    """One file of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The description of a whole backup. `files` is empty where POSTLINE_FILES is not a folder."""

    format: int
    postline: str
    postgresql: int
    created_at: str
    files_elsewhere: str  # the s3:// address whose content is not in the backup
    parts: Mapping[str, Part]

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Write it durably."""
    with private(folder / NAME) as file:
        file.write(json.dumps(asdict(manifest), indent=1, sort_keys=True).encode())
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises Refused where the folder holds none that we understand."""
    try:
        content = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise Refused(f"{folder} is no backup, or one that was interrupted: {NAME} is missing.") from None
    except (OSError, ValueError) as error:
        raise Refused(f"{folder / NAME} cannot be read: {error}.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Refused(f"{folder} was made by another version of Postline, whose backups are not understood here.")
    try:
        parts = {name: Part(int(part["size"]), str(part["sha256"])) for name, part in content.pop("parts").items()}
        manifest = Manifest(**content, parts=parts)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"{folder / NAME} is damaged: {error}.") from error
    if unsafe := [name for name in parts if Path(name).is_absolute() or ".." in Path(name).parts]:
        raise Refused(f"{folder / NAME} names a file outside the backup: {unsafe[0]}.")
    return manifest


def check(folder: Path, manifest: Manifest, *, progress: Progress) -> None:
    """Read every part and compare. Raises Refused at the first that is missing or was changed."""
    for name, part in sorted(manifest.parts.items()):
        path = folder / name
        try:
            found = fingerprint(path, progress=progress)
        except OSError as error:
            raise Refused(f"{path} cannot be read ({error.strerror}): the backup is not whole.") from error
        if found != part:
            raise Refused(f"{path} is not what the manifest says: the backup is damaged.")


def fingerprint(path: Path, *, progress: Progress) -> Part:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            progress(len(chunk))
    return Part(size, digest.hexdigest())


def private(path: Path) -> BinaryIO:
    """A new file for writing that nobody else may read."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
