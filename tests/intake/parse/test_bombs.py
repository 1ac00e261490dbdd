"""SAFETY S67, S68: whatever a message holds, a value comes back soon."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from postline.intake.parse import ParsedMessage, read
from postline.intake.reader import Reader, Unreadable
from postline.kit.html import clean, has_remote_pictures, text_to_html

pytestmark = pytest.mark.unit

HEAD = b"From: Ivan <ivan@mail.example>\nMessage-ID: <1@mail.example>\nDate: Tue, 25 Nov 2025 10:00:00 +0300\n"
TNEF = b"\x78\x9f\x3e\x22\1\0"
NEW_FILE = b"\2\x02\x90\6\0\0\0\0\0\0\0"
PROPERTIES = b"\1\3\x90\6\0\0\0\x0c\0\xff\xff\xff\xff"
SIGNED = bytes.fromhex("308006092a864886f70d010702a08030800201013100308006092a864886f70d010701")
PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\6\0\0\0"
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


def parts(part: bytes, number: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + (b"--x\n" + part + b"\n") * number + b"--x--\n"


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
    "10,000 RFC 2231 pieces in one line": lambda: with_type(b"text/plain; " + b"; name*1=a" * 10_000),
    "a route without end": lambda: b"From: <" + b"@a," * 60_000 + b"@b:ivan@mail.example>\n\ntext",
    "blanks in an address": lambda: b"From: ivan" + b" " * 30_000 + b"@" + b" . a" * 60_000 + b"\n\ntext",
    "backslashes in an address": lambda: b"From: (" + b"\\" * 200_000 + b")\n\ntext",
    "3,000 lines of asterisks": lambda: with_type(b"text/plain", (b"*" * 290 + b" x\n") * 3_000),
    "uuencoded files without end": lambda: with_type(b"text/plain", b"begin 644 a\n" * 80_000),
    "50,000 uuencoded files": lambda: with_type(b"text/plain", b"begin 644 a\n`\nend\n" * 50_000),
    "uuencoded lines that give much": lambda: with_type(b"text/plain", b"begin 644 a\n" + b"M\n" * 490_000 + b"end\n"),
    "winmail.dat of files": lambda: with_type(b"application/ms-tnef", TNEF + NEW_FILE * 60_000),
    "winmail.dat of properties": lambda: with_type(
        b"application/ms-tnef", TNEF + PROPERTIES + b"\3\x10\0\x10" * 220_000
    ),
    "S/MIME of pieces": lambda: with_type(b"application/pkcs7-mime", SIGNED + b"\xa0\x80\x24\x80" + b"\4\0" * 400_000),
    "S/MIME of open ends": lambda: with_type(b"application/pkcs7-mime", b"\x30\x80" * 400_000),
    "PGP without end": lambda: with_type(b"text/plain", b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 28_000),
    "PGP signatures without end": lambda: with_type(
        b"text/plain", (b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" + b"-----BEGIN PGP SIGNATURE-----\n") * 14_000
    ),
    "one boundary in 90 containers": lambda: with_type(
        b"multipart/mixed; boundary=x", b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 90 + b"--x--\n" * 90_000
    ),
    "100,000 lines like a boundary": lambda: with_type(
        b"multipart/mixed; boundary=x", b"--x\n\n" + b"--xy\n" * 100_000 + b"--x--\n"
    ),
    "a picture of 50,000 x 50,000": lambda: with_type(b"image/png; name=a.png", PNG_HEAD + b"\0" * 400_000),
    "a zip file of zeros": lambda: with_type(b"application/zip; name=a.zip", b"PK\3\4" + b"\0" * 486_000),
    "no From": lambda: b"Subject: a\n\ntext",
    "a From of three signs": lambda: b"From: @@@\n\ntext",
    "two Subjects": lambda: HEAD + b"Subject: a\nSubject: b\n\ntext",
    "the year 99999": lambda: b"Date: Tue, 25 Nov 99999 10:15:00 +0300\n\ntext",
    "a bracketed Message-ID": lambda: b"Message-ID: <[x@y]>\n\ntext",
    "raw koi8-r": lambda: "Subject: Не могу войти\n\n".encode("koi8-r") + "Текст. ".encode("koi8-r") * 100_000,
    "raw cp1251": lambda: "Subject: Не могу войти\n\n".encode("cp1251") + "Текст. ".encode("cp1251") * 100_000,
    "bare CR": lambda: HEAD.replace(b"\n", b"\r") + b"\r" + b"text\r" * 100_000,
    "nothing": lambda: b"",
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
    "HTML of signs": lambda: html(b"&amp;" * 200_000),
    "HTML 30,000 pictures": lambda: html(b"<img src=http://x.example/a.gif>" * 30_000),
    "HTML one style of 1 MB": lambda: html(b"<p style='" + b"color:red;" * 90_000 + b"'>text"),
    "HTML one title of 1 MB": lambda: html(b"<p title='" + b"<img " * 190_000 + b"'>text"),
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
    "HTML text in 490 quotations": lambda: html(b"<blockquote>" * 490 + b"a<br>" * 190_000),
    "HTML links in links": lambda: html(b"<a href=http://x.example><table><tr><td>" * 240 + b"a b c " * 150_000),
    "HTML ends of what is not open": lambda: html(b"<div></b>" * 110_000),
    "HTML ends in attributes": lambda: html(b"<div a='</div>'>" * 60_000),
    "HTML ends in comments": lambda: html(b"<div><!--</div>-->" * 55_000),
    "HTML number without end": lambda: html(b"<div>" * 3_000 + b"&#" + b"9" * 5_000 + b";"),
    "HTML charsets of blanks": lambda: parts(b"Content-Type: text/html\n\n<meta charset=" + b" " * 1_900, 500),
    "a number without end in Message-ID": lambda: b"Message-ID: &lt;&#" + b"9" * 5_000 + b";@x&gt;\n\ntext",
    "flowed lines without end": lambda: with_type(b"text/plain; format=flowed", b"a \n" * 330_000),
    "forward marks that are none": lambda: with_type(
        b"text/plain", (b"--forwarded by " + b"x" * 88 + b"-" * 62 + b"a" * 130 + b"\n") * 3_300
    ),
    "9,000 attributions that are none": lambda: with_type(
        b"text/plain", (b"On 1 May 2023, at 10:00, Ivan a@b.example" + b" x" * 17 + b" >\n") * 9_000
    ),
    "dashes over quotations": lambda: with_type(b"text/plain", (b"-" * 990 + b":\n> a\n") * 1_000),
    "dashes and blanks": lambda: with_type(b"text/plain", (b"-" * 800 + b" " * 180 + b"aa\n") * 1_000),
    "450,000 lines in 95 containers": lambda: (
        nested_multiparts(95).replace(b"text/plain", b"text/plain\nContent-Transfer-Encoding: quoted-printable")
        + b"a\n" * 450_000
        + b"\xff"
    ),
    "190,000 parts in an enclosed message": lambda: with_type(
        b"message/rfc822",
        b"Content-Type: multipart/mixed; boundary=x\n\n"
        + b"--x\n\n" * 190_000
        + b"Content-Transfer-Encoding: quoted-printable\n\n\xff",
    ),
    "HTML quotations": lambda: html(b"<blockquote>" * 400 + b"<p>x</p>" * 400),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_time(name: str) -> None:
    raw = BOMBS[name]()
    before = time.process_time()
    message = read(raw)
    clean(message.html)
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


def test_a_picture_of_blanks_is_looked_at_in_time() -> None:
    before = time.process_time()
    assert not has_remote_pictures("<img src=" + " " * 900_000)
    assert time.process_time() - before < MOST_CPU_SECONDS


def test_addresses_that_are_none_are_made_into_html_in_time() -> None:
    before = time.process_time()
    assert "<a" not in text_to_html(("a" * 63 + "@") * 15_000)
    assert time.process_time() - before < MOST_CPU_SECONDS


def test_html_beside_the_text_that_nobody_can_parse_ends_the_reader_and_not_the_web_server() -> None:
    fonts = b"".join(b"<font size=%d>" % number for number in range(450))
    bomb = parts(
        b"Content-Type: text/plain\n\nhello\n--x\nContent-Type: text/html\n\n<p>%s</p>%s"
        % (fonts, b"<p>x</p>" * 60_000),
        1,
    )
    with Reader() as reader:
        (result,) = reader.read_many([bomb])
    assert isinstance(result, Unreadable)
