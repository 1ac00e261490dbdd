"""The reader's child may die at any time; the batch goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from postline.intake.parse import ParsedMessage, read
from postline.intake.reader import Reader, Unreadable

pytestmark = pytest.mark.unit

LETTERS = [path.read_bytes() for path in sorted((Path(__file__).resolve().parents[1] / "messages").glob("*.eml"))]
LARGE = b"From: anna@mail.example\nContent-Type: application/x-big; name=a\n\n" + b"0123456789abcdef\n" * 3_500_000


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as made:
        yield made


def test_a_batch_is_read_in_its_order(reader: Reader) -> None:
    assert reader.read_many(LETTERS) == [read(letter) for letter in LETTERS]


def test_an_empty_batch_needs_no_child(reader: Reader) -> None:
    assert reader.read_many([]) == []
    assert reader.pid is None


def test_the_child_is_kept_between_batches(reader: Reader) -> None:
    reader.read_many(LETTERS[:1])
    first = reader.pid
    reader.read_many(LETTERS[1:3])
    assert reader.pid == first


def test_a_child_killed_between_batches_is_replaced(reader: Reader) -> None:
    reader.read_many(LETTERS[:1])
    pid = reader.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert reader.read_many(LETTERS[:2]) == [read(letter) for letter in LETTERS[:2]]


def test_a_child_killed_in_the_middle_costs_nothing(reader: Reader) -> None:
    batch = LETTERS * 60
    reader.read_many(LETTERS[:1])
    done = threading.Event()
    kills = 0

    def kill_again_and_again() -> None:
        nonlocal kills
        while not done.wait(0.15) and kills < 5:
            pid = reader.pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                kills += 1

    killer = threading.Thread(target=kill_again_and_again)
    killer.start()
    results = reader.read_many(batch)
    done.set()
    killer.join()
    assert sum(isinstance(result, ParsedMessage) for result in results) >= len(batch) - kills
    assert next(result for result in results if isinstance(result, ParsedMessage)) == read(batch[0])
    assert len(results) == len(batch)


def test_a_child_that_stands_still_is_given_up() -> None:
    with Reader(wall_seconds=0.3) as reader:
        reader.read_many(LETTERS[:1])
        pid = reader.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        begun = time.monotonic()
        assert reader.read_many(LETTERS[:2]) == [read(letter) for letter in LETTERS[:2]]
        assert reader.pid != pid
        assert time.monotonic() - begun < 5


def test_a_message_that_takes_too_much_memory_harms_no_other() -> None:
    with Reader(memory=20 * 1024 * 1024) as reader:
        results = reader.read_many([LETTERS[0], LARGE, LETTERS[1]])
    assert results == [read(LETTERS[0]), Unreadable("memory"), read(LETTERS[1])]


def test_sixty_megabytes_are_read(reader: Reader) -> None:
    (result,) = reader.read_many([LARGE])
    assert isinstance(result, ParsedMessage)
    assert result.attachments[0].size > 59_000_000


def test_the_child_ends_with_its_reader(reader: Reader) -> None:
    reader.read_many(LETTERS[:1])
    pid = reader.pid
    assert pid is not None
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
