"""A call's archive: whole, resumed, and without what was taken back."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from intake.actions import captioning
from intake.actions.archiving import archive
from intake.actions.correcting import correct
from intake.db.engine import reading, writing
from intake.db.figures_tables import object_checksums
from intake.db.published_files import PublishedFile, PublishedFiles, know_files
from intake.db.tables import submissions
from intake.domain.captions import Cue
from intake.domain.clip_words import words_of
from intake.domain.errors import ObjectMissing, StorageUnavailable
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests.builders import MODERATOR, a_letter, a_submission, store, withdraw
from tests.fakes.bucket import MemoryBucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission
    from intake.storage.bucket import StoredObject
    from intake.storage.zipping import ZipStream
    from intake.wiring import Services
    from tests.integration.pages.conftest import LetIn

URL = "/moderate/calls/pistoia2030/archive.zip"
BYTES = b"moving pictures" * 5000


@pytest.fixture
def admin(let_in: LetIn) -> FlaskClient:
    return let_in("admin@example.org", "admin")


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


def know(services: Services, submission: Submission, files: dict[str, bytes]) -> None:
    """Write down what lies in the gallery bucket, as the step does that files it."""
    assert submission.publication is not None
    described = tuple(
        PublishedFile(name=name, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    )
    with writing(services.engine) as connection:
        known = PublishedFiles(revision=submission.publication.revision, files=described)
        know_files(connection, submission.id, known)


class CountingBucket(MemoryBucket):
    """A bucket that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("gallery")
        self.calls: list[str] = []

    def listing(self, prefix: ObjectKey | str) -> Iterator[StoredObject]:
        self.calls.append(f"listing {prefix}")
        return super().listing(prefix)

    def read(self, key: ObjectKey, *, start: int = 0) -> Iterator[bytes]:
        self.calls.append(f"read {key}")
        return super().read(key, start=start)


@pytest.fixture
def gallery() -> CountingBucket:
    return CountingBucket()


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


@pytest.mark.parametrize(
    ("wanted", "piece"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-70000", slice(100, 70_001)),
        ("bytes=76000-99999999", slice(76_000, None)),
        ("bytes=75000-", slice(75_000, None)),
        ("bytes=-500", slice(-500, None)),
        ("bytes=-99999999", slice(None)),
    ],
)
def test_any_piece_of_it_can_be_asked_for(services: Services, admin: FlaskClient, wanted: str, piece: slice) -> None:
    a_held_submission(services)
    whole = admin.get(URL).data

    answer = admin.get(URL, headers={"Range": wanted})

    assert answer.data == whole[piece]
    assert int(answer.headers["Content-Length"]) == len(whole[piece])


def test_pieces_put_together_are_the_archive(services: Services, admin: FlaskClient) -> None:
    a_held_submission(services)
    a_held_submission(services, key="two", state=State.DECLINED)
    first = admin.get(URL, headers={"Range": "bytes=0-49999"})
    same = {"If-Range": first.headers["ETag"]}

    second = admin.get(URL, headers={"Range": "bytes=50000-120000", **same})
    third = admin.get(URL, headers={"Range": "bytes=120001-", **same})

    assert (first.status_code, second.status_code, third.status_code) == (206, 206, 206)
    assert len(opened(first.data + second.data + third.data).namelist()) == 7


@pytest.mark.parametrize("odd", ["bytes=0-5,10-20", "bytes=9-5", "lines=1-2", "bytes=a-b"])
def test_what_is_no_single_piece_is_answered_with_everything(services: Services, admin: FlaskClient, odd: str) -> None:
    a_held_submission(services)

    answer = admin.get(URL, headers={"Range": odd})

    assert answer.status_code == 200
    assert opened(answer.data)


def test_a_piece_of_another_archive_is_answered_with_everything(services: Services, admin: FlaskClient) -> None:
    a_held_submission(services)

    answer = admin.get(URL, headers={"Range": "bytes=100-", "If-Range": '"another"'})

    assert answer.status_code == 200
    assert opened(answer.data)


def test_what_rows_know_is_not_asked_of_the_bucket(services: Services, gallery: CountingBucket) -> None:
    submission = a_held_submission(services)
    know(services, submission, {"video.mp4": b"public", "captions.it.vtt": b"WEBVTT"})
    whole = b"".join(the_archive(services).read())
    gallery.calls.clear()

    rest = b"".join(the_archive(services).read(len(whole) - 500))

    assert rest == whole[-500:]
    assert gallery.calls == []


def test_captions_written_anew_are_another_archive(services: Services) -> None:
    submission = a_held_submission(services)
    know(services, submission, {"captions.it.vtt": b"WEBVTT"})
    before = the_archive(services)
    list(before.read())
    know(services, submission, {"captions.it.vtt": b"webvtt"})
    assert submission.publication is not None
    key = keys.published(submission.publication.clip_id, submission.publication.revision, "captions.it.vtt")
    services.gallery.put_stream(key, io.BytesIO(b"webvtt"), content_type="text/vtt")

    after = the_archive(services)

    assert before.tag != after.tag
    assert opened(b"".join(after.read())).read(f"clips/{submission.id}/public/captions.it.vtt") == b"webvtt"


def test_bytes_that_changed_under_the_archive_break_it_off(services: Services) -> None:
    submission = a_held_submission(services)
    list(the_archive(services).read())
    assert submission.original_key is not None
    store(services, submission.original_key, BYTES[::-1])

    with pytest.raises(StorageUnavailable):
        list(the_archive(services).read())


def test_whoever_goes_away_leaves_the_checksums_that_were_made(services: Services) -> None:
    a_held_submission(services)
    reader = the_archive(services).read(0, 60_000 + len(BYTES))
    list(islice(reader, 8))

    reader.close()

    with reading(services.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(object_checksums))


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
