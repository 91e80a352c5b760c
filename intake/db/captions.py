"""The only place that reads captions: for staff, for the public, and for the steps that file them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from intake.db.tables import captions, jobs, submissions
from intake.domain.captions import Captions, Origin, cues_within
from intake.domain.jobs import JobKind, JobState
from intake.domain.webvtt import read_webvtt

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from intake.domain.submissions import Submission, SubmissionId


class DraftWork(StrEnum):
    """Where a machine's work on a draft of captions rests; held up is what waits for something outside."""

    UNDER_WAY = "under_way"
    HELD_UP = "held_up"
    DONE = "done"
    FAILED = "failed"


_WORK: Final = {
    JobState.READY: DraftWork.UNDER_WAY,
    JobState.LEASED: DraftWork.UNDER_WAY,
    JobState.DONE: DraftWork.DONE,
    JobState.DEAD: DraftWork.FAILED,
}


def captions_of(connection: Connection, submission_id: SubmissionId) -> dict[str, Captions]:
    """Return all captions of a submission, by language."""
    query = select(captions).where(captions.c.submission_id == submission_id).order_by(captions.c.language)
    return {row["language"]: _captions(row) for row in connection.execute(query).mappings()}


def captions_of_call(connection: Connection, call_slug: str) -> dict[SubmissionId, list[Captions]]:
    """Return all captions that say anything of the submissions to a call, by language."""
    query = select(captions).join(submissions, submissions.c.id == captions.c.submission_id)
    query = query.where(submissions.c.call_slug == call_slug).order_by(captions.c.submission_id, captions.c.language)
    every: dict[SubmissionId, list[Captions]] = {}
    for row in connection.execute(query).mappings():
        found = _captions(row)
        if found.cues:
            every.setdefault(row["submission_id"], []).append(found)
    return every


def public_captions(connection: Connection, submission: Submission) -> dict[str, Captions]:
    """Return the captions that may be shown with a published clip, by language, on the clock of what is published.

    Pages, and the files in the gallery bucket, both come from here.
    """
    every = {
        language: as_shown(found, submission) for language, found in captions_of(connection, submission.id).items()
    }
    return {language: found for language, found in every.items() if found.may_be_public}


def as_shown(found: Captions, submission: Submission) -> Captions:
    """Return captions on the clock of what is shown of a clip; what is read in parts that are cut off is left out."""
    cut, video = submission.cut, submission.video
    if not cut.is_shorter or video is None:
        return found
    return replace(found, cues=cues_within(found.cues, cut.start_s, cut.start_s + cut.length_s(video.duration_s)))


def draft_work(connection: Connection, submission_id: SubmissionId) -> DraftWork | None:
    """Return where the machine's work on a draft rests; None where none was asked for."""
    query = (
        select(jobs.c.state, jobs.c.postponed)
        .where(jobs.c.submission_id == submission_id, jobs.c.kind == JobKind.TRANSCRIBE)
        .order_by(jobs.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.state == JobState.READY and row.postponed:
        return DraftWork.HELD_UP
    return _WORK[JobState(row.state)]


def _captions(row: RowMapping) -> Captions:
    return Captions(
        language=row["language"],
        cues=read_webvtt(row["vtt"]),
        version=row["version"],
        origin=Origin(row["origin"]),
        engine=row["engine"],
        updated_at=row["updated_at"],
        updated_by=row["updated_by"],
        checked_by=row["checked_by"],
        checked_at=row["checked_at"],
    )
