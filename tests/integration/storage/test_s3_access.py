"""Who may do what at the real S3 server: signed links, anonymous visitors, scripts of other pages."""

from __future__ import annotations

import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest
import requests
from botocore.config import Config

from intake.domain.errors import ObjectMissing, StorageUnavailable
from intake.domain.submissions import ObjectKey
from intake.settings import Settings
from intake.setup import prepare_buckets
from intake.storage.bucket import S3Bucket
from intake.storage.copies import CopiedBucket
from intake.storage.examination import BucketExamination
from intake.wiring import s3_server
from tests import servers
from tests.conftest import an_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT_S = 10
KEY = ObjectKey("submissions/1/original/a")
CLIP = ObjectKey("clips/abc/1/video.mp4")


@pytest.fixture(scope="module")
def settings(storage: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose buckets are made; one pair for all of these tests, since making one takes a second."""
    folder = tmp_path_factory.mktemp("access")
    made = Settings.from_env(an_environment("sqlite://", storage, folder))
    prepare_buckets(made)
    return made


@pytest.fixture
def private(settings: Settings) -> S3Bucket:
    """The private bucket with one object in it."""
    bucket = S3Bucket(settings.private_bucket, s3_server(settings))
    bucket.put_stream(KEY, io.BytesIO(b"eleven byte"), content_type="video/mp4")
    return bucket


@pytest.fixture
def gallery(settings: Settings) -> S3Bucket:
    """The gallery bucket with one object in it."""
    bucket = S3Bucket(settings.gallery_bucket, s3_server(settings))
    bucket.put_stream(CLIP, io.BytesIO(b"eleven byte"), content_type="video/mp4")
    return bucket


def raw_client(storage: str) -> Any:  # noqa: ANN401 - boto3 ships no types
    """S3 without our code between."""
    return boto3.client(
        "s3",
        endpoint_url=storage,
        aws_access_key_id=servers.ACCESS_KEY,
        aws_secret_access_key=servers.SECRET_KEY,
        region_name="us-east-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def test_a_signed_link_shows_its_object(private: S3Bucket) -> None:
    answer = requests.get(private.view_link(KEY), timeout=TIMEOUT_S)

    assert (answer.status_code, answer.content) == (200, b"eleven byte")


def test_a_signed_link_serves_ranges_so_that_players_can_seek(private: S3Bucket) -> None:
    answer = requests.get(private.view_link(KEY), headers={"Range": "bytes=7-10"}, timeout=TIMEOUT_S)

    assert (answer.status_code, answer.content) == (206, b"byte")


def test_a_link_to_keep_a_copy_has_the_browser_save_it_under_its_name(gallery: S3Bucket) -> None:
    answer = requests.get(gallery.keep_link(CLIP, "anna-rossi.mp4"), timeout=TIMEOUT_S)

    assert (answer.status_code, answer.content) == (200, b"eleven byte")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="anna-rossi.mp4"'


def test_a_link_to_keep_a_copy_shows_nothing_once_the_object_is_gone(gallery: S3Bucket) -> None:
    link = gallery.keep_link(CLIP, "anna-rossi.mp4")

    gallery.delete([CLIP])

    assert requests.get(link, timeout=TIMEOUT_S).status_code == 404


def test_a_signed_link_whose_signature_was_changed_shows_nothing(private: S3Bucket) -> None:
    link = private.view_link(KEY)

    answer = requests.get(link[:-1] + ("0" if link[-1] != "0" else "1"), timeout=TIMEOUT_S)

    assert answer.status_code == 403


def test_a_signed_link_shows_no_other_object(private: S3Bucket) -> None:
    other = ObjectKey("submissions/2/original/b")
    private.put_stream(other, io.BytesIO(b"somebody else's"), content_type="video/mp4")

    answer = requests.get(private.view_link(KEY).replace(KEY, other), timeout=TIMEOUT_S)

    assert answer.status_code == 403


def test_a_signed_link_that_expired_shows_nothing(private: S3Bucket, storage: str) -> None:
    # Signed for a second: a link of ours lives an hour, and no test waits for that.
    link = raw_client(storage).generate_presigned_url(
        "get_object", Params={"Bucket": private.name, "Key": KEY}, ExpiresIn=1
    )

    servers.wait_until(lambda: requests.get(link, timeout=TIMEOUT_S).status_code == 403, patience_s=10)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_link_for_looking_changes_nothing(private: S3Bucket, method: str) -> None:
    answer = requests.request(method, private.view_link(KEY), data=b"other bytes", timeout=TIMEOUT_S)

    assert answer.status_code == 403
    assert requests.get(private.view_link(KEY), timeout=TIMEOUT_S).content == b"eleven byte"


def test_a_link_is_made_for_the_address_browsers_know(storage: str) -> None:
    bucket = S3Bucket("b", replace(servers.s3_server(storage), public_url="https://media.example.org"))

    assert bucket.view_link(KEY).startswith(f"https://media.example.org/b/{KEY}?")


def test_a_link_is_signed_for_the_server_s_region(storage: str) -> None:
    bucket = S3Bucket("b", replace(servers.s3_server(storage), region="it-mil-1"))

    assert "%2Fit-mil-1%2Fs3%2Faws4_request" in bucket.view_link(KEY)


class RecordingServer(BaseHTTPRequestHandler):
    """Has nothing, and keeps by what requests were signed."""

    signed: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.signed.append(self.headers["Authorization"])
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda settings: list(S3Bucket("b", s3_server(settings)).listing("")), id="service"),
        pytest.param(lambda settings: list(CopiedBucket("b", s3_server(settings)).listing("")), id="backup"),
        pytest.param(lambda settings: BucketExamination("b", s3_server(settings)).keeps_old_versions(), id="doctor"),
    ],
)
def test_every_request_is_signed_for_the_server_s_region(ask: Callable[[Settings], object], settings: Settings) -> None:
    RecordingServer.signed.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), RecordingServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"

        with pytest.raises((ObjectMissing, StorageUnavailable)):
            ask(replace(settings, s3_endpoint_url=address, s3_region="it-mil-1"))
        server.shutdown()

    assert "/it-mil-1/s3/aws4_request" in RecordingServer.signed[0]


def test_nobody_reads_the_private_bucket_without_a_link(private: S3Bucket, storage: str) -> None:
    assert requests.get(f"{storage}/{private.name}/{KEY}", timeout=TIMEOUT_S).status_code == 403


def test_nobody_lists_the_private_bucket(private: S3Bucket, storage: str) -> None:
    assert requests.get(f"{storage}/{private.name}?list-type=2", timeout=TIMEOUT_S).status_code == 403


def test_everybody_reads_the_gallery(gallery: S3Bucket) -> None:
    answer = requests.get(gallery.public_link(CLIP), timeout=TIMEOUT_S)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "video/mp4")


@pytest.mark.parametrize("query", ["", "?list-type=2", "?versions", "?uploads"])
def test_nobody_lists_the_gallery(gallery: S3Bucket, storage: str, query: str) -> None:
    assert requests.get(f"{storage}/{gallery.name}{query}", timeout=TIMEOUT_S).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_nobody_writes_to_the_gallery(gallery: S3Bucket, method: str) -> None:
    answer = requests.request(method, gallery.public_link(CLIP), data=b"other", timeout=TIMEOUT_S)

    assert answer.status_code in {403, 405}
    assert requests.get(gallery.public_link(CLIP), timeout=TIMEOUT_S).content == b"eleven byte"


def test_the_server_shows_a_stranger_no_list_of_buckets(storage: str) -> None:
    assert requests.get(storage, timeout=TIMEOUT_S).status_code == 403


def preflight(url: str, origin: str, method: str) -> requests.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return requests.options(url, headers=headers, timeout=TIMEOUT_S)


def test_our_own_pages_may_put_parts(private: S3Bucket, settings: Settings) -> None:
    answer = preflight(private.view_link(KEY), settings.public_url, "PUT")

    assert answer.headers["Access-Control-Allow-Origin"] == settings.public_url


def test_other_pages_may_not_use_the_private_bucket(private: S3Bucket) -> None:
    answer = preflight(private.view_link(KEY), "https://evil.example", "PUT")

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_page_may_read_captions_and_waveforms_of_the_gallery(gallery: S3Bucket) -> None:
    answer = requests.get(gallery.public_link(CLIP), headers={"Origin": "https://comune.example"}, timeout=TIMEOUT_S)

    assert answer.headers["Access-Control-Allow-Origin"] in {"*", "https://comune.example"}


def test_what_the_service_does_at_its_own_door_holds_at_the_browsers(storage: str, tmp_path: Path) -> None:
    environ = an_environment("sqlite://", servers.door_of(storage), tmp_path) | {"S3_PUBLIC_URL": storage}
    settings = Settings.from_env(environ)
    prepare_buckets(settings)
    private, gallery = (
        S3Bucket(name, s3_server(settings)) for name in (settings.private_bucket, settings.gallery_bucket)
    )
    private.put_stream(KEY, io.BytesIO(b"eleven byte"), content_type="video/mp4")
    gallery.put_stream(CLIP, io.BytesIO(b"eleven byte"), content_type="video/mp4")

    watched = requests.get(private.view_link(KEY), timeout=TIMEOUT_S)
    may_put = preflight(private.view_link(KEY), settings.public_url, "PUT")
    may_others_put = preflight(private.view_link(KEY), "https://evil.example", "PUT")

    assert watched.content == requests.get(gallery.public_link(CLIP), timeout=TIMEOUT_S).content == b"eleven byte"
    assert may_put.headers["Access-Control-Allow-Origin"] == settings.public_url
    assert "Access-Control-Allow-Origin" not in may_others_put.headers
    assert requests.get(f"{storage}/{gallery.name}?list-type=2", timeout=TIMEOUT_S).status_code == 403
    assert private.view_link(KEY).startswith(storage)
    private.fetch(KEY, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"eleven byte"


def test_preparing_the_buckets_again_keeps_what_they_hold(settings: Settings, private: S3Bucket) -> None:
    prepare_buckets(settings)

    assert private.size_of(KEY) == 11


def test_a_bucket_that_was_not_made_is_not_there(storage: str) -> None:
    bucket = S3Bucket(f"absent-{uuid.uuid4().hex[:12]}", servers.s3_server(storage))

    assert not bucket.is_there()


@pytest.mark.slow
def test_a_listing_goes_on_past_its_first_page(private: S3Bucket, storage: str) -> None:
    # One signature for all of them: signing a thousand would take longer than everything else here.
    folder = f"many/{uuid.uuid4().hex}/"
    form = raw_client(storage).generate_presigned_post(
        private.name, folder + "${filename}", Conditions=[["starts-with", "$key", folder]]
    )

    def post(number: int) -> int:
        file = {"file": (f"{number:04}", b"x")}
        return requests.post(form["url"], data=form["fields"], files=file, timeout=TIMEOUT_S).status_code

    with ThreadPoolExecutor(32) as senders:
        list(senders.map(post, range(1003)))

    assert private.delete_below(ObjectKey(folder)) == 1003
    assert list(private.listing(folder)) == []
