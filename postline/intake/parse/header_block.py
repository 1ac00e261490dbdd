"""The From/Sent/To/Subject block that mail programs print above a quoted or forwarded letter, in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_LABEL = 26
MOST_LINES = 30  # of a block: long lists of recipients are wrapped
MOST_WRAPPED = 4  # lines that one field may go on for

# Role → its labels. What stands first in a row are our six languages, then others that reach a help desk.
_LABELS = {
    "from": "from|от|от кого|отправитель|від|від кого|відправник|van|afzender|von|absender|de|expéditeur|da|mittente|"
    "remitente|remetente|od|nadawca|odesílatel|fra|avsender|afsender|från|avsändare|lähettäjä|feladó|kimden|gönderen|"
    "από|מאת|发件人|寄件者|差出人|보낸 사람|ад|кімнен",
    "date": "sent|date|sent on|отправлено|дата|дата отправки|дата і час|надіслано|відправлено|verzonden|verzonden op|"
    "verstuurd|datum|verzenddatum|gesendet|gesendet am|envoyé|envoyé le|date d'envoi|message du|enviado|enviado el|"
    "enviada em|enviado em|fecha|data|inviato|data invio|wysłano|wysłane|data wysłania|odesláno|odoslané|sendt|dato|"
    "skickat|lähetetty|päivämäärä|päiväys|elküldve|dátum|gönderildi|gönderilme|tarih|ημερομηνία|στάλθηκε|תאריך|נשלח|"
    "发送时间|发件时间|日期|寄件日期|送信日時|日付|보낸 날짜|날짜|датасы|адпраўлена",
    "to": "to|кому|кому/до|получатель|до|отримувач|одержувач|aan|geadresseerde|an|empfänger|à|a|pour|destinataire|"
    "para|destinatario|do|komu|til|till|vastaanottaja|címzett|kime|alıcı|προς|אל|收件人|宛先|받는 사람",
    "cc": "cc|копия|копія|kopie|kopie an|kopie (cc)|copie|copie à|kopia|kopi|kopio|cópia|ccn|bcc|másolat|bilgi|抄送",
    "subject": "subject|тема|onderwerp|betreff|thema|objet|sujet|asunto|oggetto|assunto|temat|předmět|predmet|emne|"
    "ämne|aihe|tárgy|konu|θέμα|נושא|主题|主旨|件名|제목|тақырып|тэма",
    "other": "reply-to|reply to|ответить|antwort an|antwoord aan|répondre à|organization|организация|attachments|"
    "вложения|вкладення|anlagen|anhänge|bijlagen|pièces jointes|importance|priority|важность|важливість|wichtigkeit|"
    "priorität|urgentie|sent by|gesendet von|sender|message-id|cc/bcc|x-mailer",
}
_ROLES = {label: role for role, labels in _LABELS.items() for label in labels.split("|")}
_BEFORE = " \t>*_|•"
# What stands in a message's source only: who shows us one has not quoted a letter.
_RAW_FIELD = re.compile(r"(?:received|[a-z]{1,20}-[a-z-]{1,40})\s?:\s", re.IGNORECASE)
_UNKNOWN_FIELD = re.compile(r"[^\W\d_][\w /-]{1,24}:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """What the block says, by role (from, date, to, cc, subject), and how many lines it takes."""

    fields: dict[str, str]
    length: int


def role_and_value(line: str) -> tuple[str, str] | None:
    """("from", "Anna <a@x>") of "*От:* Anna <a@x>"; None for a line that is no such field."""
    line = line.lstrip(_BEFORE)
    end = line.find(":", 0, LONGEST_LABEL)
    if end < 0:
        end = line.find("：", 0, LONGEST_LABEL)
        if end < 0:
            return None
    role = _ROLES.get(line[:end].rstrip(" \t*_").lower())
    return (role, line[end + 1 :].lstrip("*_ \t").rstrip(" \t;")) if role else None


def header_block(lines: Sequence[str], index: int) -> HeaderBlock | None:
    """The block that begins at this line, when it tells enough to be a letter's own: who, and when or to whom."""
    first = role_and_value(lines[index])
    if first is None or first[0] in ("cc", "other"):
        return None
    fields = {first[0]: first[1]}
    last, wrapped, end = first[0], 0, index + 1
    position = index + 1
    while position < min(len(lines), index + MOST_LINES):
        found = role_and_value(lines[position])
        if found is not None:
            if found[0] in fields and found[0] != "other":
                break
            last, value = found
            fields[last] = value
            wrapped, end = 0, position + 1
        elif not lines[position].strip(_BEFORE):
            if not _goes_on(lines, position, fields):
                break
        else:
            wrapped += 1
            if wrapped > MOST_WRAPPED or not (_goes_on(lines, position, fields) or not fields[last]):
                break
            fields[last] = f"{fields[last]} {lines[position].lstrip(_BEFORE)}".strip()
            end = position + 1
        position += 1
    block = HeaderBlock(fields, end - index)
    if not _is_a_letters(block) or _is_a_form(lines, end) or _is_source(lines, index):
        return None
    return block


def _goes_on(lines: Sequence[str], position: int, fields: dict[str, str]) -> bool:
    """Whether another field follows at once, or after what is left of a wrapped one."""
    for line in lines[position + 1 : position + 1 + MOST_WRAPPED]:
        found = role_and_value(line)
        if found is not None:
            return found[0] not in fields or found[0] == "other"
        if not line.strip(_BEFORE):
            return False
    return False


def _is_a_letters(block: HeaderBlock) -> bool:
    fields = block.fields
    dated = any(sign.isdigit() for sign in fields.get("date", ""))
    if fields.get("from"):
        if dated:
            named = "subject" in fields or ":" in fields["date"] or "@" in fields.get("to", "")
            return (named and len(fields) >= 3) or "@" in fields["from"]
        return "to" in fields and "subject" in fields
    return dated and ":" in fields["date"] and "@" in fields.get("to", "")


def _is_a_form(lines: Sequence[str], end: int) -> bool:
    """A web form goes on with fields of its own: "Phone: …", "Message: …"."""
    return end < len(lines) and _UNKNOWN_FIELD.match(lines[end]) is not None


def _is_source(lines: Sequence[str], index: int) -> bool:
    """Whether fields that no program prints stand above, as in the source of a message."""
    for line in reversed(lines[max(0, index - 5) : index]):
        if _RAW_FIELD.match(line.lstrip(_BEFORE)):
            return True
        if role_and_value(line) is None:
            return False
    return False
