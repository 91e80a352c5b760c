"""The shipped proxy writes down who began a video: that somebody did, and nothing else."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import pytest
import requests

from intake.actions.viewing import count_views
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests.builders import a_submission
from tests.conftest import NOWHERE
from tests.proxy import Proxy, proxy_before
from tests.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
VIDEO = bytes(5000)


@pytest.fixture
def proxy(storage: str, tmp_path: Path) -> Iterator[Proxy]:
    with proxy_before(NOWHERE, storage, tmp_path, media=free_port()) as running:
        yield running


@pytest.fixture
def media_path(services: Services) -> str:
    submission = a_submission(services, state=State.PUBLISHED)
    assert submission.publication is not None
    key = keys.published(submission.publication.clip_id, submission.publication.revision, "video.mp4")
    services.gallery.put_stream(key, io.BytesIO(VIDEO), content_type="video/mp4")
    return f"/{services.settings.gallery_bucket}/{key}"


def ask(proxy: Proxy, path: str, *, method: str = "GET", agent: str = BROWSER, wanted: str | None = None) -> int:
    headers = {"User-Agent": agent, "Range": wanted, "X-Forwarded-For": "198.51.100.7"}
    return requests.request(method, proxy.media_url + path, headers=headers, timeout=20).status_code


def written(proxy: Proxy) -> str:
    return proxy.views_log.read_text(encoding="utf-8")


def count(services: Services, proxy: Proxy) -> int:
    return count_views(services.engine, proxy.views_log, bucket=services.settings.gallery_bucket)


def test_what_begins_to_play_is_counted_and_nothing_else(services: Services, proxy: Proxy, media_path: str) -> None:
    statuses = [
        ask(proxy, media_path, wanted="bytes=0-"),
        ask(proxy, media_path),
        ask(proxy, media_path, wanted="bytes=0-1"),
        ask(proxy, media_path, wanted="bytes=4000-"),
        ask(proxy, media_path, method="HEAD"),
        ask(proxy, media_path, agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ask(proxy, media_path, agent=""),
        ask(proxy, media_path.replace("video.mp4", "video-none.mp4")),
    ]
    wait_until(lambda: len(written(proxy).splitlines()) == 3, what="the log")

    assert statuses == [206, 200, 206, 206, 200, 200, 200, 404]
    assert count(services, proxy) == 2
    assert not any(told in written(proxy) for told in ("198.51", "127.0.0.1", "Firefox"))


def test_what_plays_from_the_proxy_s_own_copy_is_counted_all_the_same(
    services: Services, proxy: Proxy, media_path: str, tmp_path: Path
) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(VIDEO)
    key = ObjectKey(media_path.removeprefix(f"/{services.settings.gallery_bucket}/"))
    services.gallery.put_file(key, video, content_type="video/mp4", cache_control="public, max-age=50")

    statuses = [ask(proxy, media_path, wanted="bytes=0-") for _ in range(4)]
    wait_until(lambda: len(written(proxy).splitlines()) == 4, what="the log")

    assert statuses == [206] * 4
    assert count(services, proxy) == 4


@pytest.mark.parametrize(
    "wanted",
    ['bytes=0-" /intake/clips/aaaaaaaaaa/1/video.mp4', "bytes=0-,5-9", "bytes=0-\xe9"],
    ids=["quote", "several", "odd byte"],
)
def test_hostile_headers_write_no_view(services: Services, proxy: Proxy, media_path: str, wanted: str) -> None:
    ask(proxy, media_path, wanted=wanted)
    ask(proxy, media_path, wanted="bytes=0-")
    wait_until(lambda: written(proxy), what="the log")

    assert count(services, proxy) == 1


def test_a_log_that_is_rotated_loses_and_doubles_nothing(
    services: Services, proxy: Proxy, media_path: str, tmp_path: Path
) -> None:
    ask(proxy, media_path)
    wait_until(lambda: written(proxy), what="the log")
    first = count(services, proxy)
    ask(proxy, media_path)
    proxy.views_log.rename(tmp_path / "views.log.1")
    os.kill(int((tmp_path / "nginx.pid").read_text(encoding="utf-8")), signal.SIGUSR1)
    wait_until(proxy.views_log.exists, what="the new log")
    ask(proxy, media_path)
    wait_until(lambda: written(proxy), what="the new log's line")

    assert (first, count(services, proxy), count(services, proxy)) == (1, 2, 0)
