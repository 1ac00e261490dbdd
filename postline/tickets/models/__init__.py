"""Tables of `tickets`."""

from postline.tickets.models.conversation import Attachment, Body, Direction, Draft, Message, Note
from postline.tickets.models.event import Event
from postline.tickets.models.ticket import OPEN_STATES, Participant, Priority, RefusedAddress, Requester, State, Ticket

__all__ = [
    "OPEN_STATES",
    "Attachment",
    "Body",
    "Direction",
    "Draft",
    "Event",
    "Message",
    "Note",
    "Participant",
    "Priority",
    "RefusedAddress",
    "Requester",
    "State",
    "Ticket",
]
