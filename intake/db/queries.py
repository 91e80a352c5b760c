"""The only place that reads rows: every question the pages, the actions and the steps ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, func, or_, select

from intake.db import deletions
from intake.db.records import event_from, submission_from
from intake.db.tables import calls, consent_texts, consents, events, submissions
from intake.domain.calls import Call, CallSlug, ConsentKind, read_call
from intake.domain.errors import NotFound
from intake.domain.history import Cause
from intake.domain.publication import PUBLIC_STATE
from intake.domain.states import FINAL, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Connection, Select

    from intake.domain.history import Event
    from intake.domain.submissions import ClipId, Submission, SubmissionId

CONSENT_STANDS: ColumnElement[bool] = exists().where(
    consents.c.submission_id == submissions.c.id,
    consents.c.kind == ConsentKind.GALLERY,
    consents.c.given,
    consents.c.taken_back_at.is_(None),
)
"""The gallery consent stands, as SQL."""

IS_PUBLIC: ColumnElement[bool] = and_(submissions.c.state == PUBLIC_STATE, CONSENT_STANDS)
"""`publication.is_public`, as SQL. A test holds the two to the same answer for every state and consent."""


def find_call(connection: Connection, slug: str) -> Call:
    """Return the call under *slug*.

    Raises:
        NotFound: No such call was loaded.
    """
    document = connection.scalar(select(calls.c.document).where(calls.c.slug == slug))
    if document is None:
        raise NotFound(f"call {slug}")
    return read_call(document)


def all_calls(connection: Connection) -> list[Call]:
    """Return every call, by slug."""
    return [read_call(document) for document in connection.scalars(select(calls.c.document).order_by(calls.c.slug))]


def submission_by_id(connection: Connection, submission_id: str) -> Submission:
    """Return the submission with this id.

    Raises:
        NotFound: There is none.
    """
    return _one(connection, submissions.c.id == submission_id)


def lock_submission(connection: Connection, submission_id: str) -> Submission:
    """Return the submission and keep everybody else from moving it until this transaction ends.

    SQLite has one writer at a time anyway; PostgreSQL locks the row.

    Raises:
        NotFound: There is none.
    """
    connection.execute(select(submissions.c.id).where(submissions.c.id == submission_id).with_for_update())
    return submission_by_id(connection, submission_id)


def submission_by_token(connection: Connection, token_sha256: str) -> Submission:
    """Return the submission whose sender's secret has this hash.

    Raises:
        NotFound: There is none.
    """
    return _one(connection, submissions.c.token_sha256 == token_sha256)


def find_by_token(connection: Connection, token_sha256: str) -> Submission | None:
    """Return the submission whose sender's secret has this hash, if there is one."""
    found = submissions_of(connection, select(submissions).where(submissions.c.token_sha256 == token_sha256))
    return found[0] if found else None


def submission_by_clip(connection: Connection, clip_id: str) -> Submission:
    """Return the submission behind a clip's public id, whether or not it is public now.

    Raises:
        NotFound: There never was one.
    """
    return _one(connection, submissions.c.clip_id == clip_id)


def submission_by_key(connection: Connection, call_slug: CallSlug, key: str) -> Submission | None:
    """Return the submission a client already made under its own *key*."""
    found = submissions_of(
        connection,
        select(submissions).where(submissions.c.call_slug == call_slug, submissions.c.submission_key == key),
    )
    return found[0] if found else None


def submissions_in_order(connection: Connection, submission_ids: Sequence[SubmissionId]) -> list[Submission]:
    """Return these submissions, in this order."""
    found = {
        one.id: one
        for one in submissions_of(connection, select(submissions).where(submissions.c.id.in_(submission_ids)))
    }
    return [found[submission_id] for submission_id in submission_ids]


def held_submissions(connection: Connection, call_slug: CallSlug | str) -> list[SubmissionId]:
    """Return the submissions of a call whose files are held, by id."""
    query = select(submissions.c.id).where(
        submissions.c.call_slug == call_slug,
        submissions.c.state.not_in(FINAL),
        submissions.c.original_key.is_not(None),
    )
    return list(connection.scalars(query.order_by(submissions.c.id)))


def public_among(connection: Connection, submission_ids: Sequence[SubmissionId]) -> set[str]:
    """Return those of these submissions whose clips anybody may see."""
    return set(connection.scalars(select(submissions.c.id).where(IS_PUBLIC, submissions.c.id.in_(submission_ids))))


def is_public_now(connection: Connection, submission_id: SubmissionId) -> bool:
    """Tell whether anybody may see this submission's clip."""
    return connection.scalar(select(IS_PUBLIC).where(submissions.c.id == submission_id)) is True


def count_before(connection: Connection, submission: Submission) -> int:
    """Count the submissions that rest in the same state and come before this one in its queue."""
    query = (
        select(func.count())
        .select_from(submissions)
        .where(
            submissions.c.state == submission.state,
            or_(
                submissions.c.moved_at < submission.moved_at,
                and_(submissions.c.moved_at == submission.moved_at, submissions.c.id < submission.id),
            ),
        )
    )
    return connection.scalar(query) or 0


def count_by_state(connection: Connection) -> dict[State, int]:
    """Count the submissions in each state that has any."""
    rows = connection.execute(select(submissions.c.state, func.count()).group_by(submissions.c.state))
    return {State(state): count for state, count in rows}


def history(connection: Connection, submission_id: SubmissionId) -> list[Event]:
    """Return a submission's moves, oldest first."""
    query = select(events).where(events.c.submission_id == submission_id).order_by(events.c.id)
    deleted = deletions.by_event(connection, submission_id)
    return [event_from(row, deleted.get(row["id"])) for row in connection.execute(query).mappings()]


def was_given_up(connection: Connection, submission_id: SubmissionId) -> bool:
    """Tell whether the file that a submission awaited last never came."""
    query = (
        select(events.c.after)
        .where(events.c.submission_id == submission_id, events.c.before == State.UPLOADING)
        .order_by(events.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query) not in {State.UPLOADED, None}


def moves_since(connection: Connection, submission_id: SubmissionId, revision: int) -> set[State]:
    """Return the states that a submission moved to after the move to *revision*."""
    query = select(events.c.after).where(events.c.submission_id == submission_id, events.c.revision > revision)
    return {State(after) for after in connection.scalars(query)}


def stuck_uploads(connection: Connection, *, before: datetime) -> list[Submission]:
    """Return all submissions whose bytes were announced before *before* and never received."""
    return submissions_of(
        connection,
        select(submissions).where(submissions.c.state == State.UPLOADING, submissions.c.upload_begun_at < before),
    )


def withdrawn_with_address(connection: Connection, *, before: datetime) -> list[SubmissionId]:
    """Return the submissions withdrawn before *before* whose sender's address is still known."""
    query = select(submissions.c.id).where(
        submissions.c.state == State.WITHDRAWN, submissions.c.moved_at < before, submissions.c.email != ""
    )
    return list(connection.scalars(query))


def with_reports(connection: Connection, *, before: datetime) -> list[SubmissionId]:
    """Return the submissions in whose history words of visitors stand that are older than *before*."""
    # Spelled out: a database that learns the cause after it has planned cannot use the index of just these lines.
    cause: BindParameter[str] = bindparam("cause", Cause.REPORTED.value, literal_execute=True)
    query = select(events.c.submission_id).where(
        events.c.cause == cause, events.c.at < before, events.c.note.is_not(None)
    )
    # Not DISTINCT: to get each once SQLite walks through all histories.
    return list(dict.fromkeys(connection.scalars(query)))


def private_keys(connection: Connection, submission_ids: Iterable[str]) -> set[str]:
    """Return every object of the private bucket that the rows of these submissions know."""
    columns = ("original_key", "upload_key", "review_key", "waveform_key", "cleaner_key")
    query = select(submissions.c.stills, *(submissions.c[name] for name in columns)).where(
        submissions.c.id.in_(list(submission_ids))
    )
    known: set[str] = set()
    for row in connection.execute(query).mappings():
        known.update(row["stills"] or ())
        known.update(row[name] for name in columns if row[name])
    return known


def open_uploads(connection: Connection, submission_ids: Iterable[str]) -> set[str]:
    """Return what the storage calls the uploads in parts that the rows of these submissions know."""
    query = select(submissions.c.upload_id).where(
        submissions.c.id.in_(list(submission_ids)), submissions.c.upload_id.is_not(None)
    )
    return set(connection.scalars(query))


def public_revisions(connection: Connection, clip_ids: Iterable[str]) -> list[tuple[ClipId, int]]:
    """Return the revision that each of these clips is public in, where it is public."""
    query = select(submissions.c.clip_id, submissions.c.published_revision).where(
        IS_PUBLIC, submissions.c.clip_id.in_(list(clip_ids))
    )
    return [(clip_id, revision) for clip_id, revision in connection.execute(query)]


def _one(connection: Connection, condition: ColumnElement[bool]) -> Submission:
    found = submissions_of(connection, select(submissions).where(condition))
    if not found:
        raise NotFound("submission")
    return found[0]


def submissions_of(connection: Connection, query: Select[Any]) -> list[Submission]:
    """Return the submissions whose rows *query* selects, with what their senders answered."""
    rows = connection.execute(query).mappings().all()
    answers = connection.execute(
        select(consents, consent_texts.c.words)
        .outerjoin(consent_texts, consents.c.text_sha256 == consent_texts.c.text_sha256)
        .where(consents.c.submission_id.in_([row["id"] for row in rows]))
        .order_by(consents.c.kind)
    ).mappings()
    by_submission: dict[str, list[Any]] = {}
    for answer in answers:
        by_submission.setdefault(answer["submission_id"], []).append(answer)
    return [submission_from(row, by_submission.get(row["id"], ())) for row in rows]
