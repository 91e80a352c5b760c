"""What asks servers as often as they answer takes nothing for an answer that is none."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from bench import load

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = b"x" * 5000


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/page" else 429)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_parts: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_whole_answers_are_counted(url: str) -> None:
    assert load.ask(f"{url}/page", seconds=0.2, body_bytes=len(BODY)).per_s > 0


@pytest.mark.parametrize(("path", "body_bytes"), [("/page", 10), ("/refused", len(BODY))], ids=["another", "refused"])
def test_anything_else_is_an_error(url: str, path: str, body_bytes: int) -> None:
    with pytest.raises(AssertionError):
        load.ask(url + path, seconds=0.2, body_bytes=body_bytes)
