"""Message-ID, In-Reply-To and References are read right in every form that programs write (RFC 5322 3.6.4)."""

from __future__ import annotations

import pytest

from postline.intake.parse import ParsedMessage, read
from postline.intake.parse.message_ids import LONGEST, MOST_IDS, first_id, ids
from tests.intake.parse.id_forms import MESSAGE_IDS, REFERENCES, REPLIES, Row, Rows

pytestmark = pytest.mark.unit


def with_field(name: str, value: bytes) -> ParsedMessage:
    return read(b"From: anna@mail.example\r\n" + name.encode() + b": " + value + b"\r\nSubject: Hello\r\n\r\ntext\r\n")


@pytest.mark.parametrize("row", MESSAGE_IDS, ids=[row[0] for row in MESSAGE_IDS])
def test_a_message_id_is_read(row: Row) -> None:
    _, value, expected = row
    assert with_field("Message-ID", value).message_id == expected


@pytest.mark.parametrize("row", REPLIES, ids=[row[0] for row in REPLIES])
def test_in_reply_to_is_read(row: Rows) -> None:
    _, value, expected = row
    assert with_field("In-Reply-To", value).in_reply_to == expected


@pytest.mark.parametrize("row", REFERENCES, ids=[row[0] for row in REFERENCES])
def test_references_are_read(row: Rows) -> None:
    _, value, expected = row
    assert with_field("References", value).references == expected


def test_the_nearest_references_are_kept_when_there_are_too_many() -> None:
    many = [f"{number}@x.example" for number in range(MOST_IDS + 7)]
    value = "\r\n ".join(f"<{one}>" for one in many).encode()
    assert with_field("References", value).references == tuple(many[7:])


def test_the_fields_of_a_message_that_has_two_of_them_are_joined() -> None:
    message = read(b"References: <a@x.example>\r\nReferences: <b@x.example>\r\nFrom: anna@mail.example\r\n\r\ntext")
    assert message.references == ("a@x.example", "b@x.example")


def test_the_tables_are_large_enough() -> None:
    assert min(len(MESSAGE_IDS), len(REPLIES), len(REFERENCES)) >= 100


def test_an_id_is_no_longer_than_a_line_in_octets() -> None:
    assert len(first_id(f"<{'编' * 960}@mail.example>".encode()).encode()) <= LONGEST
    assert len(ids([f"<{'编' * 960}@mail.example>".encode()])[0].encode()) <= LONGEST
