"""Pictures that may be a logo: PNG and JPEG as they are, SVG without all that could do something. Pure.

They are served as what they were found to be, to an `<img>` alone (`web/shared/logos.py`): there no script runs.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from xml.etree import ElementTree

LARGEST = 200_000  # octets
WIDEST = 2_000  # pixels
_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan linearGradient "
    "radialGradient stop clipPath mask".split()
)
_REFUSED = frozenset("script style foreignObject image a animate set iframe audio video".split())
_ATTRIBUTES = frozenset(
    "id viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points dx dy transform fill fill-rule fill-opacity "
    "stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-dasharray "
    "stroke-dashoffset opacity clip-path clip-rule mask offset stop-color stop-opacity gradientUnits gradientTransform "
    "spreadMethod clipPathUnits maskUnits maskContentUnits preserveAspectRatio color display visibility font-size "
    "font-family font-weight font-style text-anchor letter-spacing".split()
)
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_LOCAL = re.compile(r"#[\w.-]{1,100}")
_REFERENCE = re.compile(r"url\(\s*['\"]?#[\w.-]{1,100}['\"]?\s*\)")


class WrongLogo(Exception):
    """It cannot be taken. The message is a code: `kind`, `size`, `pixels`, `svg` or, for an SVG with something in it
    that a logo does not need, `svg-` and its name."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept."""

    content_type: str
    content: bytes


def checked(content: bytes) -> Picture:
    """The picture as it may be shown. Raises WrongLogo."""
    if len(content) > LARGEST:
        raise WrongLogo("size")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _measured("image/png", content, _png_size(content))
    if content.startswith(b"\xff\xd8\xff"):
        return _measured("image/jpeg", content, _jpeg_size(content))
    if b"<svg" in content[:10_000]:
        return Picture("image/svg+xml", _clean_svg(content))
    raise WrongLogo("kind")


def _measured(content_type: str, content: bytes, size: tuple[int, int] | None) -> Picture:
    if size is None:
        raise WrongLogo("kind")
    if not all(1 <= one <= WIDEST for one in size):
        raise WrongLogo("pixels")
    return Picture(content_type, content)


def _png_size(content: bytes) -> tuple[int, int] | None:
    """From its first chunk (PNG, third edition, 11.2.1)."""
    if len(content) < 45 or content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """From its frame header (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def _clean_svg(content: bytes) -> bytes:
    try:
        text = content.decode("utf-8-sig")  # another encoding could hide what is looked for
    except UnicodeDecodeError as error:
        raise WrongLogo("svg") from error
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise WrongLogo("svg-doctype")  # nothing is expanded: the reader below knows no limits
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without entities there is nothing to blow up
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise WrongLogo("svg") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise WrongLogo("svg")
    ElementTree.register_namespace("", _SVG)
    _clean(root, depth=0)
    return bytes(ElementTree.tostring(root, encoding="utf-8"))


def _clean(element: ElementTree.Element, *, depth: int) -> None:
    """Drawing programs leave elements and attributes of their own: those are dropped. What would run, load or lead
    elsewhere is refused, for the picture would not be what its maker sees."""
    if depth > 100:
        raise WrongLogo("svg")
    for child in list(element):
        namespace, _, name = str(child.tag).rpartition("}")
        if namespace != f"{{{_SVG}" or name not in _ELEMENTS | _REFUSED:
            element.remove(child)
        elif name in _REFUSED:
            raise WrongLogo(f"svg-{name}")
        else:
            _clean(child, depth=depth + 1)
    for name, value in list(element.attrib.items()):
        if not _is_harmless(name, value):
            del element.attrib[name]


def _is_harmless(name: str, value: str) -> bool:
    if name in _HREFS:
        return bool(_LOCAL.fullmatch(value.strip()))
    return name in _ATTRIBUTES and ("url" not in value.lower() or bool(_REFERENCE.fullmatch(value.strip())))
