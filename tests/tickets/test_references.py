"""Only what we signed names a ticket."""

from __future__ import annotations

import pytest

from postline.tickets import numbers, references

pytestmark = pytest.mark.django_db


def test_a_reply_address_names_its_ticket_in_any_case() -> None:
    number = numbers.draw()
    address = references.reply_address(mailbox="support@mail.example", number=number)
    assert references.number_in_reply_address(address) == number
    assert references.number_in_reply_address(address.upper()) == number
    assert len(address.partition("@")[0]) <= 64  # RFC 5321, 4.5.3.1.1


def test_an_altered_signature_or_number_names_nothing() -> None:
    number = numbers.draw()
    address = references.reply_address(mailbox="support@mail.example", number=number)
    other = address.replace(str(number), str(numbers.draw()))
    assert references.number_in_reply_address(other) is None
    assert references.number_in_reply_address(f"support+{number}@mail.example") is None
    assert references.number_in_reply_address("support@mail.example") is None


def test_a_message_id_names_its_ticket_and_is_never_the_same_twice() -> None:
    number = numbers.draw()
    first, second = (references.new_message_id(number=number, domain="mail.example") for _ in range(2))
    assert first != second
    assert references.number_in_message_id(first) == number
    assert references.number_in_message_id(first.replace(str(number), str(numbers.draw()))) is None


def test_a_signature_for_an_address_is_none_for_a_message_id() -> None:
    number = numbers.draw()
    token = references.reply_address(mailbox="a@b.example", number=number).partition("-")[2].partition("@")[0]
    assert references.number_in_message_id(f"{number}.abc.{token}@b.example") is None


def test_a_reference_is_forged_when_it_has_our_form_and_not_our_signature() -> None:
    number = numbers.draw()
    address = references.reply_address(mailbox="support@mail.example", number=number)
    message_id = references.new_message_id(number=number, domain="mail.example")
    other = str(numbers.draw())
    assert references.is_forged(address.replace(str(number), other))
    assert references.is_forged(message_id.replace(str(number), other))
    for honest in (address, message_id, "first@user.example", f"support+{number}@mail.example"):
        assert not references.is_forged(honest)


def test_the_address_is_found_in_a_quoted_original() -> None:
    number = numbers.draw()
    address = references.reply_address(mailbox="support@mail.example", number=number)
    assert references.number_in_text(f"Thanks!\n\nOn Monday Support <{address}> wrote:\n> Hello") == number
    assert references.number_in_text("nothing here +123456789-aaaaaaaaaaaaaaaa@x") is None
