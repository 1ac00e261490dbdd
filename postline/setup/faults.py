"""What is wrong with a file, in words and with the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from pydantic_core import ErrorDetails

from postline.kit.templating import NotATemplate, Problem
from postline.kit.templating.sentences import sentence
from postline.projects.automatic_texts import WrongPromise, WrongText
from postline.projects.calendar_changes import WrongAddress
from postline.projects.company import TooManyCompanyAddresses, WrongCompanyAddress
from postline.projects.form_fields import WrongField
from postline.projects.grants import WrongRule
from postline.projects.groups import WrongLine
from postline.projects.holiday_days import WrongPlace
from postline.projects.looks import WrongLooks
from postline.projects.mailboxes import WrongSettings
from postline.projects.memberships import OwnRight
from postline.projects.people import LoginTaken, WrongAppointment, WrongLogin
from postline.projects.projects import WrongTimeZone
from postline.projects.queues import NotInUse, WrongQueueSetting
from postline.projects.rights import Forbidden
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.projects.targets import WrongTarget
from postline.projects.topics import Retired, WrongTopicSetting
from postline.projects.working_time import WrongHours
from postline.rules.templates.change import WrongTemplate
from postline.rules.templates.files import WrongFile as WrongTemplateFile


@dataclass(frozen=True, slots=True)
class Fault:
    """`place` is the way to it in the file, such as `queues › web › return_queue`."""

    place: str
    words: str


class WrongFile(Exception):
    """The file cannot be taken; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.words}" for fault in faults))
        self.faults = tuple(faults)


class Unfit(Exception):
    """Something that an entry names is not there, or does not fit; the message is a sentence."""


EXPECTED = (
    Forbidden, LoginTaken, NotATemplate, NotInUse, OwnRight, Retired, SlugTaken, TooManyCompanyAddresses, Unfit,
    WrongAddress, WrongAppointment, WrongCompanyAddress, WrongField, WrongHours, WrongLine, WrongLogin, WrongLooks,
    WrongPlace, WrongPromise, WrongQueueSetting, WrongRule, WrongSettings, WrongSlug, WrongTarget, WrongTemplate,
    WrongTemplateFile, WrongText, WrongTimeZone, WrongTopicSetting,
)  # fmt: skip


def in_words(error: Exception) -> str:
    """A sentence for what an action refuses."""
    match error:
        case Forbidden():
            return _("You may not set this up.")
        case WrongSlug():
            return _("“%(slug)s” is no short name: 1 to 50 letters of a to z, digits and hyphens.") % {"slug": error}
        case SlugTaken():
            return _("The short name “%(slug)s” is taken.") % {"slug": error}
        case NotInUse():
            return _("The queue “%(slug)s” is retired.") % {"slug": error}
        case WrongQueueSetting():
            return _("The setting “%(field)s” does not fit the queue (%(reason)s).") % {
                "field": error.field,
                "reason": error.reason,
            }
        case WrongLine():
            return _("The group has people or queues: its line stays.")
        case WrongTimeZone():
            return _("There is no time zone “%(zone)s”.") % {"zone": error}
        case WrongSettings():
            return " ".join(f"{field}: {words}." for field, words in error.fields.items())
        case WrongHours():
            return _("The hours of weekday %(day)d cannot be (%(reason)s).") % {
                "day": error.day,
                "reason": error.reason,
            }
        case WrongPlace():
            return _("No holidays are known of “%(place)s”.") % {"place": error}
        case WrongAddress():
            return _("“%(address)s” is no web address.") % {"address": error}
        case Retired():
            return _("The topic “%(slug)s” is retired.") % {"slug": error}
        case WrongTopicSetting():
            return _("The setting “%(field)s” does not fit the topic (%(reason)s).") % {
                "field": error.field,
                "reason": error.reason,
            }
        case WrongField():
            return _("A question of the form cannot be (%(what)s).") % {"what": error.what}
        case WrongTemplate() if error.problems:
            return " ".join(f"{error.field}, {_in_line(one)}" for one in error.problems)
        case WrongTemplate():
            return _("The setting “%(field)s” does not fit the template (%(reason)s).") % {
                "field": error.field,
                "reason": error.reason,
            }
        case WrongTemplateFile():
            return _("The file “%(name)s” cannot go along (%(reason)s).") % {"name": error.name, "reason": error.reason}
        case NotATemplate():
            return " ".join(_in_line(one) for one in error.problems)
        case WrongText():
            return _("Subject and text must both be there and not too long.")
        case WrongPromise():
            return _("The number of “%(field)s” is out of range.") % {"field": error}
        case WrongLooks():
            return _("The setting “%(field)s” cannot be.") % {"field": error}
        case WrongRule():
            return _("The right “%(right)s” cannot be set there.") % {"right": error}
        case OwnRight():
            return _("Nobody sets their own rights.")
        case WrongTarget():
            return _("The setting “%(field)s” does not fit the target (%(reason)s).") % {
                "field": error.field,
                "reason": error.reason,
            }
        case WrongLogin():
            return _("“%(login)s” is no login: letters of a to z, digits, dots, hyphens and underscores.") % {
                "login": error
            }
        case LoginTaken():
            return _("Somebody outside this project has the login “%(login)s”.") % {"login": error}
        case WrongAppointment():
            return _("The role “%(role)s” does not fit here.") % {"role": error}
    return str(error)


def _in_line(problem: Problem) -> str:
    return _("line %(line)d: %(words)s") % {"line": problem.line, "words": sentence(problem)}


def from_reading(section: str, errors: Sequence[ErrorDetails]) -> list[Fault]:
    """What pydantic says of a section."""
    return [Fault(" › ".join([section, *map(_step, error["loc"])]), _said(error)) for error in errors]


def _step(step: int | str) -> str:
    return str(step + 1) if isinstance(step, int) else step


def _said(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return _("This is missing.")
        case "extra_forbidden":
            return _("This is not known here. Is it misspelt?")
        case "string_type":
            return _("Text is expected.")
        case "string_too_long":
            return _("This is too long: %(most)d letters at most.") % {"most": error["ctx"]["max_length"]}
        case "string_too_short":
            return _("This is empty.")
        case "string_pattern_mismatch":
            return _("It is expected to look like %(pattern)s.") % {"pattern": error["ctx"]["pattern"]}
        case "int_type" | "int_parsing":
            return _("A whole number is expected.")
        case "bool_type" | "bool_parsing":
            return _("true or false is expected.")
        case "list_type":
            return _("A list is expected.")
        case "literal_error" | "enum":
            return _("One of these is expected: %(expected)s.") % {"expected": error["ctx"]["expected"]}
    return error["msg"]
