"""Whoever fills in the form must not send strangers a message of their own through our mails."""

from __future__ import annotations

import pytest

from intake.mail import quoting


@pytest.mark.parametrize("name", ["Anna", "Anna Maria", "D'Angelo", "Jean-Luc", "Łukasz", "Ènzo", "安娜"])
def test_people_are_called_by_their_names(name: str) -> None:
    assert quoting.first_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "http://evil.example",
        "evil.example",
        "Hai vinto! Vai su evil",
        "anna@evil.example",
        "A" * 41,
        "<b>Anna</b>",
        "339 1234567",
    ],
)
def test_what_is_no_name_is_not_repeated(name: str) -> None:
    assert quoting.first_name(name) is None


def test_a_name_in_two_lines_is_one() -> None:
    assert quoting.first_name("Anna\r\nMaria") == "Anna Maria"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("VID_20261128_093200.mp4", "VID_20261128_093200.mp4"),
        ("Il mio video (2).MOV", "Il mio video (2).MOV"),
        ("perché no.mp4", "perché no.mp4"),
        ("http://evil.example/vinci.mp4", "http___evil_example_vinci.mp4"),
        ("www.evil.example", "www_evil.example"),
        ("a\r\nb.mp4", "a b.mp4"),
        ("video", "video"),
        ("x" * 100 + ".mp4", "x" * 50 + "…" + "xxxxx.mp4"),
    ],
)
def test_a_file_is_called_by_a_name_that_is_no_link(typed: str, shown: str) -> None:
    assert quoting.file_name(typed) == shown
