"""Messages of many structures for measuring how they are read: the letters of a desk, and what else comes to one."""

from __future__ import annotations

import base64
import binascii
import random
from collections.abc import Callable, Iterator

from postline.ops.bench.letters import letters
from postline.ops.bench.sentences import SENTENCES

RECIPIENT = "support@bench.example"
_BOUNDARY = b"=_bench_0123456789abcdef"


def shaped(count: int, *, seed: int = 1) -> Iterator[bytes]:
    """So many messages: seven letters of ten as they are, the others in one of the shapes in turn."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable, not secret
    for number, letter in enumerate(letters(count, recipient=RECIPIENT, seed=seed)):
        if number % 10 < 7:
            yield letter.content
        else:
            shape = SHAPES[(number // 10 * 3 + number % 10) % len(SHAPES)]
            yield shape(letter.content, chance)


def newsletter(letter: bytes, chance: random.Random) -> bytes:
    """HTML alone, dense with tables and styles."""
    cell = (
        '<td width="290" valign="top" style="padding:8px 12px;border-bottom:1px solid #dddddd;font-family:Arial">'
        '<a href="https://shop.example/offer/{number}?from=letter"><font color="#1a4f8b">{words}</font></a></td>'
    )
    rows = "".join(
        f"<tr>{''.join(cell.format(number=number * 2 + side, words=_sentence(chance)) for side in (0, 1))}</tr>\n"
        for number in range(20)
    )
    html = f'<html><body><table width="600" cellpadding="0" cellspacing="0" border="0">{rows}</table></body></html>'
    return _with_head(letter, b'text/html; charset="utf-8"', html.encode())


def forwarded(letter: bytes, chance: random.Random) -> bytes:
    """The letter inside of another, as an attachment."""
    return _multipart(letter, b"mixed", [_text(_sentence(chance)), b"Content-Type: message/rfc822\r\n\r\n" + letter])


def bounced(letter: bytes, chance: random.Random) -> bytes:
    """A delivery report (RFC 3464) about the letter."""
    report = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.relay.example\r\n\r\n"
        b"Final-Recipient: rfc822; gone@post.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
    )
    parts = [_text("This message could not be delivered."), report, b"Content-Type: message/rfc822\r\n\r\n" + letter]
    return _multipart(letter, b"report; report-type=delivery-status", parts)


def signed(letter: bytes, chance: random.Random) -> bytes:
    """S/MIME with the signature apart."""
    signature = base64.encodebytes(chance.randbytes(1_500)).replace(b"\n", b"\r\n")
    head = b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    kind = b'signed; protocol="application/pkcs7-signature"; micalg=sha-256'
    return _multipart(letter, kind, [_text(" ".join(_sentence(chance) for _ in range(60))), head + signature])


def invitation(letter: bytes, chance: random.Random) -> bytes:
    """A calendar's request beside the words."""
    lines = ("BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", f"SUMMARY:{_sentence(chance)}", "END:VEVENT")
    event = "\r\n".join((*lines, "END:VCALENDAR", "")).encode()
    part = b"Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n" + event
    return _multipart(letter, b"alternative", [_text(_sentence(chance)), part])


def uuencoded(letter: bytes, chance: random.Random) -> bytes:
    """A file written into the text, as before MIME."""
    content = chance.randbytes(6_000)
    lines = b"".join(binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    body = f"{_sentence(chance)}\n\nbegin 644 report.bin\n".encode() + lines + b"`\nend\n"
    return _with_head(letter, b"text/plain; charset=utf-8", body)


def mislabelled(letter: bytes, chance: random.Random) -> bytes:
    """KOI8-R that nobody declares, in the header and in the body."""
    words = " ".join(chance.choices(SENTENCES["ru"], k=60)).encode("koi8-r", "replace")
    return b"From: anna@post.example\r\nSubject: " + words[:60] + b"\r\n\r\n" + words


SHAPES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    newsletter,
    forwarded,
    bounced,
    signed,
    invitation,
    uuencoded,
    mislabelled,
)


def _sentence(chance: random.Random) -> str:
    return chance.choice(SENTENCES[chance.choice(("ru", "en", "nl"))])


def _text(words: str) -> bytes:
    head = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head + base64.encodebytes(words.encode()).replace(b"\n", b"\r\n")


def _with_head(letter: bytes, content_type: bytes, body: bytes) -> bytes:
    """The letter's own header section over another body."""
    head = letter[: letter.index(b"MIME-Version:")]
    return head + b"MIME-Version: 1.0\r\nContent-Type: " + content_type + b"\r\n\r\n" + body


def _multipart(letter: bytes, kind: bytes, parts: list[bytes]) -> bytes:
    body = b"".join(b"--" + _BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + _BOUNDARY + b"--\r\n"
    return _with_head(letter, b"multipart/" + kind + b'; boundary="' + _BOUNDARY + b'"', body)
