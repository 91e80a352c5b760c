"""What every bucket promises of uploads in parts, SeaweedFS and the one in memory alike; and what links allow."""

from __future__ import annotations

import io
import itertools
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pytest
import requests

from intake.domain.errors import StorageUnavailable, UploadUnknown
from intake.domain.submissions import ObjectKey, UploadId
from intake.domain.uploads import MIN_PART_BYTES
from intake.storage.bucket import S3Bucket
from tests import servers
from tests.fakes.bucket import MemoryBucket

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake.wiring import PrivateBucket

TIMEOUT_S = 30
FIRST, LAST = bytes(range(256)) * (MIN_PART_BYTES // 256), b"the rest"
NEVER = UploadId("0" * 32)


class Put(Protocol):
    """Sends a part by its link, as a browser does."""

    def __call__(self, key: ObjectKey, upload_id: UploadId, number: int, content: bytes) -> None: ...


def an_s3_bucket(endpoint_url: str) -> S3Bucket:
    return S3Bucket(f"parts-{uuid.uuid4().hex[:12]}", servers.s3_server(endpoint_url))


@pytest.fixture(scope="module")
def real(storage: str) -> S3Bucket:
    """One bucket for all of these tests, since making one takes a second; each test has keys of its own."""
    made = an_s3_bucket(storage)
    made.create()
    return made


@pytest.fixture(params=["seaweedfs", "memory"])
def bucket(request: pytest.FixtureRequest) -> PrivateBucket:
    return MemoryBucket() if request.param == "memory" else request.getfixturevalue("real")


@pytest.fixture(params=["seaweedfs", "memory"])
def absent(request: pytest.FixtureRequest) -> PrivateBucket:
    """A bucket whose server is gone."""
    if request.param == "memory":
        gone = MemoryBucket()
        gone.is_down = True
        return gone
    return an_s3_bucket(f"http://127.0.0.1:{servers.free_port()}")


@pytest.fixture
def put(bucket: PrivateBucket) -> Put:
    if isinstance(bucket, MemoryBucket):
        return lambda _key, upload_id, number, content: bucket.put_part(upload_id, number, content)
    return lambda key, upload_id, number, content: by_link(bucket, key, upload_id, number, content)


@pytest.fixture
def key() -> ObjectKey:
    return ObjectKey(f"submissions/{uuid.uuid4()}/original/a")


def by_link(bucket: PrivateBucket, key: ObjectKey, upload_id: UploadId, number: int, content: bytes) -> None:
    link = bucket.part_link(key, upload_id, number, size_bytes=len(content))
    requests.put(link, data=content, timeout=TIMEOUT_S).raise_for_status()


def opened(bucket: PrivateBucket, key: ObjectKey) -> UploadId:
    return bucket.open_upload(key, content_type="video/mp4")


def sizes(bucket: PrivateBucket, key: ObjectKey, upload_id: UploadId) -> list[tuple[int, int]]:
    return [(part.part_number, part.size_bytes) for part in bucket.arrived_parts(key, upload_id)]


class TestEveryBucket:
    def test_it_makes_one_object_of_the_parts_in_their_order(
        self, bucket: PrivateBucket, put: Put, key: ObjectKey, tmp_path: Path
    ) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 2, LAST)
        put(key, upload_id, 1, FIRST)

        bucket.complete_upload(key, upload_id, bucket.arrived_parts(key, upload_id))

        bucket.fetch(key, tmp_path / "fetched")
        assert (tmp_path / "fetched").read_bytes() == FIRST + LAST

    def test_it_tells_which_parts_arrived(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 3, LAST)
        put(key, upload_id, 1, FIRST)

        assert sizes(bucket, key, upload_id) == [(1, MIN_PART_BYTES), (3, 8)]

    def test_it_counts_a_part_that_was_sent_again_once(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 1, LAST)
        put(key, upload_id, 1, LAST)

        assert sizes(bucket, key, upload_id) == [(1, 8)]

    def test_it_keeps_the_last_of_a_part_that_was_sent_again(
        self, bucket: PrivateBucket, put: Put, key: ObjectKey, tmp_path: Path
    ) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 1, b"the worst")
        time.sleep(1.1)  # S3 tells the two apart by the second.
        put(key, upload_id, 1, LAST)

        bucket.complete_upload(key, upload_id, bucket.arrived_parts(key, upload_id))

        bucket.fetch(key, tmp_path / "fetched")
        assert (tmp_path / "fetched").read_bytes() == LAST

    def test_nothing_has_arrived_of_what_was_just_opened(self, bucket: PrivateBucket, key: ObjectKey) -> None:
        assert sizes(bucket, key, opened(bucket, key)) == []

    def test_it_shows_nothing_before_the_upload_is_complete(
        self, bucket: PrivateBucket, put: Put, key: ObjectKey
    ) -> None:
        put(key, opened(bucket, key), 1, LAST)

        assert list(bucket.listing(key)) == []

    def test_it_keeps_two_uploads_to_one_key_apart(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        first, second = opened(bucket, key), opened(bucket, key)
        put(key, first, 1, LAST)

        bucket.abort_upload(key, second)

        assert sizes(bucket, key, first) == [(1, 8)]

    def test_it_knows_no_parts_of_an_upload_that_never_was(self, bucket: PrivateBucket, key: ObjectKey) -> None:
        with pytest.raises(UploadUnknown):
            bucket.arrived_parts(key, NEVER)

    def test_it_knows_no_parts_of_an_upload_to_another_key(self, bucket: PrivateBucket, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)

        with pytest.raises(UploadUnknown):
            bucket.arrived_parts(ObjectKey(key + "b"), upload_id)

    def test_it_forgets_an_upload_that_is_complete(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 1, LAST)
        bucket.complete_upload(key, upload_id, bucket.arrived_parts(key, upload_id))

        with pytest.raises(UploadUnknown):
            bucket.arrived_parts(key, upload_id)
        assert list(bucket.open_uploads(key)) == []

    def test_aborting_throws_the_parts_away(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 1, LAST)

        bucket.abort_upload(key, upload_id)

        with pytest.raises(UploadUnknown):
            bucket.arrived_parts(key, upload_id)

    def test_aborting_may_be_repeated(self, bucket: PrivateBucket, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        bucket.abort_upload(key, upload_id)

        bucket.abort_upload(key, upload_id)

        assert list(bucket.open_uploads(key)) == []

    def test_aborting_what_is_complete_keeps_the_object(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 1, LAST)
        bucket.complete_upload(key, upload_id, bucket.arrived_parts(key, upload_id))

        bucket.abort_upload(key, upload_id)

        assert bucket.size_of(key) == 8

    def test_it_completes_nothing_that_was_aborted(self, bucket: PrivateBucket, put: Put, key: ObjectKey) -> None:
        upload_id = opened(bucket, key)
        put(key, upload_id, 1, LAST)
        parts = bucket.arrived_parts(key, upload_id)
        bucket.abort_upload(key, upload_id)

        with pytest.raises(UploadUnknown):
            bucket.complete_upload(key, upload_id, parts)

    def test_it_lists_open_uploads_below_a_prefix(self, bucket: PrivateBucket) -> None:
        owner = f"submissions/{uuid.uuid4()}"
        ours = {(key, opened(bucket, key)) for key in (ObjectKey(f"{owner}/a"), ObjectKey(f"{owner}/b"))}
        opened(bucket, ObjectKey(f"{owner}1/c"))

        assert {(upload.key, upload.upload_id) for upload in bucket.open_uploads(f"{owner}/")} == ours

    def test_it_says_when_an_upload_was_opened(self, bucket: PrivateBucket, key: ObjectKey) -> None:
        opened(bucket, key)

        [upload] = bucket.open_uploads(key)

        assert abs(datetime.now(UTC) - upload.opened_at) < timedelta(minutes=1)


ASKING: dict[str, Callable[[PrivateBucket], object]] = {
    "opening": lambda bucket: opened(bucket, ObjectKey("a")),
    "listing parts": lambda bucket: bucket.arrived_parts(ObjectKey("a"), NEVER),
    "completing": lambda bucket: bucket.complete_upload(ObjectKey("a"), NEVER, []),
    "aborting": lambda bucket: bucket.abort_upload(ObjectKey("a"), NEVER),
    "listing uploads": lambda bucket: list(bucket.open_uploads("submissions/")),
}


class TestEveryBucketThatIsGone:
    @pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
    def test_it_says_that_it_cannot(self, absent: PrivateBucket, ask: Callable[[PrivateBucket], object]) -> None:
        with pytest.raises(StorageUnavailable):
            ask(absent)

    def test_it_signs_links_all_the_same(self, absent: PrivateBucket) -> None:
        assert "partNumber=1" in absent.part_link(ObjectKey("a"), NEVER, 1, size_bytes=8)


class TestALinkForAPart:
    """On the real server alone: what a link allows is for it to keep."""

    @pytest.fixture
    def upload_id(self, real: S3Bucket, key: ObjectKey) -> UploadId:
        return opened(real, key)

    @pytest.mark.parametrize("content", [LAST + b"!", LAST[:-1], b""], ids=["a byte more", "a byte less", "nothing"])
    def test_takes_exactly_the_length_it_was_signed_for(
        self, real: S3Bucket, key: ObjectKey, upload_id: UploadId, content: bytes
    ) -> None:
        link = real.part_link(key, upload_id, 1, size_bytes=len(LAST))

        answer = requests.put(link, data=content, timeout=TIMEOUT_S)

        assert answer.status_code == 403
        assert sizes(real, key, upload_id) == []

    def test_takes_no_body_without_a_length(self, real: S3Bucket, key: ObjectKey, upload_id: UploadId) -> None:
        link = real.part_link(key, upload_id, 1, size_bytes=len(LAST))

        answer = requests.put(link, data=itertools.repeat(LAST, 3), timeout=TIMEOUT_S)

        assert answer.status_code == 403
        assert sizes(real, key, upload_id) == []

    def test_takes_no_other_part(self, real: S3Bucket, key: ObjectKey, upload_id: UploadId) -> None:
        link = real.part_link(key, upload_id, 1, size_bytes=len(LAST)).replace("partNumber=1", "partNumber=2")

        assert requests.put(link, data=LAST, timeout=TIMEOUT_S).status_code == 403

    def test_writes_to_no_other_key(self, real: S3Bucket, key: ObjectKey, upload_id: UploadId) -> None:
        link = real.part_link(key, upload_id, 1, size_bytes=len(LAST)).replace(key, key + "b")

        assert requests.put(link, data=LAST, timeout=TIMEOUT_S).status_code == 403

    @pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
    def test_does_nothing_but_put(self, real: S3Bucket, key: ObjectKey, upload_id: UploadId, method: str) -> None:
        link = real.part_link(key, upload_id, 1, size_bytes=len(LAST))

        assert requests.request(method, link, data=LAST, timeout=TIMEOUT_S).status_code == 403

    def test_sends_nothing_once_the_upload_is_over(self, real: S3Bucket, key: ObjectKey, upload_id: UploadId) -> None:
        by_link(real, key, upload_id, 1, LAST)
        real.complete_upload(key, upload_id, real.arrived_parts(key, upload_id))

        link = real.part_link(key, upload_id, 1, size_bytes=5)
        answer = requests.put(link, data=b"other", timeout=TIMEOUT_S)

        assert answer.status_code == 404
        assert requests.get(real.view_link(key), timeout=TIMEOUT_S).content == LAST

    def test_is_made_for_the_address_browsers_know(self, storage: str) -> None:
        bucket = S3Bucket("b", replace(servers.s3_server(storage), public_url="https://media.example.org"))

        link = bucket.part_link(ObjectKey("k"), NEVER, 1, size_bytes=1)

        assert link.startswith("https://media.example.org/b/k?")


def test_parts_that_arrived_outlive_the_server_s_death(tmp_path: Path) -> None:
    with servers.storage_server(tmp_path) as (url, server):
        bucket, key = an_s3_bucket(url), ObjectKey("submissions/1/original/a")
        bucket.create()
        upload_id = opened(bucket, key)
        by_link(bucket, key, upload_id, 1, FIRST)

        server.kill()
        server.restart()
        servers.wait_until(lambda: servers.answers(f"{url}/healthz"), what="the S3 server's return")

        assert sizes(bucket, key, upload_id) == [(1, MIN_PART_BYTES)]


def test_a_form_s_file_and_parts_do_not_mix(real: S3Bucket, key: ObjectKey) -> None:
    upload_id = opened(real, key)
    by_link(real, key, upload_id, 1, LAST)

    real.put_stream(key, io.BytesIO(b"from a form"), content_type="video/mp4")

    assert (real.size_of(key), sizes(real, key, upload_id)) == (11, [(1, 8)])
