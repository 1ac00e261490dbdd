"""The topics of a project, a tree, with what their forms ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from postline.projects import changes
from postline.projects.models import Project, Topic
from postline.projects.rights import ProjectRight
from postline.projects.topics import TopicSettings, change_fields, change_topic, create_topic, target, topics_of
from postline.setup.section import Entry, Name, Section, Site, parents_first


class TopicEntry(Entry):
    slug: str
    name: Name
    parent: str = ""
    queue: str = ""
    fields: list[dict[str, Any]] = []

    @property
    def key(self) -> str:
        return self.slug


def export(project: Project) -> Sequence[TopicEntry]:
    """As the tree is read from top to bottom, those that can be chosen."""
    rows = [row.topic for row in topics_of(project)]
    slugs = {topic.pk: topic.slug for topic in rows}
    return [
        TopicEntry(
            slug=topic.slug,
            name=topic.name,
            parent=slugs.get(topic.parent_id or 0, ""),
            queue=topic.queue.slug if topic.queue else "",
            fields=topic.fields,
        )
        for topic in rows
    ]


def bring_in(site: Site, entries: Sequence[TopicEntry]) -> None:
    """Parents first. Raises WrongFile."""
    for entry in parents_first(entries):
        with site.place("topics", entry.key):
            _put(site, entry)


def _put(site: Site, entry: TopicEntry) -> None:
    settings = TopicSettings(name=entry.name, parent=site.topic(entry.parent), queue=site.queue(entry.queue))
    topic = Topic.objects.select_related("project").filter(project=site.project, slug=entry.slug).first()
    if topic is None:
        topic = create_topic(site.reach, project=site.project, slug=entry.slug, settings=settings, now=site.now)
    else:
        seen = changes.last_change(target(topic))
        change_topic(site.reach, topic_id=topic.pk, settings=settings, seen=seen, now=site.now)
    seen = changes.last_change(target(topic))
    change_fields(site.reach, topic_id=topic.pk, fields=entry.fields, seen=seen, now=site.now)


SECTION = Section("topics", _("Topics"), TopicEntry, ProjectRight.TOPICS, export, bring_in)
