"""The only place that asks a server as often as it answers: over connections that stay open, a process each.

The client costs the same whatever it asks, some microseconds a request, so two servers can be held against each other.
Each request bears an address of its own, as a proxy in front would say it: who answers many visitors limits each.
"""

from __future__ import annotations

import multiprocessing
import re
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CONNECTIONS: Final = 8
_TIMEOUT_S: Final = 30.0
_READ_BYTES: Final = 1 << 16
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_ADDRESSES: Final = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a server did while it was asked."""

    requests: int
    seconds: float

    @property
    def per_s(self) -> float:
        """Answers in a second."""
        return self.requests / self.seconds


def ask(url: str, *, seconds: float, body_bytes: int) -> Rate:
    """Ask for a page for some seconds, eight times at once.

    Args:
        body_bytes: How long each answer must be, compressed.

    Raises:
        AssertionError: An answer was another: refused, shorter, an error.
    """
    fork = multiprocessing.get_context("fork")
    lines: list[Connection] = []
    askers = []
    for number in range(CONNECTIONS):
        line, theirs = fork.Pipe()
        lines.append(line)
        asker = fork.Process(target=_ask, args=(theirs, url, seconds, body_bytes, number), daemon=True)
        asker.start()
        askers.append(asker)
    answered = [line.recv() for line in lines]
    for asker in askers:
        asker.join()
    assert all(isinstance(one, int) for one in answered), answered
    return Rate(requests=sum(answered), seconds=seconds)


def _ask(line: Connection, url: str, seconds: float, body_bytes: int, number: int) -> None:
    try:
        line.send(_answers(url, seconds, body_bytes, number))
    except (AssertionError, OSError) as error:
        line.send(repr(error))


def _answers(url: str, seconds: float, body_bytes: int, number: int) -> int:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    head = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\nX-Forwarded-For: 10.{number}."
    )
    count, ends_at, server = 0, time.monotonic() + seconds, _connect(host, port)
    while time.monotonic() < ends_at:
        place = count % _ADDRESSES
        server.sendall(f"{head}{place >> 8}.{place & 255}\r\n\r\n".encode())
        if not _read_one(server, body_bytes):
            server.close()
            server = _connect(host, port)
        count += 1
    server.close()
    return count


def _connect(host: str, port: int) -> socket.socket:
    server = socket.create_connection((host, port), timeout=_TIMEOUT_S)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def _read_one(server: socket.socket, body_bytes: int) -> bool:
    """Read one answer to its end; False where the server closes after it."""
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(server)
    head = received[: end + 2]
    found = _LENGTH.search(head)
    assert head.startswith(b"HTTP/1.1 200 "), head[:100]
    assert found is not None, head
    assert int(found[1]) == body_bytes, (found[1], body_bytes)
    missing = end + 4 + body_bytes - len(received)
    while missing > 0:
        missing -= len(_more(server))
    return b"\r\nConnection: close\r\n" not in head


def _more(server: socket.socket) -> bytes:
    read = server.recv(_READ_BYTES)
    assert read, "the server hung up in the middle of an answer"
    return read
