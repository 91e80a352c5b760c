"""What the drill tells when something does not go as it should."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.drill.steps import Book, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

PROJECT = Path(__file__).parents[3]


class Silence:
    """A project of containers whose logs are known."""

    def last_words(self, service: str) -> str:
        return f"{service} has nothing more to say"


@contextmanager
def a_story_that_fails(book: Book) -> Iterator[None]:
    with book.story("One"), book.step("it works", "web", of=Silence()):
        require(False, expected="seven parts", seen="six")
    yield


def test_a_failed_step_ends_its_story_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    book = Book()

    with a_story_that_fails(book), book.story("Two"), book.step("and on", of=Silence()) as note:
        note.says("all well")

    told = capsys.readouterr().out
    assert not book.has_held
    assert "expected: seven parts" in told
    assert "seen: six" in told
    assert "web has nothing more to say" in told
    assert [row.split("|")[5].strip() for row in book.table().splitlines()[2:]] == ["FAILED", "held"]


def test_without_an_engine_it_says_so_in_a_sentence() -> None:
    nowhere = {"PATH": "/nonexistent"}

    drill = subprocess.run(
        [sys.executable, "-m", "deploy.drill"], cwd=PROJECT, env=nowhere, capture_output=True, text=True, check=False
    )

    assert drill.returncode == 1
    assert drill.stderr.startswith("This needs a container engine, and none answers here.")
    assert "Traceback" not in drill.stderr
