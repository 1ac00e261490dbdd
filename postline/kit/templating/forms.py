"""Forms of words in a language: plurals and dates by the tables of CLDR, which Babel brings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

DATE_FORMS = ("long", "short", "weekday")
_CLDR = {"long": "long", "short": "short", "weekday": "full"}
_ORDER = ("zero", "one", "two", "few", "many", "other")  # as CLDR lists the forms
_COUNTED = 200  # every form that whole numbers take in any language is seen below this one
_YEAR = re.compile(r"\s[гр]\.$")  # Russian “2026 г.” would end a sentence with two full stops
_BRITISH = "en_GB"  # 5 March 2026, not March 5; 14:30, not 2:30 PM


def plural_categories(language: str) -> tuple[str, ...]:
    """The forms that whole numbers take: one and other in English; one, few and many in Russian."""
    return _categories(_locale(language))


def plural(number: int, words: Sequence[str], language: str) -> str:
    """The form that goes with the number: 1 день, 2 дня, 5 дней."""
    locale = _locale(language)
    categories = _categories(locale)
    form = locale.plural_form(abs(number))
    place = categories.index(form) if form in categories else len(categories) - 1
    return words[min(place, len(words) - 1)]


def date_in_words(moment: date, form: str, language: str) -> str:
    """`5 March 2026`, `05/03/2026`, `Thursday, 5 March 2026`, as the language writes it."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return _YEAR.sub("", format_date(day, format=_CLDR[form], locale=_locale(language)))


def time_in_words(moment: date, language: str) -> str:
    """`14:30`; of a day without a time nothing."""
    return (
        format_time(moment.timetz(), format="short", locale=_locale(language)) if isinstance(moment, datetime) else ""
    )


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    if language == "en":
        return Locale.parse(_BRITISH)
    try:
        return Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_BRITISH)


@lru_cache(maxsize=64)
def _categories(locale: Locale) -> tuple[str, ...]:
    found = {locale.plural_form(number) for number in range(_COUNTED)}
    return tuple(form for form in _ORDER if form in found)
