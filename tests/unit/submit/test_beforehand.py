"""What the page carries to judge a video by itself is what the workers judge by, in their words."""

from __future__ import annotations

import json
import tomllib

import pytest

from intake.domain.calls import read_call
from intake.domain.checks import Reason
from intake.setup import SHIPPED_CALLS
from intake.submit.beforehand import beforehand
from intake.wording import say
from intake.wording.advice import REASONS
from intake.wording.soundcheck import SOUND_CHECK

LANGUAGES = ("it", "en")
RULES = read_call(tomllib.loads((SHIPPED_CALLS / "pistoia2030.toml").read_text(encoding="utf-8"))).rules


def test_the_limits_are_the_call_s() -> None:
    limits = beforehand(RULES, "it")["rules"]

    assert {name: getattr(RULES, name) for name in limits} == limits


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_are_the_workers(language: str) -> None:
    sentences = beforehand(RULES, language)["sentences"]

    assert sentences == {reason: say(REASONS[Reason(reason)], language) for reason in sentences}


@pytest.mark.parametrize("reason", SOUND_CHECK)
def test_each_verdict_of_the_sound_check_is_said_in_both_languages(reason: Reason) -> None:
    italian, english = (beforehand(RULES, language)["sound"]["sentences"][reason] for language in LANGUAGES)

    assert italian != english


def test_it_fits_into_a_page() -> None:
    assert len(json.dumps(beforehand(RULES, "it"))) < 5_000
