"""What a sender sees of a submission: where it stands, what is being done, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake import wording
from intake.db import backlog, queries
from intake.db.deletions import deletions_of
from intake.domain.states import FINAL, State
from intake.web.links import clip_url
from intake.web.waveform import Marked, marks_on
from intake.wording import standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.checks import Check
    from intake.domain.deletions import Deletion
    from intake.domain.submissions import Submission

_STATION: Final = {
    State.UPLOADING: 0,
    State.UPLOADED: 1,
    State.INSPECTED: 1,
    State.NEEDS_OPERATOR: 1,
    State.REFUSED: 1,
    State.AWAITING_REVIEW: 2,
    State.REDO_REQUESTED: 2,
    State.DECLINED: 2,
    State.APPROVED: 3,
    State.PUBLISHED: 4,
}
"""Which station of the timeline is the present one; four means all are behind."""

_WORKED_ON: Final = frozenset({State.UPLOADED, State.INSPECTED, State.APPROVED})

_WATCHED: Final = _WORKED_ON | {State.UPLOADING, State.AWAITING_REVIEW, State.NEEDS_OPERATOR}


@dataclass(frozen=True, kw_only=True)
class Station:
    """One station of the timeline; `progress` is `done`, `now` or `todo`."""

    label: str
    progress: str


@dataclass(frozen=True, kw_only=True)
class StatusView:
    """Everything the status page says.

    Attributes:
        working: Whether something is being done or waits to be done, so that looking again is worth while.
        progress: How far that is, in percent, where it takes long and can be told.
        remaining: How long it will still take, as people say it.
        doing: What is being done right now.
        ahead: How many come before it in the queue it waits in, for a worker or for a moderator; None when it does not.
        is_watched: Whether its state may change without its sender's doing, so that the page looks again.
        marked: Where its sound is wrong.
        deletions: What was deleted, where it is over.
        is_deleting: Whether something of what is over is still to be deleted.
    """

    headline: str
    explanation: str
    stations: tuple[Station, ...]
    working: bool
    progress: int | None
    remaining: str | None
    doing: str | None
    ahead: int | None
    is_watched: bool
    marked: tuple[Marked, ...]
    checks: tuple[Check, ...]
    clip_url: str | None
    deletions: tuple[Deletion, ...]
    is_deleting: bool


def status_view(connection: Connection, submission: Submission, language: str) -> StatusView:
    """Gather what the status page says of *submission*."""
    work = backlog.work_on(connection, submission.id)
    progress = work.progress if submission.state in _WORKED_ON else None
    return StatusView(
        headline=wording.headline(submission.state, language),
        explanation=_explanation(submission, language),
        stations=_stations(submission.state, language),
        working=submission.state in _WORKED_ON,
        progress=progress.percent if progress else None,
        remaining=wording.remaining(progress, language) if progress else None,
        doing=_doing(work, language) if submission.state in _WORKED_ON else None,
        ahead=ahead_of(connection, submission, work),
        is_watched=submission.state in _WATCHED,
        marked=marks_on(submission.levels, submission.checks, language),
        checks=submission.checks,
        clip_url=clip_url(connection, submission),
        deletions=_deletions(connection, submission),
        is_deleting=submission.state in FINAL
        and not backlog.is_cleaned(connection, submission.id, submission.revision),
    )


def _deletions(connection: Connection, submission: Submission) -> tuple[Deletion, ...]:
    if submission.state not in FINAL:
        return ()
    found = deletions_of(connection, submission.id)
    return tuple(deletion for deletion in found if deletion.deleted_at and deletion.files)


def _doing(work: backlog.Work, language: str) -> str | None:
    return wording.say(standing.WORKING[work.kind], language) if work.is_working and work.kind else None


def ahead_of(connection: Connection, submission: Submission, work: backlog.Work) -> int | None:
    """Count those before a submission in the queue it waits in, for a worker or for a moderator; None outside one."""
    if submission.state is State.AWAITING_REVIEW:
        return queries.count_before(connection, submission)
    if submission.state not in _WORKED_ON or work.is_working or work.position is None:
        return None
    return work.position - 1


def _explanation(submission: Submission, language: str) -> str:
    if submission.state is State.UPLOADED and submission.checks:
        return wording.say(standing.JUDGED, language)
    if submission.state is State.AWAITING_REVIEW and submission.publication is not None:
        return wording.say(standing.OUT_OF_THE_GALLERY, language)
    return wording.explanation(submission.state, language)


def _stations(state: State, language: str) -> tuple[Station, ...]:
    present = _STATION.get(state)
    if present is None:
        return ()
    return tuple(
        Station(label=wording.say(label, language), progress=_progress(number, present))
        for number, label in enumerate(standing.TIMELINE)
    )


def _progress(number: int, present: int) -> str:
    if number == present:
        return "now"
    return "done" if number < present else "todo"
