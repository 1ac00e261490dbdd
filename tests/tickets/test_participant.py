"""An address that joined by itself is asked about: yes, no, and a change of mind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.projects.rights import Forbidden
from postline.tickets.actions.participant import add_participant, decline_participant
from postline.tickets.models import Event, Participant
from postline.tickets.queries.access import NoSuchTicket
from tests.scenes import BORIS, NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def joined(d: Department) -> Participant:
    """Boris has replied to our signed address in Anna's ticket."""
    letter(d, sender=BORIS, text="I am her husband", to_ticket=letter(d), joined_by="reply-address", now=LATER)
    return Participant.objects.select_related("ticket").get(address=BORIS[1])


def kinds() -> list[str]:
    return list(Event.objects.order_by("number").values_list("kind", flat=True))[2:]


def test_no_is_kept_and_written_once(d: Department, joined: Participant) -> None:
    for _press in range(2):
        decline_participant(d.reach("line1"), number=joined.ticket.number, participant_id=joined.pk, now=LATER)
    joined.refresh_from_db()
    assert (joined.proved, joined.declined_at) == (False, LATER)
    assert kinds() == ["new-address", "address-declined"]


def test_yes_after_no(d: Department, joined: Participant) -> None:
    for act in (decline_participant, add_participant):
        act(d.reach("line1"), number=joined.ticket.number, participant_id=joined.pk, now=LATER)
    joined.refresh_from_db()
    assert (joined.proved, joined.declined_at) == (True, None)
    assert kinds() == ["new-address", "address-declined", "address-added"]


def test_no_does_not_send_away_who_takes_part(d: Department, joined: Participant) -> None:
    for act in (add_participant, decline_participant):
        act(d.reach("line1"), number=joined.ticket.number, participant_id=joined.pk, now=LATER)
    joined.refresh_from_db()
    assert (joined.proved, joined.declined_at) == (True, None)


def test_it_needs_the_right_to_answer(d: Department, joined: Participant) -> None:
    with pytest.raises(Forbidden):
        decline_participant(d.reach("trainee"), number=joined.ticket.number, participant_id=joined.pk, now=LATER)
    with pytest.raises(NoSuchTicket):
        decline_participant(d.reach("games1"), number=joined.ticket.number, participant_id=joined.pk, now=LATER)


def test_the_participant_is_one_of_this_ticket(d: Department, joined: Participant) -> None:
    other = letter(d, text="Another ticket", now=LATER)
    with pytest.raises(Participant.DoesNotExist):
        decline_participant(d.reach("line1"), number=other.number, participant_id=joined.pk, now=LATER)
