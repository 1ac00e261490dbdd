"""Tables of `projects`."""

from postline.projects.models.audit import AuditEntry
from postline.projects.models.mailbox import Afterwards, Encryption, Mailbox, Reading, SignIn
from postline.projects.models.person import Membership, Person, Role, Theme
from postline.projects.models.project import Group, Line, Project, Queue, Topic
from postline.projects.models.secret import Secret
from postline.projects.models.token import Token

__all__ = [
    "Afterwards",
    "AuditEntry",
    "Encryption",
    "Group",
    "Line",
    "Mailbox",
    "Membership",
    "Person",
    "Project",
    "Queue",
    "Reading",
    "Role",
    "Secret",
    "SignIn",
    "Theme",
    "Token",
    "Topic",
]
