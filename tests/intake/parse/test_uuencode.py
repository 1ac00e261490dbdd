"""Which lines of a text are an encoded file."""

from __future__ import annotations

import binascii

import pytest

from postline.intake.parse import cut, read
from postline.intake.parse.uuencode import MOST_FILES, EncodedFile, without_files

pytestmark = pytest.mark.unit

LINE = binascii.b2a_uu(b"Hello!")


@pytest.mark.parametrize(
    ("text", "rest", "content"),
    [
        (b"a\nbegin 644 f\n" + LINE + b"`\nend\nb", b"a\nb", b"Hello!"),
        (b"begin 0644 f\r\n" + LINE.strip() + b"\r\n \r\nend\r\n", b"", b"Hello!"),
        (b"begin 644 f\n" + LINE + b"\nend", b"", b"Hello!"),
        (b"begin 644 f\n" + LINE + LINE + b"end\n", b"", b"Hello!Hello!"),
        (b"begin 644 f\n`\nend\n", b"", b""),
        (b"begin 644 f\n" + binascii.b2a_uu(b"Hell   ").rstrip() + b"\n`\nend\n", b"", b"Hell   "),
    ],
)
def test_an_encoded_file_is_taken_out(text: bytes, rest: bytes, content: bytes) -> None:
    assert without_files(text) == (rest, [EncodedFile(b"f", content)])


@pytest.mark.parametrize(
    "text",
    [
        b"We begin 644 miles from here.\n",
        b"begin 644 f\nplain words go on\nend\n",
        b"begin 644 f\nend\n",
        b"begin 644 f\n" + LINE + b"`\nand no end",
        b"begin 999 f\n" + LINE + b"`\nend\n",
        b"> begin 644 f\n> " + LINE,
    ],
)
def test_words_that_look_like_one_stay(text: bytes) -> None:
    assert without_files(text) == (text, [])


def test_a_text_of_files_gives_the_first_ones() -> None:
    rest, files = without_files((b"begin 644 f\n" + LINE + b"`\nend\n") * (MOST_FILES + 5))
    assert len(files) == MOST_FILES
    assert rest.count(b"begin") == 5


def test_every_file_of_a_text_with_more_than_are_taken_out_has_its_own_place() -> None:
    block = b"begin 644 f\n" + LINE + b"`\nend\n"
    raw = b"Subject: Dots\n\nMany:\n" + b"".join(block + b"word %d\n" % n for n in range(150))

    parts = read(raw).attachments

    assert len({part.place for part in parts}) == len(parts) == MOST_FILES
    assert all(len(cut(raw, part.place)) == part.size for part in parts)
