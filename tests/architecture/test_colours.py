"""Rules about the colours of our pages: what is written can be read, by day and by night."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from intake.domain.colours import MIN_CONTRAST, contrast

STYLES: Final = Path(__file__).parents[2] / "intake" / "assets" / "src"
MIN_EDGE_CONTRAST: Final = 3.0
"""Source: WCAG 2.2, success criterion 1.4.11."""

WORDS: Final = ("ink", "ink-soft", "deep", "green", "clay", "amber", "red")
GROUNDS: Final = ("paper", "sheet", "sand", "mint", "clay-pale", "amber-pale", "red-pale")
WHITE: Final = "#ffffff"


def by_day() -> dict[str, str]:
    settings = (STYLES / "kit" / "_settings.scss").read_text(encoding="utf-8")
    colours = dict(re.findall(r"^\$([a-z-]+): (#[0-9a-f]{3,6});", settings, re.MULTILINE)) | {"sheet": WHITE}
    held = re.search(r"'button-held': (#[0-9a-f]{6})", theme())
    assert held is not None
    return colours | {"button": colours["green"], "button-held": held[1]}


def by_night() -> dict[str, str]:
    return dict(re.findall(r"'([a-z-]+)': (#[0-9a-f]{6})", theme().partition("$by-night")[2]))


def theme() -> str:
    return (STYLES / "visitors" / "_theme.scss").read_text(encoding="utf-8")


LOOKS: Final = pytest.mark.parametrize("colours", [by_day(), by_night()], ids=["day", "night"])


@LOOKS
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("words", WORDS)
def test_words_can_be_read_on_every_ground(colours: dict[str, str], words: str, ground: str) -> None:
    assert contrast(colours[words], colours[ground]) >= MIN_CONTRAST


@LOOKS
@pytest.mark.parametrize("ground", ["button", "button-held"])
def test_white_words_can_be_read_on_a_button(colours: dict[str, str], ground: str) -> None:
    assert contrast(WHITE, colours[ground]) >= MIN_CONTRAST


@LOOKS
@pytest.mark.parametrize("ground", ["paper", "sheet"])
def test_the_edge_of_a_control_is_seen(colours: dict[str, str], ground: str) -> None:
    assert contrast(colours["edge"], colours[ground]) >= MIN_EDGE_CONTRAST


def test_every_colour_of_the_day_has_one_of_the_night() -> None:
    assert by_night().keys() <= by_day().keys()
    assert set(WORDS) | set(GROUNDS) <= by_night().keys()
