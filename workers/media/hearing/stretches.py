"""The only place that says *where* in a clip something is wrong, so that people can go there and listen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from intake.domain.facts import Stretch, StretchKind
from workers.media.hearing.background import widened
from workers.media.hearing.meter import FRAMES_PER_S
from workers.media.hearing.speech import STEPS_PER_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workers.media.hearing.background import Background
    from workers.media.hearing.meter import Heard
    from workers.media.hearing.speech import Speech

MAX_OF_A_KIND: Final = 12
"""The longest are kept: a page shows a clip in a strip as wide as a hand."""

_MIN_SILENCE_S: Final = 2.0
_MIN_NOISE_S: Final = 0.5
_MERGED_S: Final = 0.5
_GUARD_STEPS: Final = 10
_LOUD_PAUSE_DB: Final = 10.0
"""A pause this little below the voice is what a listener hears instead of the voice. Source: `docs/measuring.md`."""


def silences(silent: NDArray[np.bool_]) -> list[Stretch]:
    """Return where nothing is heard for a while."""
    return _stretches(StretchKind.SILENCE, silent, per_s=FRAMES_PER_S, at_least_s=_MIN_SILENCE_S)


def clippings(heard: Heard) -> list[Stretch]:
    """Return where samples reach full scale."""
    clipped = _closed(heard.clipped.max(axis=0) > 0, round(_MERGED_S * FRAMES_PER_S))
    return _stretches(StretchKind.CLIPPING, clipped, per_s=FRAMES_PER_S)


def noises(speech: Speech, background: Background) -> list[Stretch]:
    """Return the pauses that are nearly as loud as the voice."""
    if background.speech_to_noise_db is None or background.floor_dbfs is None:
        return []
    limit_dbfs = background.floor_dbfs + background.speech_to_noise_db - _LOUD_PAUSE_DB
    is_loud = speech.powers > 10 ** (limit_dbfs / 10)
    pauses = ~widened(speech.is_spoken, _GUARD_STEPS)
    loud = _closed(is_loud & pauses, round(_MERGED_S * STEPS_PER_S)) & pauses
    return _stretches(StretchKind.NOISE, loud, per_s=STEPS_PER_S, at_least_s=_MIN_NOISE_S)


def runs(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the first and the one after the last index of each run of true *flags*, a row each."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return edges.reshape(-1, 2)


def _closed(flags: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Return *flags* with every gap between two of them closed that is no longer than *gap*."""
    closed = flags.copy()
    for start, end in runs(~flags):
        if end - start <= gap and start > 0 and end < flags.size:
            closed[start:end] = True
    return closed


def _stretches(kind: StretchKind, flags: NDArray[np.bool_], *, per_s: int, at_least_s: float = 0.0) -> list[Stretch]:
    found = [(start, end) for start, end in runs(flags).tolist() if end - start >= at_least_s * per_s]
    longest = sorted(found, key=lambda run: run[0] - run[1])[:MAX_OF_A_KIND]
    return [Stretch(kind=kind, starts_s=start / per_s, ends_s=end / per_s) for start, end in sorted(longest)]
