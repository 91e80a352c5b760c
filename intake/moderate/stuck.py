"""What staff read of a clip that needs an operator: what stopped, why, and what may help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake import wording
from intake.domain.desk import HELPED_BY_LIMITS, MAX_LIMITS_FACTOR, trouble_of
from intake.wording.desk import STOPPED, TROUBLES

if TYPE_CHECKING:
    from intake.domain.submissions import Job, Submission, SubmissionId


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A clip whose job died.

    Attributes:
        what: Which work stopped.
        why: What is known of it, and what to do, in words.
        details: The error itself, for whoever mends the service.
        may_grow: Whether its next try can be given more than the last one had.
        is_helped: Whether that is what its error calls for.
        may_leave_cut: Whether only a cut died, so that the copy from before can be watched instead.
    """

    id: SubmissionId
    name: str
    organisation: str
    what: str
    why: str
    details: str
    may_grow: bool
    is_helped: bool
    may_leave_cut: bool


def stuck_of(submission: Submission, job: Job | None, language: str) -> Stuck:
    """Say what stopped a clip; *job* is the one that died."""
    error = (job.last_error or "") if job else ""
    trouble = trouble_of(error)
    may_grow = job is not None and job.limits_factor < MAX_LIMITS_FACTOR
    return Stuck(
        id=submission.id,
        name=submission.sender.full_name,
        organisation=submission.sender.organisation,
        what=wording.say(STOPPED[job.kind], language) if job else "",
        why=wording.say(TROUBLES[trouble], language),
        details=error,
        may_grow=may_grow,
        is_helped=may_grow and trouble in HELPED_BY_LIMITS,
        may_leave_cut=submission.is_cut_pending,
    )
