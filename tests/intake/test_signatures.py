"""Our own check of DKIM signatures: really signed letters, a name server on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from postline.intake.authentication import UNKNOWN, Authentication, failed, passed
from postline.intake.signatures import MOST_OCTETS, check, is_signed
from tests.letters import write
from tests.peers.names import NameServer, name_server
from tests.signed import records, sign

SILENT = "silent._domainkey.user.example"
SIGNED = b"DKIM-Signature: v=1; a=rsa-sha256; d=user.example; s=mail; "


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    huge = {"huge._domainkey.user.example": "v=DKIM1; k=rsa; p=" + "A" * 1_100, "revoked._domainkey.user.example": "p="}
    with name_server(records() | records("evil.example") | huge, silent={SILENT}) as server:
        yield server


def checked(content: bytes, names: NameServer, *, seconds: float = 2.0) -> Authentication:
    return check(content, names.resolver(), seconds=seconds)


def test_a_letter_that_its_domain_signed_passes(names: NameServer) -> None:
    it = checked(sign(write()), names)
    assert it == Authentication(dkim="pass", domains=("user.example",))
    assert passed(it, "user.example")


def test_bare_line_ends_and_more_white_space_change_nothing(names: NameServer) -> None:
    signed = sign(write(text="Hello,  \n\nall of it.   \n\n\n"))
    assert checked(signed.replace(b"\r\n", b"\n"), names).dkim == "pass"
    assert checked(signed.replace(b"all of", b"all \t of"), names).dkim == "pass"


def test_a_changed_body_fails(names: NameServer) -> None:
    it = checked(sign(write()).replace(b"my password", b"your password"), names)
    assert it == Authentication(dkim="fail")
    assert failed(it)


@pytest.mark.parametrize("change", [(b"Subject: I", b"Subject: We"), (b"From: Anna", b"From: Eve")])
def test_a_changed_header_fails(names: NameServer, change: tuple[bytes, bytes]) -> None:
    assert checked(sign(write()).replace(*change), names).dkim == "fail"


def test_a_key_that_is_not_there_is_an_error_and_no_failure(names: NameServer) -> None:
    for selector in ("nobody", "huge", "revoked"):
        it = checked(sign(write(), selector=selector), names)
        assert it.dkim == "permerror", selector
        assert not failed(it)


def test_a_name_server_that_says_nothing_makes_it_not_known(names: NameServer) -> None:
    started = time.monotonic()
    assert checked(sign(write(), selector="silent"), names, seconds=0.4) == UNKNOWN
    assert 0.3 < time.monotonic() - started < 1.5


def test_a_silent_and_a_good_signature_are_one_good_one(names: NameServer) -> None:
    both = sign(sign(write()), selector="silent")
    assert checked(both, names, seconds=0.4).dkim == "unknown"
    both = sign(sign(write(), selector="nobody"))
    assert checked(both, names).dkim == "pass"


def test_what_others_have_signed_is_no_proof_and_nobody_is_asked(names: NameServer) -> None:
    before = len(names.asked)
    it = checked(sign(write(), domain="evil.example"), names)
    assert it == Authentication(dkim="policy")
    assert len(names.asked) == before


def test_a_signature_of_a_part_or_without_from_proves_nothing(names: NameServer) -> None:
    assert checked(sign(write(), whole=False), names).dkim == "policy"
    without_from = sign(write()).replace(b"h=from :", b"h=").replace(b"h=from:", b"h=")
    assert b"h=from" not in without_from
    assert checked(without_from, names).dkim == "policy"


def test_a_message_without_a_signature_has_none() -> None:
    assert not is_signed(write())
    assert not is_signed(write(text="DKIM-Signature: v=1; quoted in the text"))
    assert is_signed(sign(write()))
    assert is_signed(sign(write()).replace(b"\r\n", b"\n").replace(b"DKIM-", b"dkim-"))


@pytest.mark.parametrize(
    "hostile",
    [
        b"\r\n" + b" " * 2_000_000 + b"x\r\n",
        b"\r\n" * 2_000_000,
        b"\r\n" + b"x \t" * 700_000,
    ],
    ids=["a-run-of-blanks", "empty-lines", "words"],
)
def test_hostile_bodies_cost_a_moment(names: NameServer, hostile: bytes) -> None:
    started = time.process_time()
    assert checked(sign(write()) + hostile, names).dkim in ("fail", "pass")
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "field",
    [
        b"DKIM-Signature: " + b" " * 3_000 + b"!\r\n",
        SIGNED + b"h=from; bh=x; b=" + b"A" * 9_000 + b"\r\n",
        SIGNED + b"bh=eA==; b=eA==; h=" + b"from:" * 700 + b"from\r\n",
        SIGNED + b"h=from; bh=eA==; b=eA==; t=" + b"9" * 3_900 + b"\r\n",
        b"DKIM-Signature: \xff\xfe; =; ;;\r\n",
        b"DKIM-Signature:\r\n",
    ],
)  # fmt: skip
def test_hostile_signatures_prove_nothing(names: NameServer, field: bytes) -> None:
    started = time.process_time()
    assert checked(field + write(), names).dkim in ("policy", "fail", "permerror", "unknown")
    assert time.process_time() - started < 1.0


def test_what_is_too_large_is_not_known(names: NameServer) -> None:
    assert checked(sign(write()) + b"x" * MOST_OCTETS, names) == UNKNOWN
    assert checked(b"X: y\r\n" * 1_200 + sign(write()), names) == UNKNOWN


@pytest.mark.parametrize("form", [b"From: ", b"From : ", b"from\t: "])
def test_a_second_from_above_the_signed_one_is_not_proved(names: NameServer, form: bytes) -> None:
    signed = sign(write(sender="Eve <eve@user.example>"))
    it = checked(form + b"Anna <anna@user.example>\r\n" + signed, names)
    assert not passed(it, "user.example")


def test_a_from_far_behind_the_one_that_is_read_proves_nothing(names: NameServer) -> None:
    signed = sign(write(sender="Eve <eve@user.example>"))
    signature, rest = signed[: signed.index(b"\r\nFrom:") + 2], signed[signed.index(b"\r\nFrom:") + 2 :]
    junk = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 900) for number in range(300))
    it = checked(b"From : Anna <anna@user.example>\r\n" + signature + junk + rest, names)
    assert not passed(it, "user.example")
