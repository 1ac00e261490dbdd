"""winmail.dat, whole and damaged: what is read never reaches beyond its bytes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.intake.parse import read
from postline.intake.parse.headers import split
from postline.intake.parse.structure import tree  # the way to the decoded bytes of a letter
from postline.intake.parse.tnef import MOST_FILES, Unpacked, unpacked

pytestmark = pytest.mark.unit

LETTER = (Path(__file__).resolve().parents[2] / "messages" / "winmail-only.eml").read_bytes()
START = b"\x78\x9f\x3e\x22\x01\x00"


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*values: bytes) -> bytes:
    return attribute(1, 0x00069003, struct.pack("<I", len(values)) + b"".join(values))


def winmail() -> bytes:
    headers, start = split(LETTER)
    return tree(headers, LETTER[start:], []).content


def test_names_words_and_code_pages_are_read() -> None:
    found = unpacked(winmail())
    assert found is not None
    assert found.text == "Добрый день!\r\nПароль не подходит.\r\n"
    assert [(file.filename, file.content_type) for file in found.files] == [
        ("Скриншот ошибки.txt", "text/plain"),
        ("Старое письмо", "application/ms-tnef"),
    ]


def test_html_of_the_letter_is_read_in_its_charset() -> None:
    page = "<p>Привет</p>".encode("koi8-r")
    value = struct.pack("<HHII", 0x102, 0x1013, 1, len(page)) + page + b"\0" * (-len(page) % 4)
    found = unpacked(START + properties(struct.pack("<HHI", 3, 0x3FDE, 20866), value))
    assert found is not None
    assert found.html == "<p>Привет</p>"


def test_properties_with_written_names_and_several_values_are_stepped_over() -> None:
    named = struct.pack("<HH", 0x1E, 0x8001) + b"\0" * 16 + struct.pack("<II", 1, 4) + b"K\0\0\0"
    named += struct.pack("<II", 1, 2) + b"x\0\0\0"
    several = struct.pack("<HHIII", 0x1003, 0x0E04, 2, 1, 2)
    text = struct.pack("<HHII", 0x1E, 0x1000, 1, 3) + b"yes\0"
    found = unpacked(START + properties(named, several, text))
    assert found is not None
    assert found.text == "yes"


@pytest.mark.parametrize(
    "data",
    [
        START,
        START + attribute(1, 0x0002800C, b"words")[:-8],
        START + struct.pack("<BII", 1, 0x0002800C, 0xFFFFFFFF) + b"words",
        START + attribute(1, 0x00069003, b"\xff" * 40),
        START + attribute(1, 0x00069003, struct.pack("<IHHII", 1, 0x1E, 0x1000, 0xFFFFFFFF, 0xFFFFFFFF)),
        START + attribute(1, 0x00069003, struct.pack("<IHHI", 1, 0x1003, 0x1000, 0xFFFFFFFF)),
        START + attribute(2, 0x0006800F, b"content of no file"),
    ],
)
def test_what_is_cut_off_gives_nothing(data: bytes) -> None:
    assert unpacked(data) == Unpacked()


def test_files_beyond_counting_are_left_out() -> None:
    found = unpacked(START + attribute(2, 0x00069002, b"") * (MOST_FILES + 1_000))
    assert found is not None
    assert len(found.files) == MOST_FILES


def test_other_bytes_are_no_tnef() -> None:
    assert unpacked(b"") is None
    assert unpacked(b"PK\x03\x04") is None


@given(st.lists(st.tuples(st.integers(6, 1_500), st.binary(min_size=1, max_size=6)), min_size=1, max_size=10))
@settings(max_examples=300, deadline=None)
def test_a_damaged_one_is_read_as_far_as_it_goes(damages: list[tuple[int, bytes]]) -> None:
    data = winmail()
    for place, piece in damages:
        place %= len(data)
        data = data[:place] + piece + data[place + len(piece) :]
    found = unpacked(b"\x78\x9f\x3e\x22" + data[4:])
    assert found is not None
    assert sum(len(file.content) for file in found.files) <= len(data)


def test_an_embedded_winmail_dat_without_end_is_unpacked_only_so_deep() -> None:
    data = START
    for _ in range(200):
        value = bytes.fromhex("0703020000000000c000000000000046") + data
        entry = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(value)) + value + b"\0" * (-len(value) % 4)
        data = START + attribute(2, 0x00069002, b"") + attribute(2, 0x00069005, entry)
    letter = b"Content-Type: application/ms-tnef; name=winmail.dat\n\n" + data
    (part,) = read(letter).attachments
    assert part.content_type == "application/ms-tnef"
    assert part.place.count(".") == 6
