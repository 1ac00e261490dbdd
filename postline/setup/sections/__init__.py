"""The parts of a set-up file, in the order in which they are brought in: what is named comes before what names it."""

from postline.setup.sections import (
    automatic,
    calendars,
    groups,
    mailboxes,
    people,
    project,
    queues,
    rights,
    rules,
    targets,
    templates,
    topics,
)

SECTIONS = (
    project.SECTION,
    groups.SECTION,
    queues.SECTION,
    topics.SECTION,
    calendars.SECTION,
    targets.SECTION,
    templates.SECTION,
    automatic.SECTION,
    mailboxes.SECTION,
    people.SECTION,  # before the rules: filters hand tickets to people
    rules.SECTION,
    rights.SECTION,
)
