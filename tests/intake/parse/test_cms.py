"""What stands below a signature, in the definite and the indefinite form; damage is named and never followed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.intake.parse.cms import NotReadable, signed_content

pytestmark = pytest.mark.unit

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")
END = b"\0\0"


def element(tag: int, *values: bytes) -> bytes:
    """With a definite length."""
    value = b"".join(values)
    size = len(value).to_bytes(4, "big").lstrip(b"\0") or b"\0"
    return bytes([tag, len(value)]) + value if len(value) < 128 else bytes([tag, 0x80 + len(size)]) + size + value


def open_element(tag: int, *values: bytes) -> bytes:
    """With an indefinite one."""
    return bytes([tag, 0x80]) + b"".join(values) + END


def signed(content: bytes) -> bytes:
    version, algorithms = element(0x02, b"\x01"), element(0x31)
    inner = element(0x30, version, algorithms, element(0x30, DATA, element(0xA0, content)))
    return element(0x30, SIGNED_DATA, element(0xA0, inner))


def streamed(*pieces: bytes) -> bytes:
    """As programs write it that do not know the length when they begin."""
    version, algorithms = element(0x02, b"\x01"), open_element(0x31, element(0x30, DATA))
    content = open_element(0xA0, open_element(0x24, *(element(0x04, piece) for piece in pieces)))
    inner = open_element(0x30, version, algorithms, open_element(0x30, DATA, content))
    return open_element(0x30, SIGNED_DATA, open_element(0xA0, inner))


# SignedData whose content stands elsewhere
APART = element(0x30, element(0x02, b"\x01"), element(0x31), element(0x30, DATA))


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (signed(element(0x04, b"words")), b"words"),
        (signed(element(0x04, b"w" * 70_000)), b"w" * 70_000),
        (signed(element(0x24, element(0x04, b"wo"), element(0x04, b"rds"))), b"words"),
        (streamed(b"wo", b"rd", b"s"), b"words"),
        (streamed(), b""),
        (element(0x30, ENVELOPED_DATA, element(0xA0, b"secret")), None),
        (element(0x30, SIGNED_DATA, element(0xA0, APART)), None),
    ],
)  # fmt: skip
def test_the_content_below_a_signature_is_found(data: bytes, content: bytes | None) -> None:
    assert signed_content(data) == content


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x88" + b"\xff" * 8,
        b"\x30\x84\xff\xff\xff\xff",
        signed(element(0x04, b"words"))[:-3],
        streamed(b"words")[:-20],
        signed(open_element(0x24) * 3)[:40],
        signed(b"\x24\x80" * 60),
        signed(element(0x0C, b"words")),
    ],
)
def test_damage_is_named(data: bytes) -> None:
    with pytest.raises(NotReadable):
        signed_content(data)


@given(st.binary(max_size=300), st.integers(0, 60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_an_answer(data: bytes, place: int) -> None:
    whole = streamed(b"wo", b"rds")
    for damaged in (data, whole[:place] + data + whole[place:]):
        try:
            content = signed_content(damaged)
        except NotReadable:
            continue
        assert content is None or len(content) <= len(damaged)
