"""Who may do what, where: role × action × kind of queue × project, by the pages and by the interface (MISSION R4, X5).

A letter for each act:
s see, t take, a answer, x close, n note, c change, m move out of it, g merge, p split, o assign; i move into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.test import Client

from postline.projects.models import Grant, Line, Membership, Person, Queue, Role
from postline.projects.rights import Right
from postline.projects.tokens import create_token
from postline.tickets.models import Message, Ticket
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn

KINDS = {"first": "inbox", "own": "passwords", "other": "web", "private": "vulnerabilities", "elsewhere": "games/inbox"}
TABLE = """
role            first         own           other         private       elsewhere
line1           staxncmgpi    i             i             i             -
passwords       i             staxncmgpi    snmi          i             -
trainee         sn            -             -             -             -
trainer         staxncmgpi    snmi          snmi          i             -
lead            staxncmgpoi   staxncmgpoi   staxncmgpoi   staxncmgpoi   -
project-admin   staxncmgpoi   staxncmgpoi   staxncmgpoi   staxncmgpoi   -
admin           staxncmgpoi   staxncmgpoi   staxncmgpoi   staxncmgpoi   staxncmgpoi
auditor         s             s             s             s             s
editor          -             -             -             -             -
product         -             -             -             -             -
games1          -             -             -             -             staxncmgpi
"""
CELLS = [
    (role, kind, "" if cell == "-" else cell)
    for role, *cells in (line.split() for line in TABLE.strip().splitlines()[1:])
    for kind, cell in zip(KINDS, cells, strict=True)
]
LETTERS = {
    "s": Right.SEE,
    "t": Right.TAKE,
    "a": Right.ANSWER,
    "x": Right.CLOSE,
    "n": Right.NOTE,
    "c": Right.CHANGE,
    "m": Right.MOVE,
    "g": Right.MERGE,
    "p": Right.SPLIT,
    "o": Right.ASSIGN,
    "i": Right.MOVE_INTO,
}
ACTS = "staxncmgpo"


@pytest.mark.parametrize(("role", "kind", "may"), CELLS)
def test_the_table(d: Department, role: str, kind: str, may: str) -> None:
    reach = d.reach(as_role(d, role).login)

    found = {letter for letter, right in LETTERS.items() if reach.may(right, d.queues[KINDS[kind]].pk)}

    assert found == set(may)


@pytest.mark.parametrize(("role", "kind", "may"), CELLS)
def test_pages(d: Department, signed_in: SignedIn, role: str, kind: str, may: str) -> None:
    browser = signed_in(as_role(d, role).login)

    assert {act: on_page(browser, d, kind, act) for act in ACTS} == expected(may)


@pytest.mark.parametrize(("role", "kind", "may"), CELLS)
def test_interface(d: Department, role: str, kind: str, may: str) -> None:
    program = program_of(as_role(d, role))

    assert {act: by_program(program, d, kind, act) for act in ACTS} == expected(may)


@pytest.mark.parametrize(("role", "kind", "may"), [cell for cell in CELLS if "s" in cell[2]])
def test_a_page_offers_what_may_be_done_and_no_more(
    d: Department, signed_in: SignedIn, role: str, kind: str, may: str
) -> None:
    ticket = two_messages(d, kind)

    page = signed_in(as_role(d, role).login).get(f"/desk/tickets/{ticket.number}/").text

    for act, sign in OFFERED.items():
        assert (sign in page) is (act in may), act


OFFERED = {
    "t": "/take/",
    "a": 'id="answer"',
    "n": 'id="note"',
    "x": 'value="closed">',
    "c": "/priority/",
    "m": 'popovertarget="move"',
    "g": 'popovertarget="merge"',
    "p": "/split/",
    "o": "/assign/",
}

# rules on top: whom, where, right, allowed; then who notices, in which kind of queue, and what they may do there now
RULES = """
line:1          queue:inbox      close    no    line1      first    stancmgpi
line:1          -                answer   no    line1      first    stxncmgpi
line:2          line:2           merge    no    passwords  own      staxncmpi
line:2          line:1           see      yes   passwords  first    si
group:web       -                split    no    passwords  own      staxncmgpi
group:passwords queue:web        see      no    passwords  other    i
group:passwords group:web        take     yes   passwords  other    stnmi
group:passwords queue:passwords  split    no    passwords  own      staxncmgi
line:1          -                change   no    lead       first    staxncmgpoi
line:1          -                answer   yes   trainee    first    sn
line:1          -                note     no    trainee    first    s
"""
SET = [tuple(line.split()) for line in RULES.strip().splitlines()]


@pytest.mark.parametrize(("whom", "where", "right", "says", "role", "kind", "may"), SET)
def test_rules_on_top(
    d: Department,
    signed_in: SignedIn,
    whom: str,
    where: str,
    right: str,
    says: str,
    role: str,
    kind: str,
    may: str,
) -> None:
    allow(d, whom, where, right, allowed=says == "yes")
    person = as_role(d, role)
    browser, program = signed_in(person.login), program_of(person)

    assert {act: on_page(browser, d, kind, act) for act in ACTS} == expected(may)
    assert {act: by_program(program, d, kind, act) for act in ACTS} == expected(may)


def test_who_may_not_close_is_offered_no_closing(d: Department, signed_in: SignedIn) -> None:
    allow(d, "line:1", "-", "close", allowed=False)

    page = signed_in("line1").get(f"/desk/tickets/{letter(d).number}/").text

    closing = re.findall(r'<option value="closed"[^>]*>', page)
    assert closing
    assert all("disabled" in option and "You cannot close tickets here." in option for option in closing)
    assert '<option value="pending" selected' in page
    assert "Close without an answer" not in page


def test_to_answer_and_close_at_once_needs_both(d: Department, signed_in: SignedIn) -> None:
    allow(d, "line:1", "-", "close", allowed=False)
    browser, program = signed_in("line1"), program_of(d.people["line1"])
    ticket = letter(d)
    address = f"/desk/tickets/{ticket.number}/answer/"

    assert browser.post(address, {"text": "Hello", "state": "closed"}).status_code == 403
    assert program("POST", f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Hello"}) == 403
    assert not Message.objects.filter(direction="outbound").exists()
    assert browser.post(address, {"text": "Hello", "state": "pending"}).status_code == 302


def test_who_merged_without_leave_to_change_takes_it_back(d: Department, signed_in: SignedIn) -> None:
    allow(d, "line:1", "-", "change", allowed=False)
    ticket, other = letter(d), letter(d, text="Still refused.")
    browser = signed_in("line1")

    browser.post(f"/desk/tickets/{ticket.number}/merge/", {"into": other.number})
    assert Ticket.objects.get(pk=ticket.pk).state == "merged"
    browser.post(f"/desk/tickets/{other.number}/undo/")
    assert Ticket.objects.get(pk=ticket.pk).state == "new"


def test_who_worked_at_a_ticket_reads_it_no_more_where_a_rule_hides_the_queue(
    d: Department, signed_in: SignedIn
) -> None:
    browser, ticket = signed_in("line1"), letter(d)
    browser.post(f"/desk/tickets/{ticket.number}/move/", {"queue": d.queues["web"].pk})
    assert browser.get(f"/desk/tickets/{ticket.number}/").status_code == 200

    allow(d, "line:1", "queue:web", "see", allowed=False)

    assert browser.get(f"/desk/tickets/{ticket.number}/").status_code == 404


def expected(may: str) -> dict[str, str]:
    return {act: "done" if act in may else "refused" if "s" in may else "nothing there" for act in ACTS}


def as_role(d: Department, role: str) -> Person:
    """Somebody of mail who has this role alone."""
    if role in d.people:
        return d.people[role]
    person: Person = d.people["line1b"]
    Membership.objects.filter(person=person).update(role=Role(role))
    return person


def allow(d: Department, whom: str, where: str, right: str, *, allowed: bool) -> None:
    kind, _, key = whom.partition(":")
    columns: dict[str, object] = {"line": Line(int(key))} if kind == "line" else {"group": d.groups[key]}
    kind, _, key = where.partition(":")
    match kind:
        case "queue":
            columns["queue"] = d.queues[key]
        case "line":
            columns["queues_of_line"] = Line(int(key))
        case "group":
            columns["queues_of_group"] = d.groups[key]
    Grant.objects.create(project=d.projects["mail"], right=right, allowed=allowed, set_at=NOW, **columns)


MINUTES = count(1)


def two_messages(d: Department, kind: str) -> Ticket:
    """A ticket to which its requester wrote twice."""
    at = NOW + timedelta(minutes=next(MINUTES))
    ticket = letter(d, queue=KINDS[kind], text=f"First {at}", now=at)
    return letter(d, text=f"Second {at}", to_ticket=ticket, now=at + timedelta(seconds=1))


def elsewhere(d: Department, kind: str) -> Queue:
    """Where a ticket can be moved to by whoever may move it."""
    return d.queues["games/accounts" if kind == "elsewhere" else "abuse"]


def on_page(browser: Client, d: Department, kind: str, act: str) -> str:
    ticket = two_messages(d, kind)
    page = f"/desk/tickets/{ticket.number}/"
    if act == "s":
        return WORDS[browser.get(page).status_code]
    into = two_messages(d, kind).number if act == "g" else 0
    last = ticket.messages.order_by("-id").first()
    path, form = {
        "t": ("take/", {}),
        "a": ("answer/", {"text": "Hello", "state": "open"}),
        "x": ("state/", {"state": "closed"}),
        "n": ("note/", {"text": "Hm"}),
        "c": ("priority/", {"priority": "3"}),
        "m": ("move/", {"queue": elsewhere(d, kind).pk}),
        "g": ("merge/", {"into": into}),
        "p": (f"split/{last.pk if last else 0}/", {}),
        "o": ("assign/", {"owner": ""}),
    }[act]
    return WORDS[browser.post(page + path, form).status_code]


WORDS = {200: "done", 201: "done", 302: "done", 403: "refused", 404: "nothing there"}
WORDS[422] = "refused"  # a program names a queue of which it knows nothing
Call = Callable[[str, str, object], int]


def program_of(person: Person) -> Call:
    token = create_token(person=person, name="test", actor="admin", now=NOW)
    client = Client()

    def call(method: str, path: str, body: object) -> int:
        answer = client.generic(
            method,
            f"/api/v1{path}",
            data=json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code

    return call


def by_program(call: Call, d: Department, kind: str, act: str) -> str:
    ticket = two_messages(d, kind)
    path = f"/tickets/{ticket.number}"
    into = str(two_messages(d, kind).number) if act == "g" else ""
    last = ticket.messages.order_by("-id").first()
    method, further, body = {
        "s": ("GET", "", None),
        "t": ("POST", "/take", None),
        "a": ("POST", "/messages", {"kind": "reply", "text": "Hello", "state": "open"}),
        "x": ("PATCH", "", {"state": "closed"}),
        "n": ("POST", "/messages", {"kind": "note", "text": "Hm"}),
        "c": ("PATCH", "", {"priority": "high"}),
        "m": ("PATCH", "", {"queue": elsewhere(d, kind).slug}),
        "g": ("POST", "/merge", {"into": into}),
        "p": ("POST", "/split", {"message": last.pk if last else 0}),
        "o": ("PATCH", "", {"owner": None}),
    }[act]
    return WORDS[call(method, path + further, body)]
