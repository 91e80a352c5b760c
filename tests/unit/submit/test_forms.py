"""What is left of a text that somebody typed."""

from __future__ import annotations

import pytest

from intake.web.forms import cleaned


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Anna", "Anna"),
        (None, ""),
        ("", ""),
        ("  Anna   Maria  ", "Anna Maria"),
        ("Anna\tMaria\n", "AnnaMaria"),
        ("Nicolo\u0300", "Nicol\u00f2"),
        ("a\u200bb\ufeffc", "abc"),
        ("testi\u202e4pm.exe", "testi4pm.exe"),
        ("\u2066Anna\u2069", "Anna"),
        ("A\x00B\x1b[31m", "AB[31m"),
        ("\ud83d", ""),
        ("\N{FAMILY}", "\N{FAMILY}"),
        ("D\u2019Este \u2013 citt\u00e0", "D\u2019Este \u2013 citt\u00e0"),
        ("a\u00a0b", "a b"),
        ("\u674e\u5c0f\u9f99", "\u674e\u5c0f\u9f99"),
    ],
    ids=[
        "a name",
        "nothing",
        "an empty text",
        "too many spaces",
        "tabs and lines",
        "a letter and its accent",
        "what has no width",
        "a direction turned",
        "a direction isolated",
        "controls",
        "half a character",
        "a picture",
        "dashes and accents",
        "a hard space",
        "another script",
    ],
)
def test_a_text_keeps_what_people_see(typed: str | None, kept: str) -> None:
    assert cleaned(typed) == kept


def test_cleaning_twice_changes_nothing_more() -> None:
    once = cleaned(" Nicolo\u0300\u200b  D\u2019Este ")

    assert cleaned(once) == once
