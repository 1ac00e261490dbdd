"""What a filter did to a ticket, as its history says it: “Filter “Invoices” (version 3) moved it to Passwords”."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from postline.rules.histories import Acted
from postline.tickets.models import Priority
from postline.tickets.queries.conversation import Happened
from postline.web.shared.filters import language_name

Named = Callable[[int | None], Markup | str]


def filtered(
    event: Happened,
    acted: Mapping[tuple[int, int], Acted],
    *,
    queue: Named,
    topic: Named,
    address: Callable[[str], str] | None,
) -> Markup:
    """The sentence. `address` gives the page of a rule, for whoever may set rules up."""
    data = event.data
    version = data.get("version", 0)
    rule = acted.get((data.get("rule", 0), version))
    did = [escape(words) for words in _did(event, queue=queue, topic=topic)]
    if rule is None:  # the ticket was handed over since: how they call theirs stays there
        if not did:
            return escape(_("a filter of another project held"))
        return escape(_("a filter of another project %(did)s")) % {"did": Markup(", ").join(did)}
    name: Markup = Markup("<b>{}</b>").format(rule.name)
    if address is not None and rule.slug:
        name = Markup('<a href="{}">{}</a>').format(address(rule.slug), name)
    values = {"name": name, "version": version, "did": Markup(", ").join(did)}
    if not did:
        return escape(_("the filter “%(name)s” (version %(version)s) held")) % values
    return escape(_("the filter “%(name)s” (version %(version)s) %(did)s")) % values


def _did(event: Happened, *, queue: Named, topic: Named) -> list[Markup | str]:
    data: Mapping[str, Any] = event.data
    codes = data.get("what", ())
    did: list[Markup | str] = []
    if "queue" in data:
        did.append(escape(_("moved it to %(queue)s")) % {"queue": queue(data["queue"])})
    if data.get("topic"):
        did.append(escape(_("set the topic to %(topic)s")) % {"topic": topic(data["topic"])})
    if data.get("priority") in Priority.values:
        did.append(_("set the priority to “%(priority)s”") % {"priority": Priority(data["priority"]).label})
    if "owner" in data:
        did.append(_("gave it to %(owner)s") % {"owner": event.subject or _("somebody")})
    if data.get("language"):
        did.append(_("set the language to %(name)s") % {"name": language_name(data["language"])})
    words = {
        "tags": _("added tags"),
        "field": _("filled in a field"),
        "note": _("wrote a note"),
        "answer": _("answered"),
        "quarantine": _("put it into quarantine"),
        "stop": _("let no further filter run"),
    }
    return did + [words[code] for code in codes if code in words]
