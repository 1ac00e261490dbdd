"""Addresses and telephone numbers as people write them are hidden; what only looks like one stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postline.kit.html import clean
from postline.kit.masking import mask, mask_address, mask_cut, mask_html, mask_number

pytestmark = pytest.mark.unit

ADDRESSES = [
    ("Write to anna@user.example, please", "Write to a•••@u•••.example, please"),
    ("<anna.visser+shop@mail.user.co.uk>", "<a•••@m•••.uk>"),
    ("Почта: анна@почта.рф.", "Почта: а•••@п•••.рф."),
    ("mailto:anna@user.example?subject=x", "mailto:a•••@u•••.example?subject=x"),
    ("https://x.example/?email=anna@user.example&a=1", "https://x.example/?email=a•••@u•••.example&a=1"),
    ("https://x.example/?e=anna%40user.example", "https://x.example/?e=a•••@u•••.example"),
    ("bounce+anna=user.example@list.example", "b•••@l•••.example"),
    ('"anna visser"@user.example', "a•••@u•••.example"),
    ("550 5.1.1 <anna@user.example>: no such user", "550 5.1.1 <a•••@u•••.example>: no such user"),
    ("O'Brien o'brien@user.example", "O'Brien o•••@u•••.example"),
    ("anna\u200b@user.example", "a•••@u•••.example"),
    ("anna@user.example\u200b and", "a•••@u•••.example\u200b and"),
    ("\u2068anna@user.example\u2069 and", "\u2068a•••@u•••.example\u2069 and"),
    ("\u202danna\u200e@\u200fuser.\u200bexample\u202c and", "\u202da•••@u•••.example\u202c and"),
    ("anna@us\u00ader.ex\u00adample and", "a•••@u•••.example and"),
    ("a@user.example,b@user.example", "a•••@u•••.example,b•••@u•••.example"),
    ("anna@us", "a•••@u•••"),  # the end may have been cut off
]
NUMBERS = [
    ("+7 912 345-67-12", "+7 ••• •••-••-12"),  # Russia
    ("+79123456712", "+7••••••••12"),
    ("+7 (900) 000-00-12", "+7 (•••) •••-••-12"),
    ("+7 912\n345-67-12", "+7 •••\n•••-••-12"),
    ("Мой номер 8 (912) 345-67-89", "Мой номер 8 (•••) •••-••-89"),
    ("8-912-345-67-12", "8-•••-•••-••-12"),
    ("звоните 89123456712!", "звоните 8••••••••12!"),
    ("8 800 2000 600", "8 ••• •••• •00"),
    ("(495) 123-45-67", "(•••) •••-••-67"),
    ("тел. 123-45-67", "тел. •••-••-67"),
    ("телефон: 123456", "телефон: ••••56"),
    ("06-12345678", "0•-••••••78"),  # the Netherlands
    ("Bel 0612345678 of 020 - 123 45 67", "Bel 0•••••••78 of 0•• - ••• •• 67"),
    ("+31 6 12345678 2026-03-04", "+31 • ••••••78 2026-03-04"),
    ("+31 (0)6 12345678", "+31 (•)• ••••••78"),
    ("0031 6 12345678", "0••• • ••••••78"),
    ("0612345678 0687654321", "0•••••••78 0•••••••21"),
    ("Tel: 0171/1234567", "Tel: 0•••/•••••67"),  # Germany
    ("Rückruf bitte: (030) 123456", "Rückruf bitte: (0••) ••••56"),
    ("+49 171 1234567", "+49 ••• •••••67"),
    ("Handynummer 0151-23456789", "Handynummer 0•••-••••••89"),
    ("(212) 555-0123", "(•••) •••-••23"),  # the United States
    ("212-555-0123", "•••-•••-••23"),
    ("1-800-555-0199", "•-•••-•••-••99"),
    ("+1 (202) 555-0143", "+1 (•••) •••-••43"),
    ("my phone number is 555 0123", "my phone number is ••• ••23"),
    ("07911 123456", "0•••• ••••56"),  # the United Kingdom
    ("06 12 34 56 78", "0• •• •• •• 78"),  # France
    ("+380 67 123 45 67", "+38• •• ••• •• 67"),  # Ukraine
    ("+33 (0)1 23 45 67 89", "+33 (•)• •• •• •• 89"),
    ("Anna+79123456712", "Anna+7••••••••12"),
    ("06-12345678 04-03-2026 en 8 912 345-67-12 01.02.2026", "0•-••••••78 04-03-2026 en 8 ••• •••-••-12 01.02.2026"),
    ("Звоните по 9123456712", "Звоните по ••••••••12"),
    ("Tel/Fax: 204128816", "Tel/Fax: •••••••16"),
    ("https://wa.me/31612345678", "https://wa.me/•••••••••78"),
    ("٠٦١٢٣٤٥٦٧٨", "0•••••••78"),
]
OTHERS = [
    "#204 128 816",
    "204\u202f128\u202f816",
    "204128816",
    "Re: [204128816] 12:30",
    "2026-03-04 12:00",
    "04-03-2026 12:00",
    "04.03.2026 06:12",
    "2026-11-25T19:24:55+0100",
    "Wed, 4 Mar 2026 12:00:00 +0100",
    "8. 30.11.2026 12.05",
    "192.168.100.200",
    "89.123.145.167",
    "2001:db8::8a2e:370:7334",
    "заказ № 89123456712",
    "Order 0612345678",
    "Bestellnummer: 0612345678",
    "ORD-0612345678",
    "https://shop.example/orders/89123456712",
    "I bought a phone, order 123456789",
    "tracking 0031612345678",
    "ИНН 0274012345",
    "NL91 ABNA 0417 1643 00",
    "4276 1234 5678 9012",
    "550e8400-e29b-41d4-a716-446655440000",
    "+100 000 000 EUR",
    "1 234 567 890",
    "1700000000",
    "0.123456789",
    "v10.0.19045.3803",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "7 8 9 10 11 12 13",
    "kl. 8, kv. 9123456712",
    "@anna wrote",
    "3 @ 5 EUR",
    "a•••@u•••.example, +7 ••• •••-••-12",
    "",
]


@pytest.mark.parametrize(("text", "shown"), ADDRESSES)
def test_addresses_are_hidden(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(("text", "shown"), NUMBERS)
def test_telephone_numbers_of_several_countries_are_hidden(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_neither_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(("text", "shown"), ADDRESSES + NUMBERS)
def test_what_is_hidden_once_is_not_hidden_differently_the_second_time(text: str, shown: str) -> None:
    assert mask(mask(text)) == shown


def test_addresses_of_ours_stay_with_a_tag_too_and_whatever_their_case() -> None:
    own = {"support@mail.example"}.__contains__
    text = "Support@mail.example support+204128816.x@mail.example anna@mail.example"
    assert mask(text, keep=own) == "Support@mail.example support+204128816.x@mail.example a•••@m•••.example"
    assert mask_address("support+x@mail.example", keep=own) == "support+x@mail.example"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("anna@user.example", "a•••@u•••.example"), ("anna@localhost", "a•••@l•••"), ("@", "•••@•••"), ("", "")],
)
def test_a_field_that_holds_an_address_is_hidden_however_odd_it_is(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@pytest.mark.parametrize(("number", "shown"), [("12345", "•••45"), ("+31-6", "+31-6"), ("0201234567", "0•••••••67")])
def test_a_field_that_holds_a_number_is_hidden_however_short_it_is(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Write to anna.vis", "Write to …"),
        ("Call +7 912 345", "Call …"),
        ("b@user.example or anna@us", "b•••@u•••.example or …"),
    ],
)
def test_half_an_address_at_the_end_of_a_text_that_was_cut_is_gone(text: str, shown: str) -> None:
    assert mask_cut(text) == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (
            '<p>Hi <b>anna</b>@<i>user.example</i> &amp; <a href="mailto:anna@user.example">write</a></p>',
            '<p>Hi <b>a•••@u•••.example</b><i></i> &amp; <a target="_blank" rel="noopener noreferrer nofollow">write',
        ),
        ("<p>anna&#64;user.example</p><p>+7&nbsp;912&nbsp;345-67-12</p>", "<p>a•••@u•••.example</p><p>+7\xa0•••"),
        ('<a href="tel:+79123456712">call</a>', '<a target="_blank" rel="noopener noreferrer nofollow">call</a>'),
        (
            '<img src="https://x.example/p.gif?u=anna%40user.example" alt="anna@user.example 06-12345678">',
            '<img data-src="https://x.example/p.gif?u=a•••@u•••.example" alt="a•••@u•••.example 0•-••••••78">',
        ),
        ('<p title="anna@user.example">x<br>y</p>', '<p title="a•••@u•••.example">x<br>y</p>'),
        ("<table><tr><td>06-1234</td><td>5678</td></tr></table>", "<td>06-1234</td><td>5678</td>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
    ],
)
def test_html_is_hidden_in_words_and_attributes_and_across_tags(html: str, shown: str) -> None:
    masked = mask_html(clean(html))
    assert shown in masked
    assert "anna" not in masked
    assert "345-67" not in masked


def test_a_picture_within_the_page_is_left_alone() -> None:
    picture = '<img src="data:image/png;base64,QUFB06123456780612345678">'
    assert mask_html(picture) == picture


def test_our_own_address_stays_a_link() -> None:
    link = '<a href="mailto:support@mail.example">support@mail.example</a>'
    assert mask_html(link, keep={"support@mail.example"}.__contains__) == link


@given(st.text(st.sampled_from("a@.+-() 078912\n/é٣#<>&;b"), max_size=80))
def test_whatever_the_text_no_whole_address_is_left_and_masking_again_changes_nothing(text: str) -> None:
    masked = mask(f"{text} anna@user.example {text}")
    assert "anna@" not in masked
    assert mask(masked) == masked


HARD = ["1 ", "01 ", "8 9", "+1 2", "+1\n2", "0", "@", "a@", "a@b.", "tel ", "order #", "1-", "1.1.1.", "8(912)", "a"]


@pytest.mark.parametrize("part", HARD)
def test_time_grows_with_the_length_alone(part: str) -> None:
    """Twenty times the text takes some twenty times the time; a square would take four hundred."""
    short, long = part * (10_000 // len(part)), part * (200_000 // len(part))
    mask(short)
    once = min(_seconds(short) for _ in range(3))
    assert _seconds(long) < 100 * max(once, 0.002)


def _seconds(text: str) -> float:
    began = time.process_time()
    mask_html(text)
    mask(text)
    return time.process_time() - began
