"""A condition read out as a sentence, in the languages of the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from postline.rules.conditions.asks import Comparison, Kind
from postline.rules.conditions.tree import All, Json, Leaf, Node, Not, OneOf, read
from postline.rules.conditions.words import marked as _
from postline.rules.conditions.words import translated

Names = Mapping[tuple[str, str], str]  # ("queue", "passwords") → "Passwords"
SHOWN_OF_LIST = 5


def sentence(condition: Json, language: str, *, names: Names | None = None) -> str:
    """“the subject contains “invoice” and the sender is user.example”; "" for what cannot be read.

    `names` gives the names of queues, topics… by kind and slug, where they are to be shown.
    """
    node, _wrong = read(condition)
    if node is None:
        return ""
    if isinstance(node, All) and not node.of:
        return translated(ALWAYS, language)
    return _Reading(language, names or {}).words(node)


class _Reading:
    """One language, and the names of what is referred to."""

    def __init__(self, language: str, names: Names) -> None:
        self._language, self._names = language, names

    def words(self, node: Node, *, inside: str = "") -> str:
        """`inside`: what it is a part of, so that it stands in brackets where it must."""
        match node:
            case Leaf():
                return self._leaf(node, holds=True)
            case Not(Leaf() as leaf):
                return self._leaf(leaf, holds=False)
            case Not():
                return self._say(NOT) % {"what": self.words(node.of)}
            case All():
                return self._joined(node.of, AND, inside=inside, key="all")
            case OneOf():
                return self._joined(node.of, OR, inside=inside, key="any")

    def _joined(self, of: Sequence[Node], word: str, *, inside: str, key: str) -> str:
        if not of:
            return self._say(ALWAYS if key == "all" else NEVER)
        if len(of) == 1:
            return self.words(of[0], inside=inside)
        said = self._say(word).join(self.words(one, inside=key) for one in of)
        return f"({said})" if inside and inside != key else said

    def _leaf(self, leaf: Leaf, *, holds: bool) -> str:
        ask = leaf.ask
        if ask.slug in YES_NO:
            is_wanted = (leaf.texts[0].lower() == "yes") is holds
            return self._say(YES_NO[ask.slug][0 if is_wanted else 1])
        form = FORMS[leaf.comparison][0 if holds else 1]
        name = self._quoted(leaf.name)
        what = self._say(ask.label) % {"name": name} if ask.name_label else self._say(ask.label)
        return self._say(form) % {"what": what, "value": self._value(leaf)}

    def _value(self, leaf: Leaf) -> str:
        if leaf.number is not None:
            return f"{leaf.number:g}"
        if leaf.comparison is Comparison.MATCHES:
            return f"/{leaf.texts[0]}/"
        shown = [self._shown(leaf, text) for text in leaf.texts[:SHOWN_OF_LIST]]
        if len(leaf.texts) > SHOWN_OF_LIST:
            shown.append("…")
        return ", ".join(shown)

    def _shown(self, leaf: Leaf, text: str) -> str:
        ask = leaf.ask
        if ask.choices:
            return self._say(dict(ask.choices).get(text.lower(), text))
        if ask.references and leaf.comparison in (Comparison.IS, Comparison.IN_LIST):
            return self._quoted(self._names.get((ask.references, text.lower()), text))
        if ask.kind in (Kind.ADDRESS, Kind.NUMBER) and leaf.comparison in (Comparison.IS, Comparison.IN_LIST):
            return text
        return self._quoted(text)

    def _quoted(self, text: str) -> str:
        return self._say(QUOTED) % {"text": text} if text else ""

    @property
    def _say(self) -> Callable[[str], str]:
        return lambda msgid: translated(msgid, self._language)


QUOTED = _("“%(text)s”")
AND, OR = _(" and "), _(" or ")
ALWAYS, NEVER = _("always"), _("never")
NOT = _("it is not so that (%(what)s)")

# each as it holds, and as it does not
FORMS: Mapping[Comparison, tuple[str, str]] = {
    Comparison.CONTAINS: (_("%(what)s contains %(value)s"), _("%(what)s does not contain %(value)s")),
    Comparison.IS: (_("%(what)s is %(value)s"), _("%(what)s is not %(value)s")),
    Comparison.STARTS: (_("%(what)s starts with %(value)s"), _("%(what)s does not start with %(value)s")),
    Comparison.MATCHES: (_("%(what)s matches %(value)s"), _("%(what)s does not match %(value)s")),
    Comparison.IN_LIST: (_("%(what)s is one of %(value)s"), _("%(what)s is none of %(value)s")),
    Comparison.GREATER: (_("%(what)s is more than %(value)s"), _("%(what)s is not more than %(value)s")),
    Comparison.LESS: (_("%(what)s is less than %(value)s"), _("%(what)s is not less than %(value)s")),
    Comparison.EXISTS: (_("%(what)s is there"), _("%(what)s is missing")),
}

YES_NO: Mapping[str, tuple[str, str]] = {
    "is-follow-up": (_("it is a follow-up"), _("it is a new request")),
    "working-time": (_("it is working time"), _("it is not working time")),
    "misleading-link": (
        _("a link leads elsewhere than it says"),
        _("no link leads elsewhere than it says"),
    ),
}
