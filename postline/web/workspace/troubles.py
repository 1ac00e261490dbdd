"""What the domain refuses, in words: what did not happen, why, what is kept, the way on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from postline.tickets import numbers
from postline.tickets.actions.answer import NoAddress, NothingToSay, TooLong
from postline.tickets.actions.change import WrongOwner, WrongState, WrongTags, WrongTopic
from postline.tickets.actions.hand_over import NotAccepted
from postline.tickets.actions.merge import WrongTarget
from postline.tickets.actions.move import WrongQueue
from postline.tickets.actions.open import WrongAddress
from postline.tickets.actions.reveal import NoReason, NothingHidden
from postline.tickets.actions.split import WrongMessage
from postline.tickets.actions.take import NotOpen, TakenByAnother
from postline.tickets.actions.undo import NothingToUndo
from postline.tickets.actions.unmerge import NotMerged
from postline.tickets.outgoing import NoMailbox
from postline.tickets.queries.access import MergedAway
from postline.web.workspace.editor import GapsLeft, TooLarge, WrongCopy, WrongDate

TROUBLES = (
    TakenByAnother,
    NotOpen,
    NothingToSay,
    TooLong,
    NoAddress,
    NoMailbox,
    WrongState,
    WrongTopic,
    WrongQueue,
    WrongOwner,
    WrongTags,
    WrongAddress,
    WrongCopy,
    WrongDate,
    TooLarge,
    MergedAway,
    WrongTarget,
    WrongMessage,
    NotMerged,
    NothingToUndo,
    NotAccepted,
    NoReason,
    NothingHidden,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A banner: its short bold beginning, the rest, and the status of the page."""

    title: str
    words: str
    status: int = 422


def trouble_of(error: Exception) -> Trouble:
    """The words for a refusal of the domain."""
    match error:
        case TakenByAnother():
            until = f"{timezone.localtime(error.until):%H:%M}"
            words = _("%(who)s works at this ticket until %(time)s. What you typed is kept.")
            return Trouble(_("Nothing was done."), words % {"who": error.person.login, "time": until}, 409)
        case NotOpen():
            return Trouble(_("Not taken."), _("The ticket is closed. Answer it, or open it again first."), 409)
        case NothingToSay():
            return Trouble(_("Nothing was sent."), _("Write something first."))
        case GapsLeft():
            words = _("Still to be filled in: %(places)s. Fill it in, or send once more to send it as it stands.")
            return Trouble(_("Not sent yet."), words % {"places": str(error)[:400]})
        case TooLong():
            return Trouble(_("Not sent."), _("The text is longer than a message may be. Send it as a file."), 413)
        case NoAddress():
            words = _("The requester has no e-mail address: they can only be called. What you typed is kept.")
            return Trouble(_("Not sent."), words)
        case NoMailbox():
            words = _("This project has no mailbox to send from. An administrator must add one; your text is kept.")
            return Trouble(_("Not sent."), words)
        case WrongCopy():
            words = _("“%(text)s” is no e-mail address. Write copies as name@example.org, with commas between them.")
            return Trouble(_("Not sent."), words % {"text": str(error)[:80]})
        case TooLarge():
            return Trouble(_("Not sent."), _("The files are larger than a message may be. Your text is kept."), 413)
        case WrongDate() | WrongState():
            return Trouble(_("Nothing was changed."), _("Choose a date that is still to come."))
        case WrongOwner():
            return Trouble(_("Not given away."), _("This person cannot take tickets of this queue."))
        case WrongAddress():
            words = _("“%(text)s” is no e-mail address.") % {"text": str(error)[:80]}
            return Trouble(_("The requester was not changed."), words)
        case WrongTags():
            return Trouble(_("Tags not changed."), _("A tag has at most 64 characters, a ticket at most 50 tags."))
        case MergedAway(into=int() as into):
            words = _("The ticket is part of %(number)s: go on there. What you typed is kept.")
            return Trouble(_("Nothing was done."), words % {"number": numbers.show(into)}, 409)
        case MergedAway():
            words = _("The ticket is part of another one, which you do not see. What you typed is kept.")
            return Trouble(_("Nothing was done."), words, 409)
        case WrongTarget():
            return Trouble(_("Not merged."), _("Choose another ticket of the same project."))
        case WrongMessage():
            words = _("Choose messages that came to this ticket, and let at least one stay.")
            return Trouble(_("Not split."), words)
        case NoReason():
            return Trouble(_("Still hidden."), _("Choose a reason, or write one in a few words."))
        case NothingHidden():
            return Trouble(_("Nothing is hidden from you here."), _("You see this ticket as it is."), 409)
        case NotMerged() | NothingToUndo():
            return Trouble(_("Nothing to undo."), _("The tickets are apart already."), 409)
        case NotAccepted():
            words = _("This queue takes no tickets of other projects. Choose another one.")
            return Trouble(_("Not handed over."), words)
        case WrongQueue() | WrongTopic():
            return Trouble(_("Nothing was changed."), _("Choose one of the ticket’s project."))
    raise error
