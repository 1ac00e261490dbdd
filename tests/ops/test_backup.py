"""`backup` and `restore`: whole, while everything runs, into another place; never half of one."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.ops.fleet import Machine, PrivateServer, count, free_port, get, private_server, receives, send
from tests.waiting import until

TICKETS = "SELECT count(*) FROM tickets_ticket"
UNSENT = "SELECT count(*) FROM outbox_outboxmessage WHERE state = '{}'"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    with private_server(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def house(server: PrivateServer, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """An installation with some letters that were answered automatically, and a file."""
    home = tmp_path_factory.mktemp("house")
    machine = Machine(home, server.url)
    machine.make_department()
    smtp = f"127.0.0.1:{free_port()}"
    port = int(smtp.rpartition(":")[2])
    with machine.running("receiver", POSTLINE_SMTP=smtp), machine.running("worker"):
        until(lambda: receives(port), seconds=30)
        assert [send(port, number) for number in range(5)] == [250] * 5
        until(lambda: count(server.url, TICKETS) == 5, seconds=30)
    (home / "files" / "ab").mkdir(parents=True)
    (home / "files" / "ab" / "picture").write_bytes(os.urandom(300_000))
    return machine


@pytest.fixture
def backup(house: Machine, tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    house.run("backup", str(folder))
    return folder


def elsewhere(server: PrivateServer, tmp_path: Path) -> Machine:
    """An empty place to restore into."""
    return Machine(tmp_path / "elsewhere", server.make(tmp_path.name))


def test_under_load_it_is_whole_and_the_restored_outbox_waits(
    house: Machine, server: PrivateServer, tmp_path: Path
) -> None:
    smtp = f"127.0.0.1:{free_port()}"
    port = int(smtp.rpartition(":")[2])
    enough = threading.Event()
    sent: list[int] = []

    def keep_writing() -> None:
        number = 1000
        while not enough.is_set():
            number += 1
            if send(port, number) == 250:
                sent.append(number)

    with house.running("receiver", POSTLINE_SMTP=smtp), house.running("worker"):
        until(lambda: receives(port), seconds=30)
        writer = threading.Thread(target=keep_writing)
        writer.start()
        until(lambda: len(sent) > 20, seconds=30)
        before = len(sent)
        house.run("backup", str(tmp_path / "backup"))
        after = len(sent)
        enough.set()
        writer.join()

    there = elsewhere(server, tmp_path)
    said = there.run("restore", str(tmp_path / "backup"))

    raw = count(there.database_url, "SELECT count(*) FROM intake_rawmessage WHERE envelope_from LIKE 'anna1___@%'")
    assert before <= raw <= after + 1
    there.run("verify")
    held = count(there.database_url, UNSENT.format("held"))
    assert held > 0
    assert f"Messages on hold: {held}." in said
    assert count(there.database_url, UNSENT.format("waiting")) == 0
    assert count(there.database_url, "SELECT count(*) FROM projects_alarm WHERE code = 'outbox-held'") == 1
    assert (there.home / "files/ab/picture").read_bytes() == (house.home / "files/ab/picture").read_bytes()
    assert (there.home / "secret_key").read_text() == (house.home / "secret_key").read_text()
    assert stat.S_IMODE((there.home / "secret_key").stat().st_mode) == 0o600

    with there.running("worker"):  # what waited to be read may have been answered by the old installation
        until(lambda: not count(there.database_url, "SELECT count(*) FROM intake_rawmessage WHERE state = 'waiting'"))
    assert count(there.database_url, UNSENT.format("waiting")) == 0
    held = count(there.database_url, UNSENT.format("held"))

    assert there.run("outbox", "release") == f"Messages released: {held}.\n"
    assert count(there.database_url, UNSENT.format("waiting")) == held
    there.run("verify")
    http = free_port()
    with there.running("web", POSTLINE_HTTP=f"127.0.0.1:{http}"):
        until(lambda: get(http, "/readyz")[0] == 200, seconds=40)


def test_what_is_copied_is_for_our_eyes_alone(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
    for name in ("database.dump", "secret_key", "manifest.json"):
        assert stat.S_IMODE((backup / name).stat().st_mode) == 0o600
    assert not backup.with_name("backup.unfinished").exists()


def test_what_is_restored_is_for_our_eyes_alone(backup: Path, server: PrivateServer, tmp_path: Path) -> None:
    """Also where the backup has lain on a disk that knows no such difference."""
    (backup / "files/ab").chmod(0o755)
    (backup / "files/ab/picture").chmod(0o644)
    there = elsewhere(server, tmp_path)

    there.run("restore", str(backup))

    for name, mode in (("files", 0o700), ("files/ab", 0o700), ("files/ab/picture", 0o600)):
        assert stat.S_IMODE((there.home / name).stat().st_mode) == mode


def test_a_folder_that_is_in_use_is_not_written_to(house: Machine, backup: Path) -> None:
    again = house.attempt("backup", str(backup))

    assert again.returncode == 1
    assert b"exists already" in again.stderr


def test_a_database_that_is_not_empty_is_left_alone(house: Machine, backup: Path) -> None:
    before = count(house.database_url, TICKETS)
    refused = house.attempt("restore", str(backup))

    assert refused.returncode == 1
    assert b"The database is not empty" in refused.stderr
    assert count(house.database_url, TICKETS) == before


@pytest.mark.parametrize("name", ["database.dump", "files/ab/picture", "secret_key"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    backup: Path, server: PrivateServer, tmp_path: Path, name: str
) -> None:
    content = bytearray((backup / name).read_bytes())
    content[len(content) // 2] ^= 1
    (backup / name).write_bytes(content)
    there = elsewhere(server, tmp_path)

    refused = there.attempt("restore", str(backup))

    assert refused.returncode == 1
    assert b"the backup is damaged" in refused.stderr
    assert not (there.home / "files").exists()
    with psycopg.connect(there.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_one_that_was_interrupted_does_not_look_whole_and_a_second_run_finishes_it(
    house: Machine, server: PrivateServer, tmp_path: Path
) -> None:
    folder, draft = tmp_path / "backup", tmp_path / "backup.unfinished"
    process = subprocess.Popen([sys.executable, "-m", "postline", "backup", str(folder)], env=house.environment)
    until(lambda: (draft / "database.dump").exists())
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not folder.exists():  # else it was quicker than we
        refused = elsewhere(server, tmp_path).attempt("restore", str(draft))
        assert b"is no backup, or one that was interrupted" in refused.stderr
        house.run("backup", str(folder))
    assert not draft.exists()
    assert json.loads((folder / "manifest.json").read_bytes())["format"] == 1


def test_a_full_disk_is_told_and_leaves_no_backup(house: Machine, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)], check=True)
    try:
        refused = house.attempt("backup", str(small / "backup"))
        assert not (small / "backup").exists()
        assert not (small / "backup.unfinished" / "database.dump").exists()
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert refused.returncode == 1
    assert f"The disk of {small} is full".encode() in refused.stderr
    assert refused.stderr.count(b"\n") == 1


def test_an_interrupted_restore_can_be_started_again(backup: Path, server: PrivateServer, tmp_path: Path) -> None:
    there = elsewhere(server, tmp_path)
    process = subprocess.Popen([sys.executable, "-m", "postline", "restore", str(backup)], env=there.environment)
    until(lambda: (there.home / "files/ab/picture").exists())
    process.kill()
    process.wait()

    again = there.attempt("restore", str(backup))

    # either the first was quicker than we, and is whole, or the second is
    assert again.returncode == 0 or b"The database is not empty" in again.stderr
    there.run("verify")


def test_a_backup_of_a_newer_version_is_refused(backup: Path, server: PrivateServer, tmp_path: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())
    (backup / "manifest.json").write_text(json.dumps({**manifest, "postline": "99.0"}))

    refused = elsewhere(server, tmp_path).attempt("restore", str(backup))

    assert b"The backup is of Postline 99.0" in refused.stderr


def test_a_manifest_that_names_files_outside_is_refused(backup: Path, server: PrivateServer, tmp_path: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())
    manifest["parts"]["files/../../../etc/cron.d/evil"] = {"size": 1, "sha256": "0"}
    (backup / "manifest.json").write_text(json.dumps(manifest))

    refused = elsewhere(server, tmp_path).attempt("restore", str(backup))

    assert b"names a file outside the backup" in refused.stderr


def test_a_fresh_embedded_installation_is_copied_and_brought_back(tmp_path: Path) -> None:
    here, there = Machine(tmp_path / "here", ""), Machine(tmp_path / "there", "")
    here.make_department()
    here.run("backup", str(tmp_path / "backup"))

    there.run("restore", str(tmp_path / "backup"))

    there.run("verify")
    again = there.attempt("user", "create", "admin", "--role", "admin")
    assert again.returncode == 1  # whoever worked there works here
