"""What one may begin with where there is no rule yet: common ones, as far as the project has what they need."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postline.web.manage.rules.choices import Offered
from postline.web.manage.rules.form import Act, Draft
from postline.web.manage.rules.rows import Row, Rows
from postline.web.manage.rules.sentences import draft_sentence


@dataclass(frozen=True, slots=True)
class Example:
    """A draft with a reason for it."""

    slug: str
    draft: Draft
    why: str
    sentence: str = ""

    @property
    def name(self) -> str:
        """What the rule is called."""
        return self.draft.name


def of(kind: str, things: Offered) -> list[Example]:
    """The examples of filters, or of hints, with their sentences."""
    made = _filters(things) if kind == "filter" else _hints(things)
    language = get_language() or "en"
    return [
        Example(one.slug, one.draft, one.why, draft_sentence(one.draft, kind, things, language=language))
        for one in made
    ]


def draft(kind: str, slug: str, things: Offered) -> Draft | None:
    """The example of this name."""
    made = _filters(things) if kind == "filter" else _hints(things)
    return next((one.draft for one in made if one.slug == slug), None)


def _filters(things: Offered) -> list[Example]:
    queue = next((slug for slug, _label in reversed(things.options("queue"))), "")
    invoice = (_("invoice"), _("payment"))
    return [
        Example(
            "invoices",
            Draft(
                name=_("Invoices"),
                shown=Rows("any", tuple(Row(ask="subject", comparison="contains", value=word) for word in invoice)),
                acts=(Act("queue", queue), Act("tags", (_("money"),))),
            ),
            _("Letters of one kind go to those who answer them, without anybody reading them first."),
        ),
        Example(
            "unsubscribe",
            Draft(
                name=_("Newsletters"),
                acts_on="all",
                shown=Rows("all", (Row(ask="header", name="List-Unsubscribe", comparison="exists"),)),
                acts=(Act("quarantine"),),
            ),
            _("What was sent to thousands waits in quarantine and takes nobody’s time."),
        ),
        Example(
            "form",
            Draft(
                name=_("Letters from the form"),
                shown=Rows(
                    "all",
                    (
                        Row(ask="header", name="X-Form-Topic", comparison="exists"),
                        Row(ask="new-text", comparison="matches", value=r"(?i)account:\s*(?P<account>\S+)"),
                    ),
                ),
                acts=(Act("note", _("Account according to the form: {account}")), Act("priority", "high")),
            ),
            _("A part of the text that a pattern finds is used in a step."),
        ),
    ]


def _hints(things: Offered) -> list[Example]:
    topic = next((slug for slug, _label in things.options("topic")), "")
    topics = [
        Example(
            "topic",
            Draft(
                name=_("Lost password"),
                shown=Rows(
                    "any",
                    (
                        Row(ask="subject", comparison="contains", value=_("password")),
                        Row(ask="new-text", comparison="contains", value=_("cannot sign in")),
                    ),
                ),
                acts=(Act("topic", topic),),
                weight="60",
            ),
            _("One click on the ticket takes the topic over."),
        )
    ]
    return [
        *(topics if topic else []),
        Example(
            "often",
            Draft(
                name=_("Writes again and again"),
                acts_on="all",
                shown=Rows("all", (Row(ask="letters-this-week", comparison="greater", value="2"),)),
                acts=(Act("attention", _("Third letter this week: read the earlier ones first")),),
                weight="90",
            ),
            _("Whoever answers sees that it is not the first try."),
        ),
        Example(
            "phishing",
            Draft(
                name=_("Link in disguise"),
                acts_on="all",
                shown=Rows("all", (Row(ask="misleading-link", comparison="is", value="yes"),)),
                acts=(Act("attention", _("A link leads elsewhere than it says: do not open it")),),
                weight="100",
            ),
            _("The warning stands above the letter before anybody clicks."),
        ),
    ]
