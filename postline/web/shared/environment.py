"""The Jinja2 environment of every page."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Autoescaping, `_()` for words, `url()` and `static()` for addresses."""
    result = Environment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - Django's backend passes autoescape=True
    result.install_gettext_callables(gettext=gettext, ngettext=ngettext, newstyle=True)  # type: ignore[attr-defined]
    result.globals.update(url=reverse, static=static)
    return result
