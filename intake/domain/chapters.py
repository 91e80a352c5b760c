"""The only rule for a clip's chapters: where each step of the script is heard for the first time after the one before.

As `script.py`, by words alone; here they decide nothing but where a visitor may begin to watch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.domain.script import heard_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.domain.calls import Step
    from intake.domain.captions import Cue
    from intake.domain.submissions import Sender

FEWEST: Final = 2
"""One chapter leads nowhere that the beginning does not."""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A stretch of a clip, on the clock of its captions.

    Attributes:
        step: Number of the step it is about, from 1.
    """

    step: int
    start_ms: int
    end_ms: int


def chapters_of(
    steps: Sequence[Step], cues: Sequence[Cue], *, sender: Sender, language: str, length_ms: int
) -> tuple[Chapter, ...]:
    """Return the chapters of a clip: those of its steps that were heard in their order; none where fewer than two were.

    Args:
        cues: On the clock of what is shown; *language* is theirs.
        length_ms: How long the clip is; the last chapter ends with it.
    """
    begins: list[tuple[int, int]] = []
    for number, step in enumerate(steps, start=1):
        later = [cue for cue in cues if not begins or cue.start_ms > begins[-1][1]]
        (heard,) = heard_steps([step], later, sender=sender, language=language) or (None,)
        if heard is not None and heard.at_ms is not None and heard.at_ms < length_ms:
            begins.append((number, heard.at_ms))
    if len(begins) < FEWEST:
        return ()
    ends = [*(start_ms for _, start_ms in begins[1:]), length_ms]
    return tuple(
        Chapter(step=step, start_ms=start_ms, end_ms=end_ms)
        for (step, start_ms), end_ms in zip(begins, ends, strict=True)
    )
