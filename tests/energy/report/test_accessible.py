"""What an audit by RGAA would look at first: contrasts of the page and of the picture (WCAG 2.1, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from energy import report
from energy.report.as_svg import COLOURS

TEMPLATES = Path(report.__path__[0]) / "templates"
STYLE = (TEMPLATES / "report.css").read_text("utf-8")
PICTURE = (TEMPLATES / "flow.svg.j2").read_text("utf-8")
COLOUR = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", STYLE))
WHITE = "#ffffff"


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rgb` or `#rrggbb` (WCAG 2.1)."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at:at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ink", ["ink", "soft", "accent"])
@pytest.mark.parametrize("ground", [WHITE, "band", "#fff6e9", "#e9f4ee"])
def test_text_can_be_read_on_every_ground(ink: str, ground: str) -> None:
    assert contrast(COLOUR[ink], COLOUR.get(ground, ground)) >= 4.5


@pytest.mark.parametrize("colour", re.findall(r'fill="(#[0-9a-f]{6})" stroke="#ffffff"', PICTURE))
def test_labels_of_the_picture_can_be_read_over_a_band(colour: str) -> None:
    for band in COLOURS.values():
        tint = "#" + "".join(f"{round(0.45 * int(band[at:at + 2], 16) + 0.55 * 255):02x}" for at in (1, 3, 5))
        assert contrast(colour, tint) >= 4.5


@pytest.mark.parametrize("colour", sorted(set(COLOURS.values())))
def test_swatches_stand_out_from_the_page(colour: str) -> None:
    # E69F00 and 56B4E9 alone do not reach 3:1 on white: each swatch has a dark edge, each bar a name.
    assert contrast(colour, WHITE) >= 2.1
    assert "border: 1px solid #555" in STYLE
    assert contrast("#555", WHITE) >= 3


def test_neighbours_differ_in_light_too() -> None:
    light = [luminance(colour) for colour in COLOURS.values()]
    assert all(abs(one - other) >= 0.05 for one, other in pairwise(light))


def test_nothing_depends_on_colour_alone() -> None:
    assert "label.name" in PICTURE
    assert "label.figures" in PICTURE


def test_a_wide_table_can_be_scrolled_with_the_keyboard() -> None:
    written = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.j2"))
    assert written.count('class="scroll" tabindex="0" role="region"') == written.count('<div class="scroll"') == 1
