"""Two deliveries of one message have one digest; two messages never."""

from __future__ import annotations

from pathlib import Path

import pytest

from postline.intake.parse import read

pytestmark = pytest.mark.unit

LETTER = (Path(__file__).resolve().parents[2] / "messages" / "plain-en.eml").read_bytes()


def test_another_way_does_not_make_another_message() -> None:
    other = (
        b"Return-Path: <anna@mail.example>\nDelivered-To: sales@desk.example\nX-Original-To: sales@desk.example\n"
        b"Authentication-Results: desk.example; dkim=pass\nDKIM-Signature: v=1; d=relay.example\n"
        b"Received: from elsewhere by desk.example; Tue, 25 Nov 2025 10:20:02 +0300\n"
    ) + LETTER
    assert read(other).digest == read(LETTER).digest


def test_line_ends_do_not_make_another_message() -> None:
    assert read(LETTER.replace(b"\n", b"\r\n")).digest == read(LETTER).digest


def test_a_trailer_of_a_mailing_list_does_not_make_another_message() -> None:
    trailer = b"\n" + b"_" * 47 + b"\nusers mailing list\nusers@lists.example\n"
    assert read(LETTER + trailer).digest == read(LETTER).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"password is wrong", b"password is right"),
        (b"<en1@", b"<en2@"),
        (b"10:15:00 +0300\nM", b"10:15:01 +0300\nM"),
    ],
)
def test_another_content_makes_another_message(old: bytes, new: bytes) -> None:
    assert old in LETTER
    assert read(LETTER.replace(old, new)).digest != read(LETTER).digest


def test_without_an_id_the_other_headers_count() -> None:
    letter = LETTER.replace(b"Message-ID: <en1@mail.example>\n", b"")
    assert read(letter).digest == read(b"Received: from x by y\n" + letter).digest
    assert read(letter).digest != read(letter.replace(b"Cannot log in", b"Cannot get in")).digest


def test_a_digest_has_32_bytes() -> None:
    assert [len(read(raw).digest) for raw in (b"", LETTER)] == [32, 32]
