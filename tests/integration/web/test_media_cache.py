"""Public files in caches: whole, for everybody, and gone when their minute is over; here the minute is a second."""

from __future__ import annotations

import io
import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
import requests

from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.settings import Settings
from intake.storage import keys
from tests import builders
from tests.builders import a_submission
from tests.conftest import NOWHERE
from tests.proxy import NGINX, Proxy, proxy_before
from tests.servers import answers, free_port, our_path, serving, wait_until
from workers.run_job import Worker, run_job
from workers.steps.files import cache_control

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.servers import Server

VIDEO: Final = os.urandom(2_500_000)
"""Of three slices."""

NAMES: Final = ("video.mp4", "video-small.mp4", "poster.jpg", "still-1.webp", "captions.it.vtt", "manifest.json")

CDN: Final = """
{user}
pid {folder}/cdn.pid;
error_log {folder}/cdn.log;
events {{}}
http {{
    access_log off;
    proxy_cache_path {folder}/cdn keys_zone=all:1m use_temp_path=off;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            slice 1m;
            proxy_cache all;
            proxy_cache_key $uri$is_args$args$slice_range;
            proxy_http_version 1.1;
            proxy_set_header Host {host};
            proxy_set_header Range $slice_range;
            add_header X-Cache $upstream_cache_status always;
            proxy_pass {storage};
        }}
    }}
}}
"""
"""A cache that somebody else put before the bucket: it knows nothing of us but what the files' headers say."""


@dataclass(frozen=True, kw_only=True)
class Cache:
    """A cache that was put before the bucket."""

    url: str
    server: Server


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"MEDIA_MAX_AGE_S": "1"}


@pytest.fixture
def proxy(storage: str, tmp_path: Path) -> Iterator[Proxy]:
    with proxy_before(NOWHERE, storage, tmp_path, media=free_port()) as running:
        yield running


@contextmanager
def cdn_before(storage: str, folder: Path) -> Iterator[Cache]:
    port = free_port()
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "cdn.conf"
    text = CDN.format(
        user="user root;" if os.geteuid() == 0 else "",
        folder=folder,
        temporary=temporary,
        port=port,
        host=storage.partition("//")[2],
        storage=storage,
    )
    configuration.write_text(text, encoding="utf-8")
    argv = [NGINX, "-c", str(configuration), "-g", "daemon off;"]
    with serving(argv, environ={"PATH": our_path()}, log=folder / "cdn-start.log") as server:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/healthz"), what="the cache's start")
        yield Cache(url=url, server=server)


@pytest.fixture(params=["the shipped proxy", "somebody's cache"])
def cache_url(request: pytest.FixtureRequest, storage: str, tmp_path: Path) -> Iterator[str]:
    if request.param == "the shipped proxy":
        with proxy_before(NOWHERE, storage, tmp_path, media=free_port()) as running:
            yield running.media_url
        return
    with cdn_before(storage, tmp_path) as cache:
        yield cache.url


@pytest.fixture
def clip(services: Services, tmp_path: Path) -> Submission:
    """A public clip with its files, filed as the publish step files them, and its private ones."""
    submission = a_submission(services, state=State.PUBLISHED)
    path = tmp_path / "file"
    path.write_bytes(VIDEO)
    for name in NAMES:
        kept = cache_control(services.settings)
        services.gallery.put_file(key_of(submission, name), path, content_type="video/mp4", cache_control=kept)
    for key in (submission.original_key, submission.review_key, *submission.stills):
        services.private.put_stream(ObjectKey(str(key)), io.BytesIO(b"eleven byte"), content_type="video/mp4")
    return submission


def key_of(submission: Submission, name: str) -> ObjectKey:
    assert submission.publication is not None
    return keys.published(submission.publication.clip_id, submission.publication.revision, name)


def paths_of(services: Services, submission: Submission) -> list[str]:
    return [f"/{services.settings.gallery_bucket}/{key_of(submission, name)}" for name in NAMES]


def ask(url: str, *, method: str = "GET", **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, headers={"Accept-Encoding": "identity", **named}, timeout=30)


def is_hit(url: str, **headers: str) -> bool:
    answer = ask(url, **headers)
    return answer.ok and answer.headers.get("X-Cache") == "HIT"


def warm(urls: list[str]) -> None:
    for url in urls:
        wait_until(lambda url=url: is_hit(url), what=f"a copy of {url}")  # type: ignore[misc]


def delete_files(services: Services, submission: Submission) -> None:
    """Do what workers do after a withdrawal."""
    for job in builders.open_jobs(services, JobState.READY):
        if job.submission_id == submission.id and job.kind in {JobKind.UNPUBLISH, JobKind.PURGE}:
            run_job(Worker(services=services, sandbox=None), job.id)


def test_caches_are_told_less_than_a_minute(tmp_path: Path) -> None:
    needed = {"S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "s", "SECRET_KEY": "k" * 32, "DATA_DIR": str(tmp_path)}

    assert cache_control(Settings.from_env(needed)) == "public, max-age=50, must-revalidate"


def test_warm_copies_of_a_withdrawn_clip_end_with_their_time(
    services: Services, clip: Submission, cache_url: str
) -> None:
    urls = [cache_url + path for path in paths_of(services, clip)]
    warm(urls)

    builders.withdraw(services, clip.id)
    delete_files(services, clip)
    wait_until(lambda: not any(ask(url).ok for url in urls), patience_s=20, what="the copies' end")

    assert {ask(url).status_code for url in urls} == {404}
    assert {ask(url, Range="bytes=1500000-1500009").status_code for url in urls} == {404}


def test_nothing_that_was_ever_handed_out_opens_a_withdrawn_clip(
    services: Services, clip: Submission, proxy: Proxy, storage: str
) -> None:
    private = [str(key) for key in (clip.original_key, clip.review_key, *clip.stills)]
    links = [services.private.view_link(ObjectKey(key)) for key in private]
    other = keys.published(str(clip.clip_id), 7, "video.mp4")  # type: ignore[arg-type] # as it stands in an address
    services.gallery.put_stream(other, io.BytesIO(b"an older version"), content_type="video/mp4")
    public = [*paths_of(services, clip), f"/{services.settings.gallery_bucket}/{other}"]
    before = {ask(url).status_code for url in [*links, *(storage + path for path in public)]}

    builders.withdraw(services, clip.id)
    delete_files(services, clip)

    assert before == {200}
    assert {ask(url).status_code for url in links} == {404}
    assert {ask(storage + path).status_code for path in public} == {404}
    assert {ask(proxy.media_url + path).status_code for path in public} == {404}


class TestTheShippedProxy:
    @pytest.mark.parametrize(
        ("wanted", "start", "end"),
        [
            ("bytes=0-", 0, 2_500_000),
            ("bytes=0-1", 0, 2),
            ("bytes=1048570-1048580", 1_048_570, 1_048_581),
            ("bytes=2000000-", 2_000_000, 2_500_000),
            ("bytes=-5", 2_499_995, 2_500_000),
        ],
    )
    def test_gives_exactly_the_part_that_is_wanted(  # noqa: PLR0917
        self, services: Services, clip: Submission, proxy: Proxy, wanted: str, start: int, end: int
    ) -> None:
        url = proxy.media_url + paths_of(services, clip)[0]

        cold, again = ask(url, Range=wanted), ask(url, Range=wanted)

        assert (cold.status_code, again.status_code) == (206, 206)
        assert cold.headers["Content-Range"] == f"bytes {start}-{end - 1}/2500000"
        assert cold.content == again.content == VIDEO[start:end]

    def test_gives_the_whole_and_its_size(self, services: Services, clip: Submission, proxy: Proxy) -> None:
        url = proxy.media_url + paths_of(services, clip)[0]

        whole, head = ask(url), ask(url, method="HEAD")

        assert (whole.status_code, whole.content) == (200, VIDEO)
        assert (head.status_code, head.headers["Content-Length"]) == (200, "2500000")
        assert ask(url, Range="bytes=2500000-").status_code == 416
        assert ask(url, If_None_Match=whole.headers["ETag"]).status_code == 304

    def test_knows_a_copy_again_without_fetching_it(self, services: Services, clip: Submission, proxy: Proxy) -> None:
        url = proxy.media_url + paths_of(services, clip)[0]
        warm([url])

        wait_until(lambda: ask(url, Range="bytes=0-1").headers["X-Cache"] == "REVALIDATED", what="a second look")

        assert ask(url).content == VIDEO

    @pytest.mark.parametrize("first", [None, "null", "https://comune.example"])
    def test_lets_every_page_read_whoever_came_first(
        self, services: Services, clip: Submission, proxy: Proxy, first: str | None
    ) -> None:
        url = proxy.media_url + paths_of(services, clip)[4]
        ask(url, **({"Origin": first} if first else {}))

        # A frame without an origin of its own, as WordPress makes them.
        answer = ask(url, Origin="null", Range="bytes=0-9")

        exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert exposed >= {"Content-Range", "Content-Length", "ETag"}
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    def test_answers_pages_that_ask_beforehand(self, services: Services, clip: Submission, proxy: Proxy) -> None:
        asked = {"Origin": "null", "Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "range"}

        answer = ask(proxy.media_url + paths_of(services, clip)[0], method="OPTIONS", **asked)

        assert answer.status_code in {200, 204}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "range" in answer.headers["Access-Control-Allow-Headers"].lower()

    def test_keeps_nothing_that_is_private_or_signed(
        self, services: Services, clip: Submission, proxy: Proxy, storage: str
    ) -> None:
        assert clip.review_key is not None
        signed = services.private.view_link(clip.review_key).replace(storage, proxy.media_url)
        url = proxy.media_url + paths_of(services, clip)[0]

        answers_to_it = [ask(signed).headers, ask(signed).headers]
        with_a_query = [ask(f"{url}?x=1").headers["X-Cache"], ask(f"{url}?x=1").headers["X-Cache"]]

        assert ["X-Cache" in headers for headers in answers_to_it] == [False, False]
        assert with_a_query == ["BYPASS", "BYPASS"]

    @pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
    def test_lets_nobody_write(self, services: Services, clip: Submission, proxy: Proxy, method: str) -> None:
        assert ask(proxy.media_url + paths_of(services, clip)[0], method=method).status_code == 403

    def test_goes_on_after_a_reload(self, services: Services, clip: Submission, proxy: Proxy, tmp_path: Path) -> None:
        url = proxy.media_url + paths_of(services, clip)[0]
        coming = requests.get(url, stream=True, timeout=30)
        read: Callable[[int], bytes] = coming.raw.read
        begun = read(1000)

        os.kill(int((tmp_path / "nginx.pid").read_text(encoding="utf-8")), signal.SIGHUP)
        wait_until(lambda: is_hit(url), what="the proxy after its reload")

        assert begun + read(len(VIDEO)) == VIDEO


def test_a_restart_brings_nothing_back(services: Services, clip: Submission, proxy: Proxy) -> None:
    kept = a_submission(services, state=State.PUBLISHED)
    services.gallery.put_stream(key_of(kept, "video.mp4"), io.BytesIO(VIDEO), content_type="video/mp4")
    urls = [proxy.media_url + path for path in paths_of(services, clip)]
    warm(urls)

    proxy.server.stop()
    builders.withdraw(services, clip.id)
    delete_files(services, clip)
    proxy.server.restart()
    wait_until(lambda: {ask_when_up(url) for url in urls} == {404}, patience_s=20, what="the copies' end")

    assert ask(proxy.media_url + paths_of(services, kept)[0]).content == VIDEO


def ask_when_up(url: str) -> int | None:
    try:
        return ask(url).status_code
    except requests.ConnectionError:
        return None


def test_the_bucket_itself_tells_frames_without_an_origin_what_they_got(
    services: Services, clip: Submission, storage: str
) -> None:
    answer = ask(storage + paths_of(services, clip)[0], Origin="null", Range="bytes=5-9")

    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert (answer.status_code, answer.content) == (206, VIDEO[5:10])
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", "null"}
    assert exposed >= {"Content-Range", "Content-Length", "ETag"}
