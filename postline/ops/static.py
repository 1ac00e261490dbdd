"""Static files: collected with a hash in their names, and compressed, when they have changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

import postline
from postline.kit.locks import FileLock
from postline.kit.logs import logger

STAMP, LOCK = ".collected", ".lock"
PATIENCE_S = 60.0
UNUSED = ["django_htmx/ext/*", "django_htmx/htma*", "django_htmx/htmx-4*"]  # some import what is not there

log = logger(__name__)


def collect() -> bool:
    """Collect the static files into STATIC_ROOT unless they are there already; tells whether it did.

    Old ones are kept: a page that is still open somewhere asks for them by their old names.
    """
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / LOCK)  # several web processes may start at once
    lock.take(patience=PATIENCE_S)
    try:
        present = _fingerprint()
        stamp = root / STAMP
        if stamp.exists() and stamp.read_text() == present:
            return False
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
        stamp.write_text(present)
    finally:
        lock.release()
    log.info("static files collected")
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256(postline.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
