"""The words of automatic answers are in the language of all answer texts: `{number}` becomes `{{ number }}`."""

from __future__ import annotations

import re
from typing import Any

from django.db import migrations

OLD = re.compile(r"\{(number|project|expected|hours|opens|closed)\}")
NEW = re.compile(r"\{\{ (number|project|expected|hours|opens|closed) \}\}")
OPENERS = re.compile(r"\{(?=[{%#])")  # these two letters would begin something now


def forwards(apps: Any, schema_editor: Any) -> None:
    """Write them anew."""
    for one in apps.get_model("projects", "AutomaticText").objects.all():
        one.subject, one.text = _new(one.subject), _new(one.text)
        one.save(update_fields=["subject", "text"])


def backwards(apps: Any, schema_editor: Any) -> None:
    """As they were."""
    for one in apps.get_model("projects", "AutomaticText").objects.all():
        one.subject, one.text = (NEW.sub(r"{\1}", part) for part in (one.subject, one.text))
        one.save(update_fields=["subject", "text"])


def _new(text: str) -> str:
    return OLD.sub(r"{{ \1 }}", OPENERS.sub("{ ", text))


class Migration(migrations.Migration):
    """Of data alone."""

    dependencies = [("projects", "0012_opening_hours")]
    operations = [migrations.RunPython(forwards, backwards)]
