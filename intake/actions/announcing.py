"""How a program announces a submission whose file will come in parts: asked twice under the same key, it is made once.

A form's request may come again with something mended, and starts over (`submitting.start_upload`). A program's request
comes again because its answer was lost, and must change nothing: not what was told, not the parts that arrived.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from intake.actions.submitting import Upload, bytes_never_came, create_submission, is_about, start_over, token_of
from intake.db import queries
from intake.db.tables import submissions
from intake.domain.errors import CallClosed, KeyReused
from intake.domain.states import FINAL, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.actions.submitting import Declared, Letter
    from intake.domain.calls import Call
    from intake.domain.submissions import Submission


def announce_submission(
    connection: Connection, call: Call, letter: Letter, *, now: datetime, secret_key: str
) -> Upload:
    """Save details and consents before any part; an equal request under the same key finds all as it is.

    Raises:
        CallClosed: The call takes no videos now.
        KeyReused: Another request was made under this key before.
    """
    known = _known(connection, call, letter)
    digest = _digest(letter, secret_key)
    if known is not None and _was_asked_before(connection, known, letter, digest):
        return Upload(
            submission_id=known.id, token=token_of(connection, known.id, secret_key), upload_key=known.upload_key
        )
    if not call.is_open(now):
        raise CallClosed(call.slug)
    if known is None:
        upload = create_submission(connection, call, letter, now=now, secret_key=secret_key)
    else:
        upload = start_over(connection, call, known, letter, now=now, secret_key=secret_key)
    row = submissions.c.id == upload.submission_id
    connection.execute(update(submissions).where(row).values(letter_hmac=digest))
    return upload


def _known(connection: Connection, call: Call, letter: Letter) -> Submission | None:
    if letter.submission_key is None:
        return None
    known = queries.submission_by_key(connection, call.slug, letter.submission_key)
    if known is None or known.state not in FINAL:
        return known
    # Taken back, or it never came: who sends again from the same page sends another one.
    connection.execute(update(submissions).where(submissions.c.id == known.id).values(submission_key=None))
    return None


def _was_asked_before(connection: Connection, known: Submission, letter: Letter, digest: str) -> bool:
    kept = connection.scalar(select(submissions.c.letter_hmac).where(submissions.c.id == known.id))
    if kept is None and bytes_never_came(known):
        # A form's.
        return False
    is_equal = kept == digest if kept else is_about(known, letter)
    if not is_equal or not _awaits_no_other(known, letter.file):
        raise KeyReused(known.id)
    return True


def _awaits_no_other(known: Submission, file: Declared) -> bool:
    # Another one was begun since: how that one is cut must not be taken for how this one is.
    awaited = (known.upload_name, known.upload_bytes, known.upload_fingerprint)
    return known.state is not State.UPLOADING or awaited == (file.name, file.size_bytes, file.fingerprint)


def _digest(letter: Letter, secret_key: str) -> str:
    # Keyed: it is about a person, and a plain hash of so few words could be guessed.
    words = json.dumps([asdict(letter.sender), sorted(letter.answers.items()), asdict(letter.file)])
    return hmac.new(secret_key.encode(), words.encode(), hashlib.sha256).hexdigest()
