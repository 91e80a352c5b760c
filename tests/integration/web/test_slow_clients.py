"""Two hundred slow clients before the shipped proxy: whoever wants the form gets it, and sends."""

from __future__ import annotations

import select
import socket
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from intake.domain.states import State
from intake.domain.uploads import MIN_PART_BYTES
from tests.faults import stories
from tests.faults.program import Program
from tests.faults.system import System
from tests.proxy import Proxy, proxy_before
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services

SLOW = 200
SLOW_PARTS = 40
"""Together three times what the storage takes at once before it lets others wait."""

FORM = "/calls/pistoia2030"


@pytest.fixture
def proxy(services: Services, environ: dict[str, str], storage: str, tmp_path: Path) -> Iterator[Proxy]:
    """The shipped proxy before a web process with as many threads as compose gives it."""
    media = free_port()
    behind = {"TRUSTED_PROXIES": "1", "S3_PUBLIC_URL": f"http://127.0.0.1:{media}"}
    system = System(environ | behind | {"DATA_DIR": str(services.settings.data_dir)}, tmp_path)
    with proxy_before(system.web(threads=8)[0], storage, tmp_path, media=media) as running:
        yield running
    system.stop()


def begin(number: int) -> bytes:
    """What a slow client says at first: every other one stops in its headers, the others in their body."""
    form = f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.{number}\r\n"
    if number % 2:
        return form.encode()
    return (form + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 400000\r\n\r\n--b\r\n").encode()


@contextmanager
def slow_clients(url: str) -> Iterator[list[socket.socket]]:
    """Clients that begin a request and never end it."""
    port = int(url.rpartition(":")[2])
    with ExitStack() as lines:
        clients = [lines.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(SLOW)]
        for number, client in enumerate(clients):
            client.sendall(begin(number))
        yield clients


@contextmanager
def slow_parts(url: str, folder: Path) -> Iterator[list[socket.socket]]:
    """Phones on bad lines: each has begun to send a part, and will be at it for long."""
    video = folder / "large.mp4"
    with video.open("wb") as file:
        file.truncate(SLOW_PARTS * MIN_PART_BYTES)
    phone = Program(url, video, address="192.0.2.2")
    phone.announces()
    with ExitStack() as lines:
        phones = []
        for number, part in enumerate(phone.signs().json()["parts"]):
            to = urlsplit(part["url"])
            line = lines.enter_context(socket.create_connection((to.hostname, to.port)))
            head = f"PUT {to.path}?{to.query} HTTP/1.1\r\nHost: {to.netloc}\r\nContent-Length: {part['size_bytes']}\r\n"
            line.sendall(f"{head}X-Forwarded-For: 203.0.113.{number}\r\n\r\n".encode() + bytes(1000))
            phones.append(line)
        yield phones


def waiting(clients: list[socket.socket]) -> int:
    """How many of them nobody has answered or cut off."""
    over, _, _ = select.select(clients, [], [], 0)
    return len(clients) - len(over)


def test_slow_clients_do_not_keep_others_from_the_form(proxy: Proxy) -> None:
    with slow_clients(proxy.url) as clients:
        statuses = [requests.get(proxy.url + FORM, timeout=60).status_code for _ in range(10)]

        still_waiting = waiting(clients)

    # All of this while the slow ones were still being waited for: they were in nobody's way.
    assert (statuses, still_waiting) == ([200] * 10, SLOW)


def test_slow_clients_do_not_keep_others_from_sending(proxy: Proxy, services: Services, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(bytes(6_000_000))
    program = Program(proxy.url, video, address="192.0.2.1")

    with slow_clients(proxy.url), slow_parts(proxy.url, tmp_path) as phones:
        program.announces()
        program.puts()
        receipt = program.completes()
        still_waiting = waiting(phones)

    # The parts came by the proxy's other door: what is signed for it holds behind it.
    assert (receipt["state"], still_waiting) == ("uploaded", SLOW_PARTS)
    assert stories.count_by_state(services) == {State.UPLOADED: 1, State.UPLOADING: 1}
