"""Whatever the bytes, a value that PostgreSQL takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.intake.parse import ParsedMessage, cut, read

pytestmark = pytest.mark.unit

LETTERS = [path.read_bytes() for path in sorted((Path(__file__).resolve().parents[2] / "messages").glob("*.eml"))]
PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\0", b"--zz\n", b"--zz--", b"=?utf-8?B?", b"?=", b"\xff\xfe", b"\xed\xa0\x80",
     b"<", b">", b'"', b"(", b"From: ",
     b"Content-Type: multipart/mixed; boundary=zz\n", b"Content-Type: text/plain; charset=utf-7\n\n+2AA-",
     b"Content-Type: message/rfc822\n\n", b"Content-Transfer-Encoding: base64\n\n",
     b"Return-Path: <>\n", b"Subject: Undelivered Mail Returned to Sender\n", b"X-Failed-Recipients: a@b.example, ",
     b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;\\x{D800}a@b.example\n",
     b"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: ", b"a@b.example: 550 5.1.1 ",
     b'{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"\\ud800@b.example"}]}}',
     b"begin 644 a\n", b"#0V%T\n`\nend\n", b"\x78\x9f\x3e\x22\1\0", b"Content-Type: application/ms-tnef\n\n",
     b"Content-Type: application/pkcs7-mime\n\n", b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"name*0*=utf-8''%D0;",
     b"&#xD800;", b"On 1.1.2020 a@b wrote:\n", b"> "]
)  # fmt: skip


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


def assert_storable(message: ParsedMessage) -> None:
    for string in strings(message):
        assert "\0" not in string
        string.encode("utf-8")


def assert_whole(raw: bytes) -> None:
    message = read(raw)
    assert_storable(message)
    assert len(message.digest) == 32
    for part in message.attachments:
        content = cut(raw, part.place)
        assert len(content) == part.size
        if part.content_type == "message/rfc822":
            for inner in read(content).attachments:
                assert len(cut(raw, f"{part.place}.{inner.place}")) == inner.size


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_storable_value(raw: bytes) -> None:
    assert_whole(raw)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=60).map(b"".join))
@settings(max_examples=300, deadline=None)
def test_anything_like_a_message_gives_a_storable_value(raw: bytes) -> None:
    assert_whole(raw)


@given(
    st.sampled_from(LETTERS),
    st.lists(st.tuples(st.integers(0, 5_000), st.one_of(PIECES, st.binary(max_size=8))), max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_letter_gives_a_storable_value(letter: bytes, damages: list[tuple[int, bytes]]) -> None:
    for place, piece in damages:
        place %= len(letter)
        letter = letter[:place] + piece + letter[place + len(piece) // 2 :]
    assert_whole(letter)


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_of_ours_is_storable(letter: bytes) -> None:
    assert_whole(letter)
