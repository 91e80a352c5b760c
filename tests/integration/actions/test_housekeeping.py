"""What the dispatcher sweeps: uploads that stopped, objects no row knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake.actions import housekeeping, reporting, submitting, uploading
from intake.db import backlog, desk, queries
from intake.db.engine import reading, writing
from intake.domain.errors import StorageUnavailable
from intake.domain.history import Cause
from intake.domain.jobs import JobKind
from intake.domain.reports import Report, ReportKind
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests.builders import a_letter, a_submission, an_upload, open_work, read
from tests.fakes.bucket import MemoryBucket

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

ELEVEN_BYTES = b"eleven byte"


@pytest.fixture
def private() -> MemoryBucket:
    return MemoryBucket("private")


@pytest.fixture
def gallery() -> MemoryBucket:
    return MemoryBucket("gallery")


def put(bucket: MemoryBucket, key: ObjectKey | str, folder: Path, content: bytes = ELEVEN_BYTES) -> None:
    path = folder / "content"
    path.write_bytes(content)
    bucket.put_file(ObjectKey(key), path, content_type="video/mp4")


def settle(services: Services, private: MemoryBucket) -> None:
    housekeeping.settle_uploads(services.engine, private, now=services.clock())


def test_bytes_that_are_all_there_become_a_receipt(
    services_on_each: Services, clock: FakeClock, private: MemoryBucket, tmp_path: Path
) -> None:
    upload = an_upload(services_on_each)
    assert upload.upload_key is not None
    put(private, upload.upload_key, tmp_path)
    clock.advance(minutes=16)

    settle(services_on_each, private)

    assert read(services_on_each, upload.submission_id).state is State.UPLOADED
    assert [job.kind for job in open_work(services_on_each)] == [JobKind.INSPECT]


@pytest.mark.parametrize(
    ("content", "minutes"),
    [
        pytest.param(ELEVEN_BYTES, 14, id="still-busy"),
        pytest.param(b"only ten b", 16, id="a-byte-short"),
    ],
)
def test_an_upload_that_may_still_come_is_left_alone(  # noqa: PLR0917
    services_on_each: Services, clock: FakeClock, private: MemoryBucket, tmp_path: Path, content: bytes, minutes: int
) -> None:
    upload = an_upload(services_on_each)
    assert upload.upload_key is not None
    put(private, upload.upload_key, tmp_path, content)
    clock.advance(minutes=minutes)

    settle(services_on_each, private)

    assert read(services_on_each, upload.submission_id).state is State.UPLOADING


def test_an_upload_that_never_came_is_given_up_and_purged(
    services_on_each: Services, clock: FakeClock, private: MemoryBucket
) -> None:
    upload = an_upload(services_on_each)
    clock.advance(hours=73)

    settle(services_on_each, private)

    assert read(services_on_each, upload.submission_id).state is State.ABANDONED
    assert [job.kind for job in open_work(services_on_each)] == [JobKind.PURGE]


class OneSickObject(MemoryBucket):
    """A bucket that cannot say anything of one object."""

    sick: str | None = None

    def size_of(self, key: ObjectKey) -> int:
        if key == self.sick:
            raise StorageUnavailable("this one is on a broken disk")
        return super().size_of(key)


@pytest.mark.parametrize("sick", [0, 1])
def test_an_upload_the_bucket_cannot_speak_of_stops_no_other(
    services_on_each: Services, clock: FakeClock, tmp_path: Path, sick: int
) -> None:
    uploads = [an_upload(services_on_each), an_upload(services_on_each)]
    well = uploads[1 - sick]
    bucket = OneSickObject("private")
    bucket.sick = uploads[sick].upload_key
    put(bucket, well.upload_key or "", tmp_path)
    clock.advance(minutes=16)

    settle(services_on_each, bucket)

    assert read(services_on_each, well.submission_id).state is State.UPLOADED
    assert read(services_on_each, uploads[sick].submission_id).state is State.UPLOADING


def test_a_dead_job_brings_its_submission_before_a_human(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.UPLOADED)
    with writing(services_on_each.engine) as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'leased', attempts = 3, lease_token = 't', lease_until = 1")

        died = housekeeping.expire_leases(connection, now=services_on_each.clock())

    after = read(services_on_each, submission.id)
    with reading(services_on_each.engine) as connection:
        dead = backlog.last_dead_job(connection, submission.id)
    assert died == 1
    assert (after.state, after.came_from) == (State.NEEDS_OPERATOR, State.UPLOADED)
    assert dead is not None
    assert dead.last_error


def test_only_objects_that_no_row_knows_are_swept(
    services: Services, clock: FakeClock, private: MemoryBucket, gallery: MemoryBucket, tmp_path: Path
) -> None:
    published = a_submission(services, state=State.PUBLISHED)
    withdrawn = a_submission(services, state=State.WITHDRAWN)
    assert published.publication is not None
    kept = {published.original_key, published.review_key, *published.stills}
    shown = keys.published(published.publication.clip_id, published.publication.revision, "video.mp4")
    for key in (*kept, f"submissions/{published.id}/9-1/review.mp4", f"submissions/{withdrawn.id}/original/x"):
        put(private, str(key), tmp_path)
    for key in (shown, keys.published(published.publication.clip_id, 9, "video.mp4"), "clips/nobody/1/video.mp4"):
        put(gallery, key, tmp_path)

    now = clock() + timedelta(days=3650)
    swept = housekeeping.sweep_leftovers(services.engine, private, gallery, now=now)

    assert swept == 4
    assert {stored.key for stored in private.listing("")} == kept
    assert [stored.key for stored in gallery.listing("")] == [shown]


def test_what_a_killed_doctor_left_is_swept(
    services: Services, private: MemoryBucket, gallery: MemoryBucket, clock: FakeClock, tmp_path: Path
) -> None:
    put(private, keys.probe(keys.PRIVATE_ROOT), tmp_path)
    put(gallery, keys.probe(keys.GALLERY_ROOT), tmp_path)

    now = clock() + timedelta(days=3650)
    housekeeping.sweep_leftovers(services.engine, private, gallery, now=now)

    assert [*private.listing(""), *gallery.listing("")] == []


def test_what_a_replaced_clip_left_is_swept(
    services: Services, private: MemoryBucket, gallery: MemoryBucket, clock: FakeClock, tmp_path: Path
) -> None:
    # Given a clip that waits to be watched, with its files
    waiting = a_submission(services)
    old = [key for key in (waiting.original_key, waiting.review_key, *waiting.stills) if key]
    for key in old:
        put(private, key, tmp_path)

    # When another takes its place
    with writing(services.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, waiting.id, file, now=clock())
        assert upload_key is not None
        submitting.finish_upload(connection, waiting.id, upload_key, now=clock())
    put(private, upload_key, tmp_path)
    now = clock() + timedelta(days=3650)
    swept = housekeeping.sweep_leftovers(services.engine, private, gallery, now=now)

    # Then only the new file is left
    assert swept == len(old)
    assert [stored.key for stored in private.listing("")] == [upload_key]


def test_what_may_belong_to_a_running_attempt_is_left_alone(
    services: Services, private: MemoryBucket, gallery: MemoryBucket, tmp_path: Path
) -> None:
    put(private, "submissions/unknown/1-1/review.mp4", tmp_path)
    [fresh] = private.listing("")

    swept = housekeeping.sweep_leftovers(
        services.engine, private, gallery, now=fresh.written_at + housekeeping.LEFTOVER_AGE
    )

    assert swept == 0


class TestUploadsInParts:
    @staticmethod
    def begun(services: Services, private: MemoryBucket, *parts: bytes) -> Submission:
        """A submission whose file of eleven bytes is awaited in parts, *parts* of which arrived."""
        letter = a_letter()
        upload = an_upload(services, replace(letter, file=replace(letter.file, comes_in_parts=True)))
        uploading.sign_parts(services.engine, private, read(services, upload.submission_id), [1])
        submission = read(services, upload.submission_id)
        assert submission.upload_id is not None
        for number, content in enumerate(parts, 1):
            private.put_part(submission.upload_id, number, content)
        return submission

    @staticmethod
    def begun_again(services: Services, private: MemoryBucket) -> Submission:
        """As above, instead of a file that was refused."""
        refused = a_submission(services, state=State.REFUSED)
        file = submitting.Declared(name="b.mp4", size_bytes=11, comes_in_parts=True)
        with writing(services.engine) as connection:
            assert uploading.begin_upload(connection, refused.id, file, now=services.clock())
        uploading.sign_parts(services.engine, private, read(services, refused.id), [1])
        return read(services, refused.id)

    def test_are_finished_when_all_parts_are_there(
        self, services_on_each: Services, clock: FakeClock, private: MemoryBucket
    ) -> None:
        submission = self.begun(services_on_each, private, ELEVEN_BYTES)
        clock.advance(minutes=16)

        settle(services_on_each, private)

        after = read(services_on_each, submission.id)
        assert (after.state, after.original_key) == (State.UPLOADED, submission.upload_key)
        assert private.size_of(after.original_key or ObjectKey("")) == 11

    @pytest.mark.parametrize("parts", [[], [b"only ten b"]], ids=["nothing", "a-byte-short"])
    def test_are_left_alone_for_three_days(
        self, services_on_each: Services, clock: FakeClock, private: MemoryBucket, parts: list[bytes]
    ) -> None:
        submission = self.begun(services_on_each, private, *parts)
        clock.advance(hours=71)

        settle(services_on_each, private)

        assert read(services_on_each, submission.id) == submission
        assert list(private.opened) == [submission.upload_id]

    def test_that_never_came_are_given_up_with_their_parts(
        self, services_on_each: Services, clock: FakeClock, private: MemoryBucket
    ) -> None:
        submission = self.begun(services_on_each, private, b"only ten b")
        clock.advance(hours=73)

        settle(services_on_each, private)

        after = read(services_on_each, submission.id)
        assert (after.state, after.upload_id, private.opened) == (State.ABANDONED, None, {})
        assert [job.kind for job in open_work(services_on_each)] == [JobKind.PURGE]

    def test_of_another_file_may_take_three_days_as_well(
        self, services_on_each: Services, clock: FakeClock, private: MemoryBucket
    ) -> None:
        submission = self.begun_again(services_on_each, private)

        clock.advance(hours=71)
        settle(services_on_each, private)
        patient = read(services_on_each, submission.id)
        clock.advance(hours=2)
        settle(services_on_each, private)

        assert (patient.state, read(services_on_each, submission.id).state) == (State.UPLOADING, State.REFUSED)
        assert private.opened == {}

    def test_begun_again_have_three_days_from_then(
        self, services_on_each: Services, clock: FakeClock, private: MemoryBucket
    ) -> None:
        submission = self.begun(services_on_each, private)
        clock.advance(hours=71)
        with writing(services_on_each.engine) as connection:
            file = submitting.Declared(name="b.mp4", size_bytes=11, comes_in_parts=True)
            uploading.begin_upload(connection, submission.id, file, now=clock())
        clock.advance(hours=71)

        settle(services_on_each, private)

        assert read(services_on_each, submission.id).state is State.UPLOADING

    def test_that_no_row_knows_are_aborted_once_they_are_old(
        self, services_on_each: Services, private: MemoryBucket, gallery: MemoryBucket
    ) -> None:
        submission = self.begun(services_on_each, private)
        assert submission.upload_key is not None
        private.open_upload(submission.upload_key, content_type="video/mp4")
        private.open_upload(ObjectKey("submissions/nobody/original/a"), content_type="video/mp4")
        youngest = max(upload.opened_at for upload in private.open_uploads(""))
        engine, age = services_on_each.engine, housekeeping.LEFTOVER_AGE

        early = housekeeping.sweep_leftovers(engine, private, gallery, now=youngest + age - timedelta(minutes=1))
        late = housekeeping.sweep_leftovers(engine, private, gallery, now=youngest + age + timedelta(minutes=1))

        assert (early, late) == (0, 2)
        assert list(private.opened) == [submission.upload_id]


class TestReports:
    def test_what_visitors_wrote_is_erased_after_ninety_days(
        self, services_on_each: Services, clock: FakeClock
    ) -> None:
        clip = a_submission(services_on_each, state=State.PUBLISHED)
        reports(services_on_each, clip.id, "Gracchia.")

        clock.advance(days=89)
        early = forget_reporters(services_on_each), notes_of(services_on_each, clip.id)
        clock.advance(days=2)
        late = forget_reporters(services_on_each), notes_of(services_on_each, clip.id)

        assert early == (0, [("captions", "Gracchia.\n\neva@example.org")])
        assert late == (1, [("captions", None)])
        assert forget_reporters(services_on_each) == 0

    def test_staff_find_a_clip_by_it_only_so_long(self, services_on_each: Services, clock: FakeClock) -> None:
        clip = a_submission(services_on_each, state=State.PUBLISHED)
        reports(services_on_each, clip.id, "Gracchia.")
        before = found(services_on_each, "gracchia"), found(services_on_each, "eva")

        clock.advance(days=91)
        forget_reporters(services_on_each)

        assert before == ([clip.id], [clip.id])
        assert (found(services_on_each, "gracchia"), found(services_on_each, "eva")) == ([], [])
        assert found(services_on_each, "anna") == [clip.id]

    def test_what_is_newer_of_the_same_clip_stays(self, services_on_each: Services, clock: FakeClock) -> None:
        clip = a_submission(services_on_each, state=State.PUBLISHED)
        reports(services_on_each, clip.id, "Gracchia.")
        clock.advance(days=60)
        reports(services_on_each, clip.id, "Gracchia ancora.")
        clock.advance(days=60)

        forget_reporters(services_on_each)

        assert notes_of(services_on_each, clip.id) == [
            ("captions", None),
            ("captions", "Gracchia ancora.\n\neva@example.org"),
        ]
        assert found(services_on_each, "ancora") == [clip.id]


def reports(services: Services, submission_id: SubmissionId, words: str) -> None:
    report = Report(kind=ReportKind.CAPTIONS, words=words, email="eva@example.org")
    with writing(services.engine) as connection:
        assert reporting.report(connection, submission_id, report, now=services.clock())


def forget_reporters(services: Services) -> int:
    return housekeeping.forget_reporters(services.engine, now=services.clock())


def notes_of(services: Services, submission_id: SubmissionId) -> list[tuple[str | None, str | None]]:
    """What is still known of each report of a clip: what was wrong, and the words."""
    with reading(services.engine) as connection:
        history = queries.history(connection, submission_id)
    return [(event.reason_code, event.note) for event in history if event.cause is Cause.REPORTED]


def found(services: Services, word: str) -> list[SubmissionId]:
    """What staff find at the desk by a word."""
    with reading(services.engine) as connection:
        return desk.ids(connection, desk.Wanted(states=list(State), words=(word,)), limit=10)
