"""What the dispatcher sweeps: uploads that stopped, objects no row knows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from intake.actions import housekeeping
from intake.db import backlog
from intake.db.engine import reading, writing
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests.builders import a_submission, an_upload, open_work, read
from tests.fakes.bucket import MemoryBucket

if TYPE_CHECKING:
    from pathlib import Path

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


def test_what_may_belong_to_a_running_attempt_is_left_alone(
    services: Services, private: MemoryBucket, gallery: MemoryBucket, tmp_path: Path
) -> None:
    put(private, "submissions/unknown/1-1/review.mp4", tmp_path)
    [fresh] = private.listing("")

    swept = housekeeping.sweep_leftovers(
        services.engine, private, gallery, now=fresh.written_at + housekeeping.LEFTOVER_AGE
    )

    assert swept == 0
