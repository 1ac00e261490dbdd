"""The measurements run, leave nothing behind, and write what CONTRACT fixes; what they find depends on the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import mean, median

import pytest

from postline.intake.parse import read
from postline.ops.bench.letters import letters
from postline.ops.bench.shapes import shaped


@pytest.mark.parametrize("bench", ["intake", "smtp"])
def test_a_measurement_writes_its_figures(bench: str, tmp_path: Path) -> None:
    file, home = tmp_path / "figures.json", tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-m", "postline", "bench", bench, "--messages", "60", "--json", file],
        env={**os.environ, "POSTLINE_HOME": str(home), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "messages_per_s" in done.stdout
    written = json.loads(file.read_text())
    figures = {one["name"]: one["value"] for one in written["figures"]}
    assert (written["bench"], written["machine"]["cpus"]) == (bench, os.cpu_count())
    assert figures["messages_per_s"] > 0
    assert bench == "smtp" or figures["cpu_ms_per_message"] > 0
    assert bench == "smtp" or figures["tickets"] + figures["follow_ups"] == 60 + 200  # with the warm-up
    assert not (home / "database").exists()
    assert not list(tmp_path.glob("postline-bench-*"))


@pytest.mark.unit
def test_the_measurement_of_reading_needs_no_installation(tmp_path: Path) -> None:
    file, home = tmp_path / "figures.json", tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-m", "postline", "bench", "parse", "--messages", "70", "--json", file],
        env={**os.environ, "POSTLINE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text())
    figures = {one["name"]: one["value"] for one in written["figures"]}
    assert (written["bench"], figures["messages"]) == ("parse", 70)
    assert 0 < figures["cpu_ms_median"] <= figures["cpu_ms_p95"] <= figures["ms_max"] * 1.5
    assert not (home / "database").exists()


@pytest.mark.unit
def test_the_shapes_to_be_read_are_of_every_kind() -> None:
    found = list(shaped(400))
    assert found == list(shaped(400))
    messages = [read(one) for one in found]
    types = {part.content_type for message in messages for part in message.attachments}
    assert {"message/rfc822", "text/calendar", "message/delivery-status"} <= types
    assert {message.protection for message in messages} == {"", "smime-signed"}
    assert "report.bin" in {part.filename for message in messages for part in message.attachments}
    assert {message.kind for message in messages} == {"letter", "bounce"}
    assert 8_000 < median(map(len, found)) < 12_000


@pytest.mark.unit
def test_the_letters_are_the_same_each_time_and_of_every_kind() -> None:
    found = list(letters(600, recipient="support@mail.example"))
    assert found == list(letters(600, recipient="support@mail.example"))
    sizes = [len(one.content) for one in found]
    assert 12_000 < mean(sizes) < 20_000
    assert max(sizes) < 250_000
    read_ones = [read(one.content) for one in found]
    assert {one.language for one in read_ones} == {"ru", "en", "nl"}
    assert 0.02 < mean(bool(one.attachments) for one in read_ones) < 0.08
    assert 0.25 < mean(bool(one.in_reply_to) for one in read_ones) < 0.35
    assert not any(one.defects for one in read_ones)


@pytest.mark.browser
def test_the_measurement_of_live_pages_hears_every_change_on_every_stream(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "postline", "bench", "live", "--messages", "5", "--json", file],
        env={
            **os.environ,
            "POSTLINE_HOME": str(tmp_path / "home"),
        },  # Chromium's socket would not fit below a long TMPDIR
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = {one["name"]: one["value"] for one in json.loads(file.read_text())["figures"]}
    assert (figures["streams"], figures["lost"]) == (100, 0)
    assert figures["visible_p95_ms"] > 0
