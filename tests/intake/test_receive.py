"""What a door hands over is kept durably, once."""

from __future__ import annotations

import hashlib

import pytest

from postline.intake.models import RawMessage, Source
from postline.intake.receive import Delivery, keep, keep_many
from tests.letters import NOW, write

pytestmark = pytest.mark.django_db(transaction=True)


def delivery(content: bytes = b"Subject: hello\r\n\r\nhi", to: tuple[str, ...] = ("support@mail.example",)) -> Delivery:
    return Delivery(content=content, source=Source.SMTP, envelope_from="anna@user.example", envelope_to=to)


def test_the_bytes_are_kept_as_they_came() -> None:
    content = write() + b"\x00\xff\r\r\n."
    raw = RawMessage.objects.get(pk=keep(delivery(content), now=NOW))
    assert bytes(raw.content) == content
    assert bytes(raw.sha256) == hashlib.sha256(content).digest()
    assert (raw.envelope_to, raw.size, raw.state) == (["support@mail.example"], len(content), "waiting")


def test_the_same_bytes_in_the_same_envelope_are_one_row() -> None:
    first = keep(delivery(), now=NOW)
    assert keep(delivery(), now=NOW) == first
    assert RawMessage.objects.get().deliveries == 2


def test_the_same_bytes_to_other_recipients_are_another_row() -> None:
    assert keep(delivery(), now=NOW) != keep(delivery(to=("abuse@mail.example",)), now=NOW)


def test_several_are_kept_with_one_commit_and_get_their_ids_in_order() -> None:
    ids = keep_many([delivery(b"one"), delivery(b"two"), delivery(b"one")], now=NOW)
    assert ids[0] == ids[2] != ids[1]


def test_an_empty_message_is_kept_too() -> None:
    assert RawMessage.objects.get(pk=keep(delivery(b""), now=NOW)).size == 0


def test_an_envelope_with_impossible_letters_is_kept() -> None:
    raw = RawMessage.objects.get(pk=keep(delivery(to=("a\0\udcff@mail.example",)), now=NOW))
    assert raw.envelope_to == ["a?@mail.example"]
