"""The Jinja2 environment of every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.forms import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from postline.web.shared import filters

SPRITE = Markup(Path(__file__).with_name("icons.svg").read_text(encoding="utf-8"))  # noqa: S704 - a file of ours


def environment(**options: Any) -> Environment:
    """Autoescaping, `_()` for words, `url()` and `static()` for addresses, our filters; a misspelt name is an error."""
    options["undefined"] = StrictUndefined
    result = Environment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - Django's backend passes autoescape=True
    result.policies["ext.i18n.trimmed"] = True
    result.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=gettext, ngettext=ngettext, pgettext=pgettext, npgettext=npgettext, newstyle=True
    )
    result.globals.update(url=reverse, static=static, htmx_script=htmx_script, sprite=SPRITE)
    result.globals.update(age_of=filters.age_of, field_attributes=field_attributes)
    result.filters.update(
        number=filters.number,
        when=filters.when,
        short_time=filters.short_time,
        full_time=filters.full_time,
        duration=filters.duration,
        size=filters.size,
        language_name=filters.language_name,
        initials=filters.initials,
    )
    return result


def field_attributes(field: BoundField, described_by: str) -> dict[str, str]:
    """The class of a field's input, and which texts a screen reader reads with it."""
    attributes = {"class": "input"}
    if described_by:
        attributes["aria-describedby"] = described_by
    if field.errors:
        attributes["aria-invalid"] = "true"
    return attributes
