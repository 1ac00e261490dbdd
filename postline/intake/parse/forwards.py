"""The letter that a message forwards: written into its text, or enclosed as a message of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from postline.intake.parse import addresses as mailboxes
from postline.intake.parse.attributions import DASH, LEAD, attribution_length, is_quoted, opening
from postline.intake.parse.bodies import bodies
from postline.intake.parse.header_block import header_block, role_and_value
from postline.intake.parse.headers import Headers, split
from postline.intake.parse.node import Node
from postline.intake.parse.structure import tree
from postline.intake.parse.values import Address, Forwarded
from postline.intake.parse.words import Phrases
from postline.intake.parse.written_dates import written_date
from postline.kit.text import one_line

MOST_LINES = 2_000  # among which a forwarded letter must begin
LONGEST_LINE = 1_000
LONGEST_SUBJECT = 2_000
LONGEST_MARK = 80  # characters of a mark without dashes
NEAR = 4  # lines between a mark and the header fields

_WORDS = (
    r"(?:this is a |beginning of |begin )?forwarded (?:message|mail|e-?mail|letter|appointment)|"
    r"(?:это )?(?:пересылаемое|пересланное|перенаправленное|переадресованное) (?:сообщение|письмо)|"
    r"начало (?:пересылаемого|пересланного|переадресованного|перенаправленного) (?:сообщения|письма)|"
    r"(?:це )?(?:переслане|перенаправлене|переадресоване|пересилане) (?:повідомлення|лист)|пересланий лист|"
    r"початок (?:пересланого|переадресованого|перенаправленого|пересиланого) (?:повідомлення|листа)|"
    r"(?:begin )?(?:van )?(?:het )?doorgestuurd(?:e)? (?:bericht|e-?mail|mail)|begin doorgestuurd bericht|"
    r"(?:anfang der )?weitergeleitete[nr]? (?:nachricht|mail|e-?mail)|"
    r"(?:début du )?(?:message|mail|courriel|e-mail) (?:transféré|réexpédié|transmis)|"
    r"mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|"
    r"mensagem (?:encaminhada|reencaminhada)|(?:początek )?przekazan\w{1,4} wiadomoś\w{1,3}|wiadomość przekazana|"
    r"přeposlan\w{1,3} zpráv\w|vidarebefordrat meddelande|videresendt (?:meddelelse|melding)|"
    r"välitetty viesti|iletilen (?:ileti|mesaj)|转发的?(?:邮件|消息)"
)
# Lotus Notes, and what older programs say: by whom it was forwarded.
_BY = (
    r"(?:forwarded by|weitergeleitet von|doorgestuurd door|transféré par|réacheminé par|переслано|переслал\w{0,3}|"
    r"переслав)\s.{2,150}"
)
_MARK = re.compile(
    rf"{LEAD}(?:{DASH}{{2,60}}+\s?(?:8<{DASH}{{2,40}})?\s*(?:{_WORDS}|{_BY})\s?[:.]?\s*(?:{DASH}{{2}}.{{0,138}}+)?|"
    rf"\*{{0,60}}+(?:{_WORDS})\s?[:.]?\s*)$",
    re.IGNORECASE,
)
# One of these stands in every mark, however it is capitalised.
_HINTS = Phrases(
    "orward", "ORWARD", "ересл", "ЕРЕСЛ", "ересы", "ереси", "ереад", "еренап", "eitergel", "oorgest", "ransf", "ransm",
    "réexp", "éachem", "eenvi", "inolt", "ncamin", "rzekaz", "eposlan", "idare", "älite", "letil", "转发",
)  # fmt: skip
_END = re.compile(
    rf"\s*{DASH}{{2,60}}\s*(?:end of (?:the )?forwarded message|(?:завершение|конец) (?:пересылаемого|пересланного) "
    rf"сообщения|кінець (?:пересланого|перенаправленого) повідомлення|ende der weitergeleiteten nachricht|"
    rf"einde (?:van het )?doorgestuurde? bericht|fin du message transféré)\s*{DASH}{{0,60}}\s*$",
    re.IGNORECASE,
)
_BAT_RULE = re.compile(r"\s*={3,}8<={3,}")

_PREFIX = re.compile(
    r"\s*(?:\[[^\]\n]{1,40}\]\s*)?\[?\s*([^\W\d_]{1,12})\.?\s?(?:[\[(]\d{1,3}[\])]|\d{1,3})?\s?[:：]\s?"
)
_FORWARDS = frozenset(
    "fw fwd fwrd wg tr doorst doorgestuurd перес пересл переслано пересылка пер пересилання пд rv i pd vb vl enc ilt "
    "trans tf".split()
)
_REPLIES = frozenset(
    "re aw antw antwoord antwort отв ответ відп відповідь на sv odp rép réf rif res bls vs ynt r ha".split()
)

_MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ON_BEHALF = re.compile(
    r".{1,100}\s(?:on behalf of|im Auftrag von|namens|от имени|від імені|de la part de)\s", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\(([^()@]{1,100})\)")
_BEFORE_ADDRESS = re.compile(
    r"(?:^|[,:;]|\d\d?[ap]?m?|\s(?:от|from|by|schrieb|schreef|heeft|від)\s)\s*([^,:;<>\d@]{1,80})$", re.IGNORECASE
)


def is_forward_mark(head: str) -> bool:
    """Whether this line says that a forwarded letter begins below it."""
    return len(head) < 300 and _MARK.match(head) is not None


def is_forward(subject: str) -> bool:
    """Whether the first prefix of the subject is a forward's: "Fwd: Re: …", not "Re: Fwd: …"."""
    return _prefix(subject) in _FORWARDS


def is_reply(subject: str) -> bool:
    """Whether the first prefix of the subject is a reply's."""
    return _prefix(subject) in _REPLIES


def _prefix(subject: str) -> str:
    found = _PREFIX.match(subject) if ":" in subject or "：" in subject else None
    return found[1].lower() if found else ""


def inline(text: str, subject: str) -> Forwarded | None:
    """The letter forwarded within the text.

    A mark that opens the quotation says so in any message. Without one the same block of header fields may stand
    over the quotation of a reply: then the subject decides.
    """
    by_subject = is_forward(subject)
    lines = text.split("\n")
    if not by_subject and not _may_hold_mark(lines):
        return None
    heads = [line[:LONGEST_LINE].replace("\xa0", " ").strip() for line in lines[: MOST_LINES + 50]]
    for index, head in enumerate(heads[:MOST_LINES]):
        if not head:
            continue
        if is_forward_mark(head):
            if head.startswith(">") and is_reply(subject):
                return None
            start = _fields_below(heads, index + 1)
            return _letter(lines, heads, start, subject) if start is not None else None
        if by_subject:
            found = _letter(lines, heads, index, subject)
            if found is not None:
                return found
        elif is_quoted(heads, index) or opening(heads, index):
            return None
    return None


def _may_hold_mark(lines: list[str]) -> bool:
    """Whether it is worth looking at the lines one by one: a mark is a line of few words, or one with a rule."""
    short = "\n".join([line for line in lines if len(line) < LONGEST_MARK or not line[0].isalnum()])
    return _HINTS.any_in(short)


def enclosed(root: Node, subject: str) -> Forwarded | None:
    """The first message that is attached to this one, unless the subject is a reply's."""
    message = None if is_reply(subject) else _first_message(root)
    return _read(message) if message is not None else None


def _first_message(node: Node) -> Node | None:
    if node.content_type == "message/rfc822":
        return node
    if node.content_type in ("multipart/digest", "multipart/report"):
        return None
    for child in node.children:
        if found := _first_message(child):
            return found
    return None


def _read(leaf: Node) -> Forwarded | None:
    headers, start = split(leaf.content)
    senders = mailboxes.addresses(headers.raw("from"), headers.charset) if "from" in headers else ()
    if not senders:
        return None
    return Forwarded(
        sender=senders[0],
        date=_date(headers),
        subject=headers.text("subject")[:LONGEST_SUBJECT],
        text=_enclosed_text(headers, leaf.content[start:]),
        place=leaf.place,
    )


def _enclosed_text(headers: Headers, body: bytes) -> str:
    try:
        return bodies(tree(headers, body, []), []).text.strip("\n").rstrip()
    except (RecursionError, ValueError, LookupError, TypeError, AssertionError):
        return ""  # the standard library's last bugs: the attachment is there to be opened


def _date(headers: Headers) -> datetime | None:
    try:
        date = parsedate_to_datetime(headers.text("date")[:200])
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, ArithmeticError):
        return None
    return date if 1970 <= date.year <= 2100 else None


def _fields_below(heads: Sequence[str], index: int) -> int | None:
    """The line of the first header field, or of the attribution, that follows a mark."""
    for position in range(index, min(len(heads), index + NEAR)):
        head = heads[position].lstrip("> ")
        if head and not _BAT_RULE.match(head):
            return position
    return None


def _letter(lines: list[str], heads: Sequence[str], index: int, subject: str) -> Forwarded | None:
    """What the header fields or the attribution on this line tell, and the text below them."""
    block = header_block(heads, index) if role_and_value(heads[index]) is not None else None
    if block is not None:
        if not block.fields.get("from"):
            return None
        return Forwarded(
            sender=_sender(block.fields["from"]),
            date=written_date(block.fields.get("date", "")),
            subject=one_line(block.fields.get("subject") or _without_prefix(subject))[:LONGEST_SUBJECT],
            text=_text(lines, index, index + block.length),
            place="",
        )
    plain = [head.lstrip("> ") for head in heads[index : index + NEAR]]
    length = attribution_length(plain, 0) if plain[0] else 0
    joined = " ".join(plain[:length])
    mailbox = _MAILBOX.search(joined)
    if mailbox is None:
        return None
    name = _BEFORE_ADDRESS.search(joined[: mailbox.start()].rstrip('<(["« '))
    return Forwarded(
        sender=Address(_tidy(name[1]) if name else "", _lowered(mailbox[0])),
        date=written_date(joined),
        subject=one_line(_without_prefix(subject))[:LONGEST_SUBJECT],
        text=_text(lines, index, index + length),
        place="",
    )


def _text(lines: list[str], first: int, start: int) -> str:
    """The letter itself: one depth of quotation less where all of it is quoted, without the closing mark."""
    text = lines[start:]
    if _is_marked(lines[first]) or all(_is_marked(line) for line in text if line.strip()):
        text = [_unquoted(line) for line in text]
    for index in range(len(text) - 1, -1, -1):
        if len(text[index]) < 200 and _END.match(text[index]):
            text = text[:index]
            break
    while text and (not text[0].strip() or _BAT_RULE.match(text[0])):
        text = text[1:]
    return "\n".join(text).strip("\n").rstrip()


def _is_marked(line: str) -> bool:
    return line.lstrip(" ").startswith(">")


def _unquoted(line: str) -> str:
    bare = line.lstrip(" ")
    if not bare.startswith(">"):
        return line
    return bare[2:] if bare.startswith("> ") else bare[1:]


def _sender(value: str) -> Address:
    """Of "Anna Berger <anna@x>", "anna@x (Anna Berger)", "Anna [mailto:anna@x]"; the address may be missing."""
    value = one_line(value)
    if on_behalf := _ON_BEHALF.match(value):
        value = value[on_behalf.end() :]
    mailbox = _MAILBOX.search(value)
    if mailbox is None:
        return Address(_tidy(value), "")
    name = _tidy(value[: mailbox.start()])
    if not name and (behind := _IN_BRACKETS.search(value, mailbox.end())):
        name = _tidy(behind[1])
    return Address(name, _lowered(mailbox[0]))


def _tidy(name: str) -> str:
    name = name.removesuffix("mailto:").strip(" \t\"'<>()[]«»“”„*,;")
    return name[:300]


def _lowered(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _without_prefix(subject: str) -> str:
    found = _PREFIX.match(subject)
    return subject[found.end() :].removesuffix("]") if found and found[1].lower() in _FORWARDS else subject
