"""The line of the fault tests does what it says: it is only trusted because of these."""

from __future__ import annotations

import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import requests

from tests.faults.line import Ending, Line, Weather, line_to

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEO = bytes(range(256)) * 8192


class _Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        answer = hashlib.sha256(content).hexdigest().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("X-Host", self.headers["Host"])
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that clients are cut off is what this is for."""


@pytest.fixture
def sink() -> Iterator[str]:
    """A server that answers with the hash of what it was sent."""
    server = _QuietServer(("127.0.0.1", 0), _Sink)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def line(sink: str) -> Iterator[Line]:
    with line_to(sink) as line:
        yield line


def put(line: Line) -> requests.Response:
    return requests.put(f"{line.url}/video", data=VIDEO, timeout=30)


def test_in_fair_weather_every_byte_passes_and_the_host_stays_what_was_asked_for(line: Line) -> None:
    answer = put(line)

    assert answer.text == hashlib.sha256(VIDEO).hexdigest()
    assert f"http://{answer.headers['X-Host']}" == line.url


def test_what_passed_is_counted(line: Line) -> None:
    put(line)

    (call,) = line.record.calls
    assert len(VIDEO) < call.up_bytes < len(VIDEO) + 1000
    assert call.down_bytes > 64
    assert (line.record.drops, line.record.lost_bytes) == (0, 0)


@pytest.mark.parametrize("ending", Ending, ids=lambda ending: ending.value)
def test_a_connection_is_cut_before_it_is_answered_and_the_next_one_is_carried(line: Line, ending: Ending) -> None:
    line.turns(Weather(drops=1, at_most_bytes=len(VIDEO) // 2, endings=(ending,), silence_s=0.05), seed=7)

    with pytest.raises(requests.ConnectionError):
        put(line)
    second = put(line)

    assert second.ok
    assert line.record.drops == 1
    assert line.record.lost_bytes == line.record.calls[0].up_bytes


def test_the_same_seed_draws_the_same_fate(line: Line) -> None:
    weather = Weather(drops=3, at_most_bytes=len(VIDEO) // 2, silence_s=0.01)

    fates = [[fate_of(line, weather, seed=seed) for _ in range(2)] for seed in (1, 2)]

    assert fates[0][0] == fates[0][1]
    assert fates[1][0] == fates[1][1]
    assert fates[0] != fates[1]


def fate_of(line: Line, weather: Weather, *, seed: int) -> tuple[Ending, int]:
    line.turns(weather, seed=seed)
    with pytest.raises(requests.ConnectionError):
        put(line)
    return line.record.calls[0].ending, line.record.calls[0].ends_after_bytes


def test_a_slow_line_is_as_slow_as_it_says(line: Line) -> None:
    line.turns(Weather(bytes_per_s=10 * len(VIDEO), latency_s=0.05))
    began = time.monotonic()

    put(line)

    assert time.monotonic() - began >= 0.1


def test_a_line_that_is_down_lets_nobody_in_until_it_comes_back(line: Line) -> None:
    line.goes_down()
    with pytest.raises(requests.ConnectionError):
        put(line)

    line.comes_back()

    assert put(line).ok
