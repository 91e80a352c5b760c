"""A gate before the S3 server: lets everything through, and springs a trap on the request a test waits for.

Real processes are given its address as their S3 server. So a test can hold one of them at an exact moment of its work,
or kill it there, on either side of an effect, without touching its code.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 60.0
CHUNK_BYTES = 64 * 1024


class Moment(Enum):
    """On which side of the request's effect a trap springs."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class Trap:
    """Waits for a request by method and a pattern in its address; springs *times* times."""

    method: str
    pattern: str
    moment: Moment
    act: Callable[[Trap], None]
    times: int = 1
    pid: int = 0
    """Whose request it was."""
    sprung: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def wait(self, *, patience_s: float = PATIENCE_S) -> int:
        """Wait until it springs; return the pid of the process whose request it was."""
        if not self.sprung.wait(patience_s):
            raise TimeoutError(f"nobody asked for {self.method} {self.pattern}")
        return self.pid

    def release(self) -> None:
        """Let the held request go on."""
        self.released.set()


def hold(trap: Trap) -> None:
    """Keep the request waiting until the test releases it."""
    trap.released.wait(PATIENCE_S)


def kill_process(trap: Trap) -> None:
    """Kill the process whose request it is, and it alone; what it was sending goes no further."""
    os.kill(trap.pid, signal.SIGKILL)
    raise ConnectionResetError("its client was killed")


def kill_group(trap: Trap) -> None:
    """Kill the process whose request it is, with its whole group; what it was sending goes no further."""
    os.killpg(os.getpgid(trap.pid), signal.SIGKILL)
    raise ConnectionResetError("its client was killed")


def refuse(_trap: Trap) -> None:
    """Answer that the bucket cannot now."""
    raise _RefusedError


class _RefusedError(Exception):
    pass


class Gate(ThreadingHTTPServer):
    """One gate before one S3 server."""

    daemon_threads = True

    def __init__(self, upstream_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream_url)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._traps: list[Trap] = []
        self._lock = threading.Lock()

    def trap(
        self,
        method: str,
        pattern: str,
        *,
        moment: Moment = Moment.BEFORE,
        act: Callable[[Trap], None] = hold,
        times: int = 1,
    ) -> Trap:
        """Set a trap; without an *act* it holds the request until it is released."""
        trap = Trap(method=method, pattern=pattern, moment=moment, act=act, times=times)
        self._traps.append(trap)
        return trap

    def clear(self) -> None:
        """Remove every trap and let go whom they hold."""
        for trap in self._traps:
            trap.release()
        self._traps.clear()

    def spring(self, method: str, path: str, moment: Moment, port: int) -> None:
        """Spring the first trap that waits for this."""
        trap = self._take(method, path, moment)
        if trap is not None:
            trap.pid = pid_of(port)
            trap.sprung.set()
            trap.act(trap)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that clients die in the middle is what this is for."""

    def _take(self, method: str, path: str, moment: Moment) -> Trap | None:
        with self._lock:
            for trap in self._traps:
                if trap.times and trap.moment is moment and trap.method == method and re.search(trap.pattern, path):
                    trap.times -= 1
                    return trap
        return None


class _Handler(BaseHTTPRequestHandler):
    server: Gate
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    not_forwarded: ClassVar = {"connection", "expect", "transfer-encoding", "content-length", "keep-alive"}

    def relay(self) -> None:
        port = self.client_address[1]
        try:
            self.server.spring(self.command, self.path, Moment.BEFORE, port)
            answer, content = self._ask()
            self.server.spring(self.command, self.path, Moment.AFTER, port)
        except _RefusedError:
            self.close_connection = True
            self.send_response_only(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self.close_connection = True
        else:
            self._answer(answer, content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = relay  # noqa: N815 - the names http.server calls

    def log_message(self, *_arguments: object) -> None:
        pass

    def _ask(self) -> tuple[http.client.HTTPResponse, bytes]:
        upstream = self.server.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        left = int(self.headers.get("Content-Length") or 0)
        for name, value in self.headers.items():
            if name.lower() not in self.not_forwarded:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(left))
        connection.endheaders()
        while left > 0 and (chunk := self.rfile.read(min(left, CHUNK_BYTES))):
            connection.send(chunk)
            left -= len(chunk)
        if left:
            connection.close()
            raise ConnectionResetError("the client died in the middle")
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        size = answer.headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in self.not_forwarded:
                self.send_header(name, value)
        self.send_header("Content-Length", size)
        self.end_headers()
        self.wfile.write(content)


def pid_of(port: int) -> int:
    """The process that holds the client's end of a connection from *port* of this machine."""
    ours = psutil.net_connections(kind="tcp4")
    found = [one.pid for one in ours if one.pid and one.laddr and one.laddr.port == port]
    if not found:
        raise ConnectionResetError(f"nobody holds the connection from port {port} any more")
    return found[0]


@contextmanager
def gate_before(upstream_url: str) -> Iterator[Gate]:
    """Run a gate for as long as the block lasts."""
    gate = Gate(upstream_url)
    thread = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        gate.clear()
        gate.shutdown()
        gate.server_close()
