"""Whether a message reports a failure, and whose: by its parts, or by sender, subject and words together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postline.intake.parse import auto_replies
from postline.intake.parse.bounces import delivery_status, free_forms
from postline.intake.parse.bounces.original import enclosed, original_id, told
from postline.intake.parse.bounces.phrases import MACHINE_SUBJECTS, SUBJECT_ROOTS, SUBJECTS
from postline.intake.parse.headers import Headers
from postline.intake.parse.node import Node, own_leaves
from postline.intake.parse.values import Address, Bounce
from postline.intake.parse.words import Phrases, any_of

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_LONGEST_SEARCHED = 20_000
_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail-daemon|mdaemon|mail[-_.]delivery[-_.](?:sub)?system)(?:[+@]|\Z)", re.IGNORECASE
)
_DAEMON_NAMES = (b"mail delivery s", b"mail deliver s", b"mailer-daemon", b"mailer daemon", b"mail delivery agent")
# Other addresses that programs report from. A postmaster is a person too, who asks about delivery trouble: more
# signs are needed.
_REPORTER = re.compile(
    r"[\w.+-]{0,60}(?:post_?master|daemon|ndr|bounce|mail[-_.]?(?:system|gateway|server|sweeper|scanner)|"
    r"microsoftexchange|antivirus|listserv|majordomo)[\w.+-]{0,60}(?:@|\Z)|\Z",
    re.IGNORECASE,
)
_REPORTER_NAMES = (b"system administrator", b"postmaster", b"mail administrator", b"mail system", b"microsoft outlook")
_ROOTS = Phrases(*SUBJECT_ROOTS)
_ANSWERS = ("re:", "fw:", "fwd:", "aw:", "wg:", "antw:", "tr:", "sv:", "отв:", "ha:")


@dataclass(slots=True)
class _Signs:
    """What speaks for a report before its words are read."""

    declared: bool  # multipart/report with delivery-status, or without a type
    daemon: bool  # MAILER-DAEMON, Mail Delivery System
    reporter: bool  # postmaster, System Administrator, nobody at all
    null: bool  # Return-Path: <>
    named: bool  # X-Failed-Recipients
    about: bool  # the subject speaks of a failure
    machine: bool  # the subject is one of a program
    passed_on: bool  # Re:, Fwd:

    def of_a_server(self) -> bool:
        return self.declared or self.daemon or self.reporter or self.null or self.named


def is_daemon(address: str) -> bool:
    """Whether an address is one that only mail servers write from."""
    return _DAEMON.match(address) is not None


def is_about_failure(subject: str) -> bool:
    """Whether a subject is what servers write above a report; an answer to one is not."""
    small = _without_tags(subject)
    return not small.startswith(_ANSWERS) and _speaks_of_failure(small)


def is_receipt(root: Node) -> bool:
    """A report of success only."""
    return any(
        leaf.content_type in STATUS_PARTS and delivery_status.arrived(delivery_status.report(leaf.content))
        for leaf in own_leaves(root)
    )


def failures(
    headers: Headers, root: Node, text: str, sender: Address, subject: str, *, null: bool, declared: bool
) -> tuple[Bounce, ...] | None:
    """A bounce for each recipient that failed or waits, none when the report does not name them; None for a message
    that reports no failure. `null`: its return path is empty; `declared`: it calls itself a delivery report."""
    small = _without_tags(subject)
    passed_on = small.startswith(_ANSWERS)
    author = headers.raw("from").lower().lstrip(b'" <')
    signs = _Signs(
        declared=declared,
        daemon=is_daemon(sender.address) or author.startswith(_DAEMON_NAMES),
        reporter=_REPORTER.match(sender.address) is not None or author.startswith(_REPORTER_NAMES),
        null=null,
        named="x-failed-recipients" in headers,
        about=not passed_on and _speaks_of_failure(small),
        machine=small.startswith(MACHINE_SUBJECTS),
        passed_on=passed_on,
    )
    if root.children or signs.of_a_server():
        found = _by_status(headers, root, text, signs)
        if found:
            return found
    return _by_words(headers, root, text, sender, subject, signs)


def _by_status(headers: Headers, root: Node, text: str, signs: _Signs) -> tuple[Bounce, ...]:
    """RFC 3464: a part with the fields, or the fields in a part of another type, as when a gateway put the whole report
    into a message of its own. Somebody who passes a report on
    attaches them too."""
    if signs.passed_on and not signs.of_a_server():
        return ()
    for leaf in own_leaves(root):
        if leaf.content_type in STATUS_PARTS or (signs.of_a_server() and _looks_like_status(leaf)):
            report = delivery_status.report(leaf.content)
            if report.recipients and not delivery_status.arrived(report):
                said = told(text)
                original = original_id(root, headers, said.quoted, {**report.message, **report.recipients[0]})
                listed = free_forms.listed_in_header(headers)
                return delivery_status.failures(report, "\n".join(said.own), original, listed)
    return ()


def _looks_like_status(leaf: Node) -> bool:
    beginning = leaf.content[:_LONGEST_SEARCHED].lower()
    return b"inal-recipient:" in beginning and b"action:" in beginning and b"status:" in beginning


def _by_words(
    headers: Headers, root: Node, text: str, sender: Address, subject: str, signs: _Signs
) -> tuple[Bounce, ...] | None:
    """Signs make it possible, the words decide."""
    certain = signs.declared or signs.named
    if not (certain or signs.daemon or signs.null or signs.about):
        return None
    if auto_replies.by_subject(subject) and not (certain or signs.daemon):
        return None
    said = told(text)
    inside = enclosed(root)
    quoted_to = inside.text("to") if inside is not None else _quoted_field(said.quoted, "to:")
    verdict = free_forms.failures(said, headers, subject, original_id(root, headers, said.quoted, {}), quoted_to)
    robot = auto_replies.by_headers(headers)
    returned = (inside is not None or len(said.quoted) > 1) and not _is_his_own(inside, said.quoted, sender)
    certain = (
        certain
        or (signs.daemon and (signs.about or verdict.sure or not robot))
        or (signs.reporter and (signs.machine or verdict.told))
        or (signs.about and signs.null and bool(verdict.bounces))
        or (signs.about and verdict.told and returned and not _has_personal_program(headers))
        or (signs.about and verdict.sure and robot)
        or (signs.null and verdict.sure and returned)
    )
    return verdict.bounces if certain else None


def _speaks_of_failure(small: str) -> bool:
    return _ROOTS.any_in(small) and any_of(SUBJECTS, small)


def _without_tags(subject: str) -> str:
    """In small letters, without the tags of mailing lists in front."""
    small = subject[:250].lower().lstrip()
    while small.startswith("["):
        small = small.partition("]")[2].lstrip()
    return small


def _is_his_own(inside: Headers | None, quoted: list[str], sender: Address) -> bool:
    """A message returned to the one who wrote it is a report; one that he passes on himself is a request."""
    wrote = inside.text("from") if inside is not None else _quoted_field(quoted, "from:")
    return bool(sender.address) and sender.address.lower() in wrote.lower()


def _has_personal_program(headers: Headers) -> bool:
    """Whether a program for people wrote this: servers name themselves so too, but they do not answer messages."""
    return ("user-agent" in headers or "x-mailer" in headers) and "in-reply-to" in headers


def _quoted_field(quoted: list[str], name: str) -> str:
    for line in quoted:
        bare = line.lstrip(" >\t")
        if bare[: len(name)].lower() == name:
            return bare[len(name) :]
    return ""
