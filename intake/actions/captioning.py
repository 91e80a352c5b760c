"""What can be done with captions: write, check, delete, ask a machine for a draft; and what follows for a public clip.

The rows are the truth, and the public page reads them. The files in the gallery bucket are copies, for programs: a
job of their own brings them up to date (`docs/decisions/0014-captions-are-rows.md`). It may be asked for while it runs,
and then looks again when it ends: `filed` compares what it filed with what the rows say by then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, update

from intake.actions import jobs
from intake.actions.moving import record_word
from intake.db import queries
from intake.db.captions import as_shown, captions_of, public_captions
from intake.db.tables import captions
from intake.domain.captions import Origin
from intake.domain.clip_words import words_of
from intake.domain.jobs import JobKind
from intake.domain.states import FINAL, State
from intake.domain.webvtt import write_webvtt
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.captions import Captions, Cue, Engine
    from intake.domain.clip_words import ClipWords
    from intake.domain.submissions import Job, ObjectKey, Sha256, Submission, SubmissionId

CHANGED: Final = N_("Sottotitoli cambiati.")
CHECKED: Final = N_("Sottotitoli controllati.")
DELETED: Final = N_("Sottotitoli eliminati.")
DRAFTED: Final = N_("Bozza automatica dei sottotitoli.")
NOTHING_HEARD: Final = N_("Bozza automatica dei sottotitoli: nessuna parola riconosciuta.")

_WITHOUT_FILE: Final = FINAL | {State.UPLOADING, State.UPLOADED}
"""Where no file is held that captions could be of, or another one is on its way."""

_CAPTIONS_STAND: Final = frozenset({State.APPROVED, State.PUBLISHED})
"""Where a call that demands checked captions was given them, and nobody takes them away again."""

_UNCHECKED: Final = {"checked_by": None, "checked_at": None}


class Saved(StrEnum):
    """How saving ended. Losing a race is no error: the other one is told."""

    DONE = "done"
    CHANGED_MEANWHILE = "changed_meanwhile"
    OTHER_FILE = "other_file"
    REQUIRED = "required"
    """The call shows nothing without checked captions, and these are to take the place of the ones it was given."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Captions as somebody hands them in.

    Attributes:
        seen_sha256: Of the original file they are of.
        seen_version: Of the captions they began with; 0 where there were none.
        is_checked: Whether they say that they compared them with what is heard.
    """

    language: str
    cues: tuple[Cue, ...]
    seen_sha256: Sha256 | None
    seen_version: int
    is_checked: bool


def may_be_captioned(submission: Submission) -> bool:
    """Tell whether a submission holds a file that captions can be of."""
    return submission.state not in _WITHOUT_FILE and submission.original_key is not None


def save(
    connection: Connection, submission_id: SubmissionId, edition: Edition, *, moderator: str, now: datetime
) -> Saved:
    """Write captions down; without a cue they are deleted. What somebody else wrote meanwhile is never written over.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if not may_be_captioned(submission) or submission.original_sha256 != edition.seen_sha256:
        return Saved.OTHER_FILE
    known = captions_of(connection, submission.id).get(edition.language)
    if (known.version if known else 0) != edition.seen_version:
        return Saved.CHANGED_MEANWHILE
    if _takes_required_away(connection, submission, edition, known):
        return Saved.REQUIRED
    if edition.cues or known:
        row = _row(edition, known, moderator, now)
        _write(connection, submission, edition.language, edition.cues, known=known, row=row)
        record_word(connection, submission, actor=moderator, now=now, note=_told(edition))
        ask_to_file(connection, submission)
    return Saved.DONE


def save_draft(  # noqa: PLR0913 - a draft is all of this
    connection: Connection,
    job: Job,
    cues: Sequence[Cue],
    *,
    language: str,
    engine: Engine,
    original_key: ObjectKey,
    now: datetime,
) -> bool:
    """Write down what a machine heard, unless a person wrote or checked captions, or the file is another by now."""
    submission = queries.lock_submission(connection, job.submission_id)
    known = captions_of(connection, submission.id).get(language)
    if not may_be_captioned(submission) or submission.original_key != original_key:
        return False
    if known and known.may_be_public:
        return False
    if cues:
        row = {"origin": Origin.MACHINE, "engine": engine, "updated_by": "worker", "updated_at": now, **_UNCHECKED}
        _write(connection, submission, language, tuple(cues), known=known, row=row)
    record_word(connection, submission, actor="worker", now=now, note=DRAFTED if cues else NOTHING_HEARD)
    return True


def ask_for_draft(connection: Connection, submission_id: SubmissionId) -> bool:
    """Have a machine write a draft; False where a person's captions stand, or no file is held.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    known = captions_of(connection, submission.id).get(submission.spoken_language)
    if not may_be_captioned(submission) or (known and known.may_be_public):
        return False
    jobs.ask(connection, submission.id, submission.revision, JobKind.TRANSCRIBE)
    return True


def forget_captions(connection: Connection, submission_id: SubmissionId) -> None:
    """Erase a submission's captions: it was withdrawn, or another file takes the place of the one they are of."""
    connection.execute(delete(captions).where(captions.c.submission_id == submission_id))


def has_checked_captions(connection: Connection, submission: Submission) -> bool:
    """Tell whether a person checked captions in the language that is spoken, and any are left where the clip is cut."""
    return _has_checked(connection, submission, submission.spoken_language)


def would_lack_required(connection: Connection, submission: Submission, language: str) -> bool:
    """Tell whether a clip would be, or go, without the captions that its call demands, if *language* were spoken."""
    return (
        submission.state in _CAPTIONS_STAND
        and queries.find_call(connection, submission.call_slug).requires_captions
        and not _has_checked(connection, submission, language)
    )


def lacks_required(connection: Connection, submission: Submission) -> bool:
    """Tell whether the call of a submission demands checked captions that it has not."""
    call = queries.find_call(connection, submission.call_slug)
    return call.requires_captions and not has_checked_captions(connection, submission)


def filed(
    connection: Connection, submission_id: SubmissionId, versions: Mapping[str, int], *, words: ClipWords
) -> bool:
    """Note what lies in the gallery bucket: captions of these *versions*, a manifest with these *words*.

    Where either changed since, it is filed again.
    """
    submission = queries.lock_submission(connection, submission_id)
    if versions_of(public_captions(connection, submission)) != versions or words_of(submission) != words:
        ask_to_file(connection, submission)
    return True


def versions_of(found: Mapping[str, Captions]) -> dict[str, int]:
    """Return the version of each language's captions."""
    return {language: one.version for language, one in found.items()}


def _has_checked(connection: Connection, submission: Submission, language: str) -> bool:
    found = captions_of(connection, submission.id).get(language)
    return found is not None and found.is_checked and bool(as_shown(found, submission).cues)


def _takes_required_away(
    connection: Connection, submission: Submission, edition: Edition, known: Captions | None
) -> bool:
    if submission.state not in _CAPTIONS_STAND or edition.language != submission.spoken_language:
        return False
    if known is None or not has_checked_captions(connection, submission):
        # Of a clip that was let through before the call demanded any, every edition makes it better.
        return False
    is_enough = edition.is_checked and as_shown(replace(known, cues=edition.cues), submission).cues
    return not is_enough and queries.find_call(connection, submission.call_slug).requires_captions


def _row(edition: Edition, known: Captions | None, moderator: str, now: datetime) -> dict[str, object]:
    # Nobody answers for a machine's draft that is sent back as it came.
    is_draft = known is not None and known.origin is Origin.MACHINE and known.cues == edition.cues
    is_checked = edition.is_checked and bool(edition.cues)
    return {
        "origin": Origin.MACHINE if is_draft else Origin.PERSON,
        "engine": known.engine if known else None,
        "updated_by": moderator,
        "updated_at": now,
        **({"checked_by": moderator, "checked_at": now} if is_checked else _UNCHECKED),
    }


def _told(edition: Edition) -> str:
    if not edition.cues:
        return DELETED
    return CHECKED if edition.is_checked else CHANGED


def _write(  # noqa: PLR0913 - what a row is under, what it holds, and what was there before
    connection: Connection,
    submission: Submission,
    language: str,
    cues: tuple[Cue, ...],
    *,
    known: Captions | None,
    row: Mapping[str, object],
) -> None:
    written = {**row, "vtt": write_webvtt(cues)}
    if known is None:
        under = {"submission_id": submission.id, "language": language}
        connection.execute(insert(captions).values(**under, version=1, **written))
        return
    mine = (captions.c.submission_id == submission.id, captions.c.language == language)
    connection.execute(update(captions).where(*mine).values(version=known.version + 1, **written))


def ask_to_file(connection: Connection, submission: Submission) -> None:
    """Have the files that say something of a public clip brought up to date: its captions, and its manifest."""
    # A clip that is being published files what stands then, and looks again when it is done.
    if submission.state is State.PUBLISHED:
        jobs.ask(connection, submission.id, submission.revision, JobKind.CAPTION)
