"""The level meters beside a clip: each figure of its sound, where it lies, and where it should."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.domain.listening import DELIVERED_DBTP, DELIVERED_LUFS, NOISY_DB, QUIET_LUFS
from intake.wording import say
from intake.wording.marking import N_
from intake.wording.measures import figure

if TYPE_CHECKING:
    from intake.domain.facts import AudioLevels


class Lie(StrEnum):
    """Where a figure lies."""

    GOOD = "good"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Meter:
    """One figure of the sound on its scale.

    Attributes:
        left: Where the needle stands, in percent of the scale.
        goal_left: Where the goal is, likewise.
    """

    title: str
    words: str
    goal: str
    lie: Lie
    lie_words: str
    left: float
    goal_left: float


@dataclass(frozen=True, kw_only=True)
class _Scale:
    title: str
    goal_words: str
    unit: str
    lowest: float
    highest: float
    goal: float

    def left(self, value: float) -> float:
        return round(100 * min(max((value - self.lowest) / (self.highest - self.lowest), 0), 1), 1)


_LOUDNESS: Final = _Scale(
    title=N_("Volume medio"),
    goal_words=N_("in galleria sarà {goal}"),
    unit="integrated_lufs",
    lowest=-50,
    highest=0,
    goal=DELIVERED_LUFS,
)
_PEAK: Final = _Scale(
    title=N_("Picco massimo"),
    goal_words=N_("in galleria al più {goal}"),
    unit="true_peak_dbtp",
    lowest=-40,
    highest=3,
    goal=DELIVERED_DBTP,
)
_NOISE: Final = _Scale(
    title=N_("Voce sopra il rumore"),
    goal_words=N_("meglio almeno {goal}"),
    unit="speech_to_noise_db",
    lowest=0,
    highest=45,
    goal=NOISY_DB,
)
_LIES: Final = {Lie.GOOD: N_("va bene"), Lie.OFF: N_("da ascoltare con attenzione")}


def meters_of(levels: AudioLevels | None, language: str) -> tuple[Meter, ...]:
    """Return the meters of a clip whose sound was measured; those without a figure are left out."""
    if levels is None:
        return ()
    peak = levels.true_peak_dbtp
    read = (
        (_LOUDNESS, levels.integrated_lufs, (levels.integrated_lufs or 0) >= QUIET_LUFS),
        (_PEAK, peak, (peak or 0) < 0),
        (_NOISE, levels.speech_to_noise_db, (levels.speech_to_noise_db or 0) >= NOISY_DB),
    )
    return tuple(_meter(scale, value, language, is_good=is_good) for scale, value, is_good in read if value is not None)


def _meter(scale: _Scale, value: float, language: str, *, is_good: bool) -> Meter:
    lie = Lie.GOOD if is_good else Lie.OFF
    return Meter(
        title=say(scale.title, language),
        words=figure(scale.unit, round(value, 1), language),
        goal=say(scale.goal_words, language, goal=figure(scale.unit, scale.goal, language)),
        lie=lie,
        lie_words=say(_LIES[lie], language),
        left=scale.left(value),
        goal_left=scale.left(scale.goal),
    )
