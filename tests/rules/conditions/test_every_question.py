"""Every question with every comparison that it knows: once where it holds, once where it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from postline.rules.conditions import ASKS, Facts, compile, problems, sentence

pytestmark = pytest.mark.unit

ANNA, BORIS = ("Anna Visser", "anna@mail.user.example"), ("Борис Орлов", "boris@other.example")
NOBODY = Facts()
LETTER = Facts(
    sender=ANNA,
    to=[("", "support@mail.example"), BORIS],
    cc=[BORIS],
    reply_to=[("Forms", "forms@shop.example")],
    subject="Re: Rechnung Nr. 12 – STRASSE",
    new_text="Здравствуйте!\nМой ПАРОЛЬ\nне подходит.\nЗаказ: 1 250\nOrder: 17,5 pieces\n#refund\n[step: lost phone]",
    text="Whole story, quoted too",
    headers=[("X-Spam-Score", "5.3 / 7"), ("X-Mailer", "The Bat! 10"), ("x-mailer", "second")],
    language="ru",
    kind="mailing-list",
    attachments=[("invoice.PDF", "application/octet-stream"), ("photo", "image/png")],
    spf="pass",
    dkim="fail",
    dmarc="none",
    mailboxes=["support@mail.example", "help@mail.example"],
    project="mail",
    queue="inbox",
    topic="lost-password",
    fields={"Phone number": "+31 20 123", "Age": "41"},
    wizard="password > lost > no phone",
    is_follow_up=True,
    local=datetime(2026, 3, 4, 17, 30, tzinfo=UTC),  # a Wednesday
    earlier_tickets=lambda: 7,
    earlier_open=lambda: 2,
    letters_this_week=lambda: 3,
    is_working_time=lambda: True,
    has_misleading_link=lambda: True,
)

# ask, name, comparison, a value that fits, one that does not
TABLE: list[tuple[str, str, str, Any, Any]] = [
    ("from", "", "is", "ANNA@mail.user.example", "anna@user.example"),
    ("from", "", "is", "user.example", "ser.example"),
    ("from", "", "is", "@mail.user.example", "a.mail.user.example"),
    ("from", "", "in-list", ["boris@other.example", "User.Example"], ["boris@other.example"]),
    ("from", "", "contains", "visser", "orlov"),
    ("from", "", "contains", "@MAIL.", "@user"),
    ("from", "", "starts", "anna@", "nna"),
    ("from", "", "matches", r"^a\w+@", r"^\d"),
    ("from", "", "exists", "", NOBODY),
    ("from-domain", "", "is", "user.example", "mail.example"),
    ("from-domain", "", "in-list", ["x.example", "mail.user.example"], ["x.example"]),
    ("from-domain", "", "contains", "user", "anna"),
    ("from-domain", "", "starts", "mail.", "user"),
    ("from-domain", "", "matches", r"\.example$", "^example"),
    ("from-domain", "", "exists", "", NOBODY),
    ("to", "", "is", "other.example", "shop.example"),
    ("to", "", "in-list", ["support@mail.example"], ["info@mail.example"]),
    ("to", "", "contains", "орлов", "visser"),
    ("to", "", "starts", "support@", "upport"),
    ("to", "", "matches", "(support|help)@", "sales@"),
    ("to", "", "exists", "", NOBODY),
    ("cc", "", "is", "boris@other.example", "support@mail.example"),
    ("cc", "", "in-list", ["other.example"], ["mail.example"]),
    ("cc", "", "contains", "Борис", "anna"),
    ("cc", "", "starts", "boris", "orlov"),
    ("cc", "", "matches", "^БОРИС", "^anna"),
    ("cc", "", "exists", "", NOBODY),
    ("reply-to", "", "is", "forms@shop.example", "anna@shop.example"),
    ("reply-to", "", "in-list", ["shop.example"], ["other.example"]),
    ("reply-to", "", "contains", "forms", "anna"),
    ("reply-to", "", "starts", "forms@", "shop"),
    ("reply-to", "", "matches", "shop", "stop"),
    ("reply-to", "", "exists", "", NOBODY),
    ("subject", "", "contains", "rechnung  nr.", "invoice"),
    ("subject", "", "contains", "straße", "strase"),
    ("subject", "", "is", "re: rechnung nr. 12 – strasse", "rechnung nr. 12"),
    ("subject", "", "starts", "RE:", "rechnung"),
    ("subject", "", "matches", r"nr\. (?P<number>\d+)", r"^\d+"),
    ("subject", "", "in-list", ["x", "Re: Rechnung Nr. 12 – Strasse"], ["x", "y"]),
    ("subject", "", "exists", "", NOBODY),
    ("new-text", "", "contains", "мой пароль не", "whole"),
    ("new-text", "", "is", LETTER.new_text, "Здравствуйте!"),
    ("new-text", "", "starts", "здравствуйте", "мой"),
    ("new-text", "", "matches", "пароль\\s+не", "^пароль"),
    ("new-text", "", "in-list", [LETTER.new_text], ["пароль"]),
    ("new-text", "", "exists", "", NOBODY),
    ("text", "", "contains", "QUOTED", "пароль"),
    ("text", "", "is", "whole story, quoted too", "whole"),
    ("text", "", "starts", "whole", "story"),
    ("text", "", "matches", "quot(ed|ing)", "^too"),
    ("text", "", "in-list", ["whole story, quoted too"], ["whole"]),
    ("text", "", "exists", "", NOBODY),
    ("body-tag", "заказ", "is", "1 250", "1"),
    ("body-tag", "STEP", "is", "Lost Phone", "lost"),
    ("body-tag", "refund", "is", "refund", "1"),
    ("body-tag", "order", "contains", "piece", "refund"),
    ("body-tag", "order", "starts", "17", "piece"),
    ("body-tag", "order", "matches", r"^\d", r"^p"),
    ("body-tag", "step", "in-list", ["x", "lost phone"], ["x"]),
    ("body-tag", "order", "greater", "17.4", 17.5),
    ("body-tag", "order", "less", 18, "17,5"),
    ("body-tag", "refund", "exists", "", NOBODY),
    ("misleading-link", "", "is", "yes", "no"),
    ("attachment-kind", "", "contains", "octet", "zip"),
    ("attachment-kind", "", "is", "document", "archive"),
    ("attachment-kind", "", "is", "image/png", "image/jpeg"),
    ("attachment-kind", "", "starts", "image/", "png"),
    ("attachment-kind", "", "matches", "^(picture|sound)$", "^video"),
    ("attachment-kind", "", "in-list", ["program", "picture"], ["program", "archive"]),
    ("attachment-kind", "", "exists", "", NOBODY),
    ("attachment-name", "", "contains", ".pdf", ".exe"),
    ("attachment-name", "", "is", "PHOTO", "invoice"),
    ("attachment-name", "", "starts", "inv", "pdf"),
    ("attachment-name", "", "matches", r"\.pdf$", r"^pdf"),
    ("attachment-name", "", "in-list", ["photo"], ["pho"]),
    ("attachment-name", "", "exists", "", NOBODY),
    ("attachment-count", "", "greater", 1, 2),
    ("attachment-count", "", "less", "3", 2),
    ("attachment-count", "", "is", 2, 3),
    ("attachment-count", "", "in-list", [1, "2"], [1, 3]),
    ("header", "X-MAILER", "is", "second", "third"),
    ("header", "X-Mailer", "contains", "bat!", "outlook"),
    ("header", "X-Mailer", "starts", "the bat", "bat"),
    ("header", "X-Mailer", "matches", r"bat! (?P<version>\d+)", "^bat"),
    ("header", "X-Mailer", "in-list", ["first", "second"], ["first"]),
    ("header", "X-Spam-Score", "greater", 5, 5.3),
    ("header", "X-Spam-Score", "less", "5,4", 5.3),
    ("header", "X-Spam-Score", "exists", "", NOBODY),
    ("kind", "", "is", "mailing-list", "letter"),
    ("kind", "", "in-list", ["letter", "mailing-list"], ["letter", "bounce"]),
    ("language", "", "is", "RU", "nl"),
    ("language", "", "in-list", ["ru", "uk"], ["nl", "en"]),
    ("language", "", "exists", "", NOBODY),
    ("spf", "", "is", "pass", "fail"),
    ("spf", "", "in-list", ["pass", "none"], ["fail", "none"]),
    ("dkim", "", "is", "fail", "pass"),
    ("dkim", "", "in-list", ["fail"], ["pass"]),
    ("dmarc", "", "is", "none", "unknown"),
    ("dmarc", "", "in-list", ["none"], ["pass"]),
    ("is-follow-up", "", "is", "yes", False),
    ("mailbox", "", "is", "help@mail.example", "sales@mail.example"),
    ("mailbox", "", "in-list", ["help@mail.example"], ["sales@mail.example"]),
    ("mailbox", "", "exists", "", NOBODY),
    ("project", "", "is", "mail", "games"),
    ("project", "", "in-list", ["mail"], ["games"]),
    ("project", "", "exists", "", NOBODY),
    ("queue", "", "is", "inbox", "abuse"),
    ("queue", "", "in-list", ["abuse", "inbox"], ["abuse"]),
    ("queue", "", "exists", "", NOBODY),
    ("topic", "", "is", "lost-password", "display"),
    ("topic", "", "in-list", ["lost-password"], ["display"]),
    ("topic", "", "exists", "", NOBODY),
    ("field", "phone NUMBER", "is", "+31 20 123", "123"),
    ("field", "phone number", "contains", "20", "21"),
    ("field", "phone number", "starts", "+31", "31"),
    ("field", "phone number", "matches", r"^\+31", r"^\+32"),
    ("field", "phone number", "in-list", ["+31 20 123"], ["+31"]),
    ("field", "age", "greater", 40, 41),
    ("field", "age", "less", 42, 41),
    ("field", "age", "exists", "", NOBODY),
    ("wizard", "", "contains", "lost >", "found"),
    ("wizard", "", "is", "password > lost > no phone", "password"),
    ("wizard", "", "starts", "password >", "lost"),
    ("wizard", "", "matches", "no phone$", "^no"),
    ("wizard", "", "in-list", ["password > lost > no phone"], ["lost"]),
    ("wizard", "", "exists", "", NOBODY),
    ("earlier-tickets", "", "greater", 6, 7),
    ("earlier-tickets", "", "less", 8, 7),
    ("earlier-tickets", "", "is", 7, 6),
    ("earlier-tickets", "", "in-list", [7], [6]),
    ("earlier-open", "", "greater", 1, 2),
    ("earlier-open", "", "less", 3, 2),
    ("earlier-open", "", "is", "2", "1"),
    ("earlier-open", "", "in-list", [2], [1]),
    ("letters-this-week", "", "greater", 2, 3),
    ("letters-this-week", "", "less", 4, 3),
    ("letters-this-week", "", "is", 3, 2),
    ("letters-this-week", "", "in-list", [3], [2]),
    ("weekday", "", "is", "wednesday", "thursday"),
    ("weekday", "", "in-list", ["Wednesday", "sunday"], ["sunday"]),
    ("hour", "", "greater", 16, 17),
    ("hour", "", "less", 18, 17),
    ("hour", "", "is", 17, 16),
    ("hour", "", "in-list", [9, 17], [9]),
    ("working-time", "", "is", True, "no"),
]


@pytest.mark.parametrize(("ask", "name", "comparison", "fits", "fits_not"), TABLE)
def test_a_question_holds_where_its_value_fits(
    ask: str, name: str, comparison: str, fits: object, fits_not: object
) -> None:
    condition = {"ask": ask, "is": comparison, "value": fits, **({"name": name} if name else {})}
    assert compile(condition).holds(LETTER) is not None
    assert compile({"not": condition}).holds(LETTER) is None
    if isinstance(fits_not, Facts):
        assert compile(condition).holds(fits_not) is None
    else:
        other = {**condition, "value": fits_not}
        assert compile(other).holds(LETTER) is None
        assert compile({"not": other}).holds(LETTER) is not None


def test_the_table_has_every_question_and_comparison() -> None:
    named = {(ask, comparison) for ask, _name, comparison, _fits, _not in TABLE}
    assert named == {(slug, str(comparison)) for slug, ask in ASKS.items() for comparison in ask.comparisons}


@pytest.mark.parametrize(("ask", "name", "comparison", "fits", "fits_not"), TABLE)
def test_what_a_question_says_can_be_read_in_each_language(
    ask: str, name: str, comparison: str, fits: object, fits_not: object
) -> None:
    condition = {"ask": ask, "is": comparison, "value": fits, **({"name": name} if name else {})}
    assert [problem for problem in problems(condition) if problem.is_error] == []
    told = {language: sentence(condition, language) for language in ("en", "ru", "nl")}
    assert all(told.values())
    assert len(set(told.values())) == 3  # each in its own words
    assert all("%(" not in words for words in told.values())
