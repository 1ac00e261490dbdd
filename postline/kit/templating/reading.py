"""Reads a text and refuses all that is not a name of the list, an `if` on such names, or one of our filters."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from postline.kit.templating.forms import DATE_FORMS, plural_categories
from postline.kit.templating.nodes import (
    Both,
    Choice,
    Filter,
    Kind,
    Known,
    Literal,
    Names,
    Node,
    Not,
    Problem,
    Shown,
    Template,
    Test,
)

LONGEST = 20_000  # letters
DEEPEST = 20  # of `if` in `if`, of `and` in `or`, of filter behind filter
FILTERS = ("date", "fallback", "plural", "time")
SAME = {"default": "fallback"}  # as Jinja2 and Django call it
# Only its parser is used: nothing is compiled or run.
_READER = Environment(keep_trailing_newline=True, autoescape=True)
# An `if` on a line of its own leaves no empty line. Jinja2's trim_blocks would also join the line of a greeting that
# ends with `endif` with the next one. The mark keeps the numbers of the lines as they are.
_OWN_LINE = re.compile(r"^[ \t]*(\{%-?[ \t]*(?:if|elif|else|endif)\b[^\n{}]*%\})[ \t]*\n", re.MULTILINE)
_JOINT = "\ue001"


class NotATemplate(Exception):
    """The text may not be kept: `problems` says why, in the order of its lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{one.line}: {one.code} {one.what}".strip() for one in problems))
        self.problems = tuple(problems)


def parse(text: str, names: Names, language: str) -> Template:
    """The text ready to be filled. `language` decides how many forms a plural has. Raises NotATemplate."""
    return _parsed(text, tuple(sorted(names.items())), language)


def problems(text: str, names: Names, language: str) -> tuple[Problem, ...]:
    """What is wrong with the text; nothing where it may be kept."""
    try:
        parse(text, names, language)
    except NotATemplate as error:
        return error.problems
    return ()


@lru_cache(maxsize=512)
def _parsed(text: str, names: tuple[tuple[str, Kind], ...], language: str) -> Template:
    if len(text) > LONGEST:
        raise NotATemplate([Problem(1, "too-long", str(LONGEST))])
    reading = _Reading(dict(names), language)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in quotes is taken as it stands
            body = _READER.parse(_OWN_LINE.sub(rf"\1{_JOINT}\n", text.replace(_JOINT, ""))).body
    except TemplateSyntaxError as error:
        raise NotATemplate([_misread(error)]) from error
    except (ValueError, RecursionError, OverflowError, SyntaxError) as error:  # a number without end, a thousand ifs
        raise NotATemplate([Problem(1, "unreadable")]) from error
    result = reading.all_of(body, depth=0)
    if reading.problems:
        raise NotATemplate(sorted(reading.problems, key=lambda one: one.line))
    return Template(result, frozenset(reading.used))


def _misread(error: TemplateSyntaxError) -> Problem:
    """Jinja2's own sentences are for programmers and in English: ours names the line and shows how it is written."""
    message = error.message or ""
    if "endif" in message and "nd of template" in message:
        return Problem(error.lineno, "if-without-end")
    if message.startswith("Encountered unknown tag"):
        word = message.split("'")[1] if "'" in message else ""
        return Problem(error.lineno, "end-without-if" if word in ("endif", "else", "elif") else "not-allowed", word)
    return Problem(error.lineno, "unreadable")


class _Refused(Exception):
    """This node may not stand in a text."""

    def __init__(self, node: nodes.Node, code: str, what: str = "", allowed: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.problem = Problem(node.lineno or 1, code, what, tuple(allowed))


class _Reading:
    """Walks one text; gathers what is wrong and which names are used."""

    def __init__(self, names: dict[str, Kind], language: str) -> None:
        self._names = names
        self._language = language
        self.problems: list[Problem] = []
        self.used: set[str] = set()

    def all_of(self, body: Sequence[nodes.Node], *, depth: int) -> tuple[Node, ...]:
        """The nodes of a text or of a branch."""
        found: list[Node] = []
        for node in body:
            for part in node.nodes if isinstance(node, nodes.Output) else [node]:
                try:
                    found.append(self._node(part, depth=depth))
                except _Refused as refused:
                    if refused.problem not in self.problems:
                        self.problems.append(refused.problem)
        return tuple(found)

    def _node(self, node: nodes.Node, *, depth: int) -> Node:
        if depth > DEEPEST:
            raise _Refused(node, "too-deep")
        match node:
            case nodes.TemplateData():
                return Literal(node.data.replace(f"{_JOINT}\n", ""))
            case nodes.If():
                return self._choice(node, depth=depth + 1)
            case nodes.Stmt():
                raise _Refused(node, "not-allowed", _word_for(node))
            case _:
                return self._shown(node)

    def _choice(self, node: nodes.If, *, depth: int) -> Choice:
        branches = tuple(
            (self._test(one.test, depth=depth), self.all_of(one.body, depth=depth)) for one in (node, *node.elif_)
        )
        return Choice(branches, self.all_of(node.else_, depth=depth))

    def _test(self, node: nodes.Node, *, depth: int) -> Test:
        if depth > DEEPEST:
            raise _Refused(node, "too-deep")
        match node:
            case nodes.Not():
                return Not(self._test(node.node, depth=depth + 1))
            case nodes.And() | nodes.Or():
                left, right = (self._test(one, depth=depth + 1) for one in (node.left, node.right))
                return Both(left, right, isinstance(node, nodes.Or))
            case _:
                return Known(self._name(node, otherwise="if-on-other"))

    def _shown(self, node: nodes.Node) -> Shown:
        filters: list[nodes.Filter] = []
        while isinstance(node, nodes.Filter) and node.node is not None:
            filters.insert(0, node)
            node = node.node
            if len(filters) > DEEPEST:
                raise _Refused(node, "too-deep")
        name = self._name(node, otherwise="not-a-name")
        kind = self._names.get(name, Kind.TEXT)
        checked: list[Filter] = []
        for one in filters:
            checked.append(self._filter(one, name, kind))
            kind = Kind.TEXT  # what a filter has made fits into no other, but for a fallback
        return Shown(name, tuple(checked))

    def _filter(self, node: nodes.Filter, name: str, kind: Kind) -> Filter:
        called = SAME.get(node.name, node.name)
        if called not in FILTERS:
            raise _Refused(node, "no-such-filter", node.name, FILTERS)
        words = [one.value for one in node.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
        if len(words) != len(node.args) or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise _Refused(node, "filter-words", called)
        match called:
            case "plural":
                categories = plural_categories(self._language)
                if kind != Kind.NUMBER:
                    raise _Refused(node, "needs-number", name)
                if len(words) != len(categories):
                    raise _Refused(node, "plural-forms", str(len(categories)), categories)
            case "date" | "time":
                if kind != Kind.MOMENT:
                    raise _Refused(node, "needs-date", name)
                if len(words) > (called == "date") or any(one not in DATE_FORMS for one in words):
                    raise _Refused(node, "date-form", "", DATE_FORMS)
            case _:
                if len(words) != 1:
                    raise _Refused(node, "filter-words", called)
        return Filter(called, tuple(words))

    def _name(self, node: nodes.Node, *, otherwise: str) -> str:
        """The name, where it is one of the list: `project`, `form.order`."""
        path: list[str] = []
        while isinstance(node, nodes.Getattr) and len(path) < DEEPEST:
            path.insert(0, node.attr)
            node = node.node
        if not isinstance(node, nodes.Name):
            raise _Refused(node, otherwise, _word_for(node))
        name = ".".join([node.name, *path])
        if name not in self._names and not (len(path) == 1 and f"{node.name}.*" in self._names):
            raise _Refused(node, "no-such-name", name, tuple(self._names))
        self.used.add(name)
        return name


_WORDS: dict[type[nodes.Node], str] = {
    nodes.For: "for",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.FilterBlock: "filter",
    nodes.CallBlock: "call",
    nodes.Call: "( )",
    nodes.Getitem: "[ ]",
    nodes.FromImport: "from",
    nodes.CondExpr: "if",
}


def _word_for(node: nodes.Node) -> str:
    """How the author wrote what may not stand there."""
    if isinstance(node, nodes.BinExpr):
        return node.operator
    return _WORDS.get(type(node), type(node).__name__.lower())
