"""When a project answers automatically, and its own words for that."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from postline.projects import changes
from postline.projects.automatic_texts import AnswerSettings, Words, change_settings, change_words, target
from postline.projects.models import AutomaticText, Occasion, Project
from postline.projects.rights import ProjectRight
from postline.setup.section import Entry, Section, Site


class WordsEntry(Entry):
    occasion: Occasion
    language: str
    queue: str = ""
    subject: str
    text: str

    @property
    def key(self) -> str:
        return " / ".join(filter(None, [self.occasion, self.queue, self.language]))


class AutomaticEntry(Entry):
    answer_within_hours: int | None = 24
    answers_follow_ups: bool = False
    long_closed_days: int | None = None
    of_queues: dict[str, int] = {}  # hours within which an answer is promised there
    words: list[WordsEntry] = []

    @property
    def key(self) -> str:
        return "automatic"  # there is one


def export(project: Project) -> Sequence[AutomaticEntry]:
    """The one entry of this section."""
    own = AutomaticText.objects.filter(project=project).select_related("queue")
    promised = project.queues.exclude(answer_within_hours=None).filter(retired_at=None).order_by("slug")
    return [
        AutomaticEntry(
            answer_within_hours=project.answer_within_hours,
            answers_follow_ups=project.answers_follow_ups,
            long_closed_days=project.long_closed_days,
            of_queues={queue.slug: queue.answer_within_hours or 0 for queue in promised},
            words=[
                WordsEntry(
                    occasion=Occasion(one.occasion),
                    language=one.language,
                    queue=one.queue.slug if one.queue else "",
                    subject=one.subject,
                    text=one.text,
                )
                for one in own.order_by("occasion", "queue__slug", "language")
            ],
        )
    ]


def bring_in(site: Site, entries: Sequence[AutomaticEntry]) -> None:
    """Words that the file does not name stay. Raises WrongFile."""
    for entry in entries:
        with site.place("automatic", entry.key):
            _set(site, entry)
        for words in entry.words:
            with site.place("automatic", words.key):
                _write(site, words)


def _set(site: Site, entry: AutomaticEntry) -> None:
    queues = {slug: site.queue(slug) for slug in entry.of_queues}
    change_settings(
        site.reach,
        project_id=site.project.pk,
        settings=AnswerSettings(
            answer_within_hours=entry.answer_within_hours,
            answers_follow_ups=entry.answers_follow_ups,
            long_closed_days=entry.long_closed_days,
        ),
        queues={queue.pk: entry.of_queues[slug] for slug, queue in queues.items() if queue is not None},
        seen=changes.last_change(target(site.project)),
        now=site.now,
    )


def _write(site: Site, entry: WordsEntry) -> None:
    queue = site.queue(entry.queue)
    change_words(
        site.reach,
        project=site.project,
        queue=queue,
        occasion=entry.occasion,
        words={entry.language: Words(entry.subject, entry.text)},
        seen=changes.last_change(target(site.project, queue, entry.occasion)),
        now=site.now,
    )


SECTION = Section("automatic", _("Automatic answers"), AutomaticEntry, ProjectRight.TEMPLATES, export, bring_in)
