"""Secrets are unreadable where they are stored."""

from __future__ import annotations

import pytest

from postline.kit.encryption import Undecryptable, decrypt, encrypt

pytestmark = pytest.mark.unit
KEY = "a key of an installation, long enough"


def test_what_is_encrypted_can_be_read_again_and_looks_different_each_time() -> None:
    first, second = (encrypt("пароль", key=KEY, purpose="mailbox") for _ in range(2))

    assert decrypt(first, key=KEY, purpose="mailbox") == decrypt(second, key=KEY, purpose="mailbox") == "пароль"
    assert first != second
    assert "пароль" not in first


@pytest.mark.parametrize(("key", "purpose"), [(KEY + "!", "mailbox"), (KEY, "webhook")])
def test_another_key_or_purpose_opens_nothing(key: str, purpose: str) -> None:
    stored = encrypt("secret", key=KEY, purpose="mailbox")

    with pytest.raises(Undecryptable):
        decrypt(stored, key=key, purpose=purpose)


@pytest.mark.parametrize("stored", ["nonsense", "ж", "gAAAAA=="])
def test_what_was_damaged_is_refused(stored: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(stored, key=KEY, purpose="mailbox")


def test_nothing_stays_nothing() -> None:
    assert encrypt("", key=KEY, purpose="mailbox") == decrypt("", key=KEY, purpose="mailbox") == ""
