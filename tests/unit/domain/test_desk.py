"""What is seen at a glance of a clip, and what an error means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.domain.checks import Check, CheckCode, Reason, Verdict
from intake.domain.desk import (
    MAX_LIMITS_FACTOR,
    SOUND_CODES,
    SoundVerdict,
    Trouble,
    larger_limits,
    name_of,
    sound_verdict,
    trouble_of,
    worst_finding,
)
from intake.domain.figures import SOUND_CHECKS
from tests.builders import CLIPPED, FINE, NOISY, TOO_SHORT

SMALL = Check(code=CheckCode.RESOLUTION, verdict=Verdict.WARN, reason=Reason.PICTURE_SMALL)
NO_SPEECH = replace(NOISY, code=CheckCode.SPEECH, reason=Reason.NO_SPEECH)


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((), None),
        ((FINE,), SoundVerdict.GOOD),
        ((FINE, SMALL), SoundVerdict.GOOD),
        ((FINE, SMALL, NOISY), SoundVerdict.WARNED),
        ((FINE, NOISY, TOO_SHORT), SoundVerdict.REFUSED),
    ],
    ids=["nothing checked", "fine", "a small picture", "noise", "too short"],
)
def test_the_verdict_at_a_glance_is_about_the_sound(checks: tuple[Check, ...], verdict: SoundVerdict | None) -> None:
    assert sound_verdict(checks) is verdict


@pytest.mark.parametrize(
    ("checks", "worst"),
    [
        ((FINE,), None),
        ((FINE, SMALL, NOISY), NOISY),
        ((NOISY, CLIPPED), CLIPPED),
        ((NOISY, CLIPPED, NO_SPEECH), NO_SPEECH),
        ((NO_SPEECH, TOO_SHORT), TOO_SHORT),
    ],
    ids=["nothing", "sound before picture", "cut-off waves before noise", "no voice first", "a refusal before all"],
)
def test_the_worst_finding_is_what_decides(checks: tuple[Check, ...], worst: Check | None) -> None:
    assert worst_finding(checks) == worst


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("chiara.bianchi@example.org", "Chiara Bianchi"),
        ("chiara@example.org", "Chiara"),
        ("chiara_de-luca@example.org", "Chiara De Luca"),
        ("@", "@"),
    ],
)
def test_an_address_gives_a_name(email: str, name: str) -> None:
    assert name_of(email) == name


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ("ToolTimedOut: ffmpeg took longer than 120 s", Trouble.TOO_SLOW),
        ("ToolFailed: ffmpeg ended with 152: ", Trouble.TOO_SLOW),
        ("ToolFailed: ffmpeg ended with 1: Cannot allocate memory", Trouble.OUT_OF_MEMORY),
        ("ToolFailed: ffmpeg ended with 137: ", Trouble.OUT_OF_MEMORY),
        ("the worker died or went silent while it did this, on every attempt", Trouble.WORKER_DIED),
        ("ToolFailed: ffmpeg ended with 1: Invalid data", Trouble.TOOL_FAILED),
        ("OutputWrong: 12 s instead of 60", Trouble.OUTPUT_WRONG),
        ("ObjectMissing: submissions/x", Trouble.FILE_MISSING),
        ("KeyError: 'streams'", Trouble.UNKNOWN),
        ("", Trouble.UNKNOWN),
    ],
)
def test_an_error_tells_what_went_wrong(error: str, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def test_limits_grow_and_stop_growing() -> None:
    assert [larger_limits(factor) for factor in (1, 2, MAX_LIMITS_FACTOR)] == [2, 4, MAX_LIMITS_FACTOR]


def test_the_figures_call_warned_what_the_queue_does() -> None:
    assert frozenset(SOUND_CODES) == SOUND_CHECKS
