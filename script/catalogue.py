"""The words of the code, and their translations in postline/locale."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "postline"
LOCALE = PACKAGE / "locale"
RESTLESS = (b'"POT-Creation', b'"PO-Revision', b'"Report-Msgid', b'"Last-Translator', b'"Language-Team', b'"Generated')
LANGUAGES = ("nl", "ru")
METHODS = [("**/migrations/**.py", "ignore"), ("**.py", "python"), ("**.jinja", "jinja2")]
OPTIONS = {"**.jinja": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}


def source_of(language: str) -> Path:
    """The file that translators write in."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def extract() -> Catalog:
    """Every word marked for translation, in Python and in templates."""
    catalogue = Catalog()
    found = extract_from_dir(PACKAGE, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    for _file, _line, message, _comments, context in found:
        catalogue.add(message, context=context)
    return catalogue


def read(language: str) -> Catalog:
    """The translations into a language; an empty catalogue where there are none yet."""
    source = source_of(language)
    if not source.exists():
        return Catalog(locale=language, fuzzy=False)
    with source.open("rb") as text:
        return read_po(text, locale=language)


def update() -> None:
    """New words come in untranslated, words that are gone go. Nothing is guessed."""
    words = extract()
    for language in LANGUAGES:
        catalogue = read(language)
        catalogue.update(words, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        write(language, catalogue)


def write(language: str, catalogue: Catalog) -> None:
    """In alphabetical order and without places in the code, so that two people's changes rarely meet."""
    source = source_of(language)
    source.parent.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment = "# Translations of Postline's words."
    catalogue.project, catalogue.version = "Postline", ""
    text = BytesIO()
    write_po(text, catalogue, sort_output=True, no_location=True, width=120)
    lines = text.getvalue().splitlines(keepends=True)
    source.write_bytes(b"".join(line for line in lines if not line.startswith(RESTLESS)))


def compile_stale() -> None:
    """Make the form that the program reads, where it is missing or older."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns:
            with source.open("rb") as text, compiled.open("wb") as binary:
                write_mo(binary, read_po(text, locale=source.parent.parent.name))
