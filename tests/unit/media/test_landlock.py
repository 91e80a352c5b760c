"""What the fixed names of the commands become where a tool sees the world as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.media.commands import probing, writing
from workers.media.sandbox.landlock import with_real_names

ORIGINAL = Path("/srv/intake/work/7-1/original")


@pytest.mark.parametrize(
    ("word", "real"),
    [
        ("/in/src", "/srv/intake/work/7-1/original"),
        ("file:/in/src", "file:/srv/intake/work/7-1/original"),
        ("of=/out/big", "of=./big"),
        ("file:/out/still-%02d.jpg", "file:./still-%02d.jpg"),
        ("/out", "."),
        ("echo x > /out/made", "echo x > ./made"),
        ("/srv/out/review.mp4", "/srv/out/review.mp4"),
        ("/outside", "/outside"),
        ("/in/src.mp4", "/in/src.mp4"),
    ],
)
def test_only_our_own_names_are_replaced(word: str, real: str) -> None:
    assert with_real_names([word], ORIGINAL) == [real]


@pytest.mark.parametrize("argv", [probing.probe(), probing.list_packets("v:0"), writing.remux("review.mp4")])
def test_nothing_but_names_of_files_is_replaced(argv: list[str]) -> None:
    changed = [word for word, real in zip(argv, with_real_names(argv, ORIGINAL), strict=True) if word != real]

    assert set(changed) <= {"file:/in/src", "file:/out/review.mp4"}


def test_without_an_input_there_is_none_under_its_name() -> None:
    assert with_real_names(["file:/in/src"], None) == ["file:/in/src"]
