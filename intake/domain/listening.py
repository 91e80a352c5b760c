"""The only place that turns what was measured of a sound track into checks.

They only warn: a sender may send it anyway, and a person decides. A call may say that some of them refuse a clip where
they are at their worst. Source of the thresholds where no other is named: `docs/measuring.md`.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict
from intake.domain.facts import Confidence, StretchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intake.domain.calls import Rules
    from intake.domain.facts import AudioLevels, Stretch

DELIVERED_LUFS: Final = -16.0
"""How loud a published clip is. Source: AES TD1008, for streams on phones and computers."""

DELIVERED_DBTP: Final = -1.0
"""Highest true peak of a published clip, so that no decoder clips. Source: EBU R128 s2."""

SILENT_LUFS: Final = -60.0
VERY_QUIET_LUFS: Final = -45.0
QUIET_LUFS: Final = -33.0
"""Loudness, integrated: found on 18 quiet recordings of speech."""

MIN_SPEECH_S: Final = 2.0
MIN_SPEECH_RATIO: Final = 0.05
"""Less than this is nobody speaking: music and streets hold up to 0.1 s of what sounds like speech."""

CLIPPED_RATIO: Final = 1e-4
BADLY_CLIPPED_RATIO: Final = 1e-2
"""Share of samples near full scale from which clipping is heard, and from which little else is."""

CLIPPING_SPIKE: Final = 2.5
"""How much samples pile up at one height where waves were cut off there and turned down afterwards."""

MOSTLY_SILENT_RATIO: Final = 0.6
"""Speech with its pauses stays below this."""

LONG_START_S: Final = 3.0
LONG_SILENCE_S: Final = 6.0
"""How long a viewer waits for the first word, and in the middle or at the end; a judgement, not a measurement."""

VERY_NOISY_DB: Final = 10.0
NOISY_DB: Final = 18.0
"""Speech over background, with the pauses as its measure. A speech recogniser begins to lose words at 10 dB."""

UNDER_VOICE_DB: Final = 11.0
NOISY_UNDER_VOICE_DB: Final = 8.0
"""The same with what lasts under the voice as its measure: beside pauses that seem quiet, and without any pauses."""

HUM_DB: Final = 30.0
"""Speech over a hum, which is a tone and heard where noise of the same power is not; a judgement, not a measurement."""

ONE_CHANNEL_DB: Final = 20.0
"""One channel this far below the other sounds like one earphone that is broken."""

INVERTED_CORRELATION: Final = -0.7
"""Channels that are each other's opposite cancel out on a telephone's one loudspeaker."""

DC_OFFSET: Final = 0.02
"""Share of full scale by which a broken microphone shifts the wave."""

SEVERE: Final = frozenset(
    {Reason.SILENT, Reason.VERY_QUIET, Reason.NO_SPEECH, Reason.BADLY_CLIPPED, Reason.MOSTLY_SILENT, Reason.VERY_NOISY}
)
"""What refuses a clip where the call's `sound_refuses` names the check."""

CAN_REFUSE: Final = (CheckCode.LOUDNESS, CheckCode.SPEECH, CheckCode.CLIPPING, CheckCode.SILENCE, CheckCode.NOISE)
"""The checks that have something severe to say; a call may let them refuse."""

_JUDGED_BY: Final[Mapping[StretchKind, CheckCode]] = MappingProxyType(
    {
        StretchKind.SILENCE: CheckCode.SILENCE,
        StretchKind.CLIPPING: CheckCode.CLIPPING,
        StretchKind.NOISE: CheckCode.NOISE,
    }
)
"""Which check a marked part of a clip belongs to."""


def judge_sound(levels: AudioLevels, rules: Rules) -> list[Check]:
    """Check how the clip sounds; one check a code, in a fixed order."""
    checks = (
        _loudness(levels),
        _speech(levels),
        _clipping(levels),
        _silence(levels),
        _noise(levels),
        _hum(levels),
        _channels(levels),
    )
    return [_refusing(check, levels) if check.code in rules.sound_refuses else check for check in checks]


def telling_stretches(levels: AudioLevels, checks: Iterable[Check]) -> tuple[Stretch, ...]:
    """Return the parts of a clip that a check complains of: a pause in a clip that is fine is no fault."""
    complaining = {check.code for check in checks if check.verdict is not Verdict.PASS}
    return tuple(stretch for stretch in levels.stretches if _JUDGED_BY[stretch.kind] in complaining)


def has_speech(levels: AudioLevels) -> bool:
    """Tell whether somebody speaks, as far as anybody listened."""
    if levels.speech_s is None or levels.speech_ratio is None:
        return False
    return levels.speech_s >= MIN_SPEECH_S and levels.speech_ratio >= MIN_SPEECH_RATIO


def _loudness(levels: AudioLevels) -> Check:
    loudness = levels.integrated_lufs
    reason = Reason.FINE
    if loudness is None or loudness <= SILENT_LUFS:
        reason = Reason.SILENT
    elif loudness < VERY_QUIET_LUFS:
        reason = Reason.VERY_QUIET
    elif loudness < QUIET_LUFS:
        reason = Reason.QUIET
    return _check(CheckCode.LOUDNESS, reason, loudness, QUIET_LUFS, Unit.LUFS)


def _speech(levels: AudioLevels) -> Check:
    is_missing = levels.speech_s is not None and not has_speech(levels)
    reason = Reason.NO_SPEECH if is_missing else Reason.FINE
    return _check(CheckCode.SPEECH, reason, levels.speech_s, MIN_SPEECH_S, Unit.SECONDS)


def _clipping(levels: AudioLevels) -> Check:
    reason = Reason.FINE
    if levels.clipped_ratio >= BADLY_CLIPPED_RATIO:
        reason = Reason.BADLY_CLIPPED
    elif levels.clipped_ratio >= CLIPPED_RATIO or levels.clipping_spike >= CLIPPING_SPIKE:
        reason = Reason.CLIPPED
    return _check(CheckCode.CLIPPING, reason, levels.clipped_ratio, CLIPPED_RATIO, Unit.RATIO)


def _silence(levels: AudioLevels) -> Check:
    if levels.silence_ratio > MOSTLY_SILENT_RATIO:
        measured, limit = levels.silence_ratio, MOSTLY_SILENT_RATIO
        return _check(CheckCode.SILENCE, Reason.MOSTLY_SILENT, measured, limit, Unit.RATIO)
    for reason, length_s, limit_s in (
        (Reason.SILENT_START, levels.leading_silence_s, LONG_START_S),
        (Reason.SILENT_END, levels.trailing_silence_s, LONG_SILENCE_S),
        (Reason.LONG_SILENCE, levels.longest_silence_s, LONG_SILENCE_S),
    ):
        if length_s > limit_s:
            return _check(CheckCode.SILENCE, reason, length_s, limit_s, Unit.SECONDS)
    return _check(CheckCode.SILENCE, Reason.FINE, levels.silence_ratio, MOSTLY_SILENT_RATIO, Unit.RATIO)


def _noise(levels: AudioLevels) -> Check:
    over_pauses_db, under_voice_db = levels.speech_to_noise_db, levels.under_voice_db
    reason, measured, limit = Reason.FINE, over_pauses_db, NOISY_DB
    if over_pauses_db is None:
        measured, limit = under_voice_db, NOISY_UNDER_VOICE_DB
        reason = Reason.NOISY if under_voice_db is not None and under_voice_db < NOISY_UNDER_VOICE_DB else Reason.FINE
    elif over_pauses_db < VERY_NOISY_DB:
        reason = Reason.VERY_NOISY
    elif over_pauses_db < NOISY_DB:
        reason = Reason.NOISY
    elif under_voice_db is not None and under_voice_db < UNDER_VOICE_DB:
        reason, measured, limit = Reason.NOISE_UNDER_VOICE, under_voice_db, UNDER_VOICE_DB
    return _check(CheckCode.NOISE, reason, measured, limit, Unit.DECIBEL)


def _hum(levels: AudioLevels) -> Check:
    over_hum_db = levels.speech_to_hum_db
    reason = Reason.HUM if over_hum_db is not None and over_hum_db < HUM_DB else Reason.FINE
    return _check(CheckCode.HUM, reason, over_hum_db, HUM_DB, Unit.DECIBEL)


def _channels(levels: AudioLevels) -> Check:
    correlation = levels.stereo_correlation
    if levels.quiet_channel_db > ONE_CHANNEL_DB:
        reason = Reason.ONE_CHANNEL
    elif correlation is not None and correlation < INVERTED_CORRELATION:
        return _check(CheckCode.CHANNELS, Reason.INVERTED, correlation, INVERTED_CORRELATION, None)
    elif levels.dc_offset > DC_OFFSET:
        return _check(CheckCode.CHANNELS, Reason.DC_OFFSET, levels.dc_offset, DC_OFFSET, Unit.RATIO)
    else:
        reason = Reason.FINE
    return _check(CheckCode.CHANNELS, reason, levels.quiet_channel_db, ONE_CHANNEL_DB, Unit.DECIBEL)


def _check(code: CheckCode, reason: Reason, measured: float | None, limit: float, unit: Unit | None) -> Check:
    verdict = Verdict.PASS if reason is Reason.FINE else Verdict.WARN
    return Check(code=code, verdict=verdict, reason=reason, measured=measured, limit=limit, unit=unit)


def _refusing(check: Check, levels: AudioLevels) -> Check:
    # A few tenths of a second of pause are enough for advice, not for a refusal.
    is_unsure = check.code is CheckCode.NOISE and levels.noise_confidence is Confidence.LOW
    return replace(check, verdict=Verdict.FAIL) if check.reason in SEVERE and not is_unsure else check
