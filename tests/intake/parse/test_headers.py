"""Headers in their broken forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from postline.intake.parse import Address, read
from postline.intake.parse.addresses import addresses
from postline.intake.parse.headers import parameters, text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?a_b?=", "a b"),
        (b"=?UTF-8?b?0J/RgNC40LLQtdGC?=", "Привет"),
        (b"Re: =?koi8-r?B?8NLJ18XU?= =?koi8-r?B?LCDNydI=?= !", "Re: Привет, мир !"),
        (b"=?utf-8?B?0J/R?= =?utf-8?B?gNC40LLQtdGC?=", "Привет"),
        (b"=?utf-8?B?0J/RgNC40LLQtdGC?==?utf-8?Q?!?=", "Привет!"),
        (b"=?utf-8?B?0J/RgNC40LLQtdGC", "=?utf-8?B?0J/RgNC40LLQtdGC"),
        (b"=?utf-8?B?0J/RgNC40LLQtdG?=", "Приве�"),
        (b"=?utf-8*ru?Q?=D0=9F?=", "П"),
        (b"=?utf-8?Q?What?_Really??=", "What? Really?"),
        (b"=?x-nope?Q?caf=E9?=", "café"),
        (b"=?iso-8859-1?Q?=80_5?=", "€ 5"),
        (b"=?utf-7?Q?Fr+APY-sche?=", "Frösche"),
        ("Не могу войти".encode("koi8-r"), "Не могу войти"),
        ("Не могу войти".encode("cp1251"), "Не могу войти"),
        ("Не могу войти".encode("cp866"), "Не могу войти"),
        ("Не могу войти".encode(), "Не могу войти"),
        ("Grüße aus Köln".encode("latin-1"), "Grüße aus Köln"),
        (b"=?utf-8?q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        (b"=?utf-8?B?nnAB/w==?= a", "=?utf-8?B?nnAB/w==?= a"),
        (b"=?utf-8?Q?a_=EF=BF=BD?=", "a �"),
        ("Grüße � aus Köln".encode(), "Grüße � aus Köln"),
        (b"=?iso-2022-jp?B?GyRCJSIlKyUmJXMlSBsoQg==?=", "アカウント"),
        (b"=?us-ascii?Q?caf=C3=A9?=", "café"),
        (b'"=?utf-8?Q?caf=C3=A9?="', '"café"'),
        (b"=?utf-8?Q?two words?=", "two words"),
    ],
)
def test_a_header_is_decoded(value: bytes, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"ivan@mail.example", [Address("", "ivan@mail.example")]),
        (b"Ivan <Ivan@MAIL.Example>", [Address("Ivan", "Ivan@mail.example")]),
        (b'"Petrov, Ivan" <i@mail.example>, b@mail.example',
         [Address("Petrov, Ivan", "i@mail.example"), Address("", "b@mail.example")]),
        (b"=?utf-8?Q?Petrov,_Ivan?= <i@mail.example>", [Address("Petrov, Ivan", "i@mail.example")]),
        (b"i@mail.example (Ivan Petrov)", [Address("Ivan Petrov", "i@mail.example")]),
        (b"team: a@x.example, b@x.example;", [Address("", "a@x.example"), Address("", "b@x.example")]),
        (b'"a, b@evil.example <x>" <u@x.example>', [Address("a, b@evil.example <x>", "u@x.example")]),
        (b"undisclosed-recipients:;", []),
        (b"@@@", [Address("@@@", "")]),
        (b"Ivan Petrov", [Address("Ivan Petrov", "")]),
        (b"=?utf-8?Q?Ivan_<i@mail.example>?=", [Address("Ivan", "i@mail.example")]),
        (b"<i@mail.example>", [Address("", "i@mail.example")]),
        (b"alice@ours.example)<mallory@evil.example>", [Address("alice@ours.example", "mallory@evil.example")]),
        (b"Mary <@relay.example,@b.example:mary@x.example>", [Address("Mary", "mary@x.example")]),
        (b"Pete(a \\) b) <pete(his account)@x.example(host)>", [Address("Pete", "pete@x.example")]),
        (b", , jdoe@x  . example", [Address("", "jdoe@x.example")]),
        (b"ivan @ mail.example", [Address("", "ivan@mail.example")]),
        (b"Ivan ivan@mail.example Petrov", [Address("Ivan  Petrov", "ivan@mail.example")]),
        (b"ivan+AEA-evil.example", [Address("ivan+AEA-evil.example", "")]),
    ],
)  # fmt: skip
def test_addresses_are_found(value: bytes, expected: list[Address]) -> None:
    assert list(addresses(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain", ("text/plain", {})),
        ('Text/HTML; Charset="utf-8"', ("text/html", {"charset": "utf-8"})),
        ('a/b; name="a; b\\"c.txt"', ("a/b", {"name": 'a; b"c.txt'})),
        ("a/b; name*=koi8-r''%F0.txt", ("a/b", {"name": "П.txt"})),
        ("a/b; name*1=b; name*0=a", ("a/b", {"name": "ab"})),
        ("a/b; name*0*=utf-8''%D0; name*1*=%9F", ("a/b", {"name": "П"})),
        ("a/b; name==?utf-8?Q?=D0=9F?=", ("a/b", {"name": "П"})),
        ("a/b; name=C:\\dir\\a.txt", ("a/b", {"name": "C:\\dir\\a.txt"})),
    ],
)
def test_parameters_are_read(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parameters(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"Tue, 25 Nov 2025 10:15:00 +0300", datetime(2025, 11, 25, 7, 15, tzinfo=UTC)),
        (b"25 Nov 2025 10:15 GMT", datetime(2025, 11, 25, 10, 15, tzinfo=UTC)),
        (b"Tue, 25 Nov 2025 10:15:00 -0000", datetime(2025, 11, 25, 10, 15, tzinfo=UTC)),
        (b"5 Nov 2025 10:15:00 -0330 (NST)", datetime(2025, 11, 5, 13, 45, tzinfo=UTC)),
        (b"Tue, 25 Nov 25 10:15:00 +0300", datetime(2025, 11, 25, 7, 15, tzinfo=UTC)),
        (b"Tue, 31 Feb 2025 10:15:00 +0300", None),
        (b"Tue, 25 Nov 2025 10:15:00 +2500", None),
        (b"Tue, 25 Nov 99999 10:15:00 +0300", None),
        (b"Tue, 25 Nov 2025 10:15:00 +9999999", None),
        (b"yesterday", None),
    ],
)
def test_a_date_is_an_instant_or_nothing(value: bytes, expected: datetime | None) -> None:
    assert read(b"Date: " + value + b"\n\ntext").date == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"Message-ID: <a@b.example>", "a@b.example"),
        (b"Message-ID: <[a@b.example]>", "[a@b.example]"),
        (b"Message-ID: a@b.example", "a@b.example"),
        (b"Message-ID:\n <a@\n b.example>", "a@b.example"),
        (b"Message-ID: ", ""),
    ],
)
def test_a_message_id_is_bare(header: bytes, expected: str) -> None:
    assert read(header + b"\n\ntext").message_id == expected


def test_more_than_fifty_hops_are_a_loop() -> None:
    assert "loop" in read(b"Received: from a by b\n" * 51 + b"\ntext").defects
    assert "loop" not in read(b"Received: from a by b\n" * 50 + b"\ntext").defects


def test_a_subject_in_the_utf_7_of_the_body_is_decoded_and_an_address_is_not() -> None:
    message = read(
        b"Subject: Fr+APY-sche\nFrom: a+AEA-evil.example\nContent-Type: text/plain; charset=utf-7\n\nFr+APY-sche"
    )
    assert (message.subject, message.text) == ("Frösche", "Frösche")
    assert message.sender.address == ""
    assert read(b"Subject: Fr+APY-sche\n\ntext").subject == "Fr+APY-sche"
