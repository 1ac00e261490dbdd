"""The demo department: loaded as its stories tell, alive by traffic, gone without a trace."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from postline.intake.models import RawMessage, Source
from postline.intake.parse import read
from postline.intake.pipeline import handle_one
from postline.ops.demo import letters
from postline.ops.demo.content import stories
from postline.ops.demo.department import PASSWORD, logins
from postline.ops.demo.load import is_empty, is_loaded, load, load_at_first_start
from postline.ops.demo.remove import remove
from postline.ops.errors import Refused
from postline.ops.verify.run import examine
from postline.outbox.models import Attempt, OutboxMessage, Recipient
from postline.projects.models import Group, Line, Mailbox, Membership, Person, Project, Queue, Role
from postline.projects.people import Appointment, create_person
from postline.projects.rights import Right, reach_of
from postline.tickets.actions.answer import answer
from postline.tickets.actions.hand_over import hand_over, take_back
from postline.tickets.actions.note import note
from postline.tickets.actions.open import Contact, note_request
from postline.tickets.models import Event, Message, Participant, State, Ticket

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded once, in a transaction around all tests of this file, which is rolled back behind them."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(now=NOW)
        yield
        transaction.set_rollback(True)


def test_every_ticket_ends_in_the_state_and_queue_of_its_story() -> None:
    told = [
        (s.project, s.address.lower(), s.subject, s.queue, s.state, s.topic, s.language, s.priority, sorted(s.tags))
        for s in stories()
    ]
    tickets = Ticket.objects.values_list(
        "project__slug",
        "requester__address",
        "subject",
        "queue__slug",
        "state",
        "topic__slug",
        "language",
        "priority",
        "tags",
    )
    assert sorted(tickets) == sorted(told)
    assert len(told) >= 200


def test_a_follow_up_finds_its_ticket_and_brings_no_stranger_into_it() -> None:
    inbound = Message.objects.filter(direction="inbound")
    told = sum(step.kind == "message" for story in stories() for step in story.steps)
    assert inbound.count() == told
    assert set(inbound.values_list("joined_by", flat=True)) == {"", "reply-address"}
    assert not Participant.objects.filter(proved=False).exists()


def test_everything_happened_in_the_past_and_in_order() -> None:
    last: dict[int, datetime] = {}
    for ticket, at in Event.objects.order_by("ticket", "number").values_list("ticket", "at"):
        assert last.get(ticket, at) <= at <= NOW
        last[ticket] = at
    assert not Ticket.objects.filter(taken_until__lt=NOW).exists()
    assert not Ticket.objects.filter(taken_until__gt=NOW + timedelta(minutes=15)).exists()


def test_nothing_of_the_past_waits_to_be_sent() -> None:
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}
    assert set(Recipient.objects.values_list("state", flat=True)) == {"sent"}
    assert Attempt.objects.count() == OutboxMessage.objects.count()


def test_the_raw_source_of_every_message_is_there() -> None:
    raws = RawMessage.objects.in_bulk()
    for message in Message.objects.filter(direction="inbound").select_related("body"):
        raw = raws.pop(message.raw_id or 0)
        assert read(bytes(raw.content)).text == message.body.text
        assert (raw.state, raw.received_at) == ("handled", message.created_at)
    assert raws == {}


def test_every_invariant_holds() -> None:
    assert [finding for finding in examine(now=NOW) if finding.count] == []


def test_the_people_of_the_contract_can_sign_in_and_work_where_they_should() -> None:
    people = {person.login: person for person in Person.objects.all()}
    assert sorted(people) == sorted(logins())
    assert people["line1"].check_password(PASSWORD)
    assert {person.password for person in people.values()} == {people["line1"].password}
    inbox, abuse, private = (
        Queue.objects.get(project__slug="mail", slug=s) for s in ("inbox", "abuse", "vulnerabilities")
    )
    assert reach_of(people["line1"]).may(Right.TAKE, inbox.pk)
    assert reach_of(people["abuse"]).may(Right.ANSWER, private.pk)
    assert not reach_of(people["web"]).may(Right.SEE, private.pk)
    assert not reach_of(people["games1"]).may(Right.SEE, abuse.pk)


def test_a_second_load_is_refused() -> None:
    with pytest.raises(Refused, match="only into an empty installation"):
        load(now=NOW)


def test_removal_leaves_nothing_but_the_audit_log() -> None:
    removed = remove(now=NOW)
    assert (removed.people, removed.kept) == (len(logins()), ())
    assert removed.tickets == len(stories())
    with connection.cursor() as cursor:
        kept = {"projects_auditentry", "projects_secret", "django_migrations", "django_content_type", "auth_permission"}
        for table in set(connection.introspection.table_names(cursor)) - kept:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone() == (0,), table
    assert [finding for finding in examine(now=NOW) if finding.count] == []


def test_what_was_removed_comes_back_only_when_asked_for() -> None:
    assert is_loaded()
    remove(now=NOW)
    assert is_empty()
    assert not is_loaded()
    assert load_at_first_start(now=NOW) is None
    assert load(now=NOW).tickets == len(stories())


def test_removal_stops_before_the_ticket_of_a_real_person() -> None:
    tell("mail", "lead", "anna@a-real-provider.net")
    with pytest.raises(Refused, match=r"1 tickets .* real addresses"):
        remove(now=NOW)
    assert Project.objects.filter(slug="mail").exists()


def test_removal_spares_other_projects_and_switches_off_who_worked_there() -> None:
    shop = Project.objects.create(slug="shop", name="Shop")
    Queue.objects.create(project=shop, slug="inbox", name="Inbox", line=Line.FIRST)
    Group.objects.create(project=shop, slug="parcels", name="Parcels", line=Line.SECOND)
    own = create_person(login="own", appointments=[Appointment(Role.LEAD, shop)], actor="", now=NOW)
    Membership.objects.create(person=own, role=Role.LINE1, project=Project.objects.get(slug="mail"))
    ticket = tell("shop", "own", "someone@a-real-provider.net")
    note(reach_of(Person.objects.get(login="admin")), number=ticket.number, text="Seen.", now=NOW)
    assert remove(now=NOW).kept == ("admin",)
    assert list(Ticket.objects.all()) == [ticket]
    assert {p.login: p.is_active for p in Person.objects.all()} == {"own": True, "admin": False}
    assert list(Membership.objects.values_list("person__login", "project__slug")) == [("own", "shop")]


def test_removal_stops_before_a_ticket_that_another_project_has_taken_over() -> None:
    shop = Project.objects.create(slug="shop", name="Shop")
    inbox = Queue.objects.create(project=shop, slug="inbox", name="Inbox", line=Line.FIRST, accepts_from_projects=True)
    Mailbox.objects.create(project=shop, address="shop@shop.example", queue=inbox)
    lead = Person.objects.get(login="lead")
    Membership.objects.create(person=lead, role=Role.LEAD, project=shop)
    ticket = tell("mail", "lead", "anna@user.example")
    hand_over(reach_of(lead), number=ticket.number, queue_id=inbox.pk, now=NOW)

    with pytest.raises(Refused, match=r"1 tickets .* handed over"):
        remove(now=NOW)

    take_back(reach_of(lead), number=ticket.number, now=NOW)
    remove(now=NOW)
    assert not Ticket.objects.exists()


def tell(project: str, login: str, address: str) -> Ticket:
    """Somebody telephones."""
    return note_request(
        reach_of(Person.objects.get(login=login)),
        queue=Queue.objects.get(project__slug=project, slug="inbox"),
        contact=Contact(address=address),
        subject="A parcel",
        text="Where is my parcel?",
        now=NOW,
    )


def test_a_reply_of_the_traffic_reopens_what_was_answered() -> None:
    lead = Person.objects.get(login="lead")
    ticket = Ticket.objects.filter(project__slug="mail", queue__slug="web", state=State.OPEN)[0]
    sent = answer(reach_of(lead), number=ticket.number, text="Try again, please.", now=NOW)
    letter = letters.reply_to(sent.outbox_message, text="It works, thank you!", date=NOW)  # type: ignore[arg-type]
    arrived = handle_one(kept(letter).pk, now=NOW)
    ticket.refresh_from_db()
    assert arrived is not None
    assert (arrived.number, ticket.state, ticket.queue.slug) == (ticket.number, State.OPEN, "web")
    assert ticket.messages.latest("id").body.new_text.strip() == "It works, thank you!"


def kept(letter: letters.Letter) -> RawMessage:
    """As a door keeps it, inside the test's transaction."""
    return RawMessage.objects.create(
        key=random.randbytes(32),
        source=Source.SMTP,
        envelope_from=letter.sender,
        envelope_to=[letter.recipient],
        content=letter.content,
        size=len(letter.content),
        sha256=random.randbytes(32),
        received_at=NOW,
    )
