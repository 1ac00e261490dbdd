"""The embedded PostgreSQL: starts anywhere, loses nothing, and is never there twice."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from postline import configuration
from postline.configuration import Configuration
from postline.kit.postgres import EMBEDDED_NAME, socket_folder
from postline.ops.database import running
from postline.ops.embedded.leftovers import postmaster_pid
from postline.ops.errors import Refused
from tests.waiting import until

HOLD = """
    import sys, time
    from pathlib import Path
    from postline import configuration
    from postline.ops.database import running
    with running(configuration.load({"POSTLINE_HOME": sys.argv[1]}, folder=Path("/"))) as server:
        print("owner" if server else "user", flush=True)
        sys.stdin.read()
"""


def configured(home: Path) -> Configuration:
    return configuration.load({"POSTLINE_HOME": str(home)}, folder=Path("/"))


def connect(home: Path) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket_folder(home)), user="postgres", dbname=EMBEDDED_NAME, autocommit=True, connect_timeout=5
    )


@contextlib.contextmanager
def another_program(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A program of its own that holds the database until its input ends."""
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        for stream in (program.stdin, program.stdout):
            if stream is not None:
                stream.close()


def said(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_the_first_start_makes_a_database_that_lowers_every_script(tmp_path: Path) -> None:
    with running(configured(tmp_path)), connect(tmp_path) as connection:
        found = connection.execute("SELECT lower('ЁЖИК ÄÖ'), current_setting('server_encoding')").fetchone()
        reach = connection.execute("SELECT current_setting('listen_addresses')").fetchone()
    assert found == ("ёжик äö", "UTF8")
    assert reach == ("",)


def test_a_home_whose_path_has_150_characters_works(tmp_path: Path) -> None:
    home = tmp_path / "a folder"
    home = home / ("д" * 40 + "x" * (150 - len(str(home)) - 40))
    assert len(str(home)) > 150
    with running(configured(home)), connect(home) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_nothing_of_it_can_be_read_by_others(tmp_path: Path) -> None:
    with running(configured(tmp_path)) as server:
        assert server is not None
        for place in (server.data, server.socket, server.data / "base", server.log):
            found = place.stat()
            assert found.st_mode & 0o077 == 0, place
            assert found.st_uid == os.getuid(), place


def test_acknowledged_rows_survive_the_kill_of_the_server(tmp_path: Path) -> None:
    with running(configured(tmp_path)) as server:
        assert server is not None
        with connect(tmp_path) as connection:
            connection.execute("CREATE TABLE kept (id int PRIMARY KEY)")
            for number in range(200):
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
            os.kill(postmaster_pid(server.data), signal.SIGKILL)
            assert server.process is not None
            server.process.wait(10)
        server.start()
        server.wait()
        with connect(tmp_path) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (200,)


def test_the_server_ends_with_its_killed_supervisor_and_starts_again(tmp_path: Path) -> None:
    with another_program(tmp_path) as program:
        assert said(program) == "owner"
        with connect(tmp_path) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("INSERT INTO kept VALUES (17)")
        program.kill()
        with running(configured(tmp_path)) as server, connect(tmp_path) as connection:
            assert server is not None
            assert server.process is not None
            assert postmaster_pid(server.data) == server.process.pid
            assert connection.execute("SELECT id FROM kept").fetchone() == (17,)


def test_a_stale_lock_file_that_names_a_living_stranger_does_no_harm(tmp_path: Path) -> None:
    """As after a power cut: its number belongs to another program by now."""
    with running(configured(tmp_path)) as server:
        assert server is not None
        data = server.data
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with running(configured(tmp_path)), connect(tmp_path) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_copied_home_is_a_server_of_its_own(tmp_path: Path) -> None:
    with running(configured(tmp_path / "one")):
        pass
    subprocess.run(["cp", "-a", tmp_path / "one", tmp_path / "two"], check=True)
    with running(configured(tmp_path / "one")) as first, running(configured(tmp_path / "two")) as second:
        assert first is not None
        assert second is not None
        assert postmaster_pid(first.data) != postmaster_pid(second.data)


def test_of_two_programs_one_owns_the_server_and_both_use_it(tmp_path: Path) -> None:
    with another_program(tmp_path) as one, another_program(tmp_path) as other:
        assert sorted([said(one), said(other)]) == ["owner", "user"]


def test_the_owner_waits_with_the_stop_until_the_users_are_done(tmp_path: Path) -> None:
    with another_program(tmp_path) as owner:
        assert said(owner) == "owner"
        with running(configured(tmp_path)) as server, connect(tmp_path) as connection:
            assert server is None
            assert owner.stdin is not None
            owner.stdin.close()
            assert connection.execute("SELECT 1").fetchone() == (1,)
            assert owner.poll() is None
        assert until(lambda: owner.poll() is not None)


def test_when_the_owner_dies_the_next_becomes_it(tmp_path: Path) -> None:
    with another_program(tmp_path) as owner:
        assert said(owner) == "owner"
        owner.send_signal(signal.SIGKILL)
        with another_program(tmp_path) as heir:
            assert said(heir) == "owner"


def test_an_interrupted_first_start_leaves_no_half_cluster(tmp_path: Path) -> None:
    (tmp_path / "database" / "18.new" / "base").mkdir(parents=True)
    with running(configured(tmp_path)), connect(tmp_path) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has to become somebody else")
class TestAsRootWithoutUserNamespaces:
    """Where the machine forbids user namespaces, PostgreSQL runs as nobody."""

    @pytest.fixture(autouse=True)
    def _forbid_namespaces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("postline.ops.embedded.identity.NAMESPACE", ("false",))

    def test_a_folder_that_nobody_cannot_reach_is_refused_with_the_way_out(self, tmp_path: Path) -> None:
        home = tmp_path / "private"
        home.mkdir(mode=0o700)
        with pytest.raises(Refused, match="set POSTLINE_HOME to a folder elsewhere"), running(configured(home)):
            pass
        assert stat.S_IMODE(home.stat().st_mode) == 0o700

    def test_in_an_open_folder_it_runs_as_nobody_and_later_as_root_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            Path(folder).chmod(0o755)
            home = Path(folder, "home")
            with running(configured(home)) as server, connect(home) as connection:
                assert server is not None
                connection.execute("CREATE TABLE kept (id int)")
                assert server.data.stat().st_uid == pwd.getpwnam("nobody").pw_uid
            monkeypatch.undo()
            with running(configured(home)) as server, connect(home) as connection:
                assert server is not None
                assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
                assert server.data.stat().st_uid == 0

    def test_it_too_ends_with_its_killed_supervisor(self) -> None:
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            Path(folder).chmod(0o755)
            program = (
                "import os, signal, sys\n"
                "from pathlib import Path\n"
                "from postline import configuration\n"
                "from postline.ops.database import running\n"
                "from postline.ops.embedded import identity\n"
                "identity.NAMESPACE = ('false',)\n"
                "with running(configuration.load({'POSTLINE_HOME': sys.argv[1]}, folder=Path('/'))) as server:\n"
                "    print(server.process.pid, flush=True)\n"
                "    os.kill(os.getpid(), signal.SIGKILL)\n"
            )
            done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=False)
            assert done.stdout
            until(lambda: not Path(folder, "database", "18", "postmaster.pid").exists())
