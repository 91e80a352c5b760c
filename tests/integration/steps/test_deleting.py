"""What is withdrawn is deleted, and what was deleted is written down: all of it, whoever died in between."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.actions import moderating
from intake.db import deletions, queries
from intake.db.engine import reading, writing
from intake.db.figures_tables import deletions as rows
from intake.db.published_files import PublishedFile, PublishedFiles, know_files
from intake.db.tables import jobs
from intake.domain.errors import StorageUnavailable
from intake.domain.history import Cause
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests import builders
from tests.builders import MODERATOR, a_submission, withdraw
from tests.fakes.bucket import MemoryBucket
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.domain.deletions import Deletion
    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services

PUBLIC = {"1/manifest.json": 9, "1/poster.jpg": 6, "1/video.mp4": 11}


class Dying(MemoryBucket):
    """A bucket that fails in the middle of a deletion: its first file is gone, the others are not."""

    is_ailing = True

    def heal(self) -> None:
        self.is_ailing = False

    def delete(self, keys: Sequence[ObjectKey]) -> None:
        super().delete(keys[:1] if self.is_ailing else keys)
        if self.is_ailing:
            raise StorageUnavailable("gone in the middle")


def a_shown_clip(services: Services) -> Submission:
    """A public clip with files in both buckets."""
    submission = a_submission(services, state=State.PUBLISHED)
    assert submission.clip_id is not None
    for name, size_bytes in PUBLIC.items():
        put(services.gallery, f"{keys.of_clip(submission.clip_id)}{name}", size_bytes)
    for key in (submission.original_key, submission.review_key, *submission.stills):
        put(services.private, str(key), 7)
    return submission


def put(bucket: object, key: str, size_bytes: int) -> None:
    assert isinstance(bucket, MemoryBucket)
    bucket.put_stream(ObjectKey(key), io.BytesIO(bytes(size_bytes)), content_type="video/mp4")


def run(services: Services, *kinds: JobKind) -> None:
    """Run the open jobs of these kinds, due or not."""
    with writing(services.engine) as connection:
        connection.execute(update(jobs).values(run_after=0.0))
    for kind in kinds:
        for job in builders.open_jobs(services, JobState.READY):
            if job.kind is kind:
                run_job(Worker(services=services, sandbox=None), job.id)


def deleted(services: Services, submission_id: SubmissionId) -> list[Deletion]:
    with reading(services.engine) as connection:
        return deletions.deletions_of(connection, submission_id)


def sizes(deletion: Deletion) -> dict[str, int]:
    return {file.name: file.size_bytes for file in deletion.files}


def test_all_that_was_deleted_is_written_down_with_who_asked(services_on_each: Services) -> None:
    submission = a_shown_clip(services_on_each)
    withdraw(services_on_each, submission.id)

    run(services_on_each, JobKind.UNPUBLISH, JobKind.PURGE)

    public, private = deleted(services_on_each, submission.id)
    assert sizes(public) == PUBLIC
    assert sorted(file.short_name for file in private.files if not file.is_original) == [
        "review.mp4",
        "still-1.jpg",
        "still-2.jpg",
    ]
    assert [file.size_bytes for file in private.files if file.is_original] == [7]
    assert (public.asked_by, private.asked_by) == ("sender", "sender")
    assert public.deleted_at == private.deleted_at == services_on_each.clock()
    assert [*services_on_each.gallery.listing(""), *services_on_each.private.listing("")] == []


def test_the_record_outlives_what_is_erased_and_is_about_nobody(services_on_each: Services) -> None:
    submission = a_shown_clip(services_on_each)
    withdraw(services_on_each, submission.id)
    mailer = services_on_each.mailer

    # The gallery first: what is erased afterwards takes the words of the history along.
    run(services_on_each, JobKind.UNPUBLISH, JobKind.PURGE, JobKind.MAIL_WITHDRAWN)

    with reading(services_on_each.engine) as connection:
        told = queries.history(connection, submission.id)
        row = str(connection.execute(select(rows)).mappings().all())
    lines = {event.cause: event.deletion for event in told if event.deletion}
    assert list(lines) == [Cause.PUBLIC_DELETED, Cause.PRIVATE_DELETED]
    assert [sizes(one) for one in deleted(services_on_each, submission.id)] == [sizes(one) for one in lines.values()]
    assert not any(word in row for word in ("Anna", "Rossi", "anna.rossi", "video.mov", "Officina"))
    assert mailer.sent[-1]["Subject"] == "Il tuo video è stato ritirato e cancellato"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kind", "name"), [(JobKind.UNPUBLISH, "gallery"), (JobKind.PURGE, "private")])
def test_cut_off_in_the_middle_the_record_has_what_went_before(
    services_on_each: Services, kind: JobKind, name: str
) -> None:
    dying = Dying(name)
    services = replace(services_on_each, **{name: dying})
    submission = a_shown_clip(services)
    withdraw(services, submission.id)
    before = len(dying.held)

    run(services, kind)
    [half], left = deleted(services, submission.id), len(dying.held)
    dying.heal()
    run(services, kind)

    [whole] = deleted(services, submission.id)
    assert (left, len(dying.held)) == (before - 1, 0)
    assert (half.deleted_at, whole.deleted_at) == (None, services.clock())
    assert (len(whole.files), whole.files) == (before, half.files)


def test_what_a_sweep_deleted_first_is_written_down_all_the_same(services_on_each: Services) -> None:
    submission = a_shown_clip(services_on_each)
    known = [name.partition("/")[2] for name in PUBLIC]
    files = tuple(PublishedFile(name=name, size_bytes=PUBLIC[f"1/{name}"], sha256="") for name in known)
    with writing(services_on_each.engine) as connection:
        know_files(connection, submission.id, PublishedFiles(revision=1, files=files))
    withdraw(services_on_each, submission.id)
    services_on_each.gallery.delete([stored.key for stored in services_on_each.gallery.listing("")])

    run(services_on_each, JobKind.UNPUBLISH)

    [public] = deleted(services_on_each, submission.id)
    assert sizes(public) == PUBLIC


def test_what_was_taken_down_and_later_withdrawn_has_a_record_of_each(services_on_each: Services) -> None:
    submission = a_shown_clip(services_on_each)
    with writing(services_on_each.engine) as connection:
        now = services_on_each.clock()
        moderating.take_down(connection, submission.id, moderator=MODERATOR, note="x", now=now)

    run(services_on_each, JobKind.UNPUBLISH)
    withdraw(services_on_each, submission.id)
    run(services_on_each, JobKind.UNPUBLISH)

    down, back = deleted(services_on_each, submission.id)
    assert (down.asked_by, sizes(down)) == (MODERATOR, PUBLIC)
    assert (back.asked_by, sizes(back)) == ("sender", {})


def test_with_the_bucket_down_nothing_is_called_deleted(services_on_each: Services) -> None:
    submission = a_shown_clip(services_on_each)
    withdraw(services_on_each, submission.id)
    services_on_each.gallery.is_down = True  # type: ignore[attr-defined]

    run(services_on_each, JobKind.UNPUBLISH, JobKind.PURGE)
    half = deleted(services_on_each, submission.id)
    mails = [job.kind for job in builders.open_jobs(services_on_each) if job.kind is JobKind.MAIL_WITHDRAWN]
    services_on_each.gallery.is_down = False  # type: ignore[attr-defined]
    run(services_on_each, JobKind.UNPUBLISH)

    assert ([one.kind for one in half], mails) == ([JobKind.PURGE], [])
    assert [one.deleted_at for one in deleted(services_on_each, submission.id)] == [services_on_each.clock()] * 2
    assert JobKind.MAIL_WITHDRAWN in [job.kind for job in builders.open_jobs(services_on_each)]
