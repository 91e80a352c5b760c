"""The only place for what the submissions of a week come to: counts, medians, and nobody's name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from intake.domain.checks import Verdict
from intake.domain.desk import SOUND_CODES
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from intake.domain.checks import CheckCode

SOUND_CHECKS: Final = frozenset(SOUND_CODES)
"""What the desk judges a sound by; the figures call good and warned what the queue does."""

DECIDED: Final = frozenset({State.APPROVED, State.DECLINED, State.REDO_REQUESTED})
"""What a moderator's decision moves a clip to."""

EVERY_CALL: Final = ""
"""Under which the figures of all calls together stand."""

OTHER_REASON: Final = "other"
"""Under which reasons are counted that somebody wrote for one sender: their words are nobody else's business."""

VIEWED: Final = "begun"
"""The one part of the views."""

_A_SECOND_LOT: Final = 2


class Measure(StrEnum):
    """What is counted; each has parts."""

    STATE = "state"
    """Submissions that came in the week, by the state they are in now."""
    WAITING = "waiting_hours"
    """From waiting to be watched to the first decision: `median`, `p90`."""
    CHECK = "refused_by_check"
    REASON = "reason"
    DECISION = "decision"
    SOUND = "sound"
    """Clips that were heard: `good`, `warned`."""
    LEVELS = "sound_levels"
    """Medians: `speech_to_noise_db`, `integrated_lufs`."""
    KIND = "organisation_kind"
    LANGUAGE = "language"
    VIEWS = "views"
    """How often clips were begun in the week, where views are counted. Added to as the log is read, never counted anew:
    a clip that was taken back stays in the sum, as a number that is nobody's."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What of a submission is counted.

    Attributes:
        checks: Verdicts by check; empty where it was not looked at.
        waited_h: Hours from waiting to be watched to the first decision; None where there is none yet.
        decision: The last one that stands.
        reason: The code of the canned reason it was given with, or `OTHER_REASON`; None where it needed none.
    """

    state: State
    kind: str
    language: str
    checks: Mapping[CheckCode, Verdict]
    speech_to_noise_db: float | None
    integrated_lufs: float | None
    waited_h: float | None
    decision: State | None
    reason: str | None


def week_of(moment: datetime) -> date:
    """Return the Monday of the week that *moment* falls into, in UTC."""
    return week_of_day(moment.astimezone(UTC).date())


def week_of_day(day: date) -> date:
    """Return the Monday of the week that *day* falls into."""
    return day - timedelta(days=day.weekday())


def summary(submissions: Sequence[Counted]) -> dict[tuple[Measure, str], float]:
    """Return what these submissions come to."""
    counts: Counter[tuple[Measure, str]] = Counter()
    for each in submissions:
        counts.update(_marks(each))
    figures: dict[tuple[Measure, str], float] = {mark: float(count) for mark, count in counts.items()}
    return figures | _middles(submissions)


def _marks(each: Counted) -> Iterable[tuple[Measure, str]]:
    yield Measure.STATE, each.state
    if each.kind:
        yield Measure.KIND, each.kind
    yield Measure.LANGUAGE, each.language
    if each.state is State.REFUSED:
        yield from ((Measure.CHECK, code) for code, verdict in each.checks.items() if verdict is Verdict.FAIL)
    if each.decision is not None:
        yield Measure.DECISION, each.decision
    if each.reason is not None:
        yield Measure.REASON, each.reason
    heard = [verdict for code, verdict in each.checks.items() if code in SOUND_CHECKS]
    if heard:
        yield Measure.SOUND, "good" if all(verdict is Verdict.PASS for verdict in heard) else "warned"


def _middles(submissions: Sequence[Counted]) -> dict[tuple[Measure, str], float]:
    waited = [each.waited_h for each in submissions if each.waited_h is not None]
    noise = [each.speech_to_noise_db for each in submissions if each.speech_to_noise_db is not None]
    loudness = [each.integrated_lufs for each in submissions if each.integrated_lufs is not None]
    named = (
        ((Measure.WAITING, "median"), median, waited),
        ((Measure.WAITING, "p90"), _p90, waited),
        ((Measure.LEVELS, "speech_to_noise_db"), median, noise),
        ((Measure.LEVELS, "integrated_lufs"), median, loudness),
    )
    return {mark: float(middle(values)) for mark, middle, values in named if values}


def _p90(values: Sequence[float]) -> float:
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) >= _A_SECOND_LOT else values[0]
