"""The only place that turns facts about a clip's file and picture, and a call's rules, into checks.

The page, the worker and every other program read the same `Rules`; the sentence for each check is in
`wording/advice.py`, its sound is judged in `listening.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake.domain.calls import Rules
    from intake.domain.errors import VideoRefused
    from intake.domain.facts import AudioLevels, PictureLevels, VideoFacts


VIDEO_CODECS: Final = frozenset({"h264", "hevc", "mpeg4"})
"""What phones record, or did ten years ago. A decoder outside this list never sees a sender's file."""

AUDIO_CODECS: Final = frozenset({"aac", "mp3", "opus", "alac", "pcm_s16le", "pcm_s16be", "amr_nb", "amr_wb"})
"""Sound beside such pictures."""

MAX_PICTURE_GAP_S: Final = 2.0
MAX_PICTURE_GAP: Final = 0.1
"""What the picture may be shorter than its sound, in seconds or as a share of it, whichever is more.

Screen recordings write no picture while nothing moves, and end a moment early; the real clips we know, 0.3 s.
"""

MAX_UNHEARD_S: Final = 1.0
MAX_UNHEARD: Final = 0.05
"""What may be lost of the sound in decoding, as above. A whole clip gives a few hundredths of a second too much."""

BLACK_RATIO: Final = 0.09
"""Brightness below which there is nothing to be seen. Source: `docs/picture.md`."""

FROZEN_RATIO: Final = 0.016
"""Change below which nothing moves. Source: as above, 16 real clips and nine made for it."""


def judge_picture(facts: VideoFacts, rules: Rules) -> list[Check]:
    """Check what the file is and shows against the call's *rules*; one check a code, in a fixed order."""
    return [
        _container(facts, rules),
        _picture(facts),
        _presence(CheckCode.AUDIO_STREAM, Reason.NO_SOUND, facts.audio_codec),
        _codec(facts),
        _duration(facts, rules),
        _resolution(facts, rules),
        _size(facts, rules),
    ]


def judge_wholeness(facts: VideoFacts, levels: AudioLevels, seen: PictureLevels) -> Check:
    """Check whether what was decoded is what the file promised."""
    is_picture_whole = seen.breaks_off_s is None and seen.lost < seen.drawn
    is_sound_whole = facts.sound_s - levels.duration_s <= max(MAX_UNHEARD_S, MAX_UNHEARD * facts.sound_s)
    if is_picture_whole and is_sound_whole:
        return Check(code=CheckCode.DECODABLE, verdict=Verdict.PASS, reason=Reason.FINE)
    measured = seen.breaks_off_s if seen.breaks_off_s is not None else levels.duration_s
    return Check(
        code=CheckCode.DECODABLE,
        verdict=Verdict.FAIL,
        reason=Reason.DAMAGED,
        measured=round(measured, 2),
        unit=Unit.SECONDS,
    )


def judge_look(seen: PictureLevels) -> Check:
    """Check what the clip shows. This only warns: a sender may send it anyway."""
    reason, measured = Reason.FINE, seen.change
    limit: float | None = FROZEN_RATIO
    if seen.brightness < BLACK_RATIO:
        reason, measured, limit = Reason.BLACK_PICTURE, seen.brightness, BLACK_RATIO
    elif seen.change is not None and seen.change < FROZEN_RATIO:
        reason = Reason.FROZEN_PICTURE
    elif seen.lost:
        reason, measured, limit = Reason.PICTURE_GAPS, seen.lost / (seen.lost + seen.drawn), None
    verdict = Verdict.PASS if reason is Reason.FINE else Verdict.WARN
    return Check(
        code=CheckCode.PICTURE, verdict=verdict, reason=reason, measured=measured, limit=limit, unit=Unit.RATIO
    )


def refused_by(refusal: VideoRefused) -> Check:
    """Say as a check why a file was refused before it could be measured."""
    return Check(code=refusal.code, verdict=Verdict.FAIL, reason=refusal.reason, measured=refusal.measured)


def is_accepted(checks: Iterable[Check]) -> bool:
    """Tell whether no check refuses the file."""
    return all(check.verdict is not Verdict.FAIL for check in checks)


def _container(facts: VideoFacts, rules: Rules) -> Check:
    fits = facts.container in rules.formats
    return Check(
        code=CheckCode.CONTAINER,
        verdict=Verdict.PASS if fits else Verdict.FAIL,
        reason=Reason.FINE if fits else Reason.WRONG_FORMAT,
        measured=facts.container.value,
        limit=", ".join(rules.formats),
    )


def _picture(facts: VideoFacts) -> Check:
    gap_s = facts.sound_s - facts.picture_s
    if facts.picture_s and gap_s > max(MAX_PICTURE_GAP_S, MAX_PICTURE_GAP * facts.sound_s):
        return Check(
            code=CheckCode.VIDEO_STREAM,
            verdict=Verdict.FAIL,
            reason=Reason.PICTURE_STOPS,
            measured=round(facts.picture_s, 2),
            unit=Unit.SECONDS,
        )
    return _presence(CheckCode.VIDEO_STREAM, Reason.NO_PICTURE, facts.video_codec)


def _presence(code: CheckCode, missing: Reason, codec: str | None) -> Check:
    if codec is None:
        return Check(code=code, verdict=Verdict.FAIL, reason=missing)
    return Check(code=code, verdict=Verdict.PASS, reason=Reason.FINE, measured=codec)


def _codec(facts: VideoFacts) -> Check:
    codecs = " + ".join(codec for codec in (facts.video_codec, facts.audio_codec) if codec) or None
    reason = Reason.FINE
    if facts.audio_codec is not None and facts.audio_codec not in AUDIO_CODECS:
        reason = Reason.UNKNOWN_AUDIO_CODEC
    if facts.video_codec is not None and facts.video_codec not in VIDEO_CODECS:
        reason = Reason.UNKNOWN_VIDEO_CODEC
    verdict = Verdict.PASS if reason is Reason.FINE else Verdict.FAIL
    return Check(code=CheckCode.CODEC, verdict=verdict, reason=reason, measured=codecs)


def _duration(facts: VideoFacts, rules: Rules) -> Check:
    verdict, reason, limit = Verdict.PASS, Reason.FINE, rules.max_duration_s
    if facts.duration_s < rules.min_duration_s:
        verdict, reason, limit = Verdict.FAIL, Reason.TOO_SHORT, rules.min_duration_s
    elif facts.duration_s > rules.max_duration_s:
        verdict, reason = Verdict.FAIL, Reason.TOO_LONG
    return Check(
        code=CheckCode.DURATION,
        verdict=verdict,
        reason=reason,
        measured=round(facts.duration_s, 2),
        limit=limit,
        unit=Unit.SECONDS,
    )


def _resolution(facts: VideoFacts, rules: Rules) -> Check:
    short, long = min(facts.upright_px), max(facts.upright_px)
    measured, limit = short, rules.min_short_side_px
    verdict, reason = Verdict.PASS, Reason.FINE
    if facts.video_codec is None:
        return Check(code=CheckCode.RESOLUTION, verdict=verdict, reason=reason)
    if short < rules.min_short_side_px:
        verdict, reason = Verdict.FAIL, Reason.PICTURE_TOO_SMALL
    elif long > rules.max_long_side_px:
        verdict, reason, measured, limit = Verdict.FAIL, Reason.PICTURE_TOO_LARGE, long, rules.max_long_side_px
    elif short < rules.warn_short_side_px:
        verdict, reason, limit = Verdict.WARN, Reason.PICTURE_SMALL, rules.warn_short_side_px
    return Check(
        code=CheckCode.RESOLUTION, verdict=verdict, reason=reason, measured=measured, limit=limit, unit=Unit.PIXELS
    )


def _size(facts: VideoFacts, rules: Rules) -> Check:
    fits = facts.size_bytes <= rules.max_bytes
    return Check(
        code=CheckCode.SIZE,
        verdict=Verdict.PASS if fits else Verdict.FAIL,
        reason=Reason.FINE if fits else Reason.FILE_TOO_LARGE,
        measured=facts.size_bytes,
        limit=rules.max_bytes,
        unit=Unit.BYTES,
    )
