"""The newest text of a letter: without the quoted original and without the signature.

Works line by line on what an agent would read, in one pass; every pattern is bounded.
"""

from __future__ import annotations

import re

MOST_LINES = 20_000
LONGEST_LINE = 1_000  # characters of a line that are looked at

_QUOTED = re.compile(r"\s{0,3}>")
_WROTE = (
    r"wrote|writes|schrieb|schreef|geschreven|heeft .{0,60}geschreven|het volgende geschreven|"
    r"a écrit|écrit|escribió|ha scritto|escreveu|skrev|napisał\(?a?\)?|napsal|kirjoitti|"
    r"написал(?:\(а\)|а|и)?|пишет|писал(?:\(а\)|а|и)?|сообщил(?:\(а\)|а|и)?|написав|пише|написала"
)
# "On Monday, 1 May 2023 at 10:00, Ivan <i@x> wrote:" in its many languages: a date or an address, then the verb.
_VERB_AT_END = re.compile(rf"(?:^|[\s>)\"'\]])(?:{_WROTE})\s?:?(?:\s\S{{1,80}}){{0,3}}\s*:\s*$", re.IGNORECASE)
_DATED = re.compile(r"\d|@")
_ATTRIBUTION_START = re.compile(
    r"\s*(?:On|Am|Le|El|Il|Op|Em|Den|Dnia|W dniu|Dne|\w{1,12}[.,]|\d{1,4}[./-]\d)\s?.{0,12}\d", re.IGNORECASE
)
# "25.11.2025, 13:45, "Ivan" <i@x>:", "Среда, 12 марта 2014, 15:02 +04:00 от Ivan <i@x>:"
_DATE_AT_START = re.compile(r"\s*(?:[^\W\d]{2,15}\.?,?\s+)?(?:\d{1,2}|\d{4})[.:\-/ ]")
_TIME = re.compile(r"\d[:.]\d\d")
_ADDRESS_AT_END = re.compile(r"[\w.+-]@[\w.-]{1,100}[>\])]{0,2}\s?\w{0,12}\s?:\s*$")
_DASHED = re.compile(rf"\s*-{{2,}}\s?.{{2,150}}\s(?:{_WROTE})\s?-{{2,}}\s*$", re.IGNORECASE)  # Android
_BAT = re.compile(r"\s*(?:Вы писали|You wrote|Du schriebst|Sie schrieben|U schreef|Ви писали)\b.{0,80}\d.{0,40}:\s*$")
_ORIGINAL = re.compile(
    r"[\s>]*[-_=*]{2,}\s*(?:Original Message|Original Appointment|Original-Nachricht|Originalnachricht|"
    r"Ursprüngliche Nachricht|"
    r"Oorspronkelijk bericht|Origineel bericht|Message d'origine|Message original|Исходное сообщение|Исходное письмо|"
    r"Оригинальное сообщение|"
    r"Вихідне повідомлення|Mensaje original|Messaggio originale|Mensagem original|Wiadomość oryginalna|Reply message|"
    r"Reply Message|Oprindelig besked|Ursprungligt meddelande)\s*[-_=*]{0,40}\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"[\s>]*(?:[-_=*]{2,}\s*)?(?:Forwarded message|Begin forwarded message|Пересылаемое сообщение|"
    r"Пересланное сообщение|Пересланное письмо|Начало переадресованного сообщения|Doorgestuurd bericht|"
    r"Begin doorgestuurd bericht|Weitergeleitete Nachricht|"
    r"Anfang der weitergeleiteten|Message transféré|Début du message|Переслане повідомлення)",
    re.IGNORECASE,
)
_FROM_FIELD = re.compile(
    r"[\s>*_]*(?:From|От|Від|Von|Van|De|Expéditeur|Отправитель|Afzender|Da|Od|Fra|Från)\s*[*_]{0,2}\s?:[*_]{0,2}\s*\S",
    re.IGNORECASE,
)
_OTHER_FIELD = re.compile(
    r"[\s>*_]*(?:Sent|Date|To|Cc|Subject|Reply-To|Отправлено|Дата|Кому|Копия|Тема|Відправлено|Надіслано|Gesendet|Datum|An|"
    r"Betreff|Verzonden|Verstuurd|Aan|Onderwerp|Envoyé|À|A|Objet|Enviado|Para|Asunto|Inviato|Oggetto|Wysłano|"
    r"Do|Temat|Sendt|Dato|Til|Emne|Skickat|Till|Ämne)\s?[*_]{0,2}\s?:",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:_{10,}|-{20,}|―{3,})\s*$")
_SIGNATURE = re.compile(r"(?:--|—|––)\s?$|-- $|_{3,5}\s*$")
_MOBILE = re.compile(
    r"\s*(?:Sent from(?: [\w'’.()+-]{1,30}){1,6}|Sent (?:via|with) .{0,60}|"
    r"Get Outlook for .{0,60}|Envoyé (?:de|depuis|à partir de) .{0,60}|Von meinem .{0,60}gesendet\.?|"
    r"Gesendet (?:von|mit) .{0,60}|"
    r"Diese Nachricht wurde von mein.{0,80}|Verstuurd vanaf .{0,60}|Verzonden (?:vanaf|met|vanuit) .{0,60}|"
    r"Outlook voor .{0,40} downloaden.{0,60}|"
    r"Отправлено (?:с|из|от) (?:моего|iPhone|iPad|мобильн|Mail|Outlook|Почт|Яндекс|Android|Samsung|"
    r"устройства|телефона|приложения).{0,80}|"
    r"Послано с .{0,60}|Надіслано (?:з|із) .{0,60}|Enviado (?:desde|de|do) .{0,60}|Inviato da .{0,60}|"
    r"Скачать Outlook для .{0,60})(?:<https?://\S{1,200}>)?\s*$",
    re.IGNORECASE,
)


def new_text(text: str) -> str:
    """What the writer added; the whole text when nothing but a quotation would be left out of it."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return text
    heads = [line[:LONGEST_LINE].strip() for line in lines]
    kept = _without_quotation(lines, heads)
    kept = _without_signature(kept)
    return "\n".join(kept).strip("\n").rstrip()


def _without_quotation(lines: list[str], heads: list[str]) -> list[str]:
    """Lines up to the quoted letter; where the writer answered below or in between, all but the quoted lines."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        head = heads[index]
        if _FORWARD.match(head):
            return kept + lines[index:]
        length = _opening(heads, index)
        if not length:
            if _QUOTED.match(head):
                index = _after_quoted(heads, index)
                if kept and kept[-1].strip():
                    kept.append("")
                continue
            kept.append(lines[index])
            index += 1
            continue
        after = _skip_blank(heads, index + length)
        if after < len(heads) and _QUOTED.match(heads[after]):
            index = after  # a marked quotation: text may follow below it
            continue
        return kept
    return kept


def _opening(heads: list[str], index: int) -> int:
    """How many lines announce a quoted letter here; 0 when none does."""
    head = heads[index]
    if not head:
        return 0
    if _ORIGINAL.match(head) or (head.endswith("--") and _DASHED.match(head)):
        return 1
    if _FROM_FIELD.match(head) and _is_field_block(heads, index):
        return 1
    if _RULE.match(head):
        following = _skip_blank(heads, index + 1)
        return int(
            following < len(heads) and bool(_FROM_FIELD.match(heads[following])) and _is_field_block(heads, following)
        )
    if head.endswith(":") and (_BAT.match(head) or _is_attribution(head)):
        return 1
    if _ATTRIBUTION_START.match(head):  # wrapped over up to three lines
        joined = head
        for extra in (1, 2):
            if index + extra >= len(heads) or not heads[index + extra]:
                break
            joined += " " + heads[index + extra].lstrip("> ")
            if joined.endswith(":"):
                return extra + 1 if _is_attribution(joined) else 0
    return 0


def _is_attribution(line: str) -> bool:
    if len(line) > 600:
        return False
    if _VERB_AT_END.search(line, max(0, len(line) - 150)):
        return _DATED.search(line) is not None or len(line) < 80
    return bool(
        _ADDRESS_AT_END.search(line, max(0, len(line) - 150)) and _DATE_AT_START.match(line) and _TIME.search(line)
    )


def _is_field_block(heads: list[str], index: int) -> bool:
    """From: followed at once by two more fields, as Outlook prints them."""
    found = 0
    for head in heads[index + 1 : index + 8]:
        if _OTHER_FIELD.match(head):
            found += 1
        elif found and not head:
            break
    return found >= 2


def _skip_blank(heads: list[str], index: int) -> int:
    while index < len(heads) and not heads[index]:
        index += 1
    return index


def _after_quoted(heads: list[str], index: int) -> int:
    while index < len(heads) and (_QUOTED.match(heads[index]) or not heads[index]):
        index += 1
    return index


def _without_signature(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if (_SIGNATURE.match(line[:LONGEST_LINE]) and len(lines) - index <= 20) or _MOBILE.match(line[:LONGEST_LINE]):
            if any(earlier.strip() for earlier in lines[:index]):
                return lines[:index]
            if _MOBILE.match(line[:LONGEST_LINE]):
                return lines[:index]
    return lines
