"""A call's archive: whole, resumed, and without what was taken back."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.actions import captioning
from intake.actions.archiving import archive
from intake.actions.correcting import correct
from intake.app import staff_of
from intake.db.engine import reading, writing
from intake.db.figures_tables import object_checksums
from intake.db.tables import submissions
from intake.domain.captions import Cue
from intake.domain.clip_words import words_of
from intake.domain.errors import ObjectMissing
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from tests.builders import MODERATOR, a_letter, a_submission, store, withdraw
from tests.conftest import PASSWORD
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission
    from intake.storage.zipping import ZipStream
    from intake.wiring import Services

URL = "/moderate/calls/pistoia2030/archive.zip"
BYTES = b"moving pictures" * 5000


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    with app.app_context():
        staff_of(app).add("admin@example.org", "admin", PASSWORD)
    return log_in(app.test_client(), "admin@example.org")


def a_held_submission(services: Services, *, key: str = "one", state: State = State.PUBLISHED) -> Submission:
    submission = a_submission(services, state=state, letter=a_letter(submission_key=key, file_name="mio.MOV"))
    with writing(services.engine) as connection:
        connection.execute(
            update(submissions).where(submissions.c.id == submission.id).values(original_bytes=len(BYTES))
        )
    assert submission.original_key is not None
    store(services, submission.original_key, BYTES)
    if submission.publication is not None:
        folder = f"clips/{submission.publication.clip_id}/{submission.publication.revision}"
        for name, content in (("video.mp4", b"public"), ("captions.it.vtt", b"WEBVTT")):
            stream = io.BytesIO(content)
            services.gallery.put_stream(ObjectKey(f"{folder}/{name}"), stream, content_type="video/mp4")
    return submission


def opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def the_archive(services: Services) -> ZipStream:
    return archive(services.engine, services.private, services.gallery, "pistoia2030")


def test_captions_are_in_it_before_they_are_public(services: Services) -> None:
    submission = a_held_submission(services, state=State.AWAITING_REVIEW)
    edition = captioning.Edition(
        language="it",
        cues=(Cue(start_ms=0, end_ms=2000, text="Perché no?"),),
        seen_sha256=submission.original_sha256,
        seen_version=0,
        is_checked=False,
    )
    typed = replace(words_of(submission), title="Un tornio per tutti", family_name="Bruni")
    with writing(services.engine) as connection:
        captioning.save(connection, submission.id, edition, moderator=MODERATOR, now=services.clock())
        correct(connection, submission.id, typed, moderator=MODERATOR, now=services.clock())

    found = opened(b"".join(the_archive(services).read(0)))

    table = found.read("submissions.csv").decode()
    assert "Perché no?" in found.read(f"clips/{submission.id}/captions/it.vtt").decode()
    assert all(words in table for words in ("Un tornio per tutti", "family_name: Rossi", "Bruni"))


def test_everything_of_a_call_is_in_it(services: Services, admin: FlaskClient) -> None:
    submission = a_held_submission(services)

    answer = admin.get(URL)

    folder = f"clips/{submission.id}"
    found = opened(answer.data)
    assert set(found.namelist()) == {
        "submissions.csv",
        f"{folder}/original.mov",
        f"{folder}/consents.txt",
        f"{folder}/public/video.mp4",
        f"{folder}/public/captions.it.vtt",
    }
    assert found.read(f"{folder}/original.mov") == BYTES
    words = found.read(f"{folder}/consents.txt").decode()
    consent = submission.consents[0]
    assert all(part in words for part in (consent.words or "-", consent.version, consent.text_sha256, "Answer: yes"))
    assert "anna.rossi@example.org" in found.read("submissions.csv").decode()
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.8, 0.999])
def test_a_download_that_broke_off_goes_on_where_it_was(services: Services, admin: FlaskClient, share: float) -> None:
    a_held_submission(services)
    a_held_submission(services, key="two", state=State.DECLINED)
    whole = admin.get(URL)
    at = int(len(whole.data) * share)
    with writing(services.engine) as connection:
        # Killed before anybody remembered what the bytes come to.
        connection.execute(object_checksums.delete())

    rest = admin.get(URL, headers={"Range": f"bytes={at}-", "If-Range": whole.headers["ETag"]})

    assert (rest.status_code, rest.headers["Content-Range"]) == (
        206,
        f"bytes {at}-{len(whole.data) - 1}/{len(whole.data)}",
    )
    assert whole.data[:at] + rest.data == whole.data


def test_nothing_that_was_taken_back_stays_in_it(services: Services, admin: FlaskClient) -> None:
    kept, gone = a_held_submission(services), a_held_submission(services, key="two")
    before = admin.get(URL)
    withdraw(services, gone.id)

    after = admin.get(URL, headers={"Range": "bytes=100-", "If-Range": before.headers["ETag"]})

    # Another archive: whoever had a part of the old one begins again.
    assert after.status_code == 200
    assert {name.split("/")[1] for name in opened(after.data).namelist() if "/" in name} == {kept.id}
    assert gone.id.encode() not in after.data


def test_what_is_deleted_while_it_is_read_breaks_it_off(services: Services) -> None:
    submission = a_held_submission(services)
    made = the_archive(services)
    assert submission.original_key is not None
    services.private.delete([submission.original_key])

    with pytest.raises(ObjectMissing):
        list(made.read())


def test_a_checksum_is_computed_once(services: Services) -> None:
    submission = a_held_submission(services)

    list(the_archive(services).read())

    with reading(services.engine) as connection:
        known = connection.scalars(select(object_checksums.c.key)).all()
    assert submission.original_key in known


def test_a_rest_beyond_the_end_is_refused(services: Services, admin: FlaskClient) -> None:
    a_held_submission(services)
    whole = admin.get(URL)

    answer = admin.get(URL, headers={"Range": "bytes=99999999-", "If-Range": whole.headers["ETag"]})

    assert answer.status_code == 416


def test_moderators_take_no_archive(desk: FlaskClient) -> None:
    assert desk.get(URL).status_code == 403
