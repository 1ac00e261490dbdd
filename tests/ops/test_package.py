"""The wheel: everything is in it, and it runs from an empty folder."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.ops.fleet import free_port, get

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("POSTLINE_", "_POSTLINE_", "DATABASE_URL", "DJANGO_", "PYTHON", "PYTEST_")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = "wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir".split()
    subprocess.run([sys.executable, "-m", "pip", *command, str(folder), str(ROOT)], check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a virtual environment, to which the locked dependencies were not copied but lent."""
    place = tmp_path_factory.mktemp("place")
    venv.create(place / "venv", symlinks=True)
    (lib,) = (place / "venv" / "lib").glob("python3*/site-packages")
    # a plain path in a .pth: the editable Postline of the tests is behind a .pth of its own and stays unseen
    (lib / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(place / "venv" / "bin" / "python")]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)], check=True
    )
    (place / "empty").mkdir()
    return place


def environment(place: Path, **settings: str) -> dict[str, str]:
    """Nothing of ours but what is set here: the folder for data is where it is by default."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**kept, "HOME": str(place), **settings}


def postline(place: Path, *words: str, **settings: str) -> str:
    command = [str(place / "venv" / "bin" / "postline"), *words]
    done = subprocess.run(
        command, env=environment(place, **settings), cwd=place / "empty", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def serving(place: Path, port: int) -> Iterator[str]:
    settings = {"POSTLINE_HTTP": f"127.0.0.1:{port}", "POSTLINE_SMTP": f"127.0.0.1:{free_port()}"}
    with (place / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [place / "venv" / "bin" / "postline", "serve"],
            env=environment(place, **settings),
            cwd=place / "empty",
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


def test_everything_that_is_not_code_is_in_the_wheel(wheel: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "postline"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = set(zipfile.ZipFile(wheel).namelist())

    assert [name for name in tracked.stdout.split() if name not in names] == []
    assert {f"postline/locale/{language}/LC_MESSAGES/django.mo" for language in ("ru", "nl")} <= names
    assert not [name for name in names if name.startswith(("tests/", "script/"))]


def test_the_lock_holds_every_dependency_of_the_wheel(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    wanted = re.findall(r"^Requires-Dist: ([\w.-]+)", archive.read(name).decode(), re.MULTILINE)
    locked = re.findall(r"^([\w.-]+)(?:\[\w+\])?==", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE)

    assert {one.lower() for one in wanted} <= {one.lower() for one in locked}


def test_it_serves_from_an_empty_folder_and_says_how_to_go_on(place: Path) -> None:
    port = free_port()
    with serving(place, port) as line:
        assert line == f"Postline is ready: http://127.0.0.1:{port}/"
        assert (place / ".local" / "share" / "postline" / "secret_key").exists()
        status, page = get(port, "/")
        assert status == 200
        assert "postline user create LOGIN" in page
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert get(port, address)[0] == 200, address
        russian = httpx.get(f"http://127.0.0.1:{port}/", headers={"Accept-Language": "ru"}).text
        assert 'lang="ru"' in russian
        assert "Nobody works here yet" not in russian

        link = postline(place, "user", "create", "boss", POSTLINE_HTTP=f"127.0.0.1:{port}").strip()

        assert link.startswith(f"http://127.0.0.1:{port}/")
        assert get(port, link.removeprefix(f"http://127.0.0.1:{port}"))[0] == 200
        assert "postline user create" not in get(port, "/")[1]
    assert list((place / "empty").iterdir()) == []


def test_the_demo_is_in_it(place: Path) -> None:
    home = str(place / "demo")
    postline(place, "migrate", POSTLINE_HOME=home)
    postline(place, "demo", "load", POSTLINE_HOME=home, POSTLINE_DEMO="1")
    postline(place, "verify", POSTLINE_HOME=home)
