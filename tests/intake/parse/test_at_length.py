"""Thousands of damaged messages, and every bomb through the reader: minutes rather than seconds."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from postline.intake.parse import ParsedMessage, read
from postline.intake.reader import Reader
from tests.intake.parse.test_any_bytes import LETTERS, assert_whole
from tests.intake.parse.test_bombs import BOMBS, HEAD, with_type

pytestmark = pytest.mark.long

MUTATIONS = 20_000  # SAFETY F16
MOST_SECONDS = 1.0  # of CPU, for any of them


def mutations(letters: list[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """So many damaged copies: bytes changed, pieces cut, doubled, moved into another, line ends lost."""
    chance = random.Random(seed)
    for number in range(count):
        letter = letters[number % len(letters)]
        for _ in range(chance.randint(1, 8)):
            letter = mutated(letter, chance, letters)
        yield letter


def mutated(letter: bytes, chance: random.Random, letters: list[bytes]) -> bytes:
    start = chance.randrange(len(letter) + 1)
    end = min(len(letter), start + chance.choice((1, 1, 2, 8, 40, 400)))
    piece = letter[start:end]
    other = chance.choice(letters)
    place = chance.randrange(len(other) + 1)
    replacement = chance.choice(
        (
            chance.randbytes(len(piece)),
            b"",
            piece * chance.choice((2, 2, 50)),
            other[place : place + chance.choice((8, 80, 800))],
            piece.replace(b"\n", chance.choice((b"\r", b"\r\n", b" "))),
            chance.choice((b"\0", b"\xff", b"=?", b"?=", b"--", b";", b'"', b"\n\n", b"%", b"multipart/")),
        )
    )
    return letter[:start] + replacement + letter[end:]


def test_twenty_thousand_damaged_letters_are_read_each_in_time() -> None:
    slow = []
    for number, letter in enumerate(mutations(LETTERS, MUTATIONS, seed=7)):
        before = time.process_time()
        read(letter)
        if time.process_time() - before > MOST_SECONDS:
            slow.append(number)
        assert_whole(letter)  # cuts every part out, each time from the whole
    assert slow == []


def test_no_bomb_stops_the_reader() -> None:
    with Reader() as reader:
        results = reader.read_many([bomb() for bomb in BOMBS.values()])
        (after,) = reader.read_many([HEAD + b"\nstill here"])
    assert [name for name, result in zip(BOMBS, results, strict=True) if not isinstance(result, ParsedMessage)] == []
    assert isinstance(after, ParsedMessage)
    assert after.text == "still here"


def test_forty_megabytes_are_read_like_any_message() -> None:
    with Reader() as reader:
        (message,) = reader.read_many([with_type(b"video/mp4; name=a.mp4", b"0123456789abcdef\n" * 2_400_000)])
    assert isinstance(message, ParsedMessage)
    assert message.attachments[0].size > 40_000_000
