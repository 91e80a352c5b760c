"""What the shipped proxy keeps of pages: never longer than they say, whatever happens behind it."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import requests

from tests.proxy import Proxy, proxy_before
from tests.servers import answers, free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = "/gallery/call/clip"
STALE_S = 2


class Web(ThreadingHTTPServer):
    """Stands for the web process: says when a page was made, and for how long it may be kept."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.status = 200
        self.stale_s = STALE_S
        self.cookies: list[str | None] = []
        self.asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: Web
    # Without keep-alive: whoever was stopped answers nobody any more.
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self.server.asked += 1
        self.server.cookies.append(self.headers.get("Cookie"))
        content = str(time.time()).encode()
        self.send_response(self.server.status)
        if self.server.status == 200:
            self.send_header("Cache-Control", f"public, max-age=1, stale-if-error={self.server.stale_s}")
            self.send_header("X-Accel-Expires", f"@{int(time.time())}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def serving(port: int) -> Iterator[Web]:
    web = Web(port)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        web.server_close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def proxy(port: int, storage: str, tmp_path: Path) -> Iterator[Proxy]:
    with proxy_before(f"http://127.0.0.1:{port}", storage, tmp_path, media=free_port()) as running:
        yield running


def ask(proxy: Proxy, path: str = PAGE) -> tuple[int, str]:
    answer = requests.get(proxy.url + path, headers={"Cookie": "session=mine"}, timeout=20)
    return answer.status_code, answer.headers.get("X-Cache", "")


def warm(proxy: Proxy, path: str = PAGE) -> None:
    wait_until(lambda: ask(proxy, path) == (200, "HIT"), what="a copy")


def wait_for_the_next_second() -> None:
    time.sleep(1.01 - time.time() % 1)


@pytest.mark.parametrize("path", [PAGE, "/embed/clip", "/oembed?url=x", "/sitemap.xml", "/api/v1/gallery/call"])
def test_a_copy_ends_with_its_second(proxy: Proxy, port: int, path: str) -> None:
    with serving(port):
        warm(proxy, path)
        wait_for_the_next_second()

        assert ask(proxy, path) == (200, "EXPIRED")


def test_no_visitor_s_cookie_comes_to_a_page_that_is_kept(proxy: Proxy, port: int) -> None:
    with serving(port) as web:
        ask(proxy)
        ask(proxy, "/moderate/")

        assert web.cookies == [None, "session=mine"]


def test_the_page_with_a_form_is_each_visitor_s_own(proxy: Proxy, port: int) -> None:
    # Without their session the answer would begin another one, and throw the first away.
    with serving(port) as web:
        answers = [ask(proxy, f"{PAGE}/report") for _ in range(2)]

        assert web.cookies == ["session=mine"] * 2
        assert answers == [(200, "")] * 2


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
@pytest.mark.parametrize("path", [PAGE, "/oembed?url=x"])
def test_what_the_web_process_says_now_comes_before_any_copy(proxy: Proxy, port: int, path: str, status: int) -> None:
    with serving(port) as web:
        warm(proxy, path)
        web.status = status
        wait_for_the_next_second()

        assert ask(proxy, path)[0] == status


def test_a_copy_does_while_nobody_can_be_asked_and_no_longer_than_it_says(proxy: Proxy, port: int) -> None:
    with serving(port):
        warm(proxy)
    wait_for_the_next_second()

    stale = ask(proxy)
    wait_until(lambda: ask(proxy)[0] == 502, what="the copy's end")
    with serving(port):
        back = ask(proxy)

    assert stale == (200, "STALE")
    assert back[0] == 200


def test_a_copy_does_while_the_web_process_has_no_address(proxy: Proxy, port: int, tmp_path: Path) -> None:
    configuration = tmp_path / "nginx.conf"
    known = configuration.read_text(encoding="utf-8")
    with serving(port) as web:
        web.stale_s = 600
        warm(proxy)
        # As Docker has it of a container that stopped: its name is unknown.
        configuration.write_text(known.replace(f"$web 127.0.0.1:{port};", "$web stopped.invalid:80;"), encoding="utf-8")
        os.kill(int((tmp_path / "nginx.pid").read_text(encoding="utf-8")), signal.SIGHUP)
        wait_until(lambda: ask(proxy, "/")[0] == 502, what="the name's end")
        wait_for_the_next_second()

        assert ask(proxy) == (200, "STALE")


def test_of_a_crowd_that_comes_at_once_few_are_let_through(proxy: Proxy, port: int) -> None:
    with serving(port) as web:
        crowd = [threading.Thread(target=ask, args=(proxy,)) for _ in range(30)]
        for visitor in crowd:
            visitor.start()
        for visitor in crowd:
            visitor.join()

        assert web.asked < len(crowd)


def test_a_reload_forgets_nothing(proxy: Proxy, port: int, tmp_path: Path) -> None:
    with serving(port) as web:
        warm(proxy)
        os.kill(int((tmp_path / "nginx.pid").read_text(encoding="utf-8")), signal.SIGHUP)
        wait_until(lambda: answers(proxy.url + PAGE), what="the proxy after its reload")
        web.status = 410
        wait_for_the_next_second()

        assert ask(proxy)[0] == 410
