"""One line per event, and nothing that somebody wrote."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

PROGRAM = """
import logging
from postline.kit import logs
logs.configure(terminal={terminal})
log = logs.logger("postline.test")
log.info("message kept", message=17)
logging.getLogger("library").warning("odd %s", "thing")
try:
    secret = "dear desk"
    raise ValueError("duplicate key\\nDETAIL: Failing row contains (dear desk)")
except ValueError:
    log.exception("batch failed")
"""


def lines(*, terminal: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(terminal=terminal)], capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()


def test_a_machine_reads_one_json_object_a_line() -> None:
    kept, odd, failed = (json.loads(line) for line in lines(terminal=False))
    assert (kept["event"], kept["message"], kept["level"]) == ("message kept", 17, "info")
    assert (odd["event"], odd["level"], odd["logger"]) == ("odd thing", "warning", "library")
    assert (failed["error"], failed["reason"]) == ("builtins.ValueError", "duplicate key")


def test_a_person_reads_keys_and_values() -> None:
    kept, *_ = lines(terminal=True)
    assert 'event="message kept"' in kept
    assert "message=17" in kept


@pytest.mark.parametrize("terminal", [True, False])
def test_neither_shows_what_somebody_wrote(terminal: bool) -> None:
    assert "dear desk" not in "\n".join(lines(terminal=terminal))
