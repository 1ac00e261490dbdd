"""SAFETY S67, S68: whatever a message holds, a value comes back soon."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from postline.intake.parse import ParsedMessage, read

pytestmark = pytest.mark.unit

HEAD = b"From: Ivan <ivan@mail.example>\nMessage-ID: <1@mail.example>\nDate: Tue, 25 Nov 2025 10:00:00 +0300\n"
MOST_CPU_SECONDS = 1.0


def nested_multiparts(depth: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(depth)
    )
    return HEAD + opened + b"Content-Type: text/plain\n\nat the bottom\n"


def nested_messages(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\n\n" * depth + b"Subject: last\n\ntext\n"


def many_parts(number: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\npart\n" * number + b"--x--\n"


def with_type(content_type: bytes, body: bytes = b"text") -> bytes:
    return HEAD + b"Content-Type: " + content_type + b"\n\n" + body


def html(body: bytes) -> bytes:
    return with_type(b"text/html; charset=utf-8", body)


BOMBS: dict[str, Callable[[], bytes]] = {
    "multiparts 100 deep": lambda: nested_multiparts(100),
    "multiparts 1,000 deep": lambda: nested_multiparts(1_000),
    "multiparts 40,000 deep": lambda: nested_multiparts(40_000),
    "multiparts 40,000 deep in mixed case": lambda: nested_multiparts(40_000).replace(b"multipart", b"mUlTiPaRt"),
    "messages 2,000 deep": lambda: nested_messages(2_000),
    "messages 30,000 deep": lambda: nested_messages(30_000),
    "10,000 parts": lambda: many_parts(10_000),
    "100,000 parts": lambda: many_parts(100_000),
    "64 kB of semicolons in Content-Type": lambda: with_type(b"text/plain" + b";" * 65_536),
    "64 kB of quotes in Content-Type": lambda: with_type(b"text/plain" + b';a="' * 16_000),
    "1 MB of References": lambda: HEAD + b"References:" + b"\n <a@b.example>" * 70_000 + b"\n\ntext",
    "16,000 addresses": lambda: HEAD + b"To: " + b"a@b.example, " * 16_000 + b"\n\ntext",
    "nested comments in From": lambda: b"From: " + b"(" * 20_000 + b" ivan@mail.example\n\ntext",
    "unclosed quotes in From": lambda: b'From: "' + b'\\"<' * 20_000 + b"\n\ntext",
    "100,000 header lines": lambda: HEAD + b"X-A: b\n" * 100_000 + b"\ntext",
    "100,000 lines that are no header": lambda: HEAD + b"no header\n" * 100_000 + b"\ntext",
    "one 5 MB header": lambda: HEAD + b"X-Big: " + b"a" * 5_000_000 + b"\n\ntext",
    "5 MB of folded header": lambda: HEAD + b"Subject: a\n" + b" b\n" * 1_600_000 + b"\ntext",
    "10,000 RFC 2231 pieces": lambda: with_type(
        b"text/plain" + b"".join(b";\n name*%d=a" % number for number in range(10_000))
    ),
    "encoded words without end": lambda: HEAD + b"Subject: " + b"=?utf-8?q?a" * 100_000 + b"\n\ntext",
    "100,000 encoded words": lambda: HEAD + b"Subject:" + b" =?utf-8?q?=D0?=" * 100_000 + b"\n\ntext",
    "unknown charset": lambda: with_type(b"text/plain; charset=x-nope", b"\xff\xfe text"),
    "rot13": lambda: with_type(b"text/plain; charset=rot13", "текст".encode()),
    "200 kB of punycode": lambda: with_type(b"text/plain; charset=punycode", b"a" * 200_000 + b"-\xffaaaa"),
    "truncated base64": lambda: with_type(
        b"text/plain\nContent-Transfer-Encoding: base64", b"0L/RgNC40LLQtdGC0LjQ" * 3
    ),
    "two MB of quotation marks": lambda: with_type(b"text/plain", b">" * 2_000_000),
    "a million quoted lines": lambda: with_type(b"text/plain", b"> a\n" * 1_000_000),
    "attributions without end": lambda: with_type(b"text/plain", b"On 1 May 2023, Ivan wrote \n" * 19_000),
    "colons without end": lambda: with_type(b"text/plain", (b"1.1.2023 10:00 " + b"a@" * 400 + b":\n") * 2_000),
    "50 kB of spaces": lambda: with_type(b"text/plain", b" " * 50_000 + b"x"),
    "NULs": lambda: b"From: i\0van@mail.example\nSubject: a\0b\n\n" + b"\0" * 100_000,
    "only bytes": lambda: bytes(range(256)) * 4_000,
    "only LF": lambda: b"\n" * 1_000_000,
    "only CR": lambda: b"\r" * 1_000_000,
    "only colons": lambda: b":" * 1_000_000,
    "only a fold": lambda: b"a:" + b"\n " * 1_000_000,
    "HTML 500 kB of div": lambda: html(b"<div>" * 100_000 + b"at the bottom"),
    "HTML with unclosed tags": lambda: html(b"<a " * 100_000 + b">text"),
    "HTML comments": lambda: html(b"<!--" * 100_000 + b"text"),
    "HTML 100,000 attributes": lambda: html(b"<p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">text"),
    "HTML 20,000 attributes in each of 10 tags": lambda: html(
        (b"<p " + b" ".join(b"a%d" % n for n in range(900)) + b">text") * 20
    ),
    "HTML formatting bomb": lambda: html(b"<b><i><u><font>" * 2_000 + b"<p>x" * 2_000),
    "HTML tables": lambda: html(b"<table><tr><td>" * 30_000),
    "HTML 5,000 links": lambda: html(b'<a href="http://x.example">y</a> ' * 5_000),
    "HTML entities": lambda: html(b"&#xD800;&#0;&" * 50_000),
    "HTML 50,000 rows": lambda: html(b"<table>" + b"<tr><td>a</td></tr>" * 50_000 + b"</table>"),
    "HTML lists": lambda: html(b"<ul><li>" * 400 + b"x"),
    "HTML quotations": lambda: html(b"<blockquote>" * 400 + b"<p>x</p>" * 400),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_time(name: str) -> None:
    raw = BOMBS[name]()
    before = time.process_time()
    message = read(raw)
    assert isinstance(message, ParsedMessage)
    assert time.process_time() - before < MOST_CPU_SECONDS


def test_the_deepest_words_are_still_somewhere() -> None:
    assert "at the bottom" in read(BOMBS["HTML 500 kB of div"]()).text
    message = read(BOMBS["multiparts 1,000 deep"]())
    assert "nesting" in message.defects
    assert message.sender.address == "ivan@mail.example"


def test_a_large_message_is_cut_only_in_what_is_shown() -> None:
    message = read(with_type(b"text/plain", b"a line of text\n" * 200_000))
    assert len(message.text) == 1_000_000
    assert "text-cut" in message.defects
