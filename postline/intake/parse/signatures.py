"""Where the writer's words end and the signature begins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from postline.intake.parse.words import any_of

LONGEST_SIGNATURE = 20  # lines below a delimiter
LONGEST_CLOSING = 10  # lines with something in them below a closing formula
LONGEST_LINE = 90  # characters of a line of a name block

_DELIMITER = re.compile(r"(?:--|—|––)\s?$|_{3,5}\s*$")
_PROGRAM = (
    r"(?:моего|моєї|мого|моей|iPhone|iPad|iOS|Айфона|мобильн|мобільн|Mail|Outlook|Почт|Пошт|«Почт|\W?Почт|Яндекс|Yandex|"
    r"Android|Андроид|Samsung|Xiaomi|Huawei|Honor|Redmi|Galaxy|устройства|телефона|телефону|смартфона|приложения|"
    r"программы|Рамблер|Rambler|Gmail|Windows|Yahoo|Proton|The Bat|myMail|Spark|BlueMail|TypeApp|AOL|UKR|ukr|i\.ua)"
)
_MOBILE = re.compile(
    r"[\s*_—–-]{0,4}(?:Sent from(?: my)?(?: [\w'’.()+/-]{1,30}){1,7}\.?|Sent (?:via|with|using|by) .{1,60}|"
    r"(?:Get|Download) Outlook for .{1,60}|Envoyé (?:de|depuis|à partir|avec|via|par|grâce) .{1,60}|"
    r"(?:Obtenez|Obtenir|Télécharger|Téléchargez) Outlook pour .{1,60}|Provenance : .{1,60}|"
    r"Von mein.{1,50}gesendet\W{0,2}|Diese Nachricht wurde von mein.{1,80}|Gesendet (?:von|mit|aus|über|via) .{1,60}|"
    r"(?:Holen Sie sich|Beziehen Sie|Laden Sie) Outlook für .{1,60}|"
    r"Outlook für .{1,40}(?:herunterladen|beziehen|abrufen)"
    r".{0,60}|"
    r"(?:Verstuurd|Verzonden) (?:vanaf|vanuit|met|via|van|door) .{1,60}|"
    r"(?:Download|Haal) Outlook voor .{1,60}|Outlook voor .{1,40}(?:downloaden|ophalen).{0,60}|"
    r"(?:Отправлено|Послано|Отослано|Надіслано|Відправлено) "
    rf"(?:с|со|из|от|з|із|зі|через|при помощи|за допомогою) {_PROGRAM}.{{0,80}}|"
    r"(?:Скачать|Скачайте|Получить|Получите|Отримати|Отримайте|Завантажити) Outlook для .{1,60}|"
    r"Enviado (?:desde|de|do|a partir|con) .{1,60}|Inviato da .{1,60}|Wysłane z .{1,60}|Skickat från .{1,60}|"
    r"Sendt fra .{1,60}|Lähetetty .{1,60}sta|Odesláno z .{1,60}|iPhone ?から送信|发自我的.{1,30})"
    r"(?:<https?://\S{1,300}>?)?\s*$",
    re.IGNORECASE,
)
# Every such line begins with one of these, in small letters: a look that costs a tenth of the pattern.
_MOBILE_STARTS = (
    "sent ", "get outlook", "download outlook", "envoyé ", "obtene", "obteni", "télécharge", "provenance", "von mein",
    "diese nachricht", "gesendet ", "holen sie", "beziehen sie", "laden sie", "outlook ", "verstuurd ", "verzonden ",
    "haal outlook", "отправлено ", "послано ", "отослано ", "надіслано ", "відправлено ", "скача", "получит", "отрима",
    "завантажити ", "enviado ", "inviato ", "wysłane ", "skickat ", "sendt ", "lähetetty ", "odesláno ", "iphone",
    "发自我的",
)  # fmt: skip
_MOBILE_FIRST = frozenset("".join({start[0] + start[0].upper() for start in _MOBILE_STARTS}))
_BEFORE_MOBILE = " \t\xa0*_—–-"
_FORMULA = re.compile(
    r"(?:(?:с|со) (?:глубоким |большим |искренним |наилучшим\w* )?(?:уважением|почтением|пожеланиями)|"
    r"с наилучшими(?: пожеланиями)?|с найкращими(?: побажаннями)?|"
    r"(?:всего|всех) (?:вам )?(?:доброго|благ|наилучшего|хорошего)|(?:з|із) (?:глибокою |щирою )?повагою|"
    r"(?:(?:with )?(?:my |our )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|regards|sincerely(?: yours)?|"
    r"yours (?:sincerely|faithfully|truly)|with (?:regards|respect))|"
    r"(?:mit )?(?:freundliche\w?|herzliche\w?|liebe\w?|viele\w?|beste\w?|schöne\w?|sonnige\w?) "
    r"(?:gr(?:ü|ue)(?:ß|ss)e?n?)|hochachtungsvoll|mfg|lg|"
    r"(?:met )?(?:vriendelijke|hartelijke|beste|warme) groet(?:en|jes)?|hoogachtend|mvg|"
    r"(?:bien )?cordialement|(?:bien )?(?:sincèrement|respectueusement)|bien à vous|salutations(?: distinguées)?|"
    r"(?:meilleures|sincères) salutations|"
    r"(?:un )?saludos?(?: cordiales?)?|cordiali saluti|distinti saluti|pozdrawiam|s pozdravem|med vänliga hälsningar)"
    r"(?P<name>[\s,.!–—-].{0,60})?$",
    re.IGNORECASE,
)
_FORMULA_FIRST = frozenset("сзвwmbkrsyfhlvmcupdiб")
_AFTERTHOUGHT = re.compile(
    r"\W{0,3}(?:p\.?\s?s\b|n\.?\s?b\b|п\.?\s?с\b|з\.?\s?ы\b|постскриптум|edit:|upd)", re.IGNORECASE
)
_DISCLAIMER = (
    "confidential", "privileged", "intended for", "intended solely for", "intended only for", "конфиденциал",
    "конфіденц", "vertraulich", "vertrouwelijk", "geadresseerde", "bestimmt", "confidentiel", "destinataire",
    "riservat", "please consider the environment", "распечат", "virus", "avast",
)  # fmt: skip
_LIST_RULE = re.compile(r"_{20,}\s*$")
_LIST_FOOT = re.compile(
    r"mailing list|https?://\S{0,200}(?:listinfo|mailman|lists?\b|groups?\b)|unsubscribe", re.IGNORECASE
)
_DASHED_NAME = re.compile(r"[-–—~]{1,2}\s?[A-ZА-ЯЁЇІЄ][\w.'’]{0,20}(?:\s[A-ZА-ЯЁЇІЄ][\w.'’]{0,20}){0,2}$")


def without_signature(lines: Sequence[str]) -> list[str]:
    """These lines without the signature at their end; what a program adds of its own goes wherever it stands."""
    kept = [
        line
        for line in lines
        if not (line and line.lstrip(_BEFORE_MOBILE)[:1] in _MOBILE_FIRST and len(line) < 400 and _is_mobile(line))
    ]
    kept = kept[: _list_foot(kept)]
    for index, line in enumerate(kept):
        if line and len(line) <= 6 and _DELIMITER.match(line) and len(kept) - index <= LONGEST_SIGNATURE:
            kept = kept[:index]
            break
    end = _closing(kept)
    return kept[:end]


def _is_mobile(line: str) -> bool:
    if len(line) <= 8:
        return False
    beginning = line.lstrip(_BEFORE_MOBILE)[:20].lower()
    return beginning.startswith(_MOBILE_STARTS) and _MOBILE.match(line) is not None


def _list_foot(lines: Sequence[str]) -> int:
    """Where the foot of a mailing list begins: a long rule, then what list it is and how to leave it."""
    for index in range(len(lines) - 1, max(-1, len(lines) - 12), -1):
        if lines[index].startswith("_") and _LIST_RULE.match(lines[index]):
            foot = lines[index + 1 :]
            return index if any(_LIST_FOOT.search(line[:300]) for line in foot) else len(lines)
    return len(lines)


def _closing(lines: Sequence[str]) -> int:
    """Where "Best regards" and the block of name, post and telephone below it begin; else the end."""
    below: list[str] = []
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index].strip()
        if not line:
            continue
        if len(line) < LONGEST_LINE:
            if line[0].lower() in _FORMULA_FIRST and _is_formula(line):
                return index if below and all(map(_fits_a_signature, below)) else len(lines)
            if not below and _DASHED_NAME.match(line) and index and not lines[index - 1].strip():
                return index
        below.append(line)
        if len(below) > LONGEST_CLOSING:
            break
    return len(lines)


def _is_formula(line: str) -> bool:
    found = _FORMULA.match(line)
    return found is not None and len((found["name"] or "").split()) <= 6


def _fits_a_signature(line: str) -> bool:
    """A name, a post, a number, an address of any kind, or a disclaimer: not a sentence of the letter or after it."""
    if _AFTERTHOUGHT.match(line):
        return False
    plain = len(line) <= LONGEST_LINE and not (line.endswith((".", "!")) and len(line.split()) > 7)
    return (plain and not line.endswith("?")) or any_of(_DISCLAIMER, line[:2_000].lower())
