"""A target: what is measured, where, how soon, and the escalation when it is missed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.projects import changes, managed, targets
from postline.projects.models import Act, Metric, Project, Queue, Target, Topic
from postline.projects.rights import ProjectRight
from postline.projects.targets import Step, TargetSettings, WrongTarget
from postline.tickets.models import Priority
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.queues import Choice
from postline.web.manage.working_time import sets_working_time
from postline.web.shared.decorators import StaffRequest

NEW_ROWS = 2


class TargetForm(forms.Form):
    """A target and rows of four fields for its escalation: when, what, which queue, which priority."""

    metric = forms.ChoiceField(label=gettext_lazy("What is measured"), choices=Metric.choices)
    queue = Choice(label=gettext_lazy("In the queue"), queryset=Queue.objects.none(), required=False)
    topic = Choice(label=gettext_lazy("About the topic"), queryset=Topic.objects.none(), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("With the priority"), required=False)
    hours = forms.IntegerField(
        label=gettext_lazy("Hours"), min_value=0, max_value=targets.LONGEST // 60, required=False
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=59, required=False)
    warn_minutes = forms.IntegerField(
        label=gettext_lazy("Warn so many minutes before"),
        min_value=0,
        max_value=targets.LONGEST,
        required=False,
        help_text=gettext_lazy("Of working time. Empty: no warning."),
    )

    def __init__(self, data: Any, *, project: Project, target: Target | None) -> None:
        super().__init__(data, initial=_initial(target))
        usable = Queue.objects.filter(project=project, retired_at=None, successor=None).order_by("position", "pk")
        self._offer("queue", usable, _("every queue"))
        self._offer("topic", Topic.objects.filter(project=project).order_by("name"), _("every topic"))
        priorities = [(str(one.value), one.label) for one in Priority]
        self.fields["priority"].choices = [("", _("every priority")), *priorities]  # type: ignore[attr-defined]
        steps = sorted(target.steps.all(), key=lambda one: (one.after_minutes, one.pk)) if target else []
        self._rows = min(len(steps) + NEW_ROWS, targets.MOST_STEPS)
        for number in range(self._rows):
            one = steps[number] if number < len(steps) else None
            self.fields[f"step_id_{number}"] = forms.IntegerField(
                required=False, initial=one.pk if one else None, widget=forms.HiddenInput
            )
            self.fields[f"step_after_{number}"] = forms.IntegerField(
                label=_("Minutes afterwards"),
                min_value=0,
                max_value=targets.LONGEST,
                required=False,
                initial=one.after_minutes if one else None,
            )
            self.fields[f"step_act_{number}"] = forms.ChoiceField(
                label=_("What is done"),
                choices=[("", _("nothing")), *Act.choices],
                required=False,
                initial=one.act if one else "",
            )
            self.fields[f"step_queue_{number}"] = Choice(
                label=_("Into the queue"),
                queryset=usable,
                required=False,
                empty_label="—",
                initial=one and one.queue_id,
            )
            self.fields[f"step_priority_{number}"] = forms.ChoiceField(
                label=_("To the priority"),
                choices=[("", "—"), *priorities],
                required=False,
                initial=str(one.priority or "") if one else "",
            )

    def steps(self) -> list[dict[str, forms.BoundField]]:
        """For the page: the rows of the escalation, some empty ones last."""
        parts = ("id", "after", "act", "queue", "priority")
        return [{part: self[f"step_{part}_{number}"] for part in parts} for number in range(self._rows)]

    def settings(self) -> TargetSettings:
        """What was typed, for the act."""
        given = self.cleaned_data
        rows = [number for number in range(self._rows) if given[f"step_act_{number}"]]
        return TargetSettings(
            metric=given["metric"],
            minutes=(given["hours"] or 0) * 60 + (given["minutes"] or 0),
            warn_minutes=given["warn_minutes"] or 0,
            queue=given["queue"],
            topic=given["topic"],
            priority=int(given["priority"]) if given["priority"] else None,
            steps=[self._step(number) for number in rows],
        )

    def refuse(self, error: WrongTarget) -> None:
        """Say at the field what does not fit, and what to do."""
        words = {
            ("metric", "taken"): _("There is such a target for the same tickets already. Change that one."),
            ("minutes", "out-of-range"): _("Write how much time there is: at least a minute, at most a year."),
            ("warn_minutes", "out-of-range"): _("A warning must come before the end: write fewer minutes."),
            ("queue", "second-line"): _("The wait in the first line is measured in queues of the first line only."),
        }
        field, reason = error.field, error.reason
        if field.startswith("step-"):
            rows = [number for number in range(self._rows) if self.cleaned_data.get(f"step_act_{number}")]
            place = rows[int(field.removeprefix("step-")) - 1]
            part, said = {
                "queue": ("queue", _("Choose a queue, where it is to be moved; else none.")),
                "priority": ("priority", _("Choose a priority, where it is to be raised; else none.")),
                "begins-anew": ("queue", _("There it would wait anew, without an end. Choose a second-line queue.")),
            }.get(reason, ("act", _("This does not fit.")))
            self.add_error(f"step_{part}_{place}", said)
        else:
            name = field if field in self.fields else "metric"
            self.add_error(name, words.get((field, reason), _("This does not fit.")))

    def _step(self, number: int) -> Step:
        given = self.cleaned_data
        act = given[f"step_act_{number}"]
        return Step(
            id=given[f"step_id_{number}"],
            after_minutes=given[f"step_after_{number}"] or 0,
            act=act,
            queue=given[f"step_queue_{number}"] if act == Act.MOVE else None,
            priority=int(given[f"step_priority_{number}"] or 0) or None if act == Act.RAISE else None,
        )

    def _offer(self, name: str, choices: Any, nothing: str) -> None:
        field = self.fields[name]
        field.queryset, field.empty_label = choices, nothing  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@sets_working_time
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Make a target."""
    it = managed.project_for(request.reach, project, ProjectRight.WORKING_TIME)
    form = TargetForm(request.POST or None, project=it, target=None)
    if request.method == "POST" and form.is_valid():
        try:
            targets.add_target(request.reach, project=it, settings=form.settings(), now=clock.now())
        except WrongTarget as error:
            form.refuse(error)
        else:
            messages.success(request, _("The target is made. Open requests follow it from now on."))
            return redirect("manage-working-time", it.slug)
    context = {"form": form, "target": None}
    return show(request, "target.jinja", context, at="working-time", project=it, status=status_of(request, None))


@require_http_methods(["GET", "HEAD", "POST"])
@sets_working_time
def target(request: StaffRequest, project: str, target_id: int) -> HttpResponse:
    """Change a target."""
    one = managed.target_for(request.reach, project, target_id)
    form = TargetForm(request.POST or None, project=one.project, target=one)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = targets.change_target(
                request.reach,
                project=one.project,
                target_id=one.pk,
                settings=form.settings(),
                seen=seen(request),
                now=clock.now(),
            )
        except WrongTarget as error:
            form.refuse(error)
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-working-time", one.project.slug)
    context = {
        "form": form,
        "target": one,
        "seen": changes.last_change(targets.target(one.project, one.pk)),
        **conflict(missed),
    }
    status = status_of(request, missed)
    return show(request, "target.jinja", context, at="working-time", project=one.project, status=status)


@require_POST
@sets_working_time
def delete(request: StaffRequest, project: str, target_id: int) -> HttpResponse:
    """Delete a target; tickets are measured by the next that fits, or no more."""
    one = managed.target_for(request.reach, project, target_id)
    targets.delete_target(request.reach, project=one.project, target_id=one.pk, now=clock.now())
    messages.success(request, _("The target is deleted."))
    return redirect("manage-working-time", one.project.slug)


def _initial(target: Target | None) -> dict[str, Any]:
    if target is None:
        return {"metric": Metric.FIRST_ANSWER, "hours": 4, "minutes": 0}
    return {
        "metric": target.metric,
        "queue": target.queue_id,
        "topic": target.topic_id,
        "priority": str(target.priority or ""),
        "hours": target.minutes // 60,
        "minutes": target.minutes % 60,
        "warn_minutes": target.warn_minutes or None,
    }
