"""What a trusted server says about a message, and what that means (RFC 8601; SAFETY S17, S18)."""

from __future__ import annotations

import pytest

from postline.intake.authentication import (
    UNKNOWN,
    Authentication,
    aligned,
    as_json,
    failed,
    from_json,
    passed,
    said_by_server,
    server_names,
)

pytestmark = pytest.mark.unit
FIELD = "Authentication-Results"
GENUINE = (
    "mx.mail.example 1; spf=pass (sender is; allowed) smtp.mailfrom=anna@user.example;"
    ' dkim=pass header.i=@user.example header.s=mail header.b="x;y"; dmarc=pass (p=reject) header.from=user.example'
)
FORGED = "mx.mail.example; spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail header.from=user.example"


def said(*fields: tuple[str, str], servers: str = "mx.mail.example") -> Authentication | None:
    return said_by_server(fields, server_names(servers))


def test_the_results_are_read_with_comments_quotes_and_a_version() -> None:
    assert said((FIELD, GENUINE)) == Authentication("pass", "pass", "pass", ("user.example",))


def test_without_a_server_that_is_believed_nothing_is() -> None:
    assert said((FIELD, GENUINE), servers="") is None


def test_another_servers_results_are_nothing() -> None:
    assert said((FIELD, GENUINE.replace("mx.mail", "mx.evil"))) is None
    assert said((FIELD, "(mx.mail.example) evil.example; dmarc=pass header.from=user.example")) is None


def test_a_second_field_with_the_servers_name_comes_from_the_sender() -> None:
    below = (FIELD, "mx.mail.example; dmarc=pass header.from=user.example")
    truth = said((FIELD, "mx.mail.example; spf=fail smtp.mailfrom=evil.example; dkim=none"), below)
    assert truth == Authentication("fail", "none", "unknown")
    assert said((FIELD, FORGED), ("Received", "from evil.example"), below) == said((FIELD, FORGED))


def test_foreign_fields_above_are_stepped_over() -> None:
    assert said((FIELD, "inner.example; dmarc=fail"), ("Received", "x"), (FIELD.lower(), GENUINE)) == said(
        (FIELD, GENUINE)
    )


def test_several_servers_can_be_believed() -> None:
    assert server_names(" MX.mail.example, mx2.mail.example ") == ["mx.mail.example", "mx2.mail.example"]
    assert said((FIELD, GENUINE), servers="mx2.mail.example, MX.mail.example") is not None


def test_one_signature_that_passes_is_enough() -> None:
    signatures = "dkim=fail header.d=list.example; dkim=pass header.d=user.example; dkim=fail header.d=x.example"
    field = f"mx.mail.example; {signatures}"
    assert said((FIELD, field)) == Authentication(dkim="pass", domains=("user.example",))


@pytest.mark.parametrize("value", ["", ";;;;", "mx.mail.example", "mx.mail.example;" + "=" * 3_000, '"(((', "\\"])
def test_nonsense_says_nothing(value: str) -> None:
    assert said((FIELD, value)) in (None, UNKNOWN)


@pytest.mark.parametrize(
    ("it", "has_failed"),
    [
        (UNKNOWN, False),
        (Authentication(dmarc="fail", dkim="pass", domains=("evil.example",)), True),
        (Authentication(dmarc="pass", spf="fail"), False),
        (Authentication(dkim="fail"), True),
        (Authentication(dkim="fail", spf="pass"), False),
        (Authentication(spf="fail", dkim="none"), True),
        (Authentication(spf="softfail", dkim="none", dmarc="none"), False),
        (Authentication(dkim="permerror"), False),
    ],
)
def test_who_failed(it: Authentication, has_failed: bool) -> None:
    assert failed(it) is has_failed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("user.example", "USER.example.", True),
        ("mail.user.example", "user.example", True),
        ("a.user.example", "b.user.example", True),
        ("user.example", "auser.example", False),
        ("one.co.uk", "two.co.uk", False),
        ("co.uk", "two.co.uk", False),
        ("eu.org", "evil.eu.org", False),
        ("", "", False),
    ],
)
def test_which_domains_belong_together(one: str, other: str, same: bool) -> None:
    assert aligned(one, other) is same


def test_what_passed_for_another_domain_proves_nothing_for_this_one() -> None:
    it = Authentication(dkim="pass", domains=("sender.example",))
    assert not passed(it, "user.example")
    assert passed(it, "mail.sender.example")
    assert not passed(Authentication(dkim="pass", dmarc="fail", domains=("user.example",)), "user.example")
    assert not passed(UNKNOWN, "user.example")


def test_it_is_kept_and_read_again() -> None:
    it = Authentication("pass", "fail", "none", ("user.example",))
    assert from_json(as_json(it)) == it
    assert from_json(None) == from_json({}) == UNKNOWN


@pytest.mark.parametrize(
    "said_of_evil",
    [
        'spf=pass smtp.mailfrom="x smtp.mailfrom=boss@user.example y"@evil.example',
        'spf=pass smtp.mailfrom="x\\ smtp.mailfrom=boss@user.example y"@evil.example',
        'dkim=pass header.d=evil.example header.i="x;header.d=user.example y"@evil.example',
        f"spf=pass smtp.mailfrom={'x' * 307}@user.example.evil.example",
        f"spf=pass ({'x' * 3_900}) smtp.mailfrom={'x' * 44}@user.example.evil.example",
    ],
)
def test_what_a_sender_puts_into_their_own_address_vouches_for_nobody(said_of_evil: str) -> None:
    it = said((FIELD, f"mx.mail.example; {said_of_evil}"))
    assert it is not None
    assert not passed(it, "user.example")
