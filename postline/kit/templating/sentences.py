"""What may not stand in a text, in a sentence: what it is and what may stand there instead."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postline.kit.templating.nodes import Problem

EXAMPLE = "{{ number }}"
IF = "{% if … %} … {% else %} … {% endif %}"


def sentence(problem: Problem) -> str:
    """The problem in the reader's language, without its line."""
    allowed = ", ".join(problem.allowed)
    match problem.code:
        case "too-long":
            return _("Too long: a text has at most %(letters)s letters.") % {"letters": problem.what}
        case "too-deep":
            return _("Too much within each other here. Write it in simpler parts.")
        case "if-without-end":
            return _("An {%% if … %%} has no {%% endif %%}.") % {}
        case "end-without-if":
            return _("“%(word)s” without an {%% if … %%} before it.") % {"word": problem.what}
        case "not-allowed":
            words = _("“%(word)s” may not stand here. Allowed are names in braces, like %(example)s, and %(if)s.")
            return words % {"word": problem.what, "example": EXAMPLE, "if": IF}
        case "not-a-name":
            words = _(
                "Between the braces stands something else than a name (%(word)s). Write a name, like %(example)s."
            )
            return words % {"word": problem.what, "example": EXAMPLE}
        case "if-on-other":
            return _("After “if” stands a name, or several with “and”, “or” and “not”; nothing is compared.")
        case "no-such-name":
            words = _("There is no “%(name)s” here. Allowed are: %(allowed)s.")
            return words % {"name": problem.what, "allowed": allowed}
        case "no-such-filter":
            words = _("There is no filter “%(name)s”. Allowed are: %(allowed)s.")
            return words % {"name": problem.what, "allowed": allowed}
        case "plural-forms":
            count = int(problem.what)
            words = ngettext(
                "“plural” needs %(count)d form in this language (%(forms)s), in quotation marks.",
                "“plural” needs %(count)d forms in this language (%(forms)s), in quotation marks.",
                count,
            )
            return words % {"count": count, "forms": allowed}
        case "needs-number":
            return _("“plural” goes with a number, and “%(name)s” is none.") % {"name": problem.what}
        case "needs-date":
            return _("“%(name)s” is no date: “date” and “time” do not go with it.") % {"name": problem.what}
        case "date-form":
            return _("“date” is written in one of these ways: %(allowed)s; “time” in one way alone.") % {
                "allowed": allowed
            }
        case "filter-words":
            words = _('“%(name)s” needs words in quotation marks, like {{ requester|fallback("customer") }}.')
            return words % {"name": problem.what}
    return _("The braces cannot be read here. Write a name like %(example)s, or %(if)s.") % {
        "example": EXAMPLE,
        "if": IF,
    }
