"""Makes the review copy of what browsers cannot play: one encode, verified before it counts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from intake.actions.judging import ReviewCopy, record_encode, record_refusal
from intake.domain.checks import Check, CheckCode, Reason, Verdict
from intake.domain.errors import ToolFailed, ToolTimedOut
from intake.storage import keys
from workers.media import renditions
from workers.steps.files import put, sha256_of
from workers.steps.reading import nothing_to_do, submission_of

if TYPE_CHECKING:
    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace

_DAMAGED = Check(code=CheckCode.DECODABLE, verdict=Verdict.FAIL, reason=Reason.DAMAGED)


def encode_review_copy(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Encode an accepted original so that every browser plays it."""
    submission, _ = submission_of(services, job)
    if submission.revision != job.revision or submission.original_key is None or submission.video is None:
        return nothing_to_do
    sandbox = workspace.sandbox
    original = workspace.folder / "original"
    services.private.fetch(submission.original_key, original)
    try:
        copy = renditions.encode(
            sandbox,
            original,
            submission.video,
            folder=workspace.room("copy"),
            stop=workspace.stop,
            tell=workspace.tell_progress,
        )
    except ToolTimedOut:
        raise
    except ToolFailed:
        if job.attempts < job.max_attempts:
            raise
        # Three times over, on an idle machine or a busy one: it is the file.
        return partial(record_refusal, job=job, refusal=_DAMAGED, now=services.clock())
    key = put(services.private, keys.made_by(job, renditions.REVIEW_NAME), copy.path)
    plan = renditions.plan_encode(submission.video)
    review = ReviewCopy(key=key, sha256=sha256_of(copy.path), plan=str(plan.reason))
    return partial(record_encode, job=job, review=review, now=services.clock())
