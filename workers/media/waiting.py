"""The only place that waits for a program: it reads both pipes in one loop, watching the clock and the stop signal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from typing import IO, TYPE_CHECKING, Final, Protocol

from intake.domain.errors import LeaseLost, ToolTimedOut

if TYPE_CHECKING:
    from collections.abc import Callable

_STDERR_TAIL_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 256 * 1024

_PIPE_BYTES: Final = 1024 * 1024
"""With the kernel's own 64 KiB a tool and we wake each other sixteen times as often: a tenth of measuring sound."""

_POLL_S: Final = 0.1
"""How soon a stop signal is seen. A lease that is lost must stop its tool within half a second."""

_AUDIT_S: Final = 0.5
"""How often we look at what a tool has written so far."""


class StopSignal(Protocol):
    """Tells that the work is no longer wanted; a `threading.Event` is one."""

    def is_set(self) -> bool:
        """Tell whether to stop now."""


class Patience:
    """How long we wait for a tool, and whether anybody still wants what it makes."""

    def __init__(
        self,
        name: str,
        *,
        timeout_s: float,
        stop: StopSignal | None,
        audit: Callable[[], None] | None = None,
        watch: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._audit = audit
        self._watch = watch
        self._audited_at = time.monotonic()
        self._timeout_s = timeout_s
        self._ends_at = time.monotonic() + timeout_s
        self._stop = stop

    def check(self) -> None:
        """Return while waiting makes sense.

        Raises:
            LeaseLost: The stop signal was set.
            ToolTimedOut: The deadline passed, or whoever watches the tool says that it hangs.
            ToolFailed: The audit found what no tool of ours writes.
        """
        if self._stop is not None and self._stop.is_set():
            raise LeaseLost(f"{self._name} was stopped: its job is somebody else's now")
        if time.monotonic() > self._ends_at:
            raise ToolTimedOut(f"{self._name} took longer than {self._timeout_s:g} s")
        if self._watch is not None:
            self._watch()
        if self._audit is not None and time.monotonic() - self._audited_at > _AUDIT_S:
            self._audit()
            self._audited_at = time.monotonic()


class _Tail:
    """The end of a stream, in bounded memory."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._held_bytes = 0

    def keep(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._held_bytes += len(chunk)
        while self._held_bytes - len(self._chunks[0]) >= _STDERR_TAIL_BYTES:
            self._held_bytes -= len(self._chunks.popleft())

    def text(self) -> str:
        return b"".join(self._chunks)[-_STDERR_TAIL_BYTES:].decode("utf-8", "replace")


def pump(process: subprocess.Popen[bytes], consume: Callable[[bytes], None], patience: Patience) -> str:
    """Hand what *process* writes to *consume* until it ends; return the end of its stderr.

    Raises:
        LeaseLost, ToolTimedOut: *patience* ran out; the caller must end the process.
    """
    tail = _Tail()
    _widen(_pipe(process.stdout))
    with selectors.DefaultSelector() as selector:
        selector.register(_pipe(process.stdout), selectors.EVENT_READ, consume)
        selector.register(_pipe(process.stderr), selectors.EVENT_READ, tail.keep)
        while selector.get_map():
            patience.check()
            for key, _ in selector.select(_POLL_S):
                chunk = os.read(key.fd, _CHUNK_BYTES)
                if chunk:
                    key.data(chunk)
                else:
                    selector.unregister(key.fileobj)
    while process.poll() is None:
        patience.check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_S)
    return tail.text()


def _widen(stream: IO[bytes]) -> None:
    # A wider pipe only saves work: where the kernel grants none, as to a user with very many, a narrow one will do.
    with contextlib.suppress(OSError):
        fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("the process was started without this pipe")
    return stream


def end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of *process* running: the group is killed, and what is in its namespaces falls with it.

    At once, without a word: what a tool that is stopped has made so far is thrown away in any case.
    """
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
