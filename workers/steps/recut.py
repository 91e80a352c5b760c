"""Makes another review copy of an original, cut and turned as a moderator wants it, and all that is shown beside it.

The old copy stays until the commit puts the new one in its place; what was in its place is then a leftover.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from intake.actions.cutting import Recut, record_failed_recut, record_recut
from intake.actions.judging import ReviewCopy
from intake.domain.cutting import WHOLE, SoundChoice
from intake.domain.errors import ToolFailed, ToolTimedOut, VideoRefused
from intake.domain.submissions import CutFound
from intake.storage import keys
from workers.media.cleaning import CLEANER_NAME
from workers.media.recutting import recut
from workers.media.renditions import REVIEW_NAME
from workers.steps.files import put, sha256_of
from workers.steps.inspect import STILL_NAME, WAVEFORM_NAME
from workers.steps.reading import nothing_to_do, submission_of

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.cutting import Cut
    from intake.domain.submissions import Job, ObjectKey, Submission
    from intake.wiring import Services
    from workers.media.levels import Sound
    from workers.media.recutting import Recutting
    from workers.steps import Commit
    from workers.workspace import Workspace


def recut_original(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Cut an original as it is wanted now; where that cannot be done the clip goes back as it was."""
    submission, _ = submission_of(services, job)
    wanted = submission.wanted_cut
    if submission.revision != job.revision or wanted is None:
        return nothing_to_do
    try:
        made = _made(services, submission, wanted, workspace)
    except ToolTimedOut:
        raise
    except (ToolFailed, VideoRefused):
        if job.attempts < job.max_attempts:
            raise
        # The original is as good as it was: nobody has to look at a machine because of a cut that fails.
        return partial(record_failed_recut, job=job, now=services.clock())
    return partial(record_recut, job=job, made=_filed(services, job, workspace, wanted, made), now=services.clock())


def _made(services: Services, submission: Submission, wanted: Cut, workspace: Workspace) -> Recutting:
    if submission.original_key is None or submission.video is None:
        raise ToolFailed("nothing is known of the original")
    original, folder = workspace.folder / "original", workspace.room("copy")
    services.private.fetch(submission.original_key, original)
    return recut(
        workspace.sandbox,
        original,
        submission.video,
        wanted,
        folder=folder,
        cleaner=_cleaner(services, submission, wanted, folder),
        stop=workspace.stop,
        tell=workspace.tell_progress,
    )


def _cleaner(services: Services, submission: Submission, wanted: Cut, folder: Path) -> Path | None:
    if wanted.sound is SoundChoice.ORIGINAL:
        return None
    if submission.cleaner_key is None:
        raise ToolFailed("the sound was not cleaned")
    cleaner = folder / CLEANER_NAME
    services.private.fetch(submission.cleaner_key, cleaner)
    return cleaner


def _filed(services: Services, job: Job, workspace: Workspace, wanted: Cut, made: Recutting) -> Recut:
    stills = tuple(
        put(services.private, keys.made_by(job, STILL_NAME.format(number)), still.path)
        for number, still in enumerate(made.pictures.stills, start=1)
    )
    review = ReviewCopy(
        key=put(services.private, keys.made_by(job, REVIEW_NAME), made.copy.path),
        sha256=sha256_of(made.copy.path),
        plan=str(made.plan),
    )
    peaks = made.sound.waveform.overview()
    found = CutFound(video=made.copy.facts, levels=made.sound.levels, peaks=peaks)
    return Recut(
        cut=wanted,
        review=review,
        found=None if wanted == WHOLE else found,
        stills=stills,
        best_still=made.pictures.best,
        waveform_key=_file_waveform(services, job, workspace, made.sound),
    )


def _file_waveform(services: Services, job: Job, workspace: Workspace, sound: Sound) -> ObjectKey:
    path = workspace.folder / WAVEFORM_NAME
    path.write_text(json.dumps(sound.waveform.as_document()), encoding="utf-8")
    return put(services.private, keys.made_by(job, WAVEFORM_NAME), path)
