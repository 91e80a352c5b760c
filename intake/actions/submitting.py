"""What a sender can do: start an upload, finish it, replace the file, withdraw.

A receipt is given by `finish_upload` alone, and only in the transaction that makes it true: the row, the consents and
the bytes with their size are there, and the job that follows is written. Killed before it: the row rests in
`uploading`, and `housekeeping` finishes it when all bytes are there or gives it up in the end. Killed after it: the
job is in the database, whatever becomes of the web process and the queue.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from intake.actions import tokens
from intake.actions.captioning import forget_captions
from intake.actions.consenting import record_answers
from intake.actions.moving import move, record_creation
from intake.db import queries
from intake.db.tables import AWAITED, FOUND, consents, submissions
from intake.domain.errors import CallClosed
from intake.domain.history import Cause
from intake.domain.jobs import JobKind
from intake.domain.states import FINAL, REPLACEABLE, State
from intake.domain.submissions import SubmissionId
from intake.domain.uploads import part_bytes_for
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.calls import Call, ConsentKind
    from intake.domain.submissions import ObjectKey, Sender, Submission, Token


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a sender says of a file before its bytes are held.

    Attributes:
        name: As the sender's device calls it: shown, never used.
        fingerprint: By which the sender's program knows the file again.
        comes_in_parts: Whether the browser sends it to the storage in parts; else it comes through us, at once.
    """

    name: str
    size_bytes: int
    fingerprint: str | None = None
    comes_in_parts: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything a sender hands in beside the bytes.

    Attributes:
        answers: One answer to each consent of the call.
        submission_key: The client's own name for this submission, so that it can ask twice and be counted once.
        filed_by: Who on the staff hands it in for the sender, whose own answers are asked for afterwards.
    """

    sender: Sender
    answers: Mapping[ConsentKind, bool]
    file: Declared
    submission_key: str | None
    filed_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Where the bytes of a submission go, and the secret that belongs to it.

    Attributes:
        upload_key: None where the bytes are held already: an earlier, equal request got its receipt.
    """

    submission_id: SubmissionId
    token: Token
    upload_key: ObjectKey | None


def start_upload(connection: Connection, call: Call, letter: Letter, *, now: datetime, secret_key: str) -> Upload:
    """Save details and consents before any byte, and say where the bytes go.

    The same *submission_key* with the same file and sender finds the submission made before.

    Raises:
        CallClosed: The call takes no videos now.
    """
    # What came by mail in time may be handed in later.
    if not call.is_open(now) and letter.filed_by is None:
        raise CallClosed(call.slug)
    known = queries.submission_by_key(connection, call.slug, letter.submission_key) if letter.submission_key else None
    if known is None:
        return create_submission(connection, call, letter, now=now, secret_key=secret_key)
    if bytes_never_came(known) and (is_about(known, letter) or not _was_announced(connection, known)):
        return start_over(connection, call, known, letter, now=now, secret_key=secret_key)
    if known.state not in FINAL and is_about(known, letter):
        return Upload(submission_id=known.id, token=token_of(connection, known.id, secret_key), upload_key=None)
    # A page that came back with the browser's Back button: another video, or one that was taken back or never came.
    # Or somebody else's, who chose the same words for their program's key. It is another submission.
    return create_submission(connection, call, replace(letter, submission_key=None), now=now, secret_key=secret_key)


def finish_upload(connection: Connection, submission_id: SubmissionId, upload_key: ObjectKey, *, now: datetime) -> bool:
    """Give the receipt: the bytes of *upload_key* are held and have the declared size.

    Returns:
        False when another upload of this submission was received first, or the sender withdrew meanwhile.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.UPLOADING or submission.upload_key != upload_key:
        return False
    forget_captions(connection, submission.id)
    filed_by = submission.filed_by if submission.came_from is None else None
    return move(
        connection,
        submission,
        State.UPLOADED,
        actor=filed_by or "sender",
        now=now,
        then=[JobKind.INSPECT, JobKind.MAIL_FILED if filed_by else JobKind.MAIL_RECEIPT],
        came_from=None,
        received_at=now,
        original_key=upload_key,
        original_bytes=submission.upload_bytes,
        file_name=submission.upload_name,
        declared_bytes=submission.upload_bytes,
        file_fingerprint=submission.upload_fingerprint,
        **_emptied((*AWAITED, *FOUND)),
    )


def replace_file(
    connection: Connection, submission_id: SubmissionId, file: Declared, *, now: datetime
) -> ObjectKey | None:
    """Start a new upload for a submission; None where none may be sent (any more).

    What was found of the old file stands until the new one is received: given up, everything is as it was. A moderator
    who watches the old one meanwhile cannot decide on it any more.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state not in REPLACEABLE:
        return None
    upload_key = keys.original(submission.id)
    move(
        connection,
        submission,
        State.UPLOADING,
        actor="sender",
        now=now,
        came_from=submission.state,
        **awaited_columns(file, upload_key, now=now),
    )
    return upload_key


def give_up_upload(connection: Connection, submission_id: SubmissionId, *, actor: str, now: datetime) -> bool:
    """End an upload whose bytes will not come: a first file is abandoned, a replacement goes back."""
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.UPLOADING:
        return False
    after = submission.came_from or State.ABANDONED
    then = [JobKind.PURGE] if after is State.ABANDONED else []
    return move(connection, submission, after, actor=actor, now=now, then=then, came_from=None, **_emptied(AWAITED))


def withdraw(connection: Connection, submission_id: SubmissionId, *, actor: str, now: datetime) -> bool:
    """Take a submission back: out of every page with this transaction, its files after it.

    Returns:
        False when it was withdrawn or abandoned before: there is nothing left to take back.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state in FINAL:
        return False
    connection.execute(
        update(consents)
        .where(consents.c.submission_id == submission.id, consents.c.given, consents.c.taken_back_at.is_(None))
        .values(taken_back_at=now)
    )
    return move(connection, submission, State.WITHDRAWN, actor=actor, now=now, then=[JobKind.UNPUBLISH, JobKind.PURGE])


def token_of(connection: Connection, submission_id: SubmissionId, secret_key: str) -> Token:
    """Return the sender's secret, for those who wrote to us and for nobody else.

    Raises:
        cryptography.fernet.InvalidToken: `SECRET_KEY` was changed since.
    """
    sealed = connection.scalar(select(submissions.c.token_sealed).where(submissions.c.id == submission_id))
    return tokens.unseal(str(sealed), secret_key)


def create_submission(connection: Connection, call: Call, letter: Letter, *, now: datetime, secret_key: str) -> Upload:
    """Write a new submission, with its consents, whose bytes are awaited."""
    submission_id, token = SubmissionId(str(uuid.uuid4())), tokens.mint()
    upload_key = keys.original(submission_id)
    connection.execute(
        insert(submissions).values(
            id=submission_id,
            call_slug=call.slug,
            state=State.UPLOADING,
            revision=0,
            created_at=now,
            moved_at=now,
            token_sha256=tokens.hash_of(token),
            token_sealed=tokens.seal(token, secret_key),
            submission_key=letter.submission_key,
            filed_by=letter.filed_by,
            spoken_language=call.spoken_language,
            **_told(letter),
            **said_of(letter.file),
            **awaited_columns(letter.file, upload_key, now=now),
        )
    )
    cause = Cause.FILED if letter.filed_by else None
    record_creation(connection, submission_id, actor=letter.filed_by or "sender", cause=cause, now=now)
    _record_answers(connection, call, submission_id, letter, now=now)
    return Upload(submission_id=submission_id, token=token, upload_key=upload_key)


def start_over(  # noqa: PLR0913 - a call, a row, what was told, when, and the key of secrets
    connection: Connection, call: Call, known: Submission, letter: Letter, *, now: datetime, secret_key: str
) -> Upload:
    """Take what is told now for what was told of *known*, whose bytes never came."""
    upload_key = keys.original(known.id)
    connection.execute(
        update(submissions)
        .where(submissions.c.id == known.id)
        .values(**_told(letter), **said_of(letter.file), **awaited_columns(letter.file, upload_key, now=now))
    )
    connection.execute(delete(consents).where(consents.c.submission_id == known.id))
    _record_answers(connection, call, known.id, letter, now=now)
    return Upload(submission_id=known.id, token=token_of(connection, known.id, secret_key), upload_key=upload_key)


def _was_announced(connection: Connection, known: Submission) -> bool:
    return connection.scalar(select(submissions.c.letter_hmac).where(submissions.c.id == known.id)) is not None


def _told(letter: Letter) -> dict[str, object]:
    # Only programs are held to what they said under a key (`announcing`); a form may be mended and sent again.
    return asdict(letter.sender) | {"letter_hmac": None}


def _emptied(names: Iterable[str]) -> dict[str, Any]:
    return dict.fromkeys(names)


def said_of(file: Declared) -> dict[str, Any]:
    """Return what a row says of a submission's file; before the first receipt that is the one that is awaited."""
    return {"file_name": file.name, "declared_bytes": file.size_bytes, "file_fingerprint": file.fingerprint}


def awaited_columns(file: Declared, upload_key: ObjectKey, *, now: datetime) -> dict[str, Any]:
    """Return what a row says while *file* is awaited."""
    return {
        "upload_name": file.name,
        "upload_bytes": file.size_bytes,
        "upload_fingerprint": file.fingerprint,
        "upload_key": upload_key,
        "upload_id": None,
        "upload_part_bytes": part_bytes_for(file.size_bytes) if file.comes_in_parts else None,
        "upload_begun_at": now,
    }


def bytes_never_came(known: Submission) -> bool:
    """Tell whether nothing was ever held of a submission, and its first file is still awaited."""
    return known.state is State.UPLOADING and known.came_from is None


def is_about(known: Submission, letter: Letter) -> bool:
    """Tell whether *letter* is about the sender and the file that are known."""
    return (known.file_name, known.declared_bytes, known.sender) == (
        letter.file.name,
        letter.file.size_bytes,
        letter.sender,
    )


def _record_answers(
    connection: Connection, call: Call, submission_id: SubmissionId, letter: Letter, *, now: datetime
) -> None:
    if letter.filed_by is None:
        record_answers(connection, call, submission_id, letter.answers, language=letter.sender.language, now=now)
