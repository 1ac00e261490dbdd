"""A wrong setting stops the start with one sentence that names it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from postline import configuration
from postline.configuration import Address, Relay, WrongSetting

pytestmark = pytest.mark.unit


def load(tmp_path: Path, **settings: str) -> configuration.Configuration:
    return configuration.load({"POSTLINE_HOME": str(tmp_path / "home"), **settings}, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTLINE_HTTP", "8000"),
        ("POSTLINE_HTTP", "localhost:99999"),
        ("POSTLINE_SMTP", "mail"),
        ("POSTLINE_LMTP", "24"),
        ("POSTLINE_RELAY", "mail.example:25"),
        ("POSTLINE_RELAY", "smtp://mail.example:port"),
        ("POSTLINE_FILES", "ftp://files.example/"),
        ("POSTLINE_PUBLIC_URL", "desk.example"),
        ("POSTLINE_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("POSTLINE_TIME_ZONE", "Amsterdam"),
        ("POSTLINE_MAX_MESSAGE", "0"),
        ("POSTLINE_MAX_MESSAGE", "much"),
        ("POSTLINE_DEMO", "yes"),
        ("POSTLINE_SECRET_KEY", "short"),
        ("POSTLINE_ALLOW_NETWORKS", "home"),
        ("POSTLINE_QUARANTINE_DAYS", "0"),
        ("POSTLINE_QUARANTINE_DAYS", "a month"),
        ("DATABASE_URL", "mysql://localhost/x"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_that_names_the_setting(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSetting) as refusal:
        load(tmp_path, **{name: value})
    assert str(refusal.value).startswith(f"{name}: ")
    assert "\n" not in str(refusal.value)


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"^POSTLINE_HTPP: there is no such setting"):
        load(tmp_path, POSTLINE_HTPP="127.0.0.1:8000")


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(WrongSetting, match=r"^POSTLINE_HOME: .* is a file"):
        load(tmp_path)


def test_without_settings_the_documented_defaults_hold(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found.http == Address("127.0.0.1", 8000)
    assert found.smtp == Address("127.0.0.1", 2525)
    assert (found.lmtp, found.relay, found.demo) == (None, None, False)
    assert found.max_message == 50 << 20
    assert found.public_url == "http://127.0.0.1:8000"
    assert found.files == str(tmp_path / "home" / "files")


def test_an_empty_smtp_address_turns_the_receiver_off(tmp_path: Path) -> None:
    assert load(tmp_path, POSTLINE_SMTP="").smtp is None


def test_the_relay_may_have_a_name_and_a_password(tmp_path: Path) -> None:
    found = load(tmp_path, POSTLINE_RELAY="smtps://desk:p%40ss@mail.example")
    assert found.relay == Relay("mail.example", 465, tls=True, user="desk", password="p@ss")


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POSTLINE_MAX_MESSAGE=1M\nPOSTLINE_TIME_ZONE=Asia/Almaty\n")
    found = load(tmp_path, POSTLINE_MAX_MESSAGE="2M")
    assert (found.max_message, found.time_zone) == (2 << 20, "Asia/Almaty")


def test_a_demo_nobody_asked_for_stays_on_loopback(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"^POSTLINE_HTTP: "):
        load(tmp_path, POSTLINE_HTTP="0.0.0.0:8000", _POSTLINE_DEMO_BY_DEFAULT="1")
    assert load(tmp_path, POSTLINE_HTTP="0.0.0.0:8000", POSTLINE_DEMO="1").open_demo


def test_the_secret_key_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["serve", "web", "worker", "receiver", "migrate", "doctor", "console"])
def test_every_command_ends_with_the_sentence_and_without_a_traceback(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "postline", command],
        env={**os.environ, "POSTLINE_HOME": str(tmp_path), "POSTLINE_DEMO": "perhaps"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 78
    assert done.stderr == "POSTLINE_DEMO: 'perhaps' is neither 1 nor 0.\n"
