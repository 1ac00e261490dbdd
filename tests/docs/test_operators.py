"""docs/operators.md says what is so: commands, settings, figures, alarms, and files that the programs understand."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from postline import configuration
from postline.kit import metrics as counters
from postline.ops.commands.register import COMMANDS
from postline.web import metrics

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operators.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def block(with_words: str) -> str:
    return next(str(content) for _kind, content in BLOCKS if with_words in content)


def test_every_command_exists() -> None:
    known = {entry.words for entry in COMMANDS}
    said = set(re.findall(r"\bpostline ((?:[a-z]+ )?[a-z]+)\b", "\n".join(re.findall(r"`([^`\n]+)`", TEXT))))
    said |= set(re.findall(r"^(?:.*/bin/)?postline ((?:[a-z]+ )?[a-z]+)", "\n".join(c for _, c in BLOCKS), re.M))

    wrong = {words for words in said if words not in known and words.split()[0] not in known}

    assert said
    assert wrong == set()


def test_every_setting_exists_and_the_file_of_settings_is_right(tmp_path: Path) -> None:
    assert set(re.findall(r"POSTLINE_[A-Z_]+", TEXT)) <= configuration.KNOWN
    lines = block("POSTLINE_TIME_ZONE=").splitlines()
    given = dict(line.split("=", 1) for line in lines)

    loaded = configuration.load({**given, "POSTLINE_HOME": str(tmp_path)}, folder=tmp_path)

    assert loaded.smtp is None
    assert str(loaded.lmtp) == "127.0.0.1:2424"


def test_every_figure_exists() -> None:
    counted = {
        sample + ending
        for family in (counters.requests, counters.request_seconds, counters.kept, counters.handled, counters.sent)
        for sample in [next(iter(family.describe())).name]
        for ending in ("", "_total")
    }
    there = {*metrics.LEVELS, *counted, *re.findall(r'"(postline_\w+)"', Path(str(metrics.__file__)).read_text())}

    assert set(re.findall(r"postline_[a-z_]+", TEXT)) <= there


def test_every_alarm_has_words_on_the_pages() -> None:
    words = (ROOT / "postline/web/shared/alarms.py").read_text()
    table = TEXT.partition("| code | meaning |")[2].partition("\n\n")[0]
    codes = re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE)

    assert len(codes) == 7
    assert [code for code in codes if f'case "{code}"' not in words] == []


def test_the_unit_file_starts_us_and_can_be_read() -> None:
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(block("[Service]"))

    assert unit["Service"]["ExecStart"].endswith("/postline serve")
    assert unit["Service"]["KillMode"] == "mixed"


def test_shell_blocks_are_valid_shell() -> None:
    for kind, content in BLOCKS:
        if kind == "sh":
            subprocess.run(["sh", "-n"], input=content, text=True, check=True)


@pytest.mark.long
def test_postfix_understands_its_lines(tmp_path: Path) -> None:
    (tmp_path / "main.cf").write_text("compatibility_level = 3.6\n" + block("relay_transport"))
    shutil.copy("/etc/postfix/master.cf.proto", tmp_path / "master.cf")

    done = subprocess.run(["/usr/sbin/postconf", "-n", "-c", str(tmp_path)], capture_output=True, text=True, check=True)

    assert "relay_transport = lmtp:inet:127.0.0.1:2424" in done.stdout
    assert "unused parameter" not in done.stderr
