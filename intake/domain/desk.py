"""The rules of the desk: what is seen at a glance of a clip, what an error means, how long somebody is looking."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.domain.checks import CheckCode, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake.domain.checks import Check

LOOK_LIFE: Final = timedelta(minutes=2)
"""How long somebody is said to be looking after their page was last heard of: four missed beats of its script."""

SOUND_CODES: Final = (
    CheckCode.AUDIO_STREAM,
    CheckCode.SPEECH,
    CheckCode.LOUDNESS,
    CheckCode.CLIPPING,
    CheckCode.NOISE,
    CheckCode.CHANNELS,
    CheckCode.SILENCE,
    CheckCode.HUM,
)
"""The checks of what is heard, by how much a finding hurts: whether there is a voice, then whether it is a good one."""


class SoundVerdict(StrEnum):
    """What the checks say of a clip, at a glance."""

    GOOD = "good"
    """Nothing is wrong with what is heard."""
    WARNED = "warned"
    """Something is, and a person decides."""
    REFUSED = "refused"
    """The file was refused, for its sound or for something else."""


def sound_verdict(checks: Iterable[Check]) -> SoundVerdict | None:
    """Say at a glance how a clip sounds; None where nothing was checked yet."""
    seen = {(check.code, check.verdict) for check in checks}
    if any(verdict is Verdict.FAIL for _, verdict in seen):
        return SoundVerdict.REFUSED
    if any(verdict is Verdict.WARN and code in SOUND_CODES for code, verdict in seen):
        return SoundVerdict.WARNED
    return SoundVerdict.GOOD if seen else None


def worst_finding(checks: Iterable[Check]) -> Check | None:
    """Return what is most wrong: what refused the file, then what is heard, then the rest; None where all is fine."""
    wrong = [check for check in checks if check.verdict is not Verdict.PASS]
    return min(wrong, key=_rank, default=None)


def _rank(check: Check) -> tuple[bool, int]:
    place = SOUND_CODES.index(check.code) if check.code in SOUND_CODES else len(SOUND_CODES)
    return check.verdict is not Verdict.FAIL, place


_WORD: Final = re.compile(r"[^\W_]+")


def name_of(email: str) -> str:
    """Return what colleagues call whoever has this address: `chiara.bianchi@…` is Chiara Bianchi."""
    return " ".join(_WORD.findall(email.partition("@")[0])).title() or email


class Trouble(StrEnum):
    """Why a job died, as far as its error tells."""

    TOO_SLOW = "too_slow"
    OUT_OF_MEMORY = "out_of_memory"
    WORKER_DIED = "worker_died"
    TOOL_FAILED = "tool_failed"
    OUTPUT_WRONG = "output_wrong"
    FILE_MISSING = "file_missing"
    UNKNOWN = "unknown"


_SIGNS: Final = (
    (Trouble.OUT_OF_MEMORY, ("Cannot allocate memory", "bad_alloc", "Out of memory", "MemoryError", "ended with 137")),
    (Trouble.TOO_SLOW, ("ToolTimedOut", "ended with 152", "CPU time limit")),
    (Trouble.WORKER_DIED, ("the worker died or went silent",)),
    (Trouble.OUTPUT_WRONG, ("OutputWrong",)),
    (Trouble.FILE_MISSING, ("ObjectMissing",)),
    (Trouble.TOOL_FAILED, ("ToolFailed",)),
)
"""What an error says, the most telling first. 137 and 152 are 128 and SIGKILL, SIGXCPU, which limits end tools with."""

HELPED_BY_LIMITS: Final = frozenset({Trouble.TOO_SLOW, Trouble.OUT_OF_MEMORY, Trouble.WORKER_DIED})
"""What larger limits may mend; a worker that died on every attempt mostly lacked memory."""

MAX_LIMITS_FACTOR: Final = 4
"""How many times the usual limits a job may get: past that the machine is in danger, not the clip."""


def trouble_of(error: str) -> Trouble:
    """Tell from a job's last error what went wrong."""
    return next((trouble for trouble, signs in _SIGNS if any(sign in error for sign in signs)), Trouble.UNKNOWN)


def larger_limits(factor: int) -> int:
    """Return the factor of the next try after one with *factor* times the usual limits."""
    return min(2 * factor, MAX_LIMITS_FACTOR)
