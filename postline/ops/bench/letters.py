"""Letters for measuring, as a desk gets them: always the same ones for the same seed.

About 16 kB on average, from 2 to 150 kB; three languages in the charsets that their writers still use; half of them
formatted as well; one in twenty with a file; three in ten follow one that came before.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime

from postline.ops.bench.sentences import NAMES, QUOTED, SENTENCES, SUBJECTS

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FOLLOW_UPS, FORMATTED, WITH_FILE = 0.30, 0.55, 0.05
LANGUAGES, LANGUAGE_WEIGHTS = ("ru", "en", "nl"), (65, 22, 13)
CHARSETS, CHARSET_WEIGHTS = ("utf-8", "windows-1251", "koi8-r"), (60, 25, 15)  # of the Russian ones
ENCODINGS = ("base64", "quoted-printable", "8bit")
MEDIAN_CHARACTERS, SPREAD = 1_600, 0.9  # of the words of one letter: log-normal
MOST_CHARACTERS = 12_000
REMEMBERED = 400  # how far back a follow-up reaches
EOL = b"\r\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """The bytes and the envelope that they come in."""

    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Earlier:
    language: str
    name: str
    sender: str
    subject: str
    message_ids: tuple[str, ...]
    words: str


def letters(count: int, *, recipient: str, seed: int = 1) -> Iterator[Letter]:
    """So many letters to one mailbox, in the order in which they come."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable, not secret
    earlier: list[_Earlier] = []
    for number in range(count):
        follows = chance.choice(earlier) if earlier and chance.random() < FOLLOW_UPS else None
        one = _follow_up(follows, chance, number) if follows else _first(chance, number)
        earlier.append(one)
        del earlier[:-REMEMBERED]
        yield Letter(one.sender, recipient, _content(one, follows, recipient, chance, number))


def _first(chance: random.Random, number: int) -> _Earlier:
    (language,) = chance.choices(LANGUAGES, LANGUAGE_WEIGHTS)
    name = chance.choice(NAMES[language])
    sender = f"user{number}@{chance.choice(('post', 'home', 'work'))}.example"
    subject = f"{chance.choice(SUBJECTS[language])} ({number})"
    return _Earlier(language, name, sender, subject, (_message_id(chance, sender),), _words(language, chance))


def _follow_up(before: _Earlier, chance: random.Random, number: int) -> _Earlier:
    own = _message_id(chance, before.sender)
    words = _words(before.language, chance)
    return _Earlier(before.language, before.name, before.sender, before.subject, (*before.message_ids[-8:], own), words)


def _message_id(chance: random.Random, sender: str) -> str:
    return f"<{chance.getrandbits(64):016x}@{sender.partition('@')[2]}>"


def _words(language: str, chance: random.Random) -> str:
    wanted = min(chance.lognormvariate(0, SPREAD) * MEDIAN_CHARACTERS, MOST_CHARACTERS)
    lines: list[str] = []
    length = 0
    while length < wanted:
        paragraph = " ".join(chance.choices(SENTENCES[language], k=chance.randint(2, 5)))
        lines.append(f"{paragraph} ({chance.randrange(10_000)})")
        length += len(lines[-1])
    return "\n\n".join(lines)


def _content(one: _Earlier, follows: _Earlier | None, recipient: str, chance: random.Random, number: int) -> bytes:
    charset = chance.choices(CHARSETS, CHARSET_WEIGHTS)[0] if one.language == "ru" else "utf-8"
    text = one.words
    if follows is not None:
        introduction = QUOTED[one.language].format(name=recipient)
        text += f"\n\n{introduction}\n" + "\n".join(f"> {line}" for line in follows.words.splitlines())
    encoding = chance.choice(ENCODINGS)
    body = _part("text/plain", text, charset, encoding)
    if chance.random() < FORMATTED:
        body = _multipart("alternative", [body, _part("text/html", _html(text), charset, encoding)], chance)
    if chance.random() < WITH_FILE:
        body = _multipart("mixed", [body, _file(one, chance)], chance)
    return b"".join((*_head(one, follows, recipient, charset, chance, number), b"MIME-Version: 1.0", EOL, body))


def _head(
    one: _Earlier, follows: _Earlier | None, recipient: str, charset: str, chance: random.Random, number: int
) -> Iterator[bytes]:
    date = format_datetime(START + timedelta(seconds=4 * number))
    for hop in range(4):
        yield (
            f"Received: from mx{hop}.relay.example (mx{hop}.relay.example [192.0.2.{hop + 1}])\r\n"
            f"\tby in{hop}.relay.example with ESMTPS id {chance.getrandbits(48):012x}; {date}\r\n"
        ).encode()
    signature = base64.b64encode(chance.randbytes(256)).decode()
    folded = "\r\n\t ".join(signature[at : at + 68] for at in range(0, len(signature), 68))
    domain = one.sender.partition("@")[2]
    yield (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=mail;\r\n"
        f"\th=from:to:subject:date:message-id;\r\n\tb={folded}\r\n"
    ).encode()
    subject = f"Re: {one.subject}" if follows else one.subject
    yield f"From: {_encoded(one.name, charset)} <{one.sender}>\r\nTo: {recipient}\r\n".encode()
    yield f"Subject: {_encoded(subject, charset)}\r\nDate: {date}\r\nMessage-ID: {one.message_ids[-1]}\r\n".encode()
    if follows is not None:
        chain = "\r\n ".join(one.message_ids[:-1])
        yield f"In-Reply-To: {one.message_ids[-2]}\r\nReferences: {chain}\r\n".encode()


def _encoded(value: str, charset: str) -> str:
    return value if value.isascii() else Header(value, charset, header_name="Subject").encode(linesep="\r\n")


def _part(content_type: str, text: str, charset: str, encoding: str) -> bytes:
    content = text.replace("\n", "\r\n").encode(charset)
    if encoding == "base64":
        content = base64.encodebytes(content).replace(b"\n", EOL)
    elif encoding == "quoted-printable":
        content = quopri.encodestring(content)
    head = f'Content-Type: {content_type}; charset="{charset}"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + content + EOL


def _html(text: str) -> str:
    style = "margin:0 0 12px 0;font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#222222"
    paragraphs = "\n".join(f'<p style="{style}">{line}</p>' for line in text.splitlines() if line)
    return f"<!DOCTYPE html>\n<html><head><title></title></head>\n<body>\n{paragraphs}\n</body></html>"


def _file(one: _Earlier, chance: random.Random) -> bytes:
    name = {"ru": "снимок экрана.png", "en": "screenshot.png", "nl": "schermafdruk.png"}[one.language]
    content = base64.encodebytes(chance.randbytes(chance.randint(20_000, 80_000))).replace(b"\n", EOL)
    head = (
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{_encoded(name, "utf-8")}"\r\n\r\n'
    )
    return head.encode() + content


def _multipart(subtype: str, parts: list[bytes], chance: random.Random) -> bytes:
    boundary = f"=_{chance.getrandbits(96):024x}".encode()
    head = b"Content-Type: multipart/" + subtype.encode() + b'; boundary="' + boundary + b'"\r\n\r\n'
    return head + b"".join(b"--" + boundary + EOL + part for part in parts) + b"--" + boundary + b"--" + EOL
