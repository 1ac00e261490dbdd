"""What the editor offers: things to ask, how to compare them, and an input that fits the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects.models import Project
from postline.rules.conditions import ASKS, COMPARISONS, GROUPS, Ask, Comparison, Kind, Names
from postline.rules.references import References, references_of
from postline.web.manage.rules.form import Act
from postline.web.manage.rules.rows import Row, Value
from postline.web.shared.filters import language_name

Option = tuple[str, str]
LANGUAGES = ("en", "ru", "nl", "de", "fr", "es", "it", "pt", "pl", "uk", "tr", "ar", "he", "zh", "ja", "ko")
HEADERS = (
    "Auto-Submitted", "Importance", "List-Id", "Precedence", "Priority", "Return-Path", "User-Agent", "X-Form-Topic",
    "X-Mailer", "X-Priority", "X-Spam-Flag", "X-Spam-Status",
)  # fmt: skip
SORTS = ("picture", "document", "spreadsheet", "archive", "program", "sound", "video", "message", "text")
COMPARED = {
    Comparison.CONTAINS: gettext_lazy("contains"),
    Comparison.IS: gettext_lazy("is"),
    Comparison.STARTS: gettext_lazy("begins with"),
    Comparison.MATCHES: gettext_lazy("matches the pattern"),
    Comparison.IN_LIST: gettext_lazy("is one of"),
    Comparison.GREATER: gettext_lazy("is more than"),
    Comparison.LESS: gettext_lazy("is less than"),
    Comparison.EXISTS: gettext_lazy("is there"),
}
HINTS = {
    "from": "anna@user.example, user.example",
    "to": "support@mail.example",
    "from-domain": "user.example",
    "header": "YES",
}


@dataclass(frozen=True, slots=True)
class AskChoice:
    """Something to ask as it stands in the list."""

    slug: str
    label: str
    named: bool
    name_label: str
    name_hint: str
    name_list: str


@dataclass(frozen=True, slots=True)
class AskGroup:
    """Things to ask under their heading."""

    label: str
    asks: list[AskChoice]


@dataclass(frozen=True, slots=True)
class ValueView:
    """The input for a value. `shape`: none, choice, several, list, long, number, text."""

    shape: str
    text: str = ""
    many: tuple[str, ...] = ()
    options: Sequence[Option] = ()
    hint: str = ""
    list: str = ""  # the names that are offered while one types

    @property
    def is_known(self) -> bool:
        """Whether the value is among the options."""
        return any(one == self.text for one, _label in self.options)


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen in a project: `references` with the ids, `of` by what it is, the short names with what people
    call them."""

    references: References
    of: dict[str, list[Option]] = field(default_factory=dict)

    def options(self, references: str) -> list[Option]:
        """The things of this kind, as people call them."""
        return self.of.get(references, [])

    @property
    def names(self) -> Names:
        """What everything is called, for sentences."""
        return {(kind, slug): name for kind, options in self.of.items() for slug, name in options}


def offered(project: Project) -> Offered:
    """What rules of the project may name: a query for each kind."""
    found = references_of(project)
    of: dict[str, list[Option]] = {kind: [] for kind in found.ids}
    for (kind, slug), name in found.names.items():
        of[kind].append((slug, name))
    for options in of.values():
        options.sort(key=lambda option: option[1].casefold())
    of.setdefault("language", [(code, language_name(code)) for code in LANGUAGES])
    return Offered(found, of)


def ask_groups() -> list[AskGroup]:
    """All that can be asked, in the order of the register."""
    found = [
        AskGroup(_(label), [_choice(ask) for ask in ASKS.values() if ask.group == slug])
        for slug, label in GROUPS.items()
    ]
    others = [_choice(ask) for ask in ASKS.values() if ask.group not in GROUPS]
    return [*found, *([AskGroup(_("Further"), others)] if others else [])]


def names_offered() -> dict[str, Sequence[str]]:
    """What is offered while one types a name or value."""
    return {"header": HEADERS, "attachment-kind": SORTS}


def first_row() -> Row:
    """A row as it begins."""
    return Row(ask="subject", comparison=Comparison.CONTAINS)


def ask_of(row: Row) -> AskChoice | None:
    """What the row asks; None where nothing such can be asked."""
    return _choice(ASKS[row.ask]) if row.ask in ASKS else None


def comparisons_of(row: Row) -> list[Option]:
    """How its question can be compared; a comparison that does not fit any more is there too, to be seen."""
    ask = ASKS.get(row.ask)
    fitting = ask.comparisons if ask else COMPARISONS[Kind.TEXT]
    found = [(str(one), str(COMPARED[one])) for one in fitting]
    return found if any(one == row.comparison for one, _label in found) else [(row.comparison, row.comparison), *found]


def turned(row: Row, things: Offered) -> Row:
    """The row after another question was chosen: with a comparison and a value that fit it."""
    ask = ASKS.get(row.ask)
    if row.group or ask is None:
        return row
    comparison = row.comparison if row.comparison in ask.comparisons else str(ask.comparisons[0])
    row = in_shape(replace(row, comparison=comparison, name=row.name if ask.name_label else ""))
    options = [one for one, _label in _options(ask, things)]
    if options and isinstance(row.value, str) and comparison != Comparison.EXISTS and row.value not in options:
        return replace(row, value=options[0])
    return row


def in_shape(row: Row) -> Row:
    """The row with its value as a list where it must be one, and as a text where not; nothing is lost."""
    is_list = row.comparison == Comparison.IN_LIST
    if is_list and isinstance(row.value, str):
        return replace(row, value=tuple(line.strip() for line in row.value.splitlines() if line.strip()))
    if not is_list and isinstance(row.value, tuple):
        return replace(row, value=row.value[0] if row.value else "")
    return row


def value_of(row: Row, things: Offered) -> ValueView:
    """The input for the value of a question."""
    ask = ASKS.get(row.ask)
    if row.comparison == Comparison.EXISTS:
        return ValueView("none")
    many, text = row.value if isinstance(row.value, tuple) else (), _one(row.value)
    options = _options(ask, things) if ask else []
    if row.comparison == Comparison.IN_LIST:
        return (
            ValueView("several", many=many, options=_with(options, many)) if options else ValueView("list", many=many)
        )
    if options:
        return ValueView("choice", text, options=options)
    if ask and ask.kind == Kind.NUMBER:
        return ValueView("number", text)
    hint = _("a regular expression") if row.comparison == Comparison.MATCHES else HINTS.get(row.ask, "")
    return ValueView("text", text, hint=hint, list="attachment-kind" if row.ask == "attachment-kind" else "")


def lists() -> dict[str, bool]:
    """For `form.read`: whose value is a list."""
    return {f"{slug}/{Comparison.IN_LIST}": True for slug in ASKS}


def value_of_act(act: Act, shape: str, options: Sequence[Option]) -> ValueView:
    """The input for the value of a step or a suggestion."""
    if options:
        return ValueView("choice", _one(act.value), options=options)
    return ValueView(shape, _one(act.value), many=act.value if isinstance(act.value, tuple) else ())


def _one(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _options(ask: Ask, things: Offered) -> list[Option]:
    if ask.choices:
        return [(value, _(label)) for value, label in ask.choices]
    return things.options(ask.references) if ask.references else []


def _with(options: list[Option], many: tuple[str, ...]) -> list[Option]:
    """Those that are not there any more stay in sight until somebody takes them out."""
    known = {one for one, _label in options}
    return [*options, *((one, one) for one in many if one not in known)]


def _choice(ask: Ask) -> AskChoice:
    return AskChoice(
        ask.slug,
        _(ask.label) % {"name": "…"} if ask.name_label else _(ask.label),
        bool(ask.name_label),
        _(ask.name_label) if ask.name_label else "",
        "X-Spam-Flag" if ask.slug == "header" else "",
        "header" if ask.slug == "header" else "",
    )
