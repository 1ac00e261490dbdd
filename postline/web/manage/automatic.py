"""What a project answers by itself: when, what it promises, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from postline.intake.automatic_answer.words import SPOKEN, Said, speak
from postline.kit import clock
from postline.kit.templating import NotATemplate
from postline.kit.templating.sentences import sentence
from postline.projects import automatic_texts, changes, managed
from postline.projects.automatic_texts import AnswerSettings, Texts, Words
from postline.projects.calendars import working_time_of
from postline.projects.hours_in_words import week_in_words
from postline.projects.models import AutomaticText, FollowUp, Occasion, Project, Queue
from postline.projects.rights import ProjectRight
from postline.web.accounts.settings import OWN_NAMES
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.shared.decorators import StaffRequest, requires

SAMPLE_NUMBER = 100_000_004
SAMPLE_CLOSED = timedelta(days=120)


class SettingsForm(forms.Form):
    """Promise, and what more than new requests is answered; a field for each queue."""

    answer_within_hours = forms.IntegerField(
        label=gettext_lazy("Hours until an answer"),
        required=False,
        min_value=1,
        max_value=automatic_texts.LONGEST_PROMISE,
        help_text=gettext_lazy(
            "Of working time. A target for the first answer comes before it. Empty: nothing is promised."
        ),
    )
    answers_follow_ups = forms.BooleanField(label=gettext_lazy("Answer further messages too"), required=False)
    long_closed_days = forms.IntegerField(
        label=gettext_lazy("Closed long ago, in days"),
        required=False,
        min_value=1,
        max_value=automatic_texts.LONGEST_CLOSED,
        help_text=gettext_lazy(
            "Who writes to a request that has been closed for longer is told that it is open again. Empty: never."
        ),
    )

    def __init__(self, data: Any, *, project: Project, queues: list[Queue]) -> None:
        initial = {
            name: getattr(project, name) for name in ("answer_within_hours", "answers_follow_ups", "long_closed_days")
        }
        super().__init__(data, initial=initial)
        self.queues = queues
        for queue in queues:
            self.fields[f"queue_{queue.pk}"] = forms.IntegerField(
                label=queue.name,
                initial=queue.answer_within_hours,
                required=False,
                min_value=1,
                max_value=automatic_texts.LONGEST_PROMISE,
            )

    def of_queues(self) -> list[forms.BoundField]:
        """For the page: the promise of each queue."""
        return [self[f"queue_{queue.pk}"] for queue in self.queues]

    def settings(self) -> AnswerSettings:
        """What was typed, for the act."""
        given = self.cleaned_data
        return AnswerSettings(
            answer_within_hours=given["answer_within_hours"],
            answers_follow_ups=given["answers_follow_ups"],
            long_closed_days=given["long_closed_days"],
        )

    def promises(self) -> dict[int, int | None]:
        """Queue → its hours."""
        return {queue.pk: self.cleaned_data[f"queue_{queue.pk}"] for queue in self.queues}


@dataclass(frozen=True)
class Row:
    """An occasion and in which languages somebody wrote own words for it."""

    occasion: Occasion
    label: str
    own: list[str]
    used: bool


@dataclass(frozen=True)
class Edited:
    """The words in one language: what was typed, what is wrong with it, and what goes out."""

    language: str
    name: str
    subject: str
    text: str
    standard: Words
    fault: str
    preview: Said


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.TEMPLATES)
def settings(request: StaffRequest, project: str) -> HttpResponse:
    """When the project answers by itself and what it promises; the way to the words."""
    it = managed.project_for(request.reach, project, ProjectRight.TEMPLATES)
    queues = [queue for queue in managed.queues_of(it) if queue.is_in_use]
    form = SettingsForm(request.POST or None, project=it, queues=queues)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = automatic_texts.change_settings(
                request.reach,
                project_id=it.pk,
                settings=form.settings(),
                queues=form.promises(),
                seen=seen(request),
                now=clock.now(),
            )
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-automatic", it.slug)
    written = _written(it)
    working = working_time_of(it.pk, None)
    context = {
        "form": form,
        "calendar": it.calendar,
        "week": week_in_words(working.week),
        "may_change_calendars": request.reach.may_in_project(ProjectRight.WORKING_TIME, it.pk),
        "rows": _rows(it, written.get(None, {})),
        "of_queues": [
            (queue, [row for row in _rows(it, written[queue.pk]) if row.own]) for queue in queues if queue.pk in written
        ],
        "queues": queues,
        "seen": changes.last_change(automatic_texts.target(it)),
        **conflict(missed),
    }
    return show(request, "automatic.jinja", context, at="automatic", project=it, status=status_of(request, missed))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.TEMPLATES)
def words(request: StaffRequest, project: str, occasion: str, queue: str = "") -> HttpResponse:
    """What is said on one occasion, in each language, with a preview of what goes out."""
    if occasion not in Occasion.values:
        raise Http404
    its_queue = managed.queue_for(request.reach, project, queue, ProjectRight.TEMPLATES) if queue else None
    it = its_queue.project if its_queue else managed.project_for(request.reach, project, ProjectRight.TEMPLATES)
    this, now = Occasion(occasion), clock.now()
    typed = _typed(request) if request.method == "POST" else _stored(it, its_queue, this)
    edited = [_edited(it, its_queue, this, language, typed[language], now=now) for language in SPOKEN]
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and "save" in request.POST and not any(one.fault for one in edited):
        try:
            changed = automatic_texts.change_words(
                request.reach,
                project=it,
                queue=its_queue,
                occasion=this,
                words=typed,
                seen=seen(request),
                now=now,
            )
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect(request.path)
    faulty = any(one.fault for one in edited)
    context = {
        "occasion": this,
        "queue": its_queue,
        "edited": edited,
        "names": automatic_texts.MEANINGS,
        "seen": changes.last_change(automatic_texts.target(it, its_queue, this)),
        **conflict(missed),
    }
    status = 409 if missed else 422 if faulty else 200
    return show(request, "automatic_words.jinja", context, at="automatic", project=it, status=status)


def _written(project: Project) -> dict[int | None, dict[str, list[str]]]:
    """Queue (None: the project) → occasion → the languages in which it has words of its own."""
    written: dict[int | None, dict[str, list[str]]] = {}
    own = AutomaticText.objects.filter(project=project).values_list("queue_id", "occasion", "language")
    for queue_id, occasion, language in own:
        written.setdefault(queue_id, {}).setdefault(occasion, []).append(OWN_NAMES.get(language, language))
    return written


CLOSED_BEFORE = (Occasion.LONG_CLOSED, Occasion.STAYS_CLOSED)


def _rows(project: Project, written: Mapping[str, list[str]]) -> list[Row]:
    used = {
        Occasion.NEW: True,
        Occasion.OUTSIDE_HOURS: project.calendar_id is not None,
        Occasion.FOLLOW_UP: project.answers_follow_ups,
        Occasion.LONG_CLOSED: project.long_closed_days is not None,
        Occasion.STAYS_CLOSED: project.queues.filter(follow_up=FollowUp.CLOSED, retired_at=None).exists(),
    }
    return [Row(one, str(one.label), sorted(written.get(one, [])), used[one]) for one in Occasion]


def _stored(project: Project, queue: Queue | None, occasion: Occasion) -> dict[str, Words | None]:
    own = AutomaticText.objects.filter(project=project, queue=queue, occasion=occasion)
    stored = {one.language: Words(one.subject, one.text) for one in own}
    return {language: stored.get(language) for language in SPOKEN}


def _typed(request: HttpRequest) -> dict[str, Words | None]:
    """What stands in the fields; both empty: the standard words."""
    found: dict[str, Words | None] = {}
    for language in SPOKEN:
        subject, text = (request.POST.get(f"{part}_{language}", "") for part in ("subject", "text"))
        found[language] = Words(subject, text.replace("\r\n", "\n")) if subject.strip() or text.strip() else None
    return found


def _edited(
    project: Project, queue: Queue | None, occasion: Occasion, language: str, typed: Words | None, *, now: datetime
) -> Edited:
    inherited = Texts([project.pk]).find(project.pk, None, occasion, language)
    standard = inherited if queue else automatic_texts.default_words(occasion, language)
    preview = speak(
        typed or standard,
        project=project,
        working=working_time_of(project.pk, queue.pk if queue else None),
        hours=(queue.answer_within_hours if queue else None) or project.answer_within_hours,
        language=language,
        signature=project.name,
        closed_at=now - SAMPLE_CLOSED if occasion in CLOSED_BEFORE else None,
        now=_moment_of(occasion, project, now=now),
    )
    return Edited(
        language=language,
        name=OWN_NAMES.get(language, language),
        subject=typed.subject if typed else "",
        text=typed.text if typed else "",
        standard=standard,
        fault=_fault(typed, language),
        preview=preview.about(SAMPLE_NUMBER),
    )


def _moment_of(occasion: Occasion, project: Project, *, now: datetime) -> datetime:
    """When the preview is written: at night, where the words are for the night."""
    if occasion != Occasion.OUTSIDE_HOURS:
        return now
    return now.astimezone(ZoneInfo(project.time_zone)).replace(hour=23, minute=30)


def _fault(typed: Words | None, language: str) -> str:
    """What is wrong with the words, in a sentence; empty where nothing is."""
    if typed is None:
        return ""
    try:
        automatic_texts.require_fitting(typed, language)
    except NotATemplate as error:
        problem = error.problems[0]
        return _("Line %(line)d: %(problem)s") % {"line": problem.line, "problem": sentence(problem)}
    except automatic_texts.WrongText as error:
        if str(error) == "empty":
            return _("Write a subject and a text, or empty both for the standard words.")
        return _("Too long: a subject has at most %(subject)d letters, a text %(text)d.") % {
            "subject": automatic_texts.LONGEST_SUBJECT,
            "text": automatic_texts.LONGEST_TEXT,
        }
    return ""
