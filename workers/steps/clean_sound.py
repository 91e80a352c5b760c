"""Cleans the sound of an original, to be listened to beside it; nothing else of the clip changes by it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from intake.actions.cutting import record_cleaning
from intake.domain.states import FINAL
from intake.storage import keys
from workers.media.cleaning import CLEANER_NAME, clean
from workers.steps.files import put
from workers.steps.reading import nothing_to_do, submission_of

if TYPE_CHECKING:
    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace


def clean_sound(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Make the sound of an original with less noise; for nobody where the clip went another way meanwhile."""
    submission, _ = submission_of(services, job)
    if submission.state in FINAL or submission.original_key is None or submission.video is None:
        return nothing_to_do
    original = workspace.folder / "original"
    services.private.fetch(submission.original_key, original)
    made = clean(workspace.sandbox, original, submission.video, folder=workspace.room("cleaner"), stop=workspace.stop)
    workspace.go_on()
    key = put(services.private, keys.made_by(job, CLEANER_NAME), made)
    return partial(record_cleaning, job=job, key=key, original_key=submission.original_key, now=services.clock())
