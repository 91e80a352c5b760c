"""What every bucket promises, whether it is SeaweedFS or the one in memory that other tests use."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from intake.domain.errors import ObjectMissing, StorageUnavailable
from intake.domain.submissions import ObjectKey
from intake.storage.bucket import S3Bucket
from tests import servers
from tests.fakes.bucket import MemoryBucket

if TYPE_CHECKING:
    from pathlib import Path

    from intake.wiring import PrivateBucket

KEY = ObjectKey("submissions/1/original/a")
CONTENT = b"eleven byte"


def an_s3_bucket(endpoint_url: str) -> S3Bucket:
    return S3Bucket(f"contract-{uuid.uuid4().hex[:12]}", servers.s3_server(endpoint_url))


@pytest.fixture(params=["seaweedfs", "memory"])
def bucket(request: pytest.FixtureRequest) -> PrivateBucket:
    if request.param == "memory":
        return MemoryBucket()
    made = an_s3_bucket(request.getfixturevalue("storage"))
    made.create()
    return made


@pytest.fixture(params=["seaweedfs", "memory"])
def absent(request: pytest.FixtureRequest) -> PrivateBucket:
    """A bucket whose server is gone."""
    if request.param == "memory":
        gone = MemoryBucket()
        gone.is_down = True
        return gone
    return an_s3_bucket(f"http://127.0.0.1:{servers.free_port()}")


def put(bucket: PrivateBucket, key: str, content: bytes = CONTENT) -> int:
    return bucket.put_stream(ObjectKey(key), io.BytesIO(content), content_type="video/mp4")


def keys_in(bucket: PrivateBucket, prefix: str) -> list[str]:
    return sorted(stored.key for stored in bucket.listing(prefix))


class TestEveryBucket:
    def test_it_tells_the_size_of_what_it_took(self, bucket: PrivateBucket) -> None:
        size_bytes = put(bucket, KEY)

        assert (size_bytes, bucket.size_of(KEY)) == (11, 11)

    def test_it_takes_an_empty_stream(self, bucket: PrivateBucket) -> None:
        assert put(bucket, KEY, b"") == 0

    def test_it_gives_back_what_it_took(self, bucket: PrivateBucket, tmp_path: Path) -> None:
        content = bytes(range(256)) * 8192
        put(bucket, KEY, content)

        bucket.fetch(KEY, tmp_path / "fetched")

        assert (tmp_path / "fetched").read_bytes() == content

    def test_it_replaces_a_file_of_the_same_key(self, bucket: PrivateBucket, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_bytes(b"longer than eleven bytes")
        put(bucket, KEY)

        bucket.put_file(KEY, file, content_type="video/mp4", cache_control="no-store")

        assert bucket.size_of(KEY) == 24

    def test_it_has_no_size_for_what_is_not_there(self, bucket: PrivateBucket) -> None:
        with pytest.raises(ObjectMissing):
            bucket.size_of(KEY)

    def test_it_cannot_fetch_what_is_not_there(self, bucket: PrivateBucket, tmp_path: Path) -> None:
        with pytest.raises(ObjectMissing):
            bucket.fetch(KEY, tmp_path / "fetched")

    def test_it_lists_what_lies_below_a_prefix(self, bucket: PrivateBucket) -> None:
        put(bucket, "submissions/1/original/a")
        put(bucket, "submissions/1/7-1/review.mp4", b"x")
        put(bucket, "submissions/2/original/b")

        listed = {stored.key: stored.size_bytes for stored in bucket.listing("submissions/1/")}

        assert listed == {"submissions/1/original/a": 11, "submissions/1/7-1/review.mp4": 1}

    def test_it_says_when_something_was_written(self, bucket: PrivateBucket) -> None:
        put(bucket, KEY)

        (stored,) = bucket.listing("submissions/")

        assert abs(datetime.now(UTC) - stored.written_at) < timedelta(minutes=1)

    def test_it_lists_nothing_where_nothing_is(self, bucket: PrivateBucket) -> None:
        assert keys_in(bucket, "submissions/") == []

    def test_it_deletes_what_is_there_and_does_not_mind_what_is_not(self, bucket: PrivateBucket) -> None:
        put(bucket, KEY)
        put(bucket, "submissions/2/kept")

        bucket.delete([KEY, ObjectKey("submissions/1/never/there")])

        assert keys_in(bucket, "submissions/") == ["submissions/2/kept"]

    def test_it_deletes_nothing_when_asked_to_delete_nothing(self, bucket: PrivateBucket) -> None:
        put(bucket, KEY)

        bucket.delete([])

        assert keys_in(bucket, "submissions/") == [KEY]

    def test_it_deletes_below_a_prefix_and_only_there(self, bucket: PrivateBucket) -> None:
        put(bucket, "submissions/1/original/a")
        put(bucket, "submissions/1/7-1/review.mp4")
        put(bucket, "submissions/11/original/b")

        deleted = bucket.delete_below(ObjectKey("submissions/1/"))

        assert (deleted, keys_in(bucket, "submissions/")) == (2, ["submissions/11/original/b"])

    def test_deleting_below_a_prefix_again_deletes_nothing(self, bucket: PrivateBucket) -> None:
        put(bucket, "submissions/1/original/a")
        bucket.delete_below(ObjectKey("submissions/1/"))

        assert bucket.delete_below(ObjectKey("submissions/1/")) == 0

    def test_it_refuses_to_delete_below_what_is_no_folder(self, bucket: PrivateBucket) -> None:
        put(bucket, "submissions/11/original/b")

        with pytest.raises(ValueError, match="not a folder"):
            bucket.delete_below(ObjectKey("submissions/1"))
        assert keys_in(bucket, "submissions/") == ["submissions/11/original/b"]

    def test_it_is_there(self, bucket: PrivateBucket) -> None:
        assert bucket.is_there()


class TestEveryBucketThatIsGone:
    def test_it_takes_nothing(self, absent: PrivateBucket) -> None:
        with pytest.raises(StorageUnavailable):
            put(absent, KEY)

    def test_it_takes_no_file(self, absent: PrivateBucket, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(CONTENT)

        with pytest.raises(StorageUnavailable):
            absent.put_file(KEY, tmp_path / "file", content_type="video/mp4")

    def test_it_knows_no_size(self, absent: PrivateBucket) -> None:
        with pytest.raises(StorageUnavailable):
            absent.size_of(KEY)

    def test_it_gives_nothing_back(self, absent: PrivateBucket, tmp_path: Path) -> None:
        with pytest.raises(StorageUnavailable):
            absent.fetch(KEY, tmp_path / "fetched")

    def test_it_lists_nothing(self, absent: PrivateBucket) -> None:
        with pytest.raises(StorageUnavailable):
            keys_in(absent, "submissions/")

    def test_it_deletes_nothing(self, absent: PrivateBucket) -> None:
        with pytest.raises(StorageUnavailable):
            absent.delete([KEY])

    def test_it_cannot_say_that_it_is_there(self, absent: PrivateBucket) -> None:
        with pytest.raises(StorageUnavailable):
            absent.is_there()

    def test_it_signs_links_all_the_same(self, absent: PrivateBucket) -> None:
        assert KEY in absent.view_link(KEY)


@pytest.mark.parametrize("start", [0, 7, 10])
def test_an_object_is_read_from_anywhere(bucket: PrivateBucket, start: int) -> None:
    bucket.put_stream(KEY, io.BytesIO(CONTENT), content_type="video/mp4")

    assert b"".join(bucket.read(KEY, start=start)) == CONTENT[start:]


def test_what_is_not_there_cannot_be_read(bucket: PrivateBucket) -> None:
    with pytest.raises(ObjectMissing):
        list(bucket.read(KEY))
