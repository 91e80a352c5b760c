"""Each thing that can be wrong with a sound track, in a recording of real speech, is found and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from intake.domain.checks import Reason, Verdict
from intake.domain.facts import StretchKind
from intake.domain.listening import judge_sound
from tests import sound_factory
from tests.sound_accuracy import hear
from tests.sound_factory import CODECS, RATE_HZ, in_a_room, speech

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake.domain.calls import Rules
    from intake.domain.facts import AudioLevels
    from tests.sound_factory import Samples
    from workers.media.sandbox import Sandbox

    Hear = Callable[[Samples], AudioLevels]


@pytest.fixture
def heard(sandbox: Sandbox, tmp_path: Path) -> Hear:
    """Encode a recording as a phone does, and measure it."""

    def measured(recording: Samples) -> AudioLevels:
        (path,) = sound_factory.write_all([recording], tmp_path, CODECS["aac-128"])
        return hear(sandbox, path, channels=recording.reshape(len(recording), -1).shape[1])

    return measured


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def a_voice(voice: str = "carlo", *, duration_s: float = 12) -> Samples:
    return in_a_room(speech(voice, rng(), duration_s=duration_s), rng())


def silent(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE_HZ))


def in_stereo(left: Samples, right: Samples) -> Samples:
    return np.stack([left, right], axis=1)


def a_humming_voice() -> Samples:
    spoken = a_voice("menardi")
    hum = sound_factory.hum(spoken.size, rng(), mains_hz=60)
    level_db = sound_factory.active_level_db(spoken) - 24
    return spoken + hum * 10 ** ((level_db - sound_factory.power_db(hum)) / 20)


def a_voice_whose_pauses_are_muted() -> Samples:
    spoken = speech("carlo", rng())
    noise = sound_factory.pink(spoken.size, rng())
    level_db = sound_factory.active_level_db(sound_factory.high_passed(spoken)) - 8
    noise *= 10 ** ((level_db - sound_factory.power_db(sound_factory.high_passed(noise))) / 20)
    return sound_factory.gated(spoken + noise, spoken, by_db=30)


def a_tune(duration_s: float = 12) -> Samples:
    """Chords that change every half second."""
    moments = np.arange(int(0.5 * RATE_HZ)) / RATE_HZ
    chords = []
    for root_hz in rng().choice([220.0, 246.9, 261.6, 293.7, 329.6], size=int(duration_s * 2)):
        tones = [np.sin(2 * np.pi * root_hz * step * moments) for step in (1, 1.26, 1.498, 2)]
        chords.append(np.sum(tones, axis=0) * np.exp(-3 * moments))
    return 0.1 * np.concatenate(chords)


def a_hole_in_a_voice() -> Samples:
    voice = a_voice(duration_s=16)
    voice[4 * RATE_HZ : 11 * RATE_HZ] = 0
    return voice


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(lambda: a_voice("carlo"), None, id="a-clear-voice"),
        pytest.param(lambda: a_voice("menardi"), None, id="another-clear-voice"),
        pytest.param(lambda: in_stereo(a_voice(), a_voice()), None, id="both-channels-alike"),
        pytest.param(lambda: in_stereo(a_voice(), silent(12)), Reason.ONE_CHANNEL, id="a-dead-channel"),
        pytest.param(lambda: in_stereo(a_voice(), -0.8 * a_voice()), Reason.INVERTED, id="a-turned-channel"),
        pytest.param(lambda: a_voice() + 0.08, Reason.DC_OFFSET, id="a-shifted-wave"),
        pytest.param(a_humming_voice, Reason.HUM, id="a-hum"),
        pytest.param(a_voice_whose_pauses_are_muted, Reason.NOISE_UNDER_VOICE, id="muted-pauses"),
        pytest.param(
            lambda: sound_factory.reverberant(a_voice(), rng(), fades_s=1.2), Reason.NOISE_UNDER_VOICE, id="a-bare-hall"
        ),
        pytest.param(a_tune, Reason.NO_SPEECH, id="music"),
        pytest.param(lambda: 0.03 * sound_factory.white(192_000, rng()), Reason.NO_SPEECH, id="a-hiss"),
        pytest.param(lambda: 0.05 * sound_factory.street(192_000, rng()), Reason.NO_SPEECH, id="a-street"),
        pytest.param(lambda: np.concatenate([silent(4), a_voice()]), Reason.SILENT_START, id="a-late-start"),
        pytest.param(lambda: np.concatenate([a_voice(), silent(7)]), Reason.SILENT_END, id="an-early-end"),
        pytest.param(a_hole_in_a_voice, Reason.LONG_SILENCE, id="a-hole"),
        pytest.param(lambda: sound_factory.clipped(a_voice(), by_db=36)[0], Reason.BADLY_CLIPPED, id="crackling"),
        pytest.param(lambda: 0.3 * sound_factory.clipped(a_voice(), by_db=12)[0], Reason.CLIPPED, id="turned-down"),
        pytest.param(lambda: 0.05 * a_voice(), Reason.VERY_QUIET, id="whispered"),
    ],
)
def test_what_is_wrong_is_said(heard: Hear, rules: Rules, record: Callable[[], Samples], reason: Reason | None) -> None:
    checks = judge_sound(heard(record()), rules)

    warned = {check.reason for check in checks if check.verdict is Verdict.WARN}
    assert (reason in warned) if reason else not warned


def test_what_is_wrong_is_shown_where_it_is(heard: Hear) -> None:
    voice = a_voice(duration_s=12)
    voice[3 * RATE_HZ : 6 * RATE_HZ] = 0
    voice[9 * RATE_HZ : 10 * RATE_HZ] = sound_factory.clipped(voice[9 * RATE_HZ : 10 * RATE_HZ], by_db=24)[0]

    stretches = heard(voice).stretches

    silence = next(stretch for stretch in stretches if stretch.kind is StretchKind.SILENCE)
    clipping = [stretch for stretch in stretches if stretch.kind is StretchKind.CLIPPING]
    assert (silence.starts_s, silence.ends_s) == pytest.approx((3, 6), abs=0.1)
    assert all(8.9 <= stretch.starts_s < stretch.ends_s <= 10.1 for stretch in clipping)
    assert clipping


def test_a_loud_pause_is_shown_where_it_is(heard: Hear) -> None:
    voice = np.concatenate([a_voice(duration_s=6), silent(3), a_voice(duration_s=6)])
    voice[int(6.5 * RATE_HZ) : int(8.5 * RATE_HZ)] = 0.03 * sound_factory.white(2 * RATE_HZ, rng())

    noises = [stretch for stretch in heard(voice).stretches if stretch.kind is StretchKind.NOISE]

    assert any((stretch.starts_s, stretch.ends_s) == pytest.approx((6.5, 8.5), abs=0.5) for stretch in noises)
