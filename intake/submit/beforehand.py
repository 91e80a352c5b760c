"""The only place for what a page carries to judge a video, and a room, before a byte is sent.

The limits are those the workers judge by, the sentences theirs too; the page fills in the figures.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from intake.domain import listening
from intake.domain.checks import Reason
from intake.wording import say
from intake.wording.advice import REASONS
from intake.wording.soundcheck import SOUND_CHECK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.calls import Rules

SEEN_BEFOREHAND: Final = (
    Reason.NOT_A_VIDEO,
    Reason.WRONG_FORMAT,
    Reason.INCOMPLETE,
    Reason.NO_PICTURE,
    Reason.NO_SOUND,
    Reason.TOO_SHORT,
    Reason.TOO_LONG,
    Reason.PICTURE_TOO_SMALL,
    Reason.PICTURE_SMALL,
    Reason.PICTURE_TOO_LARGE,
    Reason.FILE_TOO_LARGE,
)
"""What a browser can be sure of; the rest takes decoding."""

SOUND_LIMITS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "silent_lufs": listening.SILENT_LUFS,
        "very_quiet_lufs": listening.VERY_QUIET_LUFS,
        "quiet_lufs": listening.QUIET_LUFS,
        "min_speech_s": listening.MIN_SPEECH_S,
        "clipped_ratio": listening.CLIPPED_RATIO,
        "badly_clipped_ratio": listening.BADLY_CLIPPED_RATIO,
        "very_noisy_db": listening.VERY_NOISY_DB,
        "noisy_db": listening.NOISY_DB,
    }
)
"""What a sound check of ten seconds can be judged by."""


def beforehand(rules: Rules, language: str) -> dict[str, Any]:
    """Return what the page's script reads: rules, limits, and a sentence for each reason, in *language*."""
    return {
        "rules": {
            "min_duration_s": rules.min_duration_s,
            "max_duration_s": rules.max_duration_s,
            "max_bytes": rules.max_bytes,
            "min_short_side_px": rules.min_short_side_px,
            "warn_short_side_px": rules.warn_short_side_px,
            "max_long_side_px": rules.max_long_side_px,
            "formats": rules.formats,
        },
        "sentences": {reason.value: say(REASONS[reason], language) for reason in SEEN_BEFOREHAND},
        "sound": {
            "limits": dict(SOUND_LIMITS),
            "sentences": {reason.value: say(sentence, language) for reason, sentence in SOUND_CHECK.items()},
        },
    }
