"""What staff see of the nightly comparison, and senders and staff of what was deleted."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sqlalchemy import update

from intake.actions import inventory
from intake.db.engine import writing
from intake.db.tables import jobs
from intake.domain.jobs import CLEANERS, JobState
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests import builders
from tests.builders import a_receipt, a_submission, read
from tests.integration.pages.browsing import Page
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services
    from tests.fakes.bucket import MemoryBucket

FILES = "/moderate/gallery-files"


def compare(services: Services) -> None:
    assert inventory.take_inventory(services.engine, services.gallery, now=services.clock())


def with_files(services: Services, submission_id: SubmissionId) -> Submission:
    """The clip, with a file of 2.5 MB in either bucket."""
    submission = read(services, submission_id)
    assert submission.publication is not None
    assert submission.original_key is not None
    video = keys.published(submission.publication.clip_id, submission.publication.revision, "video.mp4")
    for bucket, key in ((services.gallery, video), (services.private, submission.original_key)):
        bucket.put_stream(key, io.BytesIO(bytes(2_500_000)), content_type="video/mp4")
    return submission


def clean_up(services: Services) -> None:
    with writing(services.engine) as connection:
        connection.execute(update(jobs).values(run_after=0.0))
    for job in builders.open_jobs(services, JobState.READY):
        if job.kind in CLEANERS:
            run_job(Worker(services=services, sandbox=None), job.id)


def test_before_the_first_night_the_page_says_so(desk: FlaskClient) -> None:
    assert "Il primo confronto non è ancora finito." in Page(desk.get(FILES)).text


def test_a_gallery_without_gaps_is_said_to_be_whole(desk: FlaskClient, services: Services) -> None:
    compare(services)

    assert "Non manca niente." in Page(desk.get(FILES)).text
    assert "Nella galleria manca" not in Page(desk.get("/moderate/")).text


def test_what_is_missing_is_named_and_the_queue_leads_there(desk: FlaskClient, services: Services) -> None:
    submission = a_submission(services, state=State.PUBLISHED)
    compare(services)

    page, queue = Page(desk.get(FILES)), Page(desk.get("/moderate/"))

    assert "video.mp4 · manca" in page.text
    assert f"/moderate/{submission.id}" in page.links
    assert "Nella galleria manca 1 file." in queue.text
    assert FILES in queue.links


def test_strays_are_named(desk: FlaskClient, services: Services, gallery: MemoryBucket) -> None:
    gallery.put_stream(ObjectKey("clips/nobody/1/video.mp4"), io.BytesIO(b"x"), content_type="video/mp4")
    [stray] = gallery.listing("")
    inventory.take_inventory(services.engine, gallery, now=stray.written_at.replace(year=stray.written_at.year + 1))

    page = Page(desk.get(FILES))

    assert "clips/nobody/1/video.mp4" in page.text
    assert "1 file non era di nessun video pubblico: cancellato" in page.text


def test_a_sender_reads_what_was_deleted(client: FlaskClient, services: Services) -> None:
    submission_id, token = a_receipt(services, state=State.PUBLISHED)
    with_files(services, submission_id)
    builders.withdraw(services, submission_id)

    waiting = Page(client.get(f"/submissions/{token}")).text
    clean_up(services)
    over = Page(client.get(f"/submissions/{token}")).text

    assert "Ora cancelliamo i file" in waiting
    assert "Cancellati il" not in waiting
    assert "Ora cancelliamo i file" not in over
    assert "I file della galleria Cancellati il" in over
    assert "video.mp4 (2,5 MB)" in over
    assert "il file mandato (2,5 MB)" in over


def test_staff_read_it_in_the_history(desk: FlaskClient, services: Services) -> None:
    submission = with_files(services, a_submission(services, state=State.PUBLISHED).id)
    builders.withdraw(services, submission.id)
    clean_up(services)

    page = Page(desk.get(f"/moderate/{submission.id}"))

    assert "Cancellati tutti i file pubblici" in page.text
    assert "1 file cancellato, 2,5 MB video.mp4 (2,5 MB)" in page.text
    assert "Chiesto da: chi ha inviato" in page.text


def test_with_the_bucket_down_pages_are_gone_at_once_and_files_later(
    client: FlaskClient, services: Services, gallery: MemoryBucket
) -> None:
    submission_id, token = a_receipt(services, state=State.PUBLISHED)
    clip_id = with_files(services, submission_id).clip_id
    gallery.is_down = True

    builders.withdraw(services, submission_id)
    clean_up(services)
    gone = [client.get(path).status_code for path in (f"/gallery/pistoia2030/{clip_id}", f"/embed/{clip_id}")]
    waiting = Page(client.get(f"/submissions/{token}")).text
    gallery.is_down = False
    clean_up(services)

    assert gone == [410, 410]
    assert "Ora cancelliamo i file" in waiting
    assert "I file della galleria Cancellati il" in Page(client.get(f"/submissions/{token}")).text
    assert list(gallery.listing("")) == []
