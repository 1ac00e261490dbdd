"""Every word on a page is marked for translation, and translated."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from jinja2 import Environment, nodes

import postline
from script import catalogue

pytestmark = pytest.mark.unit

PACKAGE = Path(postline.__file__).parent
TEMPLATES = sorted(PACKAGE.rglob("*.jinja"))
LETTERS = re.compile(r"[^\W\d_]{2,}")
ADDRESS = re.compile(r"\S+@\S+")  # an example of an e-mail address is the same in every language
ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")
SHOWN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "aria-description"}
NAMES = {"Postline", "English", "Русский", "Nederlands"}  # are called so in every language
CLASS_BLOCKS = {"frame", "panes"}  # blocks of the base templates that stand in a class attribute
NOT_PROSE = {"code", "kbd", "style", "script"}


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_word_is_translated(language: str) -> None:
    translated = catalogue.read(language)

    untranslated = [
        message.id
        for message in _words()
        if message.id and not _is_whole(translated.get(message.id, context=message.context))
    ]

    assert untranslated == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_translation_is_left_of_words_that_are_gone(language: str) -> None:
    words = _words()

    assert [m.id for m in catalogue.read(language) if m.id and words.get(m.id, context=m.context) is None] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_translations_use_the_same_variables(language: str) -> None:
    wrong = [(message.id, [str(error) for error in errors]) for message, errors in catalogue.read(language).check()]

    assert wrong == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_template_holds_a_bare_word(template: Path) -> None:
    assert bare_words(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        "<p>{{ name }} пишет</p>",
        '<a title="Open it">{{ _("x") }}</a>',
        '<input placeholder="{{ name }} or else">',
        "{% if x %}yes{% endif %}",
        '<b class="a{% if x %} b{% endif %}">Say</b>',
        '{% macro told() %}id="x" title="Say it"{% endmacro %}',
    ],
)
def test_a_bare_word_is_found(template: str) -> None:
    assert bare_words(template) != []


@pytest.mark.parametrize(
    "template",
    [
        '<p class="a b">{{ _("Hello") }}</p>',
        "{% trans %}Hello{% endtrans %}",
        '<a title="{{ _("Open it") }}" href="/x/y">{{ name }} · {{ other }}</a>',
        "<b{% if x %} class='yes'{% endif %}>{{ x }}</b>",
        "{# a comment #}<code>postline user create</code>",
        '{% macro told(x) %}id="x-{{ x }}" aria-invalid="true"{% endmacro %}',
        '<input placeholder="name@example.org, …">',
    ],
)
def test_marked_words_are_left_alone(template: str) -> None:
    assert bare_words(template) == []


def bare_words(source: str) -> list[str]:
    """The words in a template's text and shown attributes that pass no translation."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    classes = {
        id(data)
        for block in tree.find_all(nodes.Block)
        if block.name in CLASS_BLOCKS
        for data in block.find_all(nodes.TemplateData)
    }
    reader = _Reader()
    reader.feed("".join(data.data for data in tree.find_all(nodes.TemplateData) if id(data) not in classes))
    reader.close()
    return [word for text in reader.texts for word in LETTERS.findall(ADDRESS.sub("", text)) if word not in NAMES]


class _Reader(HTMLParser):
    """Collects what a person would read."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]
        if tag in NOT_PROSE:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:  # attributes stand outside a tag where a macro makes them
            self.texts += [value for name, value in ATTRIBUTE.findall(data) if name in SHOWN_ATTRIBUTES]
            self.texts.append(ATTRIBUTE.sub("", data))


@cache
def _words() -> Catalog:
    return catalogue.extract()


def _is_whole(message: object) -> bool:
    string = getattr(message, "string", "")
    forms = [string] if isinstance(string, str) else string
    return bool(forms) and all(forms) and not getattr(message, "fuzzy", False)
