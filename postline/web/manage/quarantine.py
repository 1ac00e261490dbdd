"""`/quarantine/`: what was put aside and why; one act on many of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from postline.intake import quarantine as domain
from postline.intake import senders
from postline.intake.models import RawMessage, Verdict
from postline.intake.quarantine import Bucket, Wanted
from postline.kit import clock
from postline.kit.paging import key_of, newest_first
from postline.projects.models import Project
from postline.projects.rights import ProjectRight, Reach
from postline.web.shared.decorators import StaffRequest, requires

ROWS = 50
MANY = 5  # of one kind of robot stand for each other in the list of everything
LONGEST_WORDS = 200
MOST_SENDERS = 500  # put on a list by one act
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
may_look = requires(ProjectRight.QUARANTINE)
may_act = requires(ProjectRight.SCREEN)


@dataclass(frozen=True)
class Filter:
    """What the address says: the names of `Wanted`, as short as in an address."""

    wanted: Wanted
    before: str

    @property
    def query(self) -> str:
        """The filter as it stands in an address, without the page."""
        given = {
            "reason": self.wanted.reason,
            "q": self.wanted.words,
            "project": self.wanted.project,
            "deleted": "1" if self.wanted.deleted else "",
        }
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_set(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.query)


@require_safe
@may_look
def quarantine(request: StaffRequest) -> HttpResponse:
    """Newest first; robots' messages that come by the hundred stand together, unless one looks for something."""
    given = _filter(request.GET)
    buckets = domain.buckets(request.chosen, Wanted(project=given.wanted.project, deleted=given.wanted.deleted))
    narrow = bool(given.wanted.reason or given.wanted.words or given.wanted.deleted)
    together = [] if narrow else [one for one in buckets if one.reason in domain.ROBOTS and one.count >= MANY]
    found = domain.listed(request.chosen, given.wanted).exclude(reason__in=[one.reason for one in together])
    page = newest_first(found.select_related("project"), before=given.before, size=ROWS)
    context = {
        "page": page,
        "given": given,
        "buckets": buckets,
        "together": [] if given.before else together,
        "count": _count(buckets, given, together),
        "projects": _projects(request.chosen),
        "queues": domain.queues_to_accept_into(request.chosen),
        "may_act": request.reach.may_somewhere(ProjectRight.SCREEN),
        "reason": reason_words,
        "released": _released(request),
        **_progress(request),
    }
    return render(request, "manage/quarantine.jinja", context)


@require_safe
@may_look
def progress(request: StaffRequest) -> HttpResponse:
    """How far those are that were released together."""
    if not _released(request):
        raise Http404
    context = {"released": _released(request), **_progress(request)}
    return render(request, "manage/quarantine_progress.jinja", context)


@require_POST
@may_act
def act(request: StaffRequest) -> HttpResponse:
    """One act on the messages that were ticked, or on all of the list."""
    given, now = _filter(request.POST), clock.now()
    chosen = _chosen(request, given)
    back = _back(request, given)
    if chosen is None:
        messages.error(request, _("Nothing was done: choose at least one message."))
        return redirect(back)
    try:
        match request.POST.get("act", ""):
            case "run":
                count = domain.run_again(request.reach, chosen, now=now)
                words = ngettext("%(num)d message is handled again.", "%(num)d messages are handled again.", count)
                return _released_to(request, back, words % {"num": count}, count, now)
            case "accept":
                queue = key_of(request.POST.get("queue", "")) or 0
                count = domain.accept(request.reach, chosen, queue_id=queue, now=now)
                words = ngettext("%(num)d message becomes a ticket.", "%(num)d messages become tickets.", count)
                return _released_to(request, back, words % {"num": count}, count, now)
            case "delete":
                count = domain.delete(request.reach, chosen, now=now)
                words = ngettext("%(num)d message is deleted.", "%(num)d messages are deleted.", count) % {"num": count}
                undo = f"{reverse('quarantine-put-back')}?at={micros(now)}"
                messages.success(request, words, extra_tags=f"undo:{undo}")
            case "put-back":
                count = domain.put_back(request.reach, chosen, now=now)
                messages.success(request, _back_again(count))
            case "block" | "allow" | "block-domain" | "allow-domain" as which:
                _put_on_list(request, chosen, which, now=now)
    except domain.NotInQuarantine:
        messages.info(request, _("It is no longer in quarantine: somebody was quicker."))
    except domain.WrongQueue:
        messages.error(request, _("Nothing was done: choose the queue that the tickets go to."))
    return redirect(back)


@require_POST
@may_act
def put_back(request: StaffRequest) -> HttpResponse:
    """Undo: what was deleted at this moment is there again."""
    chosen = domain.listed(request.reach, Wanted(deleted=True)).filter(handled_at=moment(request.GET.get("at", "")))
    try:
        count = domain.put_back(request.reach, chosen, now=clock.now())
    except domain.NotInQuarantine:
        messages.info(request, _("There is nothing to put back."))
    else:
        messages.success(request, _back_again(count))
    return redirect("quarantine")


def reason_words(code: str) -> str:
    """The code of a reason in words."""
    words = {
        "unreadable": _("Could not be read"),
        "error": _("A fault of ours"),
        "no-mailbox": _("To none of our mailboxes"),
        "bounce": _("A bounce of no message of ours"),
        "auto-reply": _("An automatic reply to nothing of ours"),
        "mailing-list": _("From a mailing list"),
        "feedback-report": _("A feedback report"),
        "spam": _("Looks like spam"),
        "filter": _("Put aside by a filter"),
        "blocked": _("The sender is blocked"),
        "loop": _("Goes in circles"),
        "flood": _("One of very many from one sender"),
        "own-message": _("A message of our own that came back"),
    }
    return words.get(code, code)


def micros(at: datetime) -> int:
    """A moment as it stands in an address."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(text: str) -> datetime:
    """The other way; the beginning of time for anything else."""
    key = key_of(text)
    try:
        return EPOCH + timedelta(microseconds=key or 0)
    except OverflowError:
        return EPOCH


def _filter(given: QueryDict) -> Filter:
    words = given.get("q", "").replace("\0", "").strip()[:LONGEST_WORDS]
    return Filter(
        Wanted(
            reason=given.get("reason", "").replace("\0", ""),
            words=words,
            project=given.get("project", "").replace("\0", ""),
            deleted=given.get("deleted") == "1",
        ),
        given.get("before", ""),
    )


def _count(buckets: list[Bucket], given: Filter, together: list[Bucket]) -> int | None:
    """How many "all of this list" are; None where only a search could tell."""
    if given.wanted.words:
        return None
    wanted = [one for one in buckets if given.wanted.reason in ("", one.reason) and one not in together]
    return sum(one.count for one in wanted)


def _chosen(request: StaffRequest, given: Filter) -> QuerySet[RawMessage] | None:
    if request.POST.get("all") == "1":
        found = domain.listed(request.chosen, given.wanted)
        if not given.wanted.reason and not given.wanted.words and not given.wanted.deleted:
            found = found.exclude(reason__in=request.POST.getlist("together"))
        return found
    keys = [key for text in request.POST.getlist("id") if (key := key_of(text)) is not None]
    everything = domain.listed(request.reach, Wanted()) | domain.listed(request.reach, Wanted(deleted=True))
    return everything.filter(pk__in=keys) if keys else None


def _back(request: StaffRequest, given: Filter) -> str:
    """Where the person came from: the list with its filter, or the page that the form names."""
    then = request.POST.get("then", "")
    if then and url_has_allowed_host_and_scheme(then, allowed_hosts=None):
        return then
    return reverse("quarantine") + (f"?{given.query}" if given.query else "")


def _released_to(request: StaffRequest, back: str, words: str, count: int, now: datetime) -> HttpResponse:
    """Back to the list, which shows how far they are where they are many."""
    if count == 1:
        messages.success(request, words)
        return redirect(back)
    return redirect(f"{back}{'&' if '?' in back else '?'}released={micros(now)}")


def _released(request: StaffRequest) -> str:
    given = request.GET.get("released", "")
    return given if key_of(given) is not None else ""


def _progress(request: StaffRequest) -> dict[str, object]:
    released = _released(request)
    if not released:
        return {"progress": None}
    return {"progress": asdict(domain.progress(request.reach, released_at=moment(released)))}


def _back_again(count: int) -> str:
    return ngettext("%(num)d message is here again.", "%(num)d messages are here again.", count) % {"num": count}


def _projects(reach: Reach) -> QuerySet[Project]:
    return Project.objects.filter(pk__in=reach.projects_with(ProjectRight.QUARANTINE)).order_by("name", "pk")


def _put_on_list(request: StaffRequest, chosen: QuerySet[RawMessage], which: str, *, now: datetime) -> None:
    verdict = Verdict.BLOCK if which.startswith("block") else Verdict.ALLOW
    wanted: dict[tuple[int, str], None] = {}
    for raw in chosen.filter(project__isnull=False).only("project_id", "sender").order_by("-pk")[: domain.MOST_AT_ONCE]:
        address = domain.address_of(raw).lower()
        sender = address.rpartition("@")[2] if which.endswith("domain") else address
        if raw.project_id in request.reach.projects_with(ProjectRight.SCREEN) and len(wanted) < MOST_SENDERS:
            wanted.setdefault((raw.project_id or 0, sender))
    done = 0
    for project_id, sender in wanted:
        try:
            senders.put_on_list(request.reach, project_id=project_id, sender=sender, verdict=verdict, now=now)
            done += 1
        except senders.NoSender:
            continue
    if not done:
        words = _("Nothing was changed: these messages have no sender that a project could have on its list.")
        messages.error(request, words)
        return
    if verdict == Verdict.BLOCK:
        words = ngettext("%(num)d sender is blocked from now on.", "%(num)d senders are blocked from now on.", done)
    else:
        words = ngettext("%(num)d sender is allowed from now on.", "%(num)d senders are allowed from now on.", done)
    undo = f"{reverse('quarantine-unlist')}?at={micros(now)}"
    messages.success(request, words % {"num": done}, extra_tags=f"undo:{undo}")
