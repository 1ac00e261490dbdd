"""The parts of a set-up file, in the order in which they are brought in: what is named comes before what names it."""

from postline.setup.sections import calendars, groups, mailboxes, people, project, queues, rights, rules, targets

SECTIONS = (
    project.SECTION,
    groups.SECTION,
    queues.SECTION,
    calendars.SECTION,
    targets.SECTION,
    rules.SECTION,
    mailboxes.SECTION,
    people.SECTION,
    rights.SECTION,
)
