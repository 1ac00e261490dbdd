"""How a project looks and speaks: its settings page, its logo."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.projects import changes, logos, managed
from postline.projects import looks as domain
from postline.projects.models import Colour, Logo, Project
from postline.projects.projects import target
from postline.projects.rights import ProjectRight
from postline.tickets.queries.helping import first_line_of
from postline.web.accounts.settings import OWN_NAMES
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.shared.decorators import StaffRequest, requires

sets_looks = requires(ProjectRight.SETTINGS)


class LooksForm(forms.Form):
    """Colour, languages, what stands in its answers, when the second line helps."""

    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=Colour, widget=forms.RadioSelect)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=list(OWN_NAMES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
    )
    sender_name = forms.CharField(
        label=gettext_lazy("Name of the sender"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("In answers from mailboxes that have no name of their own."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        max_length=domain.LONGEST_SIGNATURE,
        required=False,
        help_text=gettext_lazy("Under every answer from queues that have none of their own."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    helps_first_line_after = forms.IntegerField(
        label=gettext_lazy("The second line helps when the oldest has waited so many minutes"),
        min_value=1,
        max_value=domain.LONGEST_WAIT,
        required=False,
        help_text=gettext_lazy("Empty: never."),
    )

    def looks(self) -> domain.Looks:
        """What was typed, for the act."""
        given = self.cleaned_data
        return domain.Looks(**{**given, "colour": Colour(given["colour"])})


@require_http_methods(["GET", "HEAD", "POST"])
@sets_looks
def looks(request: StaffRequest, project: str) -> HttpResponse:
    """Shows them, and keeps what was changed."""
    it = managed.project_for(request.reach, project, ProjectRight.SETTINGS)
    initial = {name: getattr(it, name) for name in LooksForm.base_fields}
    form = LooksForm(request.POST or None, initial=initial)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = domain.change_looks(
                request.reach, project_id=it.pk, looks=form.looks(), seen=seen(request), now=clock.now()
            )
        except domain.WrongLooks as error:
            form.add_error(str(error), _("This does not fit."))
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-looks", it.slug)
    return _page(request, it, form, missed=missed)


@require_POST
@sets_looks
def logo(request: StaffRequest, project: str) -> HttpResponse:
    """Takes a picture, or gives up the one that is there."""
    it = managed.project_for(request.reach, project, ProjectRight.SETTINGS)
    if "remove" in request.POST:
        domain.remove_logo(request.reach, project_id=it.pk, now=clock.now())
        return redirect("manage-looks", it.slug)
    given = request.FILES.get("logo")
    fault = _("Choose a picture.")
    if given is not None:
        try:
            content = given.read(logos.LARGEST + 1)
            domain.set_logo(request.reach, project_id=it.pk, content=content, now=clock.now())
        except logos.WrongLogo as error:
            fault = logo_fault(str(error))
        else:
            messages.success(request, _("The logo is there."))
            return redirect("manage-looks", it.slug)
    initial = {name: getattr(it, name) for name in LooksForm.base_fields}
    return _page(request, it, LooksForm(initial=initial), logo_fault=fault)


def logo_fault(code: str) -> str:
    """What is wrong with a picture, in words."""
    if code.startswith("svg-"):
        words = _("This SVG contains “%(what)s”, which a logo does not need. Save it as plain SVG, without it.")
        return words % {"what": code.removeprefix("svg-")}
    return {
        "size": _("The picture is larger than %(most)d kB.") % {"most": logos.LARGEST // 1_000},
        "pixels": _("The picture is wider or higher than %(most)d pixels.") % {"most": logos.WIDEST},
        "svg": _("This SVG cannot be read."),
    }.get(code, _("Only PNG, JPEG and SVG pictures can be a logo."))


def _page(
    request: StaffRequest,
    it: Project,
    form: LooksForm,
    *,
    missed: changes.ChangedMeanwhile | None = None,
    logo_fault: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "logo": Logo.objects.filter(project=it).defer("content").first(),
        "logo_fault": logo_fault,
        "first_line": first_line_of(it.pk, now=clock.now()),
        "seen": changes.last_change(target(it)),
        "now": clock.now(),
        **conflict(missed),
    }
    return show(request, "looks.jinja", context, at="looks", project=it, status=status_of(request, missed))
