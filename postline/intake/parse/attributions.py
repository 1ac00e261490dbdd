"""The lines by which mail programs announce the letter that is quoted below them, in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from postline.intake.parse.header_block import LONGEST_LABEL, header_block, role_and_value

MOST_WRAPPED = 4  # lines that one attribution may take
LONGEST = 400  # characters of an attribution
LONGEST_TITLE = 32  # characters of "Original message" and its like without dashes
_ENDS = (":", "：", ">", "wrote")  # of an attribution

QUOTED = re.compile(r"\s{0,3}(?:[A-ZА-ЯЁЇІЄҐ]{1,4})?>(?!.*<{2,}\s*$)")
# Initials before the mark ("AK> …", The Bat!) look like an arrow in a text: they count in company only.
_INITIALS = re.compile(r"\s{0,3}[^\W\d_]")

_VERBS = (
    r"wrote|writes|написал(?:\(а\)|а|и)?|пишет|пиш[еу]т?ь?|писал(?:\(а\)|а|и)?|сообщил(?:\(а\)|а|и)?|пише|"
    r"напи(?:сав|сала)(?:\([\w-]+\))?|писа(?:в|ла)|schrieb|geschrieben|schreef|geschreven|a écrit|écrit|escribió|"
    r"ha scritto|scrisse|escreveu|skrev|napisał\(?a?\)?|pisze|napsala?|napísala?|kirjoitti|írta|yazdı|"
    r"đã viết|a scris|έγραψε|написа|sent|写道|menulis"
)
_VERB = re.compile(rf"(?:^|[\s>)\"'»”\],])(?:{_VERBS})(?=[\s:：]|$)(?P<after>.{{0,110}})$", re.IGNORECASE)
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|"
    rf"\d{{1,2}}(?:\.|er|st|nd|rd|th|-го)?,?\s(?:of\s|de\s|tháng\s)?(?:{_MONTH}|\d{{1,2}}),?\s(?:de\s)?\d{{4}}|"
    r"\d{1,2}[-\s][^\W\d_]{3,12}\.?[-\s]\d{2,4}|"
    rf"{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:at\s)?\d{{4}}|\d{{4}}\s?[年.]",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}[:.]\d\d|\d\s?[ap]\.?m\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]@[\w-]{1,63}\.[\w.-]{2,63}")
# Few words before the first number: "On Tue, Apr 11", "Le mar. 12", "W dniu 12", "вт, 12", "12.05", "Il giorno mar 12".
_START = re.compile(r"[-\s*]{0,6}(?:[^\W\d_]{1,14}[.,]{0,2}\s{1,2}){0,4}(?:\d{1,4}(?![\w)])|\d{1,2}(?:st|nd|rd|th)\b)")
_NAMED_START = re.compile(r"[-\s*]{0,6}(?:On|Am|Le|El|Il|Op|Em|Den|Dnia|W dniu|Dne|Vào|På)\s\S{0,14}", re.IGNORECASE)
_STARTS_DATED = re.compile(r"\s*(?:[^\W\d_]{2,15}[.,]{0,2}\s)?(?:\d{1,2}|\d{4})[.:/ -]")
_ADDRESS_AT_END = re.compile(r"[\w.+-]@[\w.-]{1,100}\s?[>\])]{0,2}\s?\w{0,12}\s?:?\s*$")
_ADDRESS_VERB = re.compile(
    rf"@[\w.-]{{1,100}}\s?[>\])]{{1,2}}\s(?:{_VERBS})\s?(?:[^:]{{0,40}}\d[^,;]{{0,40}})?:\s*$", re.IGNORECASE
)
_YOU_WROTE = re.compile(
    r"\s*(?:Вы писали|Ви писали|You wrote|Du schriebst|Sie schrieben|U schreef|Je schreef|Vous avez écrit|"
    r"Вы писали мне)\b.{0,80}\d.{0,40}:\s*$|.{0,60}\d[\d:.]{3,8}.{0,10}\b(?:you wrote|вы писали|ви писали):\s*$",
    re.IGNORECASE,
)
LEAD = r"(?:[\s>*]*[\s>])?+"  # before dashes. Possessive: a line of asterisks is one run of dashes, not any part of one
DASH = r"[-_=*~\u2010-\u2015]"
_DASHED = re.compile(rf"\s*{DASH}{{2,}}+\s?.{{2,150}}\s(?:{_VERBS})\s?:?\s?{DASH}{{2,}}\s*$", re.IGNORECASE)
_ORIGINAL_WORDS = (
    r"Original Message|Original Appointment|Original Mail|Original E-?Mail|Reply Message|"
    r"Replied Message|Message history|"
    r"Исходное сообщение|Исходное письмо|Оригинальное сообщение|Оригинал сообщения|Первоначальное сообщение|"
    r"Вихідне повідомлення|Початкове повідомлення|Оригінальне повідомлення|Вихідний лист|"
    r"Oorspronkelijk(?:e)? bericht|Origineel bericht|Ursprüngliche (?:Nachricht|Mail|E-?Mail)|"
    r"Original-?\s?(?:Nachricht|nachricht)|Message d[’']origine|Message original|Mail original|Message initial|"
    r"Mensaje original|Messaggio originale|Mensagem original|Wiadomość oryginalna|Oryginalna wiadomość|"
    r"Původní zpráva|Pôvodná správa|Oprindelig (?:besked|meddelelse)|Opprinnelig melding|Ursprungligt meddelande|"
    r"Alkuperäinen viesti|Eredeti üzenet|Özgün İleti|Orijinal Mesaj|原始邮件|原始郵件|元のメッセージ|원본 메시지"
)
# Of those, and of the marks of forwarded letters (`forwards`): what such a line without dashes begins with.
_TITLE_BEGINNINGS = frozenset((
    *"ori rep mes исх ори пер вих поч oor urs mai men wia ory pův pôv opr opp alk ere özg 原始邮 原始郵 元のメ "
    "thi beg for это нач van het doo anf wei déb cou e-m ini poc prz pře vid väl ile 转发的 转发邮 转发消".split(),
    "це ", "원본 ",
))  # fmt: skip
_ORIGINAL = re.compile(rf"{LEAD}{DASH}{{2,60}}+\s*+(?:{_ORIGINAL_WORDS})\s*:?\s*{DASH}{{0,60}}\s*$", re.IGNORECASE)
_TITLE = re.compile(
    rf"{LEAD}{DASH}{{2,60}}+\s?[^\W\d][^\n]{{0,60}}?\s?{DASH}{{2,60}}\s*$|\s*(?:{_ORIGINAL_WORDS})\s*:?\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(rf"[\s>]*{DASH}{{3,}}\s*$")
_ABOVE = re.compile(
    r"\W{0,12}(?:please\s)?(?:(?:type your |write your )?repl(?:y|ies) above this line|"
    r"(?:пожалуйста,? )?(?:ответьте|отвечайте|пишите(?: ответ)?) выше (?:этой )?(?:линии|строки|черты)|"
    r"(?:bitte )?antworten sie (?:bitte )?(?:oberhalb|über) dieser (?:linie|zeile)|"
    r"(?:typ uw antwoord|reageer|antwoord) boven deze (?:regel|lijn)|"
    r"répondez au[- ]dessus de cette ligne)\b.{0,40}$",
    re.IGNORECASE,
)
# "reply On Wed, Apr 4, 2012 at 3:59 PM, bob@x wrote:": the program forgot the line end.
_SHARED = re.compile(
    rf"(?<=\S)(?:\s?(?<!{DASH}){DASH}{{2,}}+\s?|\s)"
    r"(?=(?:On|Am|Op|Le|El|Il)\s(?:[^\W\d_]{2,10}[.,]{0,2}\s){0,2}\d{1,2}[ ,./-])"
)


def candidates(heads: Sequence[str]) -> Sequence[int]:
    """Which lines are worth a look: in most letters a few. The others are the middle of a paragraph, or short."""
    found: list[int] = []
    wrapped = False  # an attribution ends somewhere: it may have begun a few lines above
    for index, head in enumerate(heads):
        if not head:
            continue
        if head.endswith(_ENDS):
            wrapped = True
        elif head[0].isalnum():
            beginning = head[:LONGEST_LABEL]
            titled = len(head) < LONGEST_TITLE and beginning[:3].lower() in _TITLE_BEGINNINGS
            if not titled and ":" not in beginning and ">" not in beginning[:8] and "：" not in beginning:
                continue
        found.append(index)
    if not wrapped:
        return found
    above = {
        near
        for index in found
        if heads[index].endswith(_ENDS)
        for near in range(max(0, index - MOST_WRAPPED), index)
        if heads[near]
    }
    return sorted(above.union(found))


def opening(heads: Sequence[str], index: int) -> int:
    """How many lines announce a quoted letter here; 0 when none does."""
    head = heads[index]
    if not head:
        return 0
    if role_and_value(head) is not None:
        block = header_block(heads, index)
        if block is not None:
            return block.length
    first, last = head[0], head[-1]
    if not first.isalnum():
        if _ORIGINAL.match(head) or (last == head[-2:-1] and _DASHED.match(head)):
            return 1
        if _RULE.match(head):
            return _ruled(heads, index)
        if _ABOVE.match(head):
            return 1
    if (not first.isalnum() or len(head) < LONGEST_TITLE) and _TITLE.match(head):
        following = skip_blank(heads, index + 1)
        if following < len(heads):
            block = header_block(heads, following)
            if block is not None:
                return following - index + block.length
    return attribution_length(heads, index)


def shared_line(heads: Sequence[str], index: int) -> int:
    """Where the writer's words end in a line that goes on as the attribution of a marked quotation; 0 if nowhere."""
    head = heads[index]
    if not head.endswith(":") or not _marked_below(heads, index + 1):
        return 0
    found = _SHARED.search(head)
    if found is None or not _is_attribution(head[found.end() :], marked=True):
        return 0
    return found.start()


def skip_blank(heads: Sequence[str], index: int) -> int:
    """The next line with something in it."""
    while index < len(heads) and not heads[index]:
        index += 1
    return index


def is_quoted(heads: Sequence[str], index: int) -> bool:
    """Whether this line carries a quotation mark."""
    head = heads[index]
    if ">" not in head[:8] or not QUOTED.match(head):
        return False
    if not _INITIALS.match(head):
        return True
    mark = head[: head.index(">") + 1]
    return any(0 <= near < len(heads) and heads[near].startswith(mark) for near in (index - 1, index + 1, index + 2))


def _ruled(heads: Sequence[str], index: int) -> int:
    """A rule over a block of header fields, or over an attribution, belongs to it."""
    following = skip_blank(heads, index + 1)
    if following >= len(heads) or following - index > 3 or _RULE.match(heads[following]):
        return 0
    if role_and_value(heads[following]) is not None:
        block = header_block(heads, following)
        # Yandex: to whom and about what, then the attribution
        length = block.length if block is not None else _fields_then_attribution(heads, following)
    else:
        length = attribution_length(heads, following)
    return following - index + length if length else 0


def _fields_then_attribution(heads: Sequence[str], index: int) -> int:
    position = index
    while position < min(len(heads), index + 4) and role_and_value(heads[position]) is not None:
        position += 1
    if position >= len(heads) or not heads[position]:
        return 0
    length = attribution_length(heads, position)
    return position - index + length if length else 0


def attribution_length(heads: Sequence[str], index: int) -> int:
    """One line, or up to four where it was wrapped."""
    head = heads[index]
    if not _may_end(head):
        if not any(map(_may_end, heads[index + 1 : index + MOST_WRAPPED + 1])):
            return 0
        if not (_START.match(head) or _NAMED_START.match(head)):
            return 0
    elif _is_attribution(head, marked=_marked_below(heads, index + 1)):
        return 1
    elif not _START.match(head):
        return 0
    if not any(map(_may_end, heads[index + 1 : index + MOST_WRAPPED + 1])):
        return 0
    joined = head
    position = index
    for _ in range(MOST_WRAPPED - 1):
        position += 1
        if position < len(heads) and not heads[position]:
            position = skip_blank(heads, position)
            if position >= len(heads) or not heads[position].startswith("<"):
                return 0
        if position >= len(heads) or len(joined) > LONGEST:
            return 0
        joined += " " + heads[position].lstrip("> ")
        if _may_end(joined) and _is_attribution(joined, marked=_marked_below(heads, position + 1)):
            return position + 1 - index
    return 0


def _may_end(line: str) -> bool:
    return line.endswith(_ENDS)


def _marked_below(heads: Sequence[str], index: int) -> bool:
    following = skip_blank(heads, index)
    return following < len(heads) and following - index <= 2 and is_quoted(heads, following)


def _is_attribution(line: str, *, marked: bool) -> bool:
    """`marked`: a quotation with marks follows, which asks for less proof: any language will do."""
    if len(line) > LONGEST:
        return False
    ends = line.endswith((":", "："))
    address = _ADDRESS.search(line) is not None
    dated = _DATE.search(line) is not None
    timed = _TIME.search(line) is not None
    verb = _VERB.search(line)
    if _starts(line) and dated:
        if verb and (ends or (address and timed)) and (not verb["after"].strip(" :：") or timed or address):
            return True
        if ends and address and timed and _STARTS_DATED.match(line) and _ADDRESS_AT_END.search(line[-150:]):
            return True
    if ends and (_ADDRESS_VERB.search(line[-250:]) or _YOU_WROTE.match(line)):
        return True
    if not marked:
        return False
    if ends:
        return (
            (verb is not None and len(line) <= 200) or (dated and timed) or (address and _START.match(line) is not None)
        )
    return dated and _STARTS_DATED.match(line) is not None and line.endswith(">") and address


def _starts(line: str) -> bool:
    return _START.match(line) is not None or _NAMED_START.match(line) is not None
