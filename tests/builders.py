"""Builds what tests are about, through the same actions the service uses; name only what matters."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from intake.actions import jobs, judging, moderating, operating, publishing, submitting
from intake.db import backlog, queries
from intake.db.engine import reading, writing
from intake.domain.calls import CallSlug, ConsentKind, Format
from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict
from intake.domain.facts import AudioLevels, Confidence, PictureLevels, Stretch, StretchKind, VideoFacts
from intake.domain.jobs import MAILS, JobId, JobKind, JobState, LeaseToken
from intake.domain.states import State
from intake.domain.submissions import Job, ObjectKey, Publication, Sender, Sha256, SubmissionId
from intake.mail.letters import Letter, build

if TYPE_CHECKING:
    from email.message import EmailMessage

    from sqlalchemy import Connection

    from intake.actions.submitting import Upload
    from intake.domain.calls import Call
    from intake.domain.submissions import Submission, Token
    from intake.wiring import Services

CALL: Final = CallSlug("pistoia2030")
REVIEWED: Final = Sha256("5e" * 32)
MODERATOR: Final = "moderatrice@example.org"

FINE: Final = Check(code=CheckCode.CONTAINER, verdict=Verdict.PASS, reason=Reason.FINE, measured="mp4")
NOISY: Final = Check(
    code=CheckCode.NOISE, verdict=Verdict.WARN, reason=Reason.NOISY, measured=12.0, limit=18.0, unit=Unit.DECIBEL
)
CLIPPED: Final = Check(
    code=CheckCode.CLIPPING, verdict=Verdict.WARN, reason=Reason.CLIPPED, measured=3e-3, limit=1e-4, unit=Unit.RATIO
)
LONG_SILENCE: Final = Check(
    code=CheckCode.SILENCE,
    verdict=Verdict.WARN,
    reason=Reason.LONG_SILENCE,
    measured=7.5,
    limit=6.0,
    unit=Unit.SECONDS,
)
TOO_SHORT: Final = Check(
    code=CheckCode.DURATION, verdict=Verdict.FAIL, reason=Reason.TOO_SHORT, measured=4.2, limit=10.0
)


def a_sender(**changes: str) -> Sender:
    """Anna, who runs a workshop."""
    anna = Sender(
        given_name="Anna",
        family_name="Rossi",
        role="Titolare",
        organisation="Officina Rossi",
        organisation_kind="impresa",
        email="anna.rossi@example.org",
        language="it",
    )
    return replace(anna, **changes)


def a_letter(
    *,
    sender: Sender | None = None,
    file_name: str = "video.mp4",
    size_bytes: int = 11,
    submission_key: str | None = None,
    gallery: bool = True,
    social: bool = False,
    download: bool = False,
) -> submitting.Letter:
    """Everything Anna hands in beside the bytes."""
    return submitting.Letter(
        sender=sender or a_sender(),
        answers={ConsentKind.GALLERY: gallery, ConsentKind.SOCIAL: social, ConsentKind.DOWNLOAD: download},
        file=submitting.Declared(name=file_name, size_bytes=size_bytes),
        submission_key=submission_key,
    )


def some_facts(**changes: object) -> VideoFacts:
    """What a probe says of an ordinary phone clip."""
    ordinary = VideoFacts(
        container=Format.MP4,
        size_bytes=11,
        duration_s=60.0,
        declared_s=60.0,
        picture_s=60.0,
        sound_s=60.0,
        last_keyframe_s=59.0,
        video_codec="h264",
        video_profile="High",
        pixel_format="yuv420p",
        color_transfer="bt709",
        width_px=1920,
        height_px=1080,
        rotation_deg=0,
        pixel_aspect=1.0,
        frame_rate=30.0,
        is_interlaced=False,
        video_bit_rate_bps=5_000_000,
        audio_codec="aac",
        audio_profile="LC",
        audio_channels=2,
        audio_sample_rate_hz=48000,
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


def some_picture_levels(**changes: object) -> PictureLevels:
    """What the stills of somebody talking show."""
    ordinary = PictureLevels(brightness=0.7, change=0.6, drawn=7, lost=0, breaks_off_s=None)
    return replace(ordinary, **changes)  # type: ignore[arg-type]


def some_levels(**changes: object) -> AudioLevels:
    """How a clear voice in a quiet room measures."""
    clear = AudioLevels(
        integrated_lufs=-20.0,
        range_lu=6.0,
        true_peak_dbtp=-3.0,
        clipped_ratio=0.0,
        silence_ratio=0.2,
        longest_silence_s=0.8,
        noise_floor_dbfs=-60.0,
        speech_to_noise_db=32.0,
        quiet_channel_db=0.0,
        channels=2,
        duration_s=60.0,
        noise_confidence=Confidence.HIGH,
        under_voice_db=22.0,
        speech_s=42.0,
        speech_ratio=0.7,
        stereo_correlation=1.0,
        stretches=(Stretch(kind=StretchKind.SILENCE, starts_s=4.0, ends_s=6.5),),
    )
    return replace(clear, **changes)  # type: ignore[arg-type]


def some_findings(
    *, checks: tuple[Check, ...] = (FINE,), levels: AudioLevels | None = None, video: VideoFacts | None = None
) -> judging.Findings:
    """What looking at an ordinary clip finds."""
    return judging.Findings(
        checks=checks, video=video or some_facts(), levels=levels or some_levels(), peaks=(10, 60, 30)
    )


def an_inspection(
    job: Job,
    *,
    checks: tuple[Check, ...] = (FINE,),
    has_review: bool = True,
    sha256: Sha256 = REVIEWED,
    findings: judging.Findings | None = None,
) -> judging.Inspection:
    """What an inspection found; by default an acceptable clip that browsers play."""
    folder = f"submissions/{job.submission_id}/{job.id}-{job.attempts}"
    review = judging.ReviewCopy(key=ObjectKey(f"{folder}/review.mp4"), sha256=sha256, plan="copied")
    return judging.Inspection(
        findings=findings or some_findings(checks=checks),
        original_sha256=Sha256("0a" * 32),
        stills=(ObjectKey(f"{folder}/still-1.jpg"), ObjectKey(f"{folder}/still-2.jpg")),
        waveform_key=ObjectKey(f"{folder}/waveform.json"),
        review=review if has_review else None,
    )


def a_job(**changes: object) -> Job:
    """A job that somebody holds."""
    job = Job(
        id=JobId(7),
        submission_id=SubmissionId("b7c0a1de-0000-4000-8000-000000000001"),
        kind=JobKind.MAIL_RECEIPT,
        revision=1,
        state=JobState.LEASED,
        attempts=1,
        max_attempts=5,
        token=LeaseToken("mine"),
        last_error=None,
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def a_mail(**changes: object) -> EmailMessage:
    """A mail to Anna that says little."""
    letter = Letter(
        job=a_job(),
        host="video.example.org",
        mail_from="Pistoia2030 <noreply@example.org>",
        to="anna.rossi@example.org",
        reply_to="videomessaggi@example.org",
        subject="È arrivato: il tuo video",
        text="Ciao Anna,\n\nè arrivato.\n",
        html="<p>Ciao Anna,</p><p>è arrivato.</p>\n",
        language="it",
        written_at=datetime(2026, 11, 28, 9, 32, tzinfo=UTC),
    )
    return build(replace(letter, **changes))  # type: ignore[arg-type]


def the_call(services: Services) -> Call:
    """The Pistoia2030 call as it is loaded."""
    with reading(services.engine) as connection:
        return queries.find_call(connection, CALL)


def an_upload(services: Services, letter: submitting.Letter | None = None, *, call: CallSlug = CALL) -> Upload:
    """A submission whose details are saved and whose bytes are awaited."""
    with writing(services.engine) as connection:
        return submitting.start_upload(
            connection,
            queries.find_call(connection, call),
            letter or a_letter(),
            now=services.clock(),
            secret_key=services.settings.secret_key,
        )


def a_submission(
    services: Services, *, state: State = State.AWAITING_REVIEW, letter: submitting.Letter | None = None
) -> Submission:
    """A submission resting in *state*, brought there by the moves a real one makes. No file is in any bucket."""
    return read(services, a_receipt(services, state=state, letter=letter)[0])


def a_receipt(
    services: Services,
    *,
    state: State = State.UPLOADED,
    letter: submitting.Letter | None = None,
    call: CallSlug = CALL,
) -> tuple[SubmissionId, Token]:
    """As `a_submission`, with the sender's secret."""
    upload = an_upload(services, letter, call=call)
    with writing(services.engine) as connection:
        for move in _WAY_TO[state]:
            move(connection, services, upload)
    return upload.submission_id, upload.token


def a_judged_receipt(
    services: Services, findings: judging.Findings, letter: submitting.Letter | None = None
) -> tuple[SubmissionId, Token]:
    """A submission that waits to be watched, of which exactly *findings* were found, with its sender's secret."""
    submission_id, token = a_receipt(services, letter=letter)
    with writing(services.engine) as connection:
        job = take_job(connection, submission_id, JobKind.INSPECT)
        jobs.finish(connection, job)
        found = an_inspection(job, findings=findings)
        assert judging.record_inspection(connection, job, found, now=services.clock())
    return submission_id, token


def withdraw(services: Services, submission_id: SubmissionId) -> None:
    """Take a submission back, as its sender does."""
    with writing(services.engine) as connection:
        assert submitting.withdraw(connection, submission_id, actor="sender", now=services.clock())


def read(services: Services, submission_id: SubmissionId) -> Submission:
    """The submission as it stands now."""
    with reading(services.engine) as connection:
        return queries.submission_by_id(connection, submission_id)


def open_jobs(services: Services, *states: JobState) -> list[Job]:
    """Every job that is not done, oldest first."""
    with reading(services.engine) as connection:
        return backlog.jobs_in(connection, states or (JobState.READY, JobState.LEASED, JobState.DEAD), limit=1000)


def open_work(services: Services, *states: JobState) -> list[Job]:
    """As `open_jobs`, without the mails that every move asks for."""
    return [job for job in open_jobs(services, *states) if job.kind not in MAILS]


def store(services: Services, key: ObjectKey, content: bytes = b"eleven byte") -> ObjectKey:
    """Put *content* into the private bucket."""
    services.private.put_stream(key, io.BytesIO(content), content_type="video/mp4")
    return key


def a_ruling(submission: Submission, decision: moderating.Decision, **changes: object) -> moderating.Ruling:
    """A moderator's decision on what they watched."""
    ruling = moderating.Ruling(
        decision=decision,
        reviewed_sha256=submission.review_sha256 or "",
        moderator=MODERATOR,
        reason=None if decision is moderating.Decision.APPROVE else "Il volto è controluce.",
        # What follows is there to be run at once; tests about undoing say otherwise.
        wait_s=0,
    )
    return replace(ruling, **changes)  # type: ignore[arg-type]


def take_job(connection: Connection, submission_id: SubmissionId, kind: JobKind) -> Job:
    """Claim the submission's open job of a kind."""
    job = next(
        job
        for job in backlog.jobs_in(connection, (JobState.READY,), limit=1000)
        if job.submission_id == submission_id and job.kind is kind
    )
    claimed = jobs.claim(connection, job.id, lease_s=60)
    assert claimed is not None
    return claimed


def _receive(connection: Connection, services: Services, upload: Upload) -> None:
    assert upload.upload_key is not None
    assert submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())


def _inspect(connection: Connection, services: Services, upload: Upload) -> None:
    job = take_job(connection, upload.submission_id, JobKind.INSPECT)
    jobs.finish(connection, job)
    assert judging.record_inspection(connection, job, an_inspection(job), now=services.clock())


def _refuse(connection: Connection, services: Services, upload: Upload) -> None:
    job = take_job(connection, upload.submission_id, JobKind.INSPECT)
    jobs.finish(connection, job)
    found = an_inspection(job, checks=(FINE, TOO_SHORT), has_review=False)
    assert judging.record_inspection(connection, job, found, now=services.clock())


def _accept_for_encoding(connection: Connection, services: Services, upload: Upload) -> None:
    job = take_job(connection, upload.submission_id, JobKind.INSPECT)
    jobs.finish(connection, job)
    assert judging.record_inspection(connection, job, an_inspection(job, has_review=False), now=services.clock())


def _decide(decision: moderating.Decision) -> _Move:
    def decide(connection: Connection, services: Services, upload: Upload) -> None:
        submission = queries.submission_by_id(connection, upload.submission_id)
        ruling = a_ruling(submission, decision)
        outcome = moderating.decide(connection, submission.id, ruling, now=services.clock())
        assert outcome is moderating.Outcome.DONE

    return decide


def _publish(connection: Connection, services: Services, upload: Upload) -> None:
    job = take_job(connection, upload.submission_id, JobKind.PUBLISH)
    jobs.finish(connection, job)
    submission = queries.submission_by_id(connection, upload.submission_id)
    assert submission.clip_id is not None
    publication = Publication(
        clip_id=submission.clip_id,
        revision=publishing.reserve_revision(connection, job),
        published_at=services.clock(),
        duration_s=60.0,
        width_px=1920,
        height_px=1080,
        size_bytes=11,
        still_count=2,
    )
    assert publishing.record_publication(connection, job, publication, now=services.clock())


def _give_up(connection: Connection, services: Services, upload: Upload) -> None:
    assert submitting.give_up_upload(connection, upload.submission_id, actor="dispatcher", now=services.clock())


def _withdraw(connection: Connection, services: Services, upload: Upload) -> None:
    assert submitting.withdraw(connection, upload.submission_id, actor="sender", now=services.clock())


def _call_operator(connection: Connection, services: Services, upload: Upload) -> None:
    assert operating.call_operator(connection, upload.submission_id, error="it broke", now=services.clock())


if TYPE_CHECKING:
    from collections.abc import Callable

    _Move = Callable[[Connection, Services, Upload], None]

_APPROVED = (_receive, _inspect, _decide(moderating.Decision.APPROVE))

_WAY_TO: Final[dict[State, tuple[_Move, ...]]] = {
    State.UPLOADING: (),
    State.UPLOADED: (_receive,),
    State.INSPECTED: (_receive, _accept_for_encoding),
    State.AWAITING_REVIEW: (_receive, _inspect),
    State.APPROVED: _APPROVED,
    State.PUBLISHED: (*_APPROVED, _publish),
    State.REFUSED: (_receive, _refuse),
    State.REDO_REQUESTED: (_receive, _inspect, _decide(moderating.Decision.ASK_AGAIN)),
    State.DECLINED: (_receive, _inspect, _decide(moderating.Decision.DECLINE)),
    State.NEEDS_OPERATOR: (_receive, _call_operator),
    State.ABANDONED: (_give_up,),
    State.WITHDRAWN: (_receive, _withdraw),
}
