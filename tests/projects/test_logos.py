"""Which pictures may be a logo."""

from __future__ import annotations

import struct
import zlib

import pytest

from postline.projects.logos import LARGEST, WrongLogo, checked

pytestmark = pytest.mark.unit


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    comment = b"\xff\xfe\x00\x04hi"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


def svg(inside: str, attributes: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"{attributes}>{inside}</svg>'.encode()


def test_png_and_jpeg_stay_as_they_are() -> None:
    for content_type, content in (("image/png", png()), ("image/jpeg", jpeg(300, 200))):
        found = checked(content)
        assert (found.content_type, found.content) == (content_type, content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GIF89a", "kind"),
        (b"<html><script>alert(1)</script>", "kind"),
        (b"\x89PNG\r\n\x1a\n", "kind"),
        (b"\xff\xd8\xff\xe0", "kind"),
        (png(2_001, 5), "pixels"),
        (jpeg(5, 2_001), "pixels"),
        (jpeg(0, 5), "pixels"),
        (png() + b"x" * LARGEST, "size"),
        (b"<svg", "svg"),
        (b'<svg xmlns="http://other.example/">x</svg>', "svg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">\xff</svg>', "svg"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "svg-doctype"),
        (svg("<script>alert(1)</script>"), "svg-script"),
        (svg("<style>*{background:url(//x.example)}</style>"), "svg-style"),
        (svg('<image href="https://x.example/1.png"/>'), "svg-image"),
        (svg("<g><foreignObject><b/></foreignObject></g>"), "svg-foreignObject"),
        (svg("<g>" * 200 + "</g>" * 200), "svg"),
    ],
)
def test_others_are_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(WrongLogo) as caught:
        checked(content)
    assert str(caught.value) == code


def test_entities_hide_in_no_other_encoding() -> None:
    """Where two letters of UTF-16 look like the beginning of an SVG."""
    text = '<!DOCTYPE svg [<!ENTITY a "aa">]><svg xmlns="http://www.w3.org/2000/svg">&a;<!--㱳癧猼杶--></svg>'
    for encoding in ("utf-16-le", "utf-16-be"):
        with pytest.raises(WrongLogo, match="svg"):
            checked(f"\ufeff{text}".encode(encoding))


def test_of_an_svg_only_what_draws_is_kept() -> None:
    cleaned = checked(
        svg(
            '<x:data xmlns:x="http://drawing.example/">secret</x:data>'
            '<path d="M0 0h9" fill="url(#g)" onclick="alert(1)" style="fill:red"/>'
            '<rect fill="url(https://x.example/)" width="3"/>'
            '<use href="#a"/><use xlink:href="https://x.example/#b" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
            ' onload="alert(2)"',
        )
    ).content.decode()
    for kept in ('d="M0 0h9"', 'fill="url(#g)"', 'href="#a"', 'width="3"', 'viewBox="0 0 9 9"'):
        assert kept in cleaned
    for gone in ("secret", "alert", "x.example", "style", "drawing.example"):
        assert gone not in cleaned
