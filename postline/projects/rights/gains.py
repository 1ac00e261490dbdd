"""What people gain when a queue, or who works in it, becomes another: never more than whoever changes it has there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postline.projects.models import Queue
from postline.projects.rights.reach import Reach, rights_in
from postline.projects.rights.roles import NONE

Held = Mapping[int, Mapping[int, frozenset[str]]]  # by queue and person


def held_in(queues: Iterable[Queue]) -> Held:
    """What everybody may do in these queues, as the rows and memberships are at this moment."""
    return {
        queue.pk: {person.pk: rights for person, rights in rights_in(queue).items()}
        for queue in queues  # two queries each
    }


def gives_more(reach: Reach, *, before: Held, after: Held) -> bool:
    """Whether somebody may now do what the person behind `reach` could not do there before: they themselves, too."""
    if reach.is_admin:
        return False
    return any(
        not rights - before[queue].get(person, NONE) <= before[queue].get(reach.person.pk, NONE)
        for queue, people in after.items()
        for person, rights in people.items()
    )
