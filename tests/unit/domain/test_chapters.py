"""Where a clip's chapters begin: each step where it is heard first after the one before."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from intake.domain.calls import LocalText, Step
from intake.domain.captions import Cue
from intake.domain.chapters import chapters_of
from tests.builders import a_sender

SAID = (
    Cue(start_ms=500, end_ms=3000, text="Sono Anna, dell'Officina Rossi."),
    Cue(start_ms=3000, end_ms=6000, text="La nostra officina ripara biciclette."),
    Cue(start_ms=12_000, end_ms=15_000, text="Per esempio quelle di chi consegna."),
    Cue(start_ms=20_000, end_ms=22_000, text="Anna vi dice: provateci."),
)


def a_step(*phrases: str) -> Step:
    text = LocalText(words=MappingProxyType({"it": "x"}))
    return Step(title=text, text=text, chapter=text, listen_for={"it": phrases})


def chapters(*phrases: str, length_ms: int = 30_000, language: str = "it") -> list[tuple[int, int, int]]:
    """The chapters of a script whose steps each listen for one phrase: step, beginning and end."""
    steps = [a_step(phrase) for phrase in phrases]
    found = chapters_of(steps, SAID, sender=a_sender(), language=language, length_ms=length_ms)
    return [(chapter.step, chapter.start_ms, chapter.end_ms) for chapter in found]


def test_each_ends_where_the_next_begins_and_the_last_with_the_clip() -> None:
    assert chapters("{name}", "ripara", "per esempio") == [(1, 500, 3000), (2, 3000, 12_000), (3, 12_000, 30_000)]


def test_a_step_that_was_not_heard_has_none() -> None:
    assert chapters("{name}", "fabbrica", "provateci") == [(1, 500, 20_000), (3, 20_000, 30_000)]


def test_what_is_heard_with_the_step_before_is_looked_for_later() -> None:
    assert chapters("{name}", "officina") == [(1, 500, 3000), (2, 3000, 30_000)]


def test_a_step_never_begins_before_the_one_before_it() -> None:
    assert chapters("per esempio", "{name}") == [(1, 12_000, 20_000), (2, 20_000, 30_000)]


@pytest.mark.parametrize("phrases", [(), ("{name}",), ("{name}", "fabbrica")], ids=["none", "one", "one of two"])
def test_fewer_than_two_are_none(phrases: tuple[str, ...]) -> None:
    assert chapters(*phrases) == []


def test_what_is_cut_off_has_none() -> None:
    assert chapters("{name}", "provateci", length_ms=20_000) == []


def test_in_a_language_nobody_listens_in_there_are_none() -> None:
    assert chapters("{name}", "ripara", language="en") == []
