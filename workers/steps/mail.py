"""Writes to a sender, after asking once more whether that mail is still true.

Sent at least once, and nearly always exactly once. The mail goes out before the job is marked done, so a worker killed
between the mail server's yes and the commit sends it again: under the same Message-ID, by which mailboxes that look for
doubles know it. The other order would lose mails instead. What was overtaken while a mail waited is not said any more:
nobody is told of a verdict on a file they have replaced since.
"""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import structlog

from intake.actions import jobs
from intake.actions.publishing import erase_address
from intake.actions.submitting import token_of
from intake.db import queries
from intake.db.deletions import deletions_of
from intake.db.engine import reading
from intake.domain.checks import Verdict
from intake.domain.deletions import Part
from intake.domain.jobs import JobKind
from intake.domain.mails import overtaken_by
from intake.domain.states import FINAL, State
from intake.mail import answers, links, quoting
from intake.mail.answers import words_to
from intake.mail.editions import Mail
from intake.mail.letters import Letter, build
from workers.steps.reading import submission_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

    from sqlalchemy import Connection

    from intake.domain.calls import Call
    from intake.domain.submissions import Job, Submission
    from intake.mail.answers import Said
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace

    Say = Callable[[Services, Job, Submission, Call], Said | None]

log = structlog.get_logger()

_VERDICTS: Final = frozenset({State.REFUSED, State.REDO_REQUESTED, State.DECLINED})

_UNASKED: Final = frozenset({Mail.REMINDER, Mail.UNFINISHED, Mail.FILED, Mail.UNCONFIRMED})
"""These answer nothing that their reader did, and so say how to get no more of them."""


def send_mail(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Send the mail this job is about, unless it is not true any more."""
    submission, call = submission_of(services, job)
    said = _SAYS[job.kind](services, job, submission, call)
    if said is None:
        return _unsent(services, job)
    message = _message(services, job, submission, call, said)
    # As late as can be: whoever lost the lease must not send what another is sending.
    workspace.go_on()
    services.mailer.send(message)
    log.info("mail_sent", mail=said[0])
    if job.kind is JobKind.MAIL_WITHDRAWN:
        return partial(erase_address, submission_id=submission.id)
    return _nothing_more


def _unsent(services: Services, job: Job) -> Commit:
    with reading(services.engine) as connection:
        cause = overtaken_by(job.kind, queries.moves_since(connection, job.submission_id, job.revision))
    log.info("mail_overtaken", cause=cause)
    return partial(jobs.note_overtaken, job=job, cause=cause)


def _message(services: Services, job: Job, submission: Submission, call: Call, said: Said) -> EmailMessage:
    sender, settings = submission.sender, services.settings
    words = words_to(sender, said)
    letter = Letter(
        job=job,
        host=settings.mail_host,
        mail_from=settings.mail_from,
        to=sender.email,
        reply_to=call.contact_email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        language=sender.language,
        written_at=services.clock(),
        unsubscribe=call.contact_email if said[0] in _UNASKED else None,
    )
    return build(letter)


def _receipt(services: Services, _job: Job, submission: Submission, call: Call) -> Said | None:
    if submission.state in FINAL:
        return None
    file = quoting.file_name(submission.file_name)
    facts = {"file": file, "received_at": submission.received_at, "call": call}
    return Mail.RECEIPT, facts | _secret(services, submission)


def _verdict(services: Services, job: Job, submission: Submission, _call: Call) -> Said | None:
    if not _still_stands(services, job, submission):
        return None
    if submission.state is not State.REFUSED:
        reason, status_url = submission.decision_reason or "", _status_url(services, submission)
        awaits_consent = submission.awaits_consent
        return answers.turned_down(submission.state, reason, status_url=status_url, awaits_consent=awaits_consent)
    facts = {
        "file": quoting.file_name(submission.file_name),
        "failures": [check for check in submission.checks if check.verdict is Verdict.FAIL],
        "warnings": [check for check in submission.checks if check.verdict is Verdict.WARN],
        # Only where a person refused what the checks could not judge.
        "reason": submission.decision_reason or "",
        "awaits_consent": submission.awaits_consent,
    }
    return Mail.REFUSED, facts | _secret(services, submission)


def _still_stands(services: Services, job: Job, submission: Submission) -> bool:
    with reading(services.engine) as connection:
        moves = queries.moves_since(connection, submission.id, job.revision)
    # A replacement that was begun and given up leaves the verdict as it was.
    return submission.state in _VERDICTS and moves <= {State.UPLOADING, submission.state}


def _publication(services: Services, job: Job, submission: Submission, call: Call) -> Said | None:
    if submission.revision != job.revision or submission.clip_id is None:
        return None
    return answers.published(
        services.settings.public_url,
        call.slug,
        submission.clip_id,
        language=submission.sender.language,
        status_url=_status_url(services, submission),
    )


def _taken_down(services: Services, job: Job, submission: Submission, _call: Call) -> Said | None:
    # Back in the gallery, decided or withdrawn by now: that was told by itself.
    if submission.revision != job.revision:
        return None
    return Mail.TAKEN_DOWN, _secret(services, submission)


def _withdrawal(services: Services, _job: Job, submission: Submission, _call: Call) -> Said | None:
    # Erased already: by an attempt that was killed after its commit, or because no server took this mail for days.
    if not submission.sender.email:
        return None
    with reading(services.engine) as connection:
        deleted_at = queries.history(connection, submission.id)[-1].at
        deleted = {one.part: one for one in deletions_of(connection, submission.id)}
    return Mail.WITHDRAWN, {
        "was_public": submission.publication_count > 0,
        "was_received": submission.received_at is not None,
        "deleted_at": deleted_at,
        "public": deleted.get(Part.PUBLIC),
        "private": deleted.get(Part.PRIVATE),
    }


def _reminder(services: Services, job: Job, submission: Submission, call: Call) -> Said | None:
    if submission.state is not State.UPLOADING or submission.revision != job.revision:
        return None
    facts = {"call": call, "started_at": submission.moved_at, "given_up_at": submission.upload_expires_at}
    facts |= _secret(services, submission)
    if submission.came_from is None:
        return Mail.REMINDER, facts
    return Mail.UNFINISHED, facts | {"waited_for_review": submission.came_from is State.AWAITING_REVIEW}


def _filed(services: Services, job: Job, submission: Submission, call: Call) -> Said | None:
    if not submission.awaits_consent:
        return None
    mail = Mail.FILED if job.kind is JobKind.MAIL_FILED else Mail.UNCONFIRMED
    return mail, {"call": call, **_secret(services, submission)}


_SAYS: Final[Mapping[JobKind, Say]] = MappingProxyType(
    {
        JobKind.MAIL_RECEIPT: _receipt,
        JobKind.MAIL_VERDICT: _verdict,
        JobKind.MAIL_PUBLISHED: _publication,
        JobKind.MAIL_TAKEN_DOWN: _taken_down,
        JobKind.MAIL_WITHDRAWN: _withdrawal,
        JobKind.MAIL_REMINDER: _reminder,
        JobKind.MAIL_FILED: _filed,
        JobKind.MAIL_UNCONFIRMED: _filed,
    }
)
"""What each kind says; None where it has nothing true to say any more."""


def _secret(services: Services, submission: Submission) -> dict[str, object]:
    return {"status_url": _status_url(services, submission)}


def _status_url(services: Services, submission: Submission) -> str:
    with reading(services.engine) as connection:
        token = token_of(connection, submission.id, services.settings.secret_key)
    return links.status_url(services.settings.public_url, token)


def _nothing_more(_connection: Connection) -> bool:
    """Commit nothing but the job's end. It counts: nothing was made that had to be thrown away."""
    return True
