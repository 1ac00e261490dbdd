"""The form of a calendar: a line for each weekday, holidays, and the days that differ."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from django import forms
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects.calendar_changes import CalendarSettings, WrongAddress
from postline.projects.holiday_days import WrongPlace, countries, parts_of
from postline.projects.models import Calendar
from postline.projects.projects import WrongTimeZone
from postline.projects.working_time import WrongHours
from postline.web.manage.hours_text import hours_fault, read_hours, written

NEW_ROWS = 3


class CalendarForm(forms.Form):
    """What is set up of a calendar. `exceptions` are rows of three fields: day, name, hours."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput(attrs={"dir": "auto"}))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    country = forms.ChoiceField(label=gettext_lazy("Holidays of"), required=False)
    subdivision = forms.ChoiceField(label=gettext_lazy("In this part of it"), required=False)
    feed_url = forms.CharField(
        label=gettext_lazy("Address of an .ics file"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Every day that it names is closed. It is read again every day."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, data: Any, *, calendar: Calendar | None, time_zone: str) -> None:
        initial: dict[str, Any] = {"time_zone": time_zone}
        if calendar is not None:
            names = ("name", "time_zone", "country", "subdivision", "feed_url")
            initial = {name: getattr(calendar, name) for name in names}
        super().__init__(data, initial=initial)
        hours = calendar.hours if calendar is not None else {str(day): [["09:00", "18:00"]] for day in range(5)}
        for day, name in WEEKDAYS.items():
            self.fields[f"day_{day}"] = _hours_field(str(name), hours.get(str(day), []))
        self.fields["time_zone"].choices = [(one, one.replace("_", " ")) for one in _zones()]  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("no country")), *_countries()]  # type: ignore[attr-defined]
        country = (data or {}).get("country", initial.get("country", ""))
        self.fields["subdivision"].choices = [("", _("the whole country")), *parts_of(country)]  # type: ignore[attr-defined]
        kept = list(calendar.exceptions.order_by("day")) if calendar is not None else []
        self._rows = max(len(kept) + NEW_ROWS, _rows_in(data) if data else 0)
        for number in range(self._rows):
            one = kept[number] if number < len(kept) else None
            self.fields[f"ex_day_{number}"] = forms.DateField(
                label=_("Day"),
                required=False,
                initial=one.day.isoformat() if one else None,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
            self.fields[f"ex_name_{number}"] = forms.CharField(
                label=_("Name"), required=False, max_length=100, initial=one.name if one else ""
            )
            self.fields[f"ex_hours_{number}"] = _hours_field(_("Hours"), one.hours if one else [])

    @property
    def has_parts(self) -> bool:
        """Whether the chosen country has parts with holidays of their own."""
        return len(self.fields["subdivision"].choices) > 1  # type: ignore[attr-defined]

    def week(self) -> list[forms.BoundField]:
        """For the page: the field of each weekday."""
        return [self[f"day_{day}"] for day in range(7)]

    def exceptions(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """For the page: the rows of days that differ, some empty ones last."""
        numbers = range(self._rows)
        return [(self[f"ex_day_{n}"], self[f"ex_name_{n}"], self[f"ex_hours_{n}"]) for n in numbers]

    def clean(self) -> dict[str, Any]:
        """Hours are read; a fault stands at its field."""
        given = super().clean() or self.cleaned_data
        hours = {str(day): self._read(f"day_{day}", day) for day in range(7)}
        exceptions: dict[date, tuple[str, list[list[str]]]] = {}
        for number in range(self._rows):
            spans = self._read(f"ex_hours_{number}", 0)
            day, name = given.get(f"ex_day_{number}"), given.get(f"ex_name_{number}", "")
            if day is None and (spans or name) and f"ex_day_{number}" not in self.errors:
                self.add_error(f"ex_day_{number}", _("Which day?"))
            elif day in exceptions:
                self.add_error(f"ex_day_{number}", _("This day stands there twice."))
            elif day is not None:
                exceptions[day] = (name, spans)
        given["hours"], given["exceptions"] = hours, exceptions
        return given

    def settings(self) -> CalendarSettings:
        """What was typed, for the act."""
        given = self.cleaned_data
        url = given["feed_url"].strip()
        return CalendarSettings(
            name=given["name"],
            time_zone=given["time_zone"],
            hours=given["hours"],
            country=given["country"],
            subdivision=given["subdivision"] if given["country"] else "",
            feed_url=f"https{url[6:]}" if url.lower().startswith("webcal:") else url,
            exceptions=given["exceptions"],
        )

    def refuse(self, error: Exception) -> None:
        """Say at the field what does not fit."""
        match error:
            case WrongTimeZone():
                self.add_error("time_zone", _("No zone has this name. Choose one of the list."))
            case WrongPlace():
                self.add_error("country", _("No holidays are known of it. Choose one of the list."))
            case WrongAddress():
                self.add_error("feed_url", _("Write a web address that begins with https://"))
            case WrongHours():
                self.add_error(None, hours_fault(error))

    def _read(self, name: str, day: int) -> list[list[str]]:
        try:
            return read_hours(self.cleaned_data.get(name, ""), day=day)
        except WrongHours as error:
            self.add_error(name, hours_fault(error))
            return []


def _hours_field(label: str, hours: Sequence[Sequence[str]]) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("closed"), "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=200, initial=written(hours), widget=widget)


def _rows_in(data: Any) -> int:
    return min(sum(1 for name in data if name.startswith("ex_day_")), 420)


def _countries() -> list[tuple[str, str]]:
    names = Locale.parse(translation.get_language() or "en", sep="-").territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda one: one[1])


@cache
def _zones() -> list[str]:
    return sorted(one for one in zoneinfo.available_timezones() if "/" in one or one == "UTC")
