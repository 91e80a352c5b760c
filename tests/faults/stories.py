"""Submissions with real files in the buckets, each one job away from the next state."""

from __future__ import annotations

import io
import json
import subprocess
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import event, func, select, update

from intake.actions import (
    captioning,
    cutting,
    heartbeats,
    hooking,
    housekeeping,
    jobs,
    judging,
    moderating,
    operating,
    publishing,
    submitting,
    undoing,
)
from intake.db import backlog, queries
from intake.db.engine import database_now_s, make_engine, reading, writing
from intake.db.tables import events, submissions
from intake.db.tables import jobs as jobs_table
from intake.domain.calls import Format
from intake.domain.captions import Cue
from intake.domain.cutting import Cut
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.settings import Settings
from intake.storage import keys
from intake.wiring import connect
from tests import builders, media_factory
from tests.fakes.transcriber import FakeTranscriber
from tests.servers import wait_until
from workers.run_job import Worker, run_job
from workers.steps.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Engine

    from intake.domain.hooks import HookEvent
    from intake.domain.jobs import JobId
    from intake.domain.submissions import Job, ObjectKey, Submission
    from intake.wiring import Services
    from workers.media.sandbox import Sandbox

AT_ONCE_S = 0.0


_PICTURE = "testsrc2=size=320x240:rate=5:duration=11"


@dataclass(frozen=True, kw_only=True)
class Clips:
    """Files that every test may send.

    Attributes:
        plain: Browsers play it.
        foreign: Only some do, so it is encoded.
        still: A picture out of a clip.
    """

    plain: Path
    foreign: Path
    still: Path


@dataclass(frozen=True, kw_only=True)
class World:
    """What most of these tests are about: the parts as a test uses them, and the settings of those who are struck."""

    services: Services
    environ: Mapping[str, str]
    sandbox: Sandbox
    clips: Clips


def make_clips(folder: Path) -> Clips:
    """Make each file once."""
    plain = media_factory.a_landscape_clip(folder, duration_s=11, size="320x240", rate=5)
    still = folder / "still.jpg"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", plain, "-frames:v", "1", still], check=True)
    foreign = folder / "foreign.mov"
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1"]
    picture, copied = ["-f", "lavfi", "-i", _PICTURE], ["-c:a", "copy", foreign]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", *picture, "-i", plain, "-map", "0:v", "-map", "1:a", *hevc, *copied],
        check=True,
    )
    return Clips(plain=plain, foreign=foreign, still=still)


def before(kind: JobKind, world: World) -> tuple[SubmissionId, JobId]:
    """A submission whose next job is of *kind*, and that job."""
    submission_id = _BEFORE[kind](world.services, world.clips)
    return submission_id, ready_job(world.services, submission_id, kind).id


def received(services: Services, path: Path, **letter: str) -> SubmissionId:
    """A submission that has its receipt."""
    upload = builders.an_upload(services, builders.a_letter(size_bytes=path.stat().st_size, **letter))
    assert upload.upload_key is not None
    services.private.put_file(upload.upload_key, path, content_type="video/mp4")
    with writing(services.engine) as connection:
        assert submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())
    return upload.submission_id


def to_encode(services: Services, clips: Clips) -> SubmissionId:
    """A submission that was accepted and must be encoded."""
    submission_id = received(services, clips.foreign)
    with writing(services.engine) as connection:
        job = builders.take_job(connection, submission_id, JobKind.INSPECT)
        found = builders.an_inspection(job, has_review=False)
    facts = builders.some_facts(
        container=Format.MOV,
        duration_s=11.0,
        video_codec="hevc",
        video_profile="Main",
        width_px=320,
        height_px=240,
        frame_rate=5.0,
        audio_channels=1,
    )
    return _record(services, clips, job, replace(found, findings=replace(found.findings, video=facts)))


def to_review(services: Services, clips: Clips) -> SubmissionId:
    """A submission that waits for a moderator."""
    submission_id = received(services, clips.plain)
    with writing(services.engine) as connection:
        job = builders.take_job(connection, submission_id, JobKind.INSPECT)
    facts = builders.some_facts(
        duration_s=11.0, sound_s=11.0, width_px=320, height_px=240, frame_rate=5.0, audio_channels=1
    )
    found = builders.an_inspection(job, sha256=sha256_of(clips.plain), findings=builders.some_findings(video=facts))
    return _record(services, clips, job, found)


def to_recut(services: Services, clips: Clips) -> SubmissionId:
    """A submission that a moderator wants cut."""
    submission_id = to_review(services, clips)
    assert recut(services, builders.read(services, submission_id), Cut(start_s=0.5)) is moderating.Outcome.DONE
    return submission_id


def recut(services: Services, seen: Submission, cut: Cut) -> moderating.Outcome:
    """Have what was *seen* cut anew."""
    with writing(services.engine) as connection:
        return cutting.ask_recut(
            connection,
            seen.id,
            cut,
            reviewed_sha256=seen.review_sha256 or "",
            moderator=builders.MODERATOR,
            now=services.clock(),
        )


def to_clean(services: Services, clips: Clips) -> SubmissionId:
    """A submission whose sound somebody wants to hear with less noise."""
    submission_id = to_review(services, clips)
    with writing(services.engine) as connection:
        assert cutting.ask_cleaning(connection, submission_id, moderator=builders.MODERATOR, now=services.clock())
    return submission_id


def to_publish(services: Services, clips: Clips) -> SubmissionId:
    """A submission that was approved."""
    submission_id = to_review(services, clips)
    approve(services, submission_id)
    return submission_id


def published(services: Services, clips: Clips) -> SubmissionId:
    """A public clip, with the least that a publication holds."""
    submission_id = to_publish(services, clips)
    with writing(services.engine) as connection:
        job = builders.take_job(connection, submission_id, JobKind.PUBLISH)
        revision = publishing.reserve_revision(connection, job)
    clip_id = builders.read(services, submission_id).clip_id
    assert clip_id is not None
    services.gallery.put_file(keys.published(clip_id, revision, "video.mp4"), clips.plain, content_type="video/mp4")
    with writing(services.engine) as connection:
        assert jobs.finish(connection, job)
        publication = builders.Publication(
            clip_id=clip_id,
            revision=revision,
            published_at=services.clock(),
            duration_s=11.0,
            width_px=320,
            height_px=240,
            size_bytes=clips.plain.stat().st_size,
            still_count=0,
        )
        assert publishing.record_publication(connection, job, publication, now=services.clock())
    return submission_id


def published_whole(services: Services, clips: Clips) -> SubmissionId:
    """As `published`, with the manifest."""
    submission_id = published(services, clips)
    clip = builders.read(services, submission_id)
    assert clip.publication is not None
    video = {"name": "video.mp4", "size_bytes": clips.plain.stat().st_size, "sha256": sha256_of(clips.plain)}
    manifest = json.dumps({"reviewed_sha256": clip.approved_sha256, "files": [video]}).encode()
    key = keys.published(clip.publication.clip_id, clip.publication.revision, "manifest.json")
    services.gallery.put_stream(key, io.BytesIO(manifest), content_type="application/json")
    return submission_id


def captioned(services: Services, clips: Clips) -> SubmissionId:
    """A public clip whose captions were written a moment ago."""
    submission_id = published_whole(services, clips)
    sha256 = builders.read(services, submission_id).original_sha256
    cues = (Cue(start_ms=0, end_ms=2000, text="Mi chiamo Anna."),)
    edition = captioning.Edition(language="it", cues=cues, seen_sha256=sha256, seen_version=0, is_checked=True)
    with writing(services.engine) as connection:
        captioning.save(connection, submission_id, edition, moderator=builders.MODERATOR, now=services.clock())
    return submission_id


def to_transcribe(services: Services, clips: Clips) -> SubmissionId:
    """A submission that waits for a moderator and for a machine's draft."""
    submission_id = to_review(services, clips)
    with writing(services.engine) as connection:
        assert captioning.ask_for_draft(connection, submission_id)
    return submission_id


def withdrawn(services: Services, clips: Clips) -> SubmissionId:
    """A clip that was public and was taken back."""
    submission_id = published(services, clips)
    withdraw(services, submission_id)
    return submission_id


def deleted(services: Services, clips: Clips) -> SubmissionId:
    """A clip that was taken back and is gone; only its sender is to be told."""
    submission_id = withdrawn(services, clips)
    for kind in (JobKind.UNPUBLISH, JobKind.PURGE):
        run_job(Worker(services=services, sandbox=None), ready_job(services, submission_id, kind).id)
    return submission_id


def turned_down(services: Services, clips: Clips) -> SubmissionId:
    """A clip that a moderator declined."""
    submission_id = to_review(services, clips)
    rule(services, builders.read(services, submission_id), moderating.Decision.DECLINE)
    return submission_id


def taken_down(services: Services, clips: Clips) -> SubmissionId:
    """A clip that was public and is to be looked at again, as its sender is to be told."""
    submission_id = published(services, clips)
    with writing(services.engine) as connection:
        note, now = "Una targa si legge.", services.clock()
        assert moderating.take_down(
            connection, submission_id, moderator=builders.MODERATOR, note=note, now=now, tell_after_s=0
        )
    return submission_id


def half_way(services: Services, _clips: Clips) -> SubmissionId:
    """An upload that stopped a day ago."""
    upload = builders.an_upload(services)
    with writing(services.engine) as connection:
        assert housekeeping.remind(connection, upload.submission_id)
    return upload.submission_id


def handed_in(services: Services, clips: Clips) -> SubmissionId:
    """A clip that somebody handed in for its sender, who is to be asked."""
    path = clips.plain
    letter = replace(builders.a_letter(size_bytes=path.stat().st_size), answers={}, filed_by=builders.MODERATOR)
    upload = builders.an_upload(services, letter)
    assert upload.upload_key is not None
    services.private.put_file(upload.upload_key, path, content_type="video/mp4")
    with writing(services.engine) as connection:
        assert submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())
    return upload.submission_id


def unanswered(services: Services, clips: Clips) -> SubmissionId:
    """As `handed_in`, three days later: its sender is to be asked once more."""
    submission_id = handed_in(services, clips)
    late = services.clock() + housekeeping.ASK_AGAIN_AFTER + timedelta(minutes=1)
    with writing(services.engine) as connection:
        assert housekeeping.ask_again(connection, now=late) == 1
    return submission_id


def approve(services: Services, submission_id: SubmissionId) -> moderating.Outcome:
    """Approve what waits for review."""
    return rule(services, builders.read(services, submission_id), moderating.Decision.APPROVE)


def rule(services: Services, seen: Submission, decision: moderating.Decision) -> moderating.Outcome:
    """Decide on what was *seen*."""
    with writing(services.engine) as connection:
        return moderating.decide(connection, seen.id, builders.a_ruling(seen, decision), now=services.clock())


def withdraw(services: Services, submission_id: SubmissionId) -> bool:
    """Take a submission back."""
    with writing(services.engine) as connection:
        return submitting.withdraw(connection, submission_id, actor="sender", now=services.clock())


def replace_file(services: Services, submission_id: SubmissionId) -> object:
    """Begin to send another file; None where none may be sent."""
    file = submitting.Declared(name="better.mp4", size_bytes=7)
    with writing(services.engine) as connection:
        return submitting.replace_file(connection, submission_id, file, now=services.clock())


def undo(services: Services, decided: Submission) -> bool:
    """Take a decision back."""
    with writing(services.engine) as connection:
        return undoing.undo(
            connection, decided.id, decided.revision, moderator=builders.MODERATOR, now=services.clock()
        )


def claim(services: Services, job_id: JobId) -> Job | None:
    """Begin a job, as a worker does."""
    with writing(services.engine) as connection:
        return jobs.claim(connection, job_id, lease_s=60)


def tell(services: Services, url: str, *hook_events: HookEvent) -> None:
    """Have another system told of what happens."""
    with writing(services.engine) as connection:
        hooking.add_hook(
            connection,
            url,
            hook_events,
            by=builders.MODERATOR,
            now=services.clock(),
            secret_key=services.settings.secret_key,
        )


def retry(services: Services, submission_id: SubmissionId) -> bool:
    """Press the operator's button."""
    with writing(services.engine) as connection:
        return operating.retry_submission(connection, submission_id, actor=builders.MODERATOR, now=services.clock())


def only_submission(services: Services) -> Submission:
    """The one submission there is."""
    with reading(services.engine) as connection:
        (found,) = connection.scalars(select(submissions.c.id))
        return queries.submission_by_id(connection, found)


def state_of(services: Services, submission_id: SubmissionId) -> State:
    """Where a submission rests."""
    return builders.read(services, submission_id).state


def job_of(services: Services, job_id: JobId) -> Job:
    """The job as its row stands."""
    with reading(services.engine) as connection:
        return backlog.job_by_id(connection, job_id)


def ready_job(services: Services, submission_id: SubmissionId, kind: JobKind) -> Job:
    """The submission's waiting job of a kind."""
    waiting = builders.open_jobs(services, JobState.READY)
    return next(job for job in waiting if job.submission_id == submission_id and job.kind is kind)


def let_backoff_pass(services: Services) -> None:
    """Make every waiting job due."""
    with writing(services.engine) as connection:
        connection.execute(update(jobs_table).values(run_after=AT_ONCE_S))


def sweep_leases(services: Services) -> None:
    """Free lost leases, as the dispatcher does every sweep."""
    with writing(services.engine) as connection:
        housekeeping.expire_leases(connection, now=services.clock())


def wait_for_free_job(services: Services, job_id: JobId) -> None:
    """Wait until the sweep has freed a job whose worker went silent."""

    def is_free() -> bool:
        sweep_leases(services)
        return job_of(services, job_id).state is not JobState.LEASED

    wait_until(is_free, what="the end of a dead worker's lease")


def on_its_last_try(services: Services, job_id: JobId, *, lease_s: float) -> Job:
    """Claim a job for the last time it may be tried."""
    job = job_of(services, job_id)
    with writing(services.engine) as connection:
        tried = update(jobs_table).where(jobs_table.c.id == job_id).values(attempts=job.max_attempts - 1)
        connection.execute(tried)
        claimed = jobs.claim(connection, job_id, lease_s=lease_s)
    assert claimed is not None
    return claimed


def wait_out(services: Services, job: Job) -> None:
    """Wait until a job's lease has ended, by the database's clock."""

    def has_ended() -> bool:
        with reading(services.engine) as connection:
            ended = select(jobs_table.c.lease_until < database_now_s()).where(jobs_table.c.id == job.id)
            return connection.scalar(ended) is True

    wait_until(has_ended, what="the lease's end")


@contextmanager
def slow_database(world: World, job: Job) -> Iterator[Engine]:
    """The same database, so slow that a job's lease ends between one change of the jobs and the next."""
    engine = make_engine(world.environ["DATABASE_URL"])

    @event.listens_for(engine, "after_cursor_execute")
    def wait_for_the_lease(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE jobs"):
            wait_out(world.services, job)

    yield engine
    engine.dispose()


def on_storage(world: World, url: str) -> Services:
    """The same parts on another S3 server."""
    made = connect(Settings.from_env({**world.environ, "S3_ENDPOINT_URL": url}))
    return replace(made, engine=world.services.engine, clock=world.services.clock)


def run(world: World, job_id: JobId) -> None:
    """Run a job in this process, if it is there to be run."""
    let_backoff_pass(world.services)
    run_job(Worker(services=world.services, sandbox=world.sandbox, transcriber=FakeTranscriber()), job_id)


def finish_everything(services: Services, sandbox: Sandbox | None) -> None:
    """Run what is due, and what follows from it, until nothing is left."""

    def is_quiet() -> bool:
        sweep_leases(services)
        let_backoff_pass(services)
        for job in builders.open_jobs(services, JobState.READY):
            run_job(Worker(services=services, sandbox=sandbox, transcriber=FakeTranscriber()), job.id)
        return not builders.open_jobs(services, JobState.READY, JobState.LEASED)

    wait_until(is_quiet, what="the end of all work")


def _record(services: Services, clips: Clips, job: Job, found: judging.Inspection) -> SubmissionId:
    for still in found.stills:
        services.private.put_file(still, clips.still, content_type="image/jpeg")
    if found.waveform_key is not None:
        services.private.put_file(found.waveform_key, clips.still, content_type="application/json")
    if found.review is not None:
        services.private.put_file(found.review.key, clips.plain, content_type="video/mp4")
    with writing(services.engine) as connection:
        assert jobs.finish(connection, job)
        assert judging.record_inspection(connection, job, found, now=services.clock())
    return job.submission_id


_BEFORE: dict[JobKind, Callable[[Services, Clips], SubmissionId]] = {
    JobKind.INSPECT: lambda services, clips: received(services, clips.plain),
    JobKind.ENCODE: to_encode,
    JobKind.RECUT: to_recut,
    JobKind.CLEAN_SOUND: to_clean,
    JobKind.PUBLISH: to_publish,
    JobKind.UNPUBLISH: withdrawn,
    JobKind.PURGE: withdrawn,
    JobKind.CAPTION: captioned,
    JobKind.TRANSCRIBE: to_transcribe,
    JobKind.MAIL_RECEIPT: lambda services, clips: received(services, clips.plain),
    JobKind.MAIL_VERDICT: turned_down,
    JobKind.MAIL_PUBLISHED: published_whole,
    JobKind.MAIL_TAKEN_DOWN: taken_down,
    JobKind.MAIL_WITHDRAWN: deleted,
    JobKind.MAIL_REMINDER: half_way,
    JobKind.MAIL_FILED: handed_in,
    JobKind.MAIL_UNCONFIRMED: unanswered,
}

AFTER: dict[JobKind, State] = {
    JobKind.INSPECT: State.AWAITING_REVIEW,
    JobKind.ENCODE: State.AWAITING_REVIEW,
    JobKind.RECUT: State.AWAITING_REVIEW,
    JobKind.CLEAN_SOUND: State.AWAITING_REVIEW,
    JobKind.PUBLISH: State.PUBLISHED,
    JobKind.UNPUBLISH: State.WITHDRAWN,
    JobKind.PURGE: State.WITHDRAWN,
    JobKind.CAPTION: State.PUBLISHED,
    JobKind.TRANSCRIBE: State.AWAITING_REVIEW,
    # The receipt's clip is inspected meanwhile.
    JobKind.MAIL_RECEIPT: State.AWAITING_REVIEW,
    JobKind.MAIL_VERDICT: State.DECLINED,
    JobKind.MAIL_PUBLISHED: State.PUBLISHED,
    JobKind.MAIL_TAKEN_DOWN: State.AWAITING_REVIEW,
    JobKind.MAIL_WITHDRAWN: State.WITHDRAWN,
    JobKind.MAIL_REMINDER: State.UPLOADING,
    JobKind.MAIL_FILED: State.AWAITING_REVIEW,
    JobKind.MAIL_UNCONFIRMED: State.AWAITING_REVIEW,
}
"""Where a submission rests when its job of a kind, and what else there was to do, is done."""


def receipts(kind: JobKind, submission_id: SubmissionId) -> list[SubmissionId]:
    """The submission, where it has a receipt before its job of this kind."""
    return [] if kind is JobKind.MAIL_REMINDER else [submission_id]


def open_kinds(services: Services) -> set[JobKind]:
    """Which kinds of work are not done."""
    return {job.kind for job in builders.open_jobs(services)}


def is_spooling(pid: int) -> bool:
    """Whether a web process is writing a sender's file to its spool folder."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    opened = [link for process in processes for link in Path(f"/proc/{process.pid}/fd").iterdir()]
    spooled = [link for link in opened if "/spool/" in str(link.readlink())]
    return any(link.stat().st_size > 0 for link in spooled)


def publish_everything(world: World) -> None:
    """Run every publication that waits."""
    for job in builders.open_jobs(world.services, JobState.READY):
        if job.kind is JobKind.PUBLISH:
            run(world, job.id)


def manifests(services: Services) -> dict[SubmissionId, dict[str, Any]]:
    """What the manifest of every public clip says."""
    with reading(services.engine) as connection:
        found = connection.scalars(select(submissions.c.id).where(submissions.c.state == State.PUBLISHED)).all()
    public = {clip.id: clip.publication for clip in (builders.read(services, SubmissionId(one)) for one in found)}
    return {
        submission_id: read_json(services, keys.published(shown.clip_id, shown.revision, "manifest.json"))
        for submission_id, shown in public.items()
        if shown is not None
    }


def read_json(services: Services, key: ObjectKey) -> dict[str, Any]:
    """What a JSON file in the gallery bucket says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.json"
        services.gallery.fetch(key, path)
        document: dict[str, Any] = json.loads(path.read_text())
    return document


def one_of_a_kind(clips: Clips, folder: Path, number: int) -> Clips:
    """The same clips, but of the plain one a copy that differs from every other in a box nobody reads."""
    free = f"{number:016d}".encode()
    copy = folder / f"plain-{number}.mp4"
    copy.write_bytes(clips.plain.read_bytes() + (len(free) + 8).to_bytes(4, "big") + b"free" + free)
    return replace(clips, plain=copy)


def approved_sha256s(services: Services) -> dict[SubmissionId, str | None]:
    """Of which file each approved submission was approved."""
    query = select(submissions.c.id, submissions.c.approved_sha256).where(submissions.c.state == State.APPROVED)
    with reading(services.engine) as connection:
        return {SubmissionId(row.id): row.approved_sha256 for row in connection.execute(query)}


def count_by_state(services: Services) -> dict[State, int]:
    """How many submissions rest where."""
    with reading(services.engine) as connection:
        return queries.count_by_state(connection)


def decisions_of(services: Services) -> list[int]:
    """How often each submission that was decided on was decided on."""
    decided = (State.APPROVED, State.DECLINED, State.REDO_REQUESTED)
    counted = select(func.count()).where(events.c.after.in_(decided)).group_by(events.c.submission_id)
    with reading(services.engine) as connection:
        return list(connection.scalars(counted))


def nobody() -> SubmissionId:
    """The id of a submission that never was."""
    return SubmissionId(str(uuid.uuid4()))


def has_heart(services: Services) -> bool:
    """Whether a worker said that it lives."""
    with reading(services.engine) as connection:
        return backlog.heartbeat(connection, heartbeats.worker("quick")) is not None
