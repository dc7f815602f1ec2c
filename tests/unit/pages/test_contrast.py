"""Contrast of the style sheet's colours (WCAG 1.4.3, 1.4.11)."""

import re

import pytest

from portal.pages.assets import asset

TEXT, GRAPHICS = 4.5, 3.0
PAIRS = [
    ("text", "page", TEXT),
    ("text", "card", TEXT),
    ("quiet", "page", TEXT),
    ("quiet", "card", TEXT),
    ("accent", "card", TEXT),
    ("on-accent", "accent", TEXT),
    ("accent", "page", TEXT),
    ("accent", "soft", TEXT),
    ("bad", "card", TEXT),
    ("bad", "page", TEXT),
    ("good", "card", GRAPHICS),
    ("edge", "card", GRAPHICS),
    ("edge", "page", GRAPHICS),
]


def colours(scheme: str) -> dict[str, str]:
    light, _, dark = asset("portal.css").body.partition("@media (prefers-color-scheme: dark)")
    palette = dark.partition("\n}\n")[0] if scheme == "dark" else light
    return dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", palette))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_stand_out(scheme: str, front: str, back: str, least: float) -> None:
    palette = colours(scheme)
    assert contrast(palette[front], palette[back]) >= least
