"""How a program sends a file in parts: announces it, asks for links, counts what arrived, says that it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from flask import Response, jsonify, url_for
from sqlalchemy.exc import IntegrityError

from intake.actions import announcing, submitting, uploading
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.states import State
from intake.submit.announced import read_body, read_file, read_letter, read_part_numbers
from intake.submit.bearer import bearers_submission, bearers_upload, no_upload
from intake.web.health import require_room
from intake.web.problems import Problem, ProblemCode
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.actions.submitting import Letter, Upload
    from intake.domain.calls import Call
    from intake.domain.submissions import Submission

log = structlog.get_logger()

_MISSING_NAMED: int = 100


def announce_submission(call_slug: str) -> ResponseReturnValue:
    """Save details and consents, and await the file in parts.

    The same `Idempotency-Key` with the same body answers the same submission, and changes nothing.
    """
    parts = services()
    with reading(parts.engine) as connection:
        call = queries.find_call(connection, call_slug)
    letter = read_letter(call, read_body())
    require_room(parts.settings, letter.file.size_bytes)
    upload = _announce(call, letter)
    submission = _submission(upload.submission_id)
    log.info("submission_announced", submission_id=submission.id, size_bytes=submission.declared_bytes)
    status_url = parts.settings.public_url + url_for("submit.show_submission", token=upload.token)
    return _answer(201, token=upload.token, status_url=status_url, upload=_upload(submission))


def begin_upload() -> ResponseReturnValue:
    """Await a file (again): from the start, or instead of one that would not do."""
    submission, parts = bearers_submission(), services()
    with reading(parts.engine) as connection:
        rules = queries.find_call(connection, submission.call_slug).rules
    file = read_file(rules, read_body())
    require_room(parts.settings, file.size_bytes)
    with writing(parts.engine) as connection:
        has_begun = uploading.begin_upload(connection, submission.id, file, now=parts.clock())
    begun = _submission(submission.id)
    if not has_begun:
        raise no_upload(begun)
    # The parts of the file before: the row knows them no more, so killed here they are swept.
    uploading.throw_away(parts.private, submission)
    log.info("upload_begun", submission_id=submission.id, size_bytes=file.size_bytes)
    return _answer(201, upload=_upload(begun))


def describe_upload() -> ResponseReturnValue:
    """Say which parts have arrived, and of which file: to go on from there."""
    submission, parts = bearers_upload(), services()
    arrived = uploading.arrived_sizes(parts.engine, parts.private, submission)
    return _answer(
        200,
        **(_upload(submission) or {}),
        file={
            "name": submission.upload_name,
            "size_bytes": submission.upload_bytes,
            "fingerprint": submission.upload_fingerprint,
        },
        parts=[{"part_number": number, "size_bytes": size} for number, size in sorted(arrived.items())],
    )


def sign_upload() -> ResponseReturnValue:
    """Sign a link for each part asked for; each takes a PUT of exactly that part's size, for 15 minutes."""
    submission, parts = bearers_upload(), services()
    numbers, plan = read_part_numbers(read_body()), submission.part_plan
    if plan is None or not all(plan.has(number) for number in numbers):
        raise Problem(ProblemCode.NO_SUCH_PART)
    signed = uploading.sign_parts(parts.engine, parts.private, submission, numbers)
    if signed is None:
        raise no_upload(_submission(submission.id))
    return _answer(
        200,
        # No headers beyond what every client sends by itself: the length is in the signature.
        parts=[
            {"part_number": part.part_number, "size_bytes": part.size_bytes, "url": part.url, "headers": {}}
            for part in signed
        ],
    )


def complete_upload() -> ResponseReturnValue:
    """Give the receipt once all parts are here. Asked again, the same receipt."""
    submission, parts = bearers_submission(), services()
    if submission.state is State.UPLOADING:
        if uploading.finish_parts(parts.engine, parts.private, submission, now=parts.clock()):
            log.info("submission_received", submission_id=submission.id, size_bytes=submission.upload_bytes)
        submission = _submission(submission.id)
    if submission.state is State.UPLOADING and submission.part_plan is not None:
        raise _incomplete(submission)
    if submission.received_at is None or submission.state in {State.UPLOADING, State.WITHDRAWN, State.ABANDONED}:
        raise no_upload(submission)
    if _was_given_up(submission):
        # The file that is held is another one: its receipt would be taken for this one's.
        raise Problem(ProblemCode.UPLOAD_NOT_STARTED)
    return _answer(
        200,
        id=submission.id,
        state=submission.state,
        received_at=submission.received_at.isoformat(),
        file={"name": submission.file_name, "size_bytes": submission.original_bytes},
    )


def give_up_upload() -> ResponseReturnValue:
    """Give the awaited file up: a first one takes its submission with it, a replacement goes back to what was."""
    submission, parts = bearers_upload(), services()
    with writing(parts.engine) as connection:
        submitting.give_up_upload(connection, submission.id, actor="sender", now=parts.clock())
    uploading.throw_away(parts.private, submission)
    return _answer(200, state=_submission(submission.id).state)


def _announce(call: Call, letter: Letter) -> Upload:
    parts = services()

    def announce() -> Upload:
        with writing(parts.engine) as connection:
            return announcing.announce_submission(
                connection, call, letter, now=parts.clock(), secret_key=parts.settings.secret_key
            )

    try:
        return announce()
    except IntegrityError:
        # The same request twice at the same moment: the other one made the row, now we find it.
        return announce()


def _incomplete(submission: Submission) -> Problem:
    parts, plan = services(), submission.part_plan
    arrived = uploading.arrived_sizes(parts.engine, parts.private, submission)
    missing = plan.missing(arrived) if plan else []
    return Problem(ProblemCode.UPLOAD_INCOMPLETE, missing=missing[:_MISSING_NAMED])


def _was_given_up(submission: Submission) -> bool:
    with reading(services().engine) as connection:
        return queries.was_given_up(connection, submission.id)


def _submission(submission_id: str) -> Submission:
    with reading(services().engine) as connection:
        return queries.submission_by_id(connection, submission_id)


def _upload(submission: Submission) -> dict[str, Any] | None:
    expires_at = submission.upload_expires_at
    if submission.upload_part_bytes is None or expires_at is None:
        return None
    return {"part_bytes": submission.upload_part_bytes, "expires_at": expires_at.isoformat()}


def _answer(status: int, **members: object) -> Response:
    response = jsonify(**members)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
