"""Where each check of the sound turns from pass to warn, and when it refuses."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from intake.domain.calls import read_call
from intake.domain.checks import Check, CheckCode, Reason, Verdict
from intake.domain.facts import Confidence
from intake.domain.listening import SEVERE, has_speech, judge_sound
from intake.domain.verdict import is_accepted
from tests.builders import some_levels

SHIPPED = Path(__file__).parents[3] / "intake" / "calls" / "pistoia2030.toml"
RULES = read_call(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))).rules
STRICT = replace(RULES, sound_refuses=tuple(CheckCode))


def the(code: CheckCode, checks: list[Check]) -> Check:
    return next(check for check in checks if check.code is code)


@pytest.mark.parametrize(
    ("code", "changes", "reason"),
    [
        pytest.param(CheckCode.LOUDNESS, {"integrated_lufs": None}, Reason.SILENT, id="digital-silence"),
        pytest.param(CheckCode.LOUDNESS, {"integrated_lufs": -60.0}, Reason.SILENT, id="silent"),
        pytest.param(CheckCode.LOUDNESS, {"integrated_lufs": -45.1}, Reason.VERY_QUIET, id="very-quiet"),
        pytest.param(CheckCode.LOUDNESS, {"integrated_lufs": -33.1}, Reason.QUIET, id="quiet"),
        pytest.param(CheckCode.LOUDNESS, {"integrated_lufs": -33.0}, Reason.FINE, id="loud-enough"),
        pytest.param(CheckCode.SPEECH, {"speech_s": 1.9}, Reason.NO_SPEECH, id="two-words"),
        pytest.param(CheckCode.SPEECH, {"speech_s": 2.0, "speech_ratio": 0.049}, Reason.NO_SPEECH, id="lost-words"),
        pytest.param(CheckCode.SPEECH, {"speech_s": 2.0, "speech_ratio": 0.05}, Reason.FINE, id="enough-words"),
        pytest.param(CheckCode.SPEECH, {"speech_s": None}, Reason.FINE, id="nobody-listened"),
        pytest.param(CheckCode.CLIPPING, {"clipped_ratio": 1e-2}, Reason.BADLY_CLIPPED, id="badly-clipped"),
        pytest.param(CheckCode.CLIPPING, {"clipped_ratio": 1e-4}, Reason.CLIPPED, id="clipped"),
        pytest.param(CheckCode.CLIPPING, {"clipping_spike": 2.5}, Reason.CLIPPED, id="clipped-and-turned-down"),
        pytest.param(CheckCode.CLIPPING, {"clipped_ratio": 0.9e-4}, Reason.FINE, id="hardly-clipped"),
        pytest.param(CheckCode.SILENCE, {"silence_ratio": 0.61}, Reason.MOSTLY_SILENT, id="mostly-silent"),
        pytest.param(CheckCode.SILENCE, {"leading_silence_s": 3.1}, Reason.SILENT_START, id="silent-start"),
        pytest.param(CheckCode.SILENCE, {"trailing_silence_s": 6.1}, Reason.SILENT_END, id="silent-end"),
        pytest.param(CheckCode.SILENCE, {"longest_silence_s": 6.1}, Reason.LONG_SILENCE, id="a-hole"),
        pytest.param(CheckCode.SILENCE, {"longest_silence_s": 6.0}, Reason.FINE, id="a-pause"),
        pytest.param(CheckCode.NOISE, {"speech_to_noise_db": 9.9}, Reason.VERY_NOISY, id="very-noisy"),
        pytest.param(CheckCode.NOISE, {"speech_to_noise_db": 10.0}, Reason.NOISY, id="noisy"),
        pytest.param(CheckCode.NOISE, {"speech_to_noise_db": 17.9}, Reason.NOISY, id="just-noisy"),
        pytest.param(CheckCode.NOISE, {"speech_to_noise_db": 18.0}, Reason.FINE, id="quiet-room"),
        pytest.param(CheckCode.NOISE, {"under_voice_db": 10.9}, Reason.NOISE_UNDER_VOICE, id="muted-pauses"),
        pytest.param(
            CheckCode.NOISE, {"speech_to_noise_db": None, "under_voice_db": 7.9}, Reason.NOISY, id="no-pauses-noisy"
        ),
        pytest.param(
            CheckCode.NOISE, {"speech_to_noise_db": None, "under_voice_db": 8.0}, Reason.FINE, id="no-pauses-fine"
        ),
        pytest.param(
            CheckCode.NOISE, {"speech_to_noise_db": None, "under_voice_db": None}, Reason.FINE, id="nothing-to-compare"
        ),
        pytest.param(CheckCode.HUM, {"hum_hz": 50, "speech_to_hum_db": 29.9}, Reason.HUM, id="hum"),
        pytest.param(CheckCode.HUM, {"hum_hz": 50, "speech_to_hum_db": 30.0}, Reason.FINE, id="faint-hum"),
        pytest.param(CheckCode.CHANNELS, {"quiet_channel_db": 20.1}, Reason.ONE_CHANNEL, id="one-channel"),
        pytest.param(CheckCode.CHANNELS, {"stereo_correlation": -0.71}, Reason.INVERTED, id="inverted"),
        pytest.param(CheckCode.CHANNELS, {"stereo_correlation": None}, Reason.FINE, id="mono"),
        pytest.param(CheckCode.CHANNELS, {"dc_offset": 0.021}, Reason.DC_OFFSET, id="offset"),
    ],
)
def test_sound_warns_and_refuses_only_where_the_call_says_so(
    code: CheckCode, changes: dict[str, object], reason: Reason
) -> None:
    lenient, strict = (the(code, judge_sound(some_levels(**changes), rules)) for rules in (RULES, STRICT))

    warns = Verdict.PASS if reason is Reason.FINE else Verdict.WARN
    assert (lenient.verdict, lenient.reason) == (warns, reason)
    assert (strict.verdict, strict.reason) == (Verdict.FAIL if reason in SEVERE else warns, reason)


def test_a_call_that_refuses_noise_says_nothing_about_the_rest() -> None:
    rules = replace(RULES, sound_refuses=(CheckCode.NOISE,))

    quiet = judge_sound(some_levels(integrated_lufs=None), rules)
    noisy = judge_sound(some_levels(speech_to_noise_db=2.0), rules)

    assert (is_accepted(quiet), is_accepted(noisy)) == (True, False)


def test_a_call_s_file_may_name_what_refuses() -> None:
    document = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    document["rules"]["sound_refuses"] = ["speech", "noise"]

    assert read_call(document).rules.sound_refuses == (CheckCode.SPEECH, CheckCode.NOISE)


def test_a_clear_voice_passes_everything() -> None:
    assert {check.verdict for check in judge_sound(some_levels(), STRICT)} == {Verdict.PASS}


def test_nobody_is_heard_where_nobody_listened() -> None:
    assert not has_speech(some_levels(speech_s=None, speech_ratio=None))


@pytest.mark.parametrize(("confidence", "refused"), [(Confidence.LOW, 0), (Confidence.MEDIUM, 1), (Confidence.HIGH, 1)])
def test_a_few_tenths_of_a_second_of_pause_refuse_nobody(confidence: Confidence, refused: int) -> None:
    checks = judge_sound(some_levels(speech_to_noise_db=5.0, noise_confidence=confidence), STRICT)

    assert [check.verdict for check in checks].count(Verdict.FAIL) == refused
