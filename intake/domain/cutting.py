"""The only place for how a clip may be cut, turned and sounded. Always of the original: undoing is cutting nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from intake.domain.calls import Rules

TURNS_DEG: Final = (0, 90, 180, 270)
"""By how much a picture may be turned, clockwise."""

_EDGE_S: Final = 0.05
"""A cut this close to the edge is none: two pictures of a phone's clip."""

CLEANING_HELPS_BELOW_DB: Final = 25.0
"""Speech over noise from which nothing is gained by cleaning. Source: `docs/measuring.md`."""


class SoundChoice(StrEnum):
    """Which sound goes with the picture."""

    ORIGINAL = "original"
    CLEANER = "cleaner"


class CutProblem(StrEnum):
    """Why a cut is not made."""

    BACKWARDS = "backwards"
    TOO_SHORT = "too_short"
    BEYOND_THE_END = "beyond_the_end"
    NOT_CLEANED = "not_cleaned"
    AS_IT_IS = "as_it_is"


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What of an original is shown, and how.

    Attributes:
        start_s: Where it begins, in seconds of the original.
        end_s: Where it ends, likewise; None for the end of the original.
        rotate_deg: By how much it is turned clockwise, after the phone's own turn: one of `TURNS_DEG`.
    """

    start_s: float = 0.0
    end_s: float | None = None
    rotate_deg: int = 0
    sound: SoundChoice = SoundChoice.ORIGINAL

    @property
    def is_shorter(self) -> bool:
        """Whether something of the original is left out."""
        return self.start_s > 0 or self.end_s is not None

    @property
    def changes_picture(self) -> bool:
        """Whether its pictures cannot be those of the original, bit by bit."""
        return self.is_shorter or self.rotate_deg != 0

    def length_s(self, duration_s: float) -> float:
        """Return how long it lasts, of an original that lasts *duration_s*."""
        return (duration_s if self.end_s is None else self.end_s) - self.start_s


WHOLE: Final = Cut()
"""The original as it is."""


@dataclass(frozen=True, kw_only=True)
class Cuttable:
    """What a cut is judged by.

    Attributes:
        duration_s: Of the original.
        cut: As the review copy is cut now.
        has_cleaner_sound: Whether its sound was cleaned.
    """

    duration_s: float
    cut: Cut
    has_cleaner_sound: bool


def tidied(cut: Cut, *, duration_s: float) -> Cut:
    """Return *cut* without what makes no difference: edges that nobody would see, thousandths of a second."""
    start_s = 0.0 if cut.start_s < _EDGE_S else round(cut.start_s, 2)
    is_at_the_end = cut.end_s is None or abs(duration_s - cut.end_s) < _EDGE_S
    return replace(cut, start_s=start_s, end_s=None if is_at_the_end or cut.end_s is None else round(cut.end_s, 2))


def problem_with(cut: Cut, clip: Cuttable, rules: Rules) -> CutProblem | None:
    """Say why a *clip* is not cut like this, under the rules of its call; None where it may be."""
    length_s = cut.length_s(clip.duration_s)
    problems = {
        CutProblem.BEYOND_THE_END: max(cut.start_s, cut.end_s or 0) > clip.duration_s,
        CutProblem.BACKWARDS: length_s <= 0,
        CutProblem.TOO_SHORT: cut.is_shorter and length_s < rules.min_duration_s,
        CutProblem.NOT_CLEANED: cut.sound is SoundChoice.CLEANER and not clip.has_cleaner_sound,
        CutProblem.AS_IT_IS: cut == clip.cut,
    }
    return next((problem for problem, is_there in problems.items() if is_there), None)
