"""Every pair of text and background that the interface uses, in both themes, by WCAG 2.2 (1.4.3 and 1.4.11)."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import postline

pytestmark = pytest.mark.unit

TOKENS = Path(postline.__file__).with_name("web") / "static" / "css" / "tokens.css"
OKLCH = r"oklch\(([\d.]+) ([\d.]+) ?([\d.]+)?\)"
PAIR = re.compile(rf"--([\w-]+):\s*light-dark\({OKLCH},\s*{OKLCH}\)")
MEANINGS = ["line-1", "line-2", "waiting", "warning", "danger", "success"]
PAPERS = ["ground", "surface", "surface-2", "surface-raised"]
TEXTS = [
    *(("text", paper) for paper in [*PAPERS, "surface-3", "accent-soft", "note-soft", "selection"]),
    *((text, paper) for text in ("muted", "accent-text") for paper in [*PAPERS, "accent-soft", "note-soft"]),
    *(("on-accent", paper) for paper in ("accent", "accent-strong")),
    *((text, "ink") for text in ("on-ink", "on-ink-muted")),
    *((f"{m}-text", paper) for m in MEANINGS for paper in ("surface", "ground", "surface-2", f"{m}-soft")),
    *((text, f"{m}-soft") for m in MEANINGS for text in ("text", "muted")),
]
MARKS = [(mark, paper) for mark in [*MEANINGS, "focus", "edge", "accent"] for paper in ("surface", "ground")]


@pytest.mark.parametrize(
    ("front", "back", "least"), [*((*pair, 4.5) for pair in TEXTS), *((*pair, 3.0) for pair in MARKS)]
)
def test_text_and_marks_can_be_told_from_their_paper(front: str, back: str, least: float) -> None:
    colours = _colours()

    for theme in (0, 1):
        assert _ratio(colours[front][theme], colours[back][theme]) >= least, f"{front} on {back}, theme {theme}"


Linear = tuple[float, float, float]


def _colours() -> dict[str, tuple[Linear, Linear]]:
    found: dict[str, tuple[Linear, Linear]] = {}
    for name, *values in PAIR.findall(TOKENS.read_text(encoding="utf-8")):
        numbers = [float(value or 0) for value in values]
        found.setdefault(name, (_linear(*numbers[:3]), _linear(*numbers[3:])))  # later ones raise the contrast
    return found


def _linear(lightness: float, chroma: float, hue: float) -> Linear:
    """OKLCH to linear sRGB (B. Ottosson, 2020)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    cones = (0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480)
    long, medium, short = ((lightness + k * a + n * b) ** 3 for k, n in cones)
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _clipped(red), _clipped(green), _clipped(blue)


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))


def _ratio(one: Linear, other: Linear) -> float:
    low, high = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (one, other))
    return (high + 0.05) / (low + 0.05)
