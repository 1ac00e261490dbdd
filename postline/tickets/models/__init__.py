"""Tables of `tickets`."""

from postline.tickets.models.clock import Clock
from postline.tickets.models.conversation import Attachment, Body, Direction, Draft, Message, Note, Other
from postline.tickets.models.event import Event
from postline.tickets.models.hand_over import HandOver
from postline.tickets.models.merge import Merge
from postline.tickets.models.reveal import Reveal, Why
from postline.tickets.models.suggestion import Reason, Suggestion
from postline.tickets.models.ticket import OPEN_STATES, Participant, Priority, RefusedAddress, Requester, State, Ticket

__all__ = [
    "OPEN_STATES",
    "Attachment",
    "Body",
    "Clock",
    "Direction",
    "Draft",
    "Event",
    "HandOver",
    "Merge",
    "Message",
    "Note",
    "Other",
    "Participant",
    "Priority",
    "Reason",
    "RefusedAddress",
    "Requester",
    "Reveal",
    "State",
    "Suggestion",
    "Ticket",
    "Why",
]
