"""How numbers, times and sizes are written on pages, in the language and time zone of the person who reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton
from babel.numbers import format_decimal
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from postline.kit import clock

GAP = "\u202f"  # narrow no-break space, between groups of three
ENGLISH = "en_GB"  # 3 Oct and not Oct 3, 14:38 and not 2:38 PM
MEANINGS = ((1.0, "is-danger"), (0.75, "is-warning"), (0.5, "is-waiting"))


def number(ticket_number: int | str) -> Markup:
    """A ticket number in groups of three, kept together and left to right in any text."""
    digits = str(ticket_number)
    groups = GAP.join(digits[start : start + 3] for start in range(0, len(digits), 3))
    return Markup('<bdi class="num nowrap">{}</bdi>').format(groups)


def when(moment: datetime) -> Markup:
    """The short time as an element whose title is the full one."""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), full_time(moment), short_time(moment)
    )


def short_time(moment: datetime) -> str:
    """Today `14:38`, this year `3 Oct`, else with the year."""
    local, today = timezone.localtime(moment), timezone.localtime(clock.now())
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return format_skeleton("MMMd" if local.year == today.year else "yMMMd", local, locale=_locale())


def full_time(moment: datetime) -> str:
    """`3 October 2026, 14:38`."""
    local = timezone.localtime(moment)
    return f"{format_datetime(local, 'd MMMM y', locale=_locale())}, {local:%H:%M}"


def duration(length: timedelta | float) -> str:
    """`12 min`, `3 h 05`, `2 days`. A bare number is in seconds."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    minutes = max(0, int(seconds // 60))
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes < 48 * 60:
        return _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def size(octets: int) -> str:
    """`812 B`, `14 kB`, `3.2 MB`: powers of a thousand."""
    if octets < 1000:
        return _("%(count)s B") % {"count": octets}
    if octets < 1_000_000:
        return _("%(count)s kB") % {"count": format_decimal(round(octets / 1000), locale=_locale())}
    return _("%(count)s MB") % {"count": format_decimal(octets / 1_000_000, format="0.#", locale=_locale())}


def language_name(code: str) -> str:
    """`Russian` for `ru`, in the reader's language; the code itself where it is not known."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(_locale())
    except (UnknownLocaleError, ValueError):
        name = None
    return name or code


def initials(name: str) -> str:
    """Two letters for the round badge of a person."""
    words = name.split()
    return (words[0][0] + words[-1][0] if len(words) > 1 else name[:2]) or "?"


@dataclass(frozen=True)
class Age:
    """A wait drawn as a bar: `part` in twentieths of what was promised, `meaning` the class of its colour."""

    words: str
    part: int
    meaning: str


def age_of(waiting: timedelta, target_minutes: int) -> Age:
    """How a wait stands to the promised time; the bar is rounded down, so that nothing looks reached that is not."""
    share = waiting / timedelta(minutes=max(1, target_minutes))
    meaning = next((name for least, name in MEANINGS if share >= least), "")
    return Age(duration(waiting), max(0, min(20, int(share * 20))), meaning)


def _locale() -> Locale:
    code = translation.get_language() or "en"
    return Locale.parse(ENGLISH if code == "en" else code, sep="-" if "-" in code else "_")
