"""How roles and rules together decide: a handful of sentences, and a slow, obvious second implementation."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.projects.grants import Where, Whom
from postline.projects.models import Grant, Line, Membership, Role
from postline.projects.rights import ProjectRight, Reach, Right, people_with, reaches_of
from postline.projects.rights import names as register
from postline.projects.rights.names import Heading, Known, NameTaken
from postline.projects.rights.roles import rights_of_role
from postline.projects.rights.rules import Place, Rule, Seat, Standing, settled, settled_in_project
from postline.projects.rights.why import why
from tests.scenes import NOW, Department
from tests.web.workspace.statements import statements

LINES, GROUPS, QUEUES, PEOPLE = (1, 2), (11, 12), (101, 102, 103, 104), (7, 8)
RIGHTS = [Right.SEE, Right.CLOSE, Right.MOVE_INTO, Right.EXPORT]
PLACES = [
    Place(101, 1, 1, None, False, False),
    Place(102, 1, 2, 11, False, False),
    Place(103, 1, 2, 12, True, False),
    Place(104, 1, 1, None, False, True),
]
SEATS = [Seat(role, 1, None) for role in Role if role not in (Role.ADMIN, Role.AUDITOR)]
SEATS += [
    Seat(Role.LINE2, 1, 11),
    Seat(Role.LINE2, 1, 12),
    Seat(Role.ADMIN, None, None),
    Seat(Role.AUDITOR, None, None),
]


def rule(
    right: str = Right.CLOSE,
    allowed: bool = False,
    *,
    line: int | None = None,
    group: int | None = None,
    person: int | None = None,
    queue: int | None = None,
    of_line: int | None = None,
    of_group: int | None = None,
) -> Rule:
    return Rule(1, line, group, person, queue, of_line, of_group, right, allowed)


WHOM = [{"line": line} for line in LINES] + [{"group": group} for group in GROUPS] + [{"person": one} for one in PEOPLE]
WHERE: list[dict[str, int]] = [{}]
WHERE += [{"of_line": line} for line in LINES] + [{"of_group": group} for group in GROUPS]
WHERE += [{"queue": queue} for queue in QUEUES]
ALL_RULES = [
    rule(right, allowed, **whom, **where) for right, allowed, whom, where in product(RIGHTS, (True, False), WHOM, WHERE)
]


def slowly(right: str, place: Place, standing: Standing, rules: list[Rule]) -> bool:
    """Asks one question after the other, from the strongest down, and sorts nothing."""
    if right == Right.MOVE_INTO and place.is_emptied:
        return False
    if right not in (Right.SEE, Right.MOVE_INTO) and not slowly(Right.SEE, place, standing, rules):
        return False
    roles = {seat.role for seat in standing.seats}
    by_role = any(
        right
        in rights_of_role(
            seat.role,
            line=place.line,
            is_own=seat.group_id is not None and seat.group_id == place.group_id,
            private=place.private,
        )
        for seat in standing.seats
    )
    here = [one for one in rules if one.right == right]
    of_person = [one for one in here if one.person_id is not None and one.person_id == standing.person_id]
    of_group = [
        one for one in here if one.group_id is not None and one.group_id in {s.group_id for s in standing.seats}
    ]
    lines = set()
    for role in roles:
        if role in (Role.LINE1, Role.TRAINEE, Role.TRAINER):
            lines.add(1)
        if role == Role.LINE2:
            lines.add(2)
    of_line = [one for one in here if one.line is not None and one.line in lines]
    is_member = any(seat.project_id is not None for seat in standing.seats)
    if is_member and Role.ADMIN not in roles:
        said = verdict(of_person, place)
        if said is not None:
            return said
    if not roles & {Role.LEAD, Role.PROJECT_ADMIN, Role.ADMIN}:
        said = verdict(of_group, place)
        if said is None:
            said = verdict(of_line, place)
        if said is not None:
            learns = Role.TRAINEE in roles and not roles & {Role.LINE1, Role.TRAINER, Role.LINE2}
            return said and (by_role or not learns)
    return by_role


def verdict(rules: list[Rule], place: Place) -> bool | None:
    """Of rules for the same: first those for the queue, then for its group's, its line's, for all; no before yes."""
    steps = [
        [one for one in rules if one.queue_id == place.id],
        [one for one in rules if one.queues_of_group is not None and one.queues_of_group == place.group_id],
        [one for one in rules if one.queues_of_line == place.line],
        [one for one in rules if one.queue_id is None and one.queues_of_group is None and one.queues_of_line is None],
    ]
    for step in steps:
        if step:
            return all(one.allowed for one in step)
    return None


@pytest.mark.unit
@settings(max_examples=600, deadline=None)
@given(
    seats=st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True),
    rules=st.lists(st.sampled_from(ALL_RULES), max_size=10),
    place=st.sampled_from(PLACES),
)
def test_the_algebra_gives_what_slow_questions_give(seats: list[Seat], rules: list[Rule], place: Place) -> None:
    standing = Standing(tuple(seats), 7)

    found = settled(place, standing, standing.sorted_rules(rules)).rights

    for right in RIGHTS:
        assert (right in found) is slowly(right, place, standing, rules), right


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ([], True),
        ([rule(line=2)], False),
        ([rule(line=2), rule(allowed=True, group=11)], True),
        ([rule(allowed=True, group=11), rule(group=11, queue=102)], False),
        ([rule(group=11, queue=102), rule(allowed=True, person=7)], True),
        ([rule(person=7, of_group=11), rule(allowed=True, person=7, of_line=2)], False),
        ([rule(allowed=True, group=11), rule(group=12)], False),  # of two groups of the person, the no counts
        ([rule(Right.SEE, group=11, queue=102)], False),  # what is not seen is not closed
        ([rule(line=1)], True),
        ([rule(person=8)], True),
    ],
)
def test_person_before_group_before_line_and_no_before_yes(rules: list[Rule], may: bool) -> None:
    standing = Standing((Seat(Role.LINE2, 1, 11), Seat(Role.LINE2, 1, 12)), 7)

    found = settled(PLACES[1], standing, standing.sorted_rules(rules))

    assert (Right.CLOSE in found.rights) is may


@pytest.mark.unit
def test_what_is_allowed_to_the_line_is_not_allowed_to_its_trainees_but_what_is_forbidden_is_forbidden() -> None:
    trainee = Standing((Seat(Role.TRAINEE, 1, None),), 7)
    rules = trainee.sorted_rules([rule(Right.ANSWER, True, line=1), rule(Right.NOTE, line=1)])

    assert settled(PLACES[0], trainee, rules).rights == {Right.SEE}
    assert Right.ANSWER in settled(PLACES[0], trainee, [*rules, rule(Right.ANSWER, True, person=7)]).rights


@pytest.mark.unit
def test_nothing_is_taken_from_an_administrator_of_the_installation() -> None:
    admin = Standing((Seat(Role.ADMIN, None, None), Seat(Role.LINE1, 1, None)), 7)
    rules = admin.sorted_rules([rule(Right.SEE, line=1), rule(Right.SEE, person=7), rule("queues", person=7)])

    assert Right.SEE in settled(PLACES[0], admin, rules).rights
    assert ProjectRight.QUEUES in settled_in_project(admin, rules)


@pytest.mark.unit
def test_tools_register_their_right_and_those_who_work_in_a_queue_have_it() -> None:
    tool = Known("tool:unblock", "unblock an account", Heading.TOOLS, "You do not unblock accounts.", {Role.LINE2})  # type: ignore[arg-type]
    before = settled(PLACES[1], Standing((Seat(Role.LINE2, 1, 11),)), ()).rights
    register.register(tool)
    try:
        mine = settled(PLACES[1], Standing((Seat(Role.LINE2, 1, 11),)), ()).rights
        others = settled(PLACES[1], Standing((Seat(Role.LINE2, 1, 12),)), ()).rights
        lead = settled(PLACES[1], Standing((Seat(Role.LEAD, 1, None),)), ()).rights
        with pytest.raises(NameTaken):
            register.register(tool)
    finally:
        register.unregister(tool.name)

    assert mine - before == {tool.name}
    assert tool.name not in others
    assert tool.name in lead
    assert settled(PLACES[1], Standing((Seat(Role.LINE2, 1, 11),)), ()).rights == before


def allow(d: Department, whom: Whom, right: str, allowed: bool, where: Where | None = None) -> Grant:
    """A rule of mail, as if the lead had set it."""
    columns: dict[str, Any] = {**whom.columns, **(where or Where()).columns}
    return Grant.objects.create(
        project=d.projects["mail"], right=right, allowed=allowed, set_at=NOW, set_by=d.people["lead"], **columns
    )


def test_reaches_take_three_queries_however_many_people_queues_and_rules(d: Department) -> None:
    people = list(d.people.values())
    with statements() as few:
        reaches_of(people)
    for person, right in product(people[:7], (Right.CLOSE, Right.MERGE, Right.NOTE)):
        allow(d, Whom(person=person), right, False)
        allow(d, Whom(person=person), right, True, Where(queue=d.queues["inbox"]))
    with statements() as many:
        reaches_of(people)

    assert len(few) == len(many) == 3


def test_whoever_was_forbidden_to_take_gets_nothing_assigned(d: Department) -> None:
    web = d.queues["web"]
    assert d.people["web"] in people_with(Right.TAKE, web)

    allow(d, Whom(group=d.groups["web"]), Right.TAKE, False, Where(queue=web))

    with statements() as asked:
        assert d.people["web"] not in people_with(Right.TAKE, web)
    assert len(asked) == 2
    assert d.people["lead"] in people_with(Right.TAKE, web)


def test_rules_of_one_project_say_nothing_about_another(d: Department) -> None:
    Membership.objects.create(person=d.people["line1"], project=d.projects["games"], role=Role.LINE1)
    allow(d, Whom(line=Line.FIRST), Right.CLOSE, False)

    reach = d.reach("line1")

    assert not reach.may(Right.CLOSE, d.queues["inbox"].pk)
    assert reach.may(Right.CLOSE, d.queues["games/inbox"].pk)


def test_within_a_project_a_reach_ends_at_its_wall(d: Department) -> None:
    admin: Reach = d.reach("admin")
    inside = admin.within(d.projects["games"].pk)

    assert set(inside.queues) == {d.queues["games/inbox"].pk, d.queues["games/accounts"].pk}
    assert not inside.is_admin
    assert admin.within(None) is admin


@pytest.mark.parametrize("login", ["line1", "passwords", "abuse", "trainee", "lead", "auditor", "admin"])
def test_the_reasons_say_what_the_rights_are(d: Department, login: str) -> None:
    allow(d, Whom(line=Line.FIRST), Right.ANSWER, False, Where(line=Line.FIRST))
    allow(d, Whom(line=Line.FIRST), Right.SEE, True)
    allow(d, Whom(group=d.groups["abuse"]), Right.SEE, False, Where(group=d.groups["web"]))
    allow(d, Whom(person=d.people[login]), Right.EXPORT, True)
    allow(d, Whom(person=d.people[login]), "topics", True)
    reach = d.reach(login)

    answer = why(d.reach("admin"), d.people[login], d.projects["mail"])

    for one in answer.queues:
        found = {right for right, reason in one.reasons.items() if reason.allowed}
        assert found == reach.queues.get(one.queue.pk, frozenset()), one.queue.slug
    assert {right for right, reason in answer.areas.items() if reason.allowed} | {"enter", "manage"} == (
        reach.projects[d.projects["mail"].pk] | {"enter", "manage"}
    )
