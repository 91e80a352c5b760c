"""The words of a verdict: what is checked, how it ended, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckCode(StrEnum):
    """What is checked. Stable: programs and support rely on these names."""

    CONTAINER = "container"
    VIDEO_STREAM = "video_stream"
    AUDIO_STREAM = "audio_stream"
    CODEC = "codec"
    DURATION = "duration"
    RESOLUTION = "resolution"
    SIZE = "size"
    DECODABLE = "decodable"
    PICTURE = "picture"
    LOUDNESS = "loudness"
    SPEECH = "speech"
    CLIPPING = "clipping"
    SILENCE = "silence"
    NOISE = "noise"
    HUM = "hum"
    CHANNELS = "channels"


class Verdict(StrEnum):
    """How a check ended. A `fail` refuses the file; a `warn` invites to do better."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    FAIL = "fail"


class Reason(StrEnum):
    """Why a check ended as it did; `wording.py` holds one sentence for each. Stable."""

    FINE = "fine"
    NOT_A_VIDEO = "not_a_video"
    WRONG_FORMAT = "wrong_format"
    INCOMPLETE = "incomplete"
    BROKEN_STRUCTURE = "broken_structure"
    OUTSIDE_REFERENCE = "outside_reference"
    TOO_COMPLEX = "too_complex"
    NO_PICTURE = "no_picture"
    NO_SOUND = "no_sound"
    UNKNOWN_VIDEO_CODEC = "unknown_video_codec"
    UNKNOWN_AUDIO_CODEC = "unknown_audio_codec"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    PICTURE_TOO_SMALL = "picture_too_small"
    PICTURE_SMALL = "picture_small"
    PICTURE_TOO_LARGE = "picture_too_large"
    FILE_TOO_LARGE = "file_too_large"
    DAMAGED = "damaged"
    PICTURE_STOPS = "picture_stops"
    PICTURE_GAPS = "picture_gaps"
    BLACK_PICTURE = "black_picture"
    FROZEN_PICTURE = "frozen_picture"
    SILENT = "silent"
    VERY_QUIET = "very_quiet"
    QUIET = "quiet"
    NO_SPEECH = "no_speech"
    CLIPPED = "clipped"
    BADLY_CLIPPED = "badly_clipped"
    MOSTLY_SILENT = "mostly_silent"
    SILENT_START = "silent_start"
    SILENT_END = "silent_end"
    LONG_SILENCE = "long_silence"
    NOISY = "noisy"
    VERY_NOISY = "very_noisy"
    NOISE_UNDER_VOICE = "noise_under_voice"
    HUM = "hum"
    ONE_CHANNEL = "one_channel"
    INVERTED = "inverted"
    DC_OFFSET = "dc_offset"


class Unit(StrEnum):
    """Units of measured values and limits."""

    SECONDS = "s"
    PIXELS = "px"
    BYTES = "B"
    LUFS = "LUFS"
    DECIBEL = "dB"
    RATIO = "ratio"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        measured: What was found, in *unit*; None where nothing could be measured.
        limit: What the call asks for, in *unit*; None where there is no single figure.
    """

    code: CheckCode
    verdict: Verdict
    reason: Reason
    measured: float | str | None = None
    limit: float | str | None = None
    unit: Unit | None = None
