"""Tables of `projects`."""

from postline.projects.models.alarm import Alarm, Heartbeat
from postline.projects.models.audit import AuditEntry
from postline.projects.models.automatic_text import AutomaticText, Occasion
from postline.projects.models.calendar import Calendar, CalendarException, FeedTrouble
from postline.projects.models.grant import Grant
from postline.projects.models.mailbox import Afterwards, Encryption, Mailbox, Reading, ServerHealth, SignIn, Trouble
from postline.projects.models.person import Membership, Person, Role, Theme
from postline.projects.models.project import Colour, FollowUp, Group, Line, Logo, Project, Queue, Topic
from postline.projects.models.secret import Secret
from postline.projects.models.target import Act, EscalationStep, Metric, Target, WorkingRules
from postline.projects.models.token import Token

__all__ = [
    "Act",
    "Afterwards",
    "Alarm",
    "AuditEntry",
    "AutomaticText",
    "Calendar",
    "CalendarException",
    "Colour",
    "Encryption",
    "EscalationStep",
    "FeedTrouble",
    "FollowUp",
    "Grant",
    "Group",
    "Heartbeat",
    "Line",
    "Logo",
    "Mailbox",
    "Membership",
    "Metric",
    "Occasion",
    "Person",
    "Project",
    "Queue",
    "Reading",
    "Role",
    "Secret",
    "ServerHealth",
    "SignIn",
    "Target",
    "Theme",
    "Token",
    "Topic",
    "Trouble",
    "WorkingRules",
]
