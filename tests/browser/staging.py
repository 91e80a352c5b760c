"""Submissions set down where a story begins, so that no story waits for workers it is not about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from intake.actions import captioning, jobs, judging, moderating, submitting
from intake.actions.moderating import Decision
from intake.db import queries
from intake.db.engine import writing
from intake.db.tables import consents, submissions
from intake.db.tables import jobs as jobs_table
from intake.domain.calls import ConsentKind
from intake.domain.captions import Cue
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.storage import keys
from tests import builders
from tests.people import PUBLISHED

if TYPE_CHECKING:
    from pathlib import Path

    from intake.actions.judging import Findings
    from intake.domain.submissions import Submission, SubmissionId, Token
    from intake.wiring import Services
    from tests.browser.system import System
    from tests.people import Sender


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A submission, and where its sender finds it."""

    name: str
    id: SubmissionId
    status_path: str

    @property
    def desk_path(self) -> str:
        """Where moderators find it."""
        return f"/moderate/{self.id}"


class Stage:
    """Sets submissions down in one system."""

    def __init__(self, system: System, *, video: Path, still: Path) -> None:
        self._services, self._video, self._still = system.services, video, still

    def submission(self, family_name: str, *, state: State = State.AWAITING_REVIEW, language: str = "it") -> Staged:
        """Set a submission down in *state*; its review copy can be played where there is one."""
        letter = _letter(family_name, language=language)
        submission_id, token = builders.a_receipt(self._services, state=state, letter=letter)
        self._file(builders.read(self._services, submission_id))
        return _staged(family_name, submission_id, token)

    def filed(self, family_name: str) -> Staged:
        """Set a submission down that a moderator handed in, and whose sender has not answered."""
        letter = replace(_letter(family_name), answers={}, filed_by=builders.MODERATOR)
        submission_id, token = builders.a_receipt(self._services, state=State.AWAITING_REVIEW, letter=letter)
        self._file(builders.read(self._services, submission_id))
        return _staged(family_name, submission_id, token)

    def judged_submission(self, family_name: str, findings: Findings) -> Staged:
        """Set a submission down that waits to be watched, of which exactly *findings* were found."""
        submission_id, token = builders.a_judged_receipt(self._services, findings, letter=_letter(family_name))
        self._file(builders.read(self._services, submission_id))
        return _staged(family_name, submission_id, token)

    def in_the_gallery(self, family_name: str) -> Staged:
        """Set a submission down that everybody sees and plays."""
        submission_id, token = builders.a_receipt(self._services, state=State.PUBLISHED, letter=_letter(family_name))
        publication = builders.read(self._services, submission_id).publication
        assert publication is not None
        for name, file, content_type in (
            ("video.mp4", self._video, "video/mp4"),
            ("poster.jpg", self._still, "image/jpeg"),
        ):
            key = keys.published(publication.clip_id, publication.revision, name)
            self._services.gallery.put_file(key, file, content_type=content_type)
        return _staged(family_name, submission_id, token)

    def asks_again(self, staged: Staged, reason: str) -> None:
        """Have a moderator ask for another video."""
        services = self._services
        ruling = builders.a_ruling(builders.read(services, staged.id), Decision.ASK_AGAIN, reason=reason)
        with writing(services.engine) as connection:
            assert moderating.decide(connection, staged.id, ruling, now=services.clock()) is moderating.Outcome.DONE

    def receives(self, staged: Staged) -> None:
        """Have the rest of a submission's file arrive from elsewhere, and be found good."""
        services = self._services
        upload_key = builders.read(services, staged.id).upload_key
        assert upload_key is not None
        with writing(services.engine) as connection:
            assert submitting.finish_upload(connection, staged.id, upload_key, now=services.clock())
            job = builders.take_job(connection, staged.id, JobKind.INSPECT)
            jobs.finish(connection, job)
            assert judging.record_inspection(connection, job, builders.an_inspection(job), now=services.clock())

    def withdraws(self, staged: Staged) -> None:
        """Have its sender take a submission back, elsewhere."""
        with writing(self._services.engine) as connection:
            assert submitting.withdraw(connection, staged.id, actor="sender", now=self._services.clock())

    def withdraws_all_that_wait(self) -> None:
        """Have every sender take back what waits to be watched, or is on its way there from an earlier story."""
        on_their_way = (State.UPLOADED, State.INSPECTED, State.AWAITING_REVIEW)
        with writing(self._services.engine) as connection:
            for waiting in connection.scalars(select(submissions.c.id).where(submissions.c.state.in_(on_their_way))):
                assert submitting.withdraw(connection, waiting, actor="sender", now=self._services.clock())

    def submission_being_inspected(self, family_name: str) -> Staged:
        """Set a submission down whose inspection was begun and does not end."""
        services = self._services
        upload = builders.an_upload(services, _letter(family_name))
        assert upload.upload_key is not None
        with writing(services.engine) as connection:
            assert submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())
            builders.take_job(connection, upload.submission_id, JobKind.INSPECT)
        return _staged(family_name, upload.submission_id, upload.token)

    def lets_the_undo_pass(self) -> None:
        """Have the seconds be over in which decisions can be undone."""
        let_the_undo_pass(self._services)

    def clip_id(self, staged: Staged) -> str:
        """Return the public id of a submission that was approved."""
        clip_id = builders.read(self._services, staged.id).clip_id
        assert clip_id is not None
        return clip_id

    def _file(self, submission: Submission) -> None:
        bucket = self._services.private
        for key in submission.stills:
            bucket.put_file(key, self._still, content_type="image/jpeg")
        if submission.review_key:
            bucket.put_file(submission.review_key, self._video, content_type="video/mp4")


def let_the_undo_pass(services: Services) -> None:
    """Have the seconds be over in which decisions can be undone: their jobs are due."""
    with writing(services.engine) as connection:
        connection.execute(update(jobs_table).where(jobs_table.c.state == JobState.READY).values(run_after=0))
        connection.execute(update(submissions).values(undo_until=None))


SAID: Final = (
    Cue(start_ms=500, end_ms=2500, text="Buongiorno, mi chiamo Carla."),
    Cue(start_ms=2500, end_ms=4500, text="Ci occupiamo di riparare le cose."),
    Cue(start_ms=6600, end_ms=8000, text="Per esempio, le biciclette."),
    Cue(start_ms=8000, end_ms=9800, text="Provateci anche voi!"),
)
"""Two paragraphs, in which every step of the script is heard."""


def write_down_what_is_said(services: Services, clip_id: str) -> None:
    """Give a published clip captions that somebody answers for, and have its sender agree to copies."""
    with writing(services.engine) as connection:
        submission = queries.submission_by_clip(connection, clip_id)
        edition = captioning.Edition(
            language="it", cues=SAID, seen_sha256=submission.original_sha256, seen_version=0, is_checked=True
        )
        captioning.save(connection, submission.id, edition, moderator=builders.MODERATOR, now=services.clock())
        mine = (consents.c.submission_id == submission.id, consents.c.kind == ConsentKind.DOWNLOAD)
        connection.execute(update(consents).where(*mine).values(given=True))


def is_published(services: Services, sender: Sender) -> str:
    """Have what was just approved be published before its sender's eyes; returns the address of its public page."""
    let_the_undo_pass(services)
    sender.comes_back()
    sender.waits_for(PUBLISHED)
    return sender.follows_the_link_to_the_gallery()


def _letter(family_name: str, *, language: str = "it") -> submitting.Letter:
    sender = builders.a_sender(given_name="Ada", family_name=family_name, role="Presidente", language=language)
    return builders.a_letter(sender=sender)


def _staged(family_name: str, submission_id: SubmissionId, token: Token) -> Staged:
    return Staged(name=f"Ada {family_name}", id=submission_id, status_path=f"/submissions/{token}")
