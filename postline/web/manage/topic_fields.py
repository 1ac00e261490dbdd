"""What the form of a topic asks: one field at a time, its order, its end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.projects import changes, topics
from postline.projects.form_fields import LONGEST_HELP, LONGEST_LABEL, Field, Kind, WrongField, read
from postline.projects.models import Project, Topic
from postline.projects.rights import ProjectRight
from postline.web.accounts.settings import OWN_NAMES
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.shared.decorators import StaffRequest, requires

KINDS = {
    Kind.TEXT: gettext_lazy("A line of text"),
    Kind.LONG_TEXT: gettext_lazy("A longer text"),
    Kind.CHOICE: gettext_lazy("One of several"),
    Kind.DATE: gettext_lazy("A date"),
    Kind.NUMBER: gettext_lazy("A number"),
    Kind.EMAIL: gettext_lazy("An e-mail address"),
    Kind.PHONE: gettext_lazy("A telephone number"),
    Kind.YES_NO: gettext_lazy("Yes or no"),
}
sets_topics_up = requires(ProjectRight.TOPICS)


class FieldForm(forms.Form):
    """One question, in each language of the project."""

    name = forms.CharField(
        label=gettext_lazy("Name for programs"),
        max_length=49,
        required=False,
        help_text=gettext_lazy("Small letters, digits and hyphens. Answers are kept under it. Empty: from the label."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What can be answered"), choices=list(KINDS.items()))
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    choices = forms.CharField(
        label=gettext_lazy("To choose from"),
        required=False,
        max_length=50_000,
        help_text=gettext_lazy("One a line; only for “One of several”."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    def __init__(self, data: Any, *, project: Project, field: Field | None) -> None:
        initial = {
            "name": field.name if field else "",
            "kind": field.kind if field else Kind.TEXT,
            "required": field.required if field else False,
            "choices": "\n".join(field.choices) if field else "",
        }
        super().__init__(data, initial=initial)
        self.languages = list(dict.fromkeys([project.language, *project.languages, *(field.label if field else ())]))
        for code in self.languages:
            own = {"language": OWN_NAMES.get(code, code)}
            self.fields[f"label_{code}"] = forms.CharField(
                label=gettext_lazy("Label, %(language)s") % own,
                max_length=LONGEST_LABEL,
                required=code == project.language,
                initial=field.label.get(code, "") if field else "",
                widget=forms.TextInput(attrs={"dir": "auto", "lang": code}),
            )
            self.fields[f"help_{code}"] = forms.CharField(
                label=gettext_lazy("Help, %(language)s") % own,
                max_length=LONGEST_HELP,
                required=False,
                initial=field.help.get(code, "") if field else "",
                widget=forms.TextInput(attrs={"dir": "auto", "lang": code}),
            )
        if field is not None:
            del self.fields["name"]  # answers are kept under it
        self.field = field

    def given(self) -> dict[str, Any]:
        """The question, as it is kept."""
        typed = self.cleaned_data
        label = {code: typed[f"label_{code}"] for code in self.languages}
        name = self.field.name if self.field else typed["name"] or slugify(next(filter(None, label.values()), ""))[:49]
        is_choice = typed["kind"] == Kind.CHOICE
        return {
            "name": name,
            "kind": typed["kind"],
            "label": label,
            "help": {code: typed[f"help_{code}"] for code in self.languages},
            "required": typed["required"],
            "choices": typed["choices"].splitlines() if is_choice else [],
        }

    def refuse(self, error: WrongField) -> None:
        """Say at the field what is wrong."""
        words = {
            "name": _("Write a name for programs that begins with a letter, such as order-number."),
            "taken": _("Another field has this name."),
            "choices": _("Write what can be chosen, one a line: at most 200 lines of 200 letters."),
            "too-many": _("A form has at most 50 fields."),
        }
        places = {"name": "name", "taken": "name", "choices": "choices"}
        place = places.get(error.what)
        self.add_error(place if place in self.fields else None, words.get(error.what, _("This does not fit.")))


@require_http_methods(["GET", "HEAD", "POST"])
@sets_topics_up
def new(request: StaffRequest, project: str, topic: str) -> HttpResponse:
    """One question more, behind the last one."""
    return _edited(request, topics.topic_for(request.reach, project, topic), None)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_topics_up
def field(request: StaffRequest, project: str, topic: str, field: str) -> HttpResponse:
    """One question."""
    it = topics.topic_for(request.reach, project, topic)
    return _edited(request, it, _named(it, field))


@require_POST
@sets_topics_up
def shift(request: StaffRequest, project: str, topic: str, field: str) -> HttpResponse:
    """One place up or down, or away. What was answered stays on the tickets."""
    it = topics.topic_for(request.reach, project, topic)
    fields = list(read(it.fields))
    here = fields.index(_named(it, field))
    one = fields.pop(here)
    way = request.POST.get("way", "")
    if way in ("up", "down"):
        fields.insert(max(here - 1, 0) if way == "up" else here + 1, one)
    elif way != "remove":
        return redirect("manage-topic", it.project.slug, it.slug)
    try:
        topics.change_fields(request.reach, topic_id=it.pk, fields=fields, seen=seen(request), now=clock.now())
    except changes.ChangedMeanwhile:
        messages.error(request, _("Somebody else has changed this topic in the meantime: nothing was changed."))
    return redirect("manage-topic", it.project.slug, it.slug)


def _edited(request: StaffRequest, it: Topic, one: Field | None) -> HttpResponse:
    form = FieldForm(request.POST or None, project=it.project, field=one)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            (given,) = read([form.given()])
            fields = topics.with_field(read(it.fields), given, instead_of=one.name if one else None)
            topics.change_fields(request.reach, topic_id=it.pk, fields=fields, seen=seen(request), now=clock.now())
        except WrongField as error:
            form.refuse(error)
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved."))
            return redirect("manage-topic", it.project.slug, it.slug)
    context = {
        "topic": it,
        "field_": one,
        "form": form,
        "seen": changes.last_change(topics.target(it)),
        **conflict(missed),
    }
    return show(
        request, "topic_field.jinja", context, at="topics", project=it.project, status=status_of(request, missed)
    )


def _named(it: Topic, name: str) -> Field:
    found = next((one for one in read(it.fields) if one.name == name), None)
    if found is None:
        raise Http404
    return found
