"""Which steps of the script were heard: a hint by words alone, blind to capitals and accents."""

from __future__ import annotations

import tomllib
from types import MappingProxyType

import pytest

from intake.domain.calls import LocalText, Step, read_call
from intake.domain.captions import Cue
from intake.domain.script import heard_steps, words_of
from intake.setup import SHIPPED_CALLS
from tests.builders import a_sender

SAID = (
    Cue(start_ms=500, end_ms=3000, text="Buongiorno a tutti,\nmi chiamo ANNA"),
    Cue(start_ms=3000, end_ms=6000, text="e sono titolare dell'Officina Rossi."),
    Cue(start_ms=12_000, end_ms=15_000, text="Perciò provateci anche voi."),
)


def a_step(*phrases: str) -> Step:
    text = LocalText(words=MappingProxyType({"it": "x"}))
    return Step(title=text, text=text, chapter=text, listen_for={"it": phrases})


def heard_at(*phrases: str) -> int | None:
    (heard,) = heard_steps([a_step(*phrases)], SAID, sender=a_sender(), language="it") or ()
    return heard.at_ms


@pytest.mark.parametrize(
    ("phrase", "at_ms"),
    [
        ("{name}", 500),
        ("{role}", 3000),
        ("{organisation}", 3000),
        ("PERCIO", 12_000),
        ("a tutti mi chiamo", 500),
        ("chiamo anna e sono", 500),
        ("titola", None),
        ("{email}", None),
        ("", None),
    ],
)
def test_a_phrase_is_heard_in_the_caption_where_it_begins(phrase: str, at_ms: int | None) -> None:
    assert heard_at(phrase) == at_ms


def test_the_first_of_several_phrases_counts() -> None:
    assert heard_at("provateci", "titolare") == 3000


def test_without_captions_nothing_is_said_of_the_steps() -> None:
    assert heard_steps([a_step("{name}")], (), sender=a_sender(), language="it") is None


def test_in_a_language_the_call_does_not_listen_in_nothing_is_said() -> None:
    assert heard_steps([a_step("{name}")], SAID, sender=a_sender(), language="en") is None


def test_a_name_is_the_same_with_and_without_accents() -> None:
    assert words_of("Niccolò D'Aurìa") == words_of("niccolo d'auria") == ("niccolo", "d", "auria")


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_shipped_call_listens_for_every_step(language: str) -> None:
    call = read_call(tomllib.loads((SHIPPED_CALLS / "pistoia2030.toml").read_text(encoding="utf-8")))

    assert all(step.listen_for[language] for step in call.steps)
