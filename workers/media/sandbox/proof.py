"""The only place that tries a sandbox from within: nothing is believed of one that did not pass."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from typing import TYPE_CHECKING, Final

from intake.domain.errors import SandboxUnavailable, ToolFailed, ToolTimedOut
from workers.media.sandbox.terms import OUTPUT, SOURCE, Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workers.media.sandbox.running import Sandbox

_TEST_LIMITS: Final = Limits(timeout_s=10, cpu_s=5, memory_bytes=512 * 1024 * 1024, output_bytes=1024 * 1024)


def prove(sandbox: Sandbox, folder: Path) -> None:
    """Try the sandbox from within: first that tools work at all, then that each wall stands.

    Raises:
        SandboxUnavailable: With what was tried and how it ended.
    """
    secret = secrets.token_hex(16)
    source, outside, output = folder / "source", folder / "outside", folder / "output"
    source.write_text(secret)
    outside.write_text(secret)
    output.mkdir()

    def attempt(*argv: str) -> str:
        answer = sandbox.run(argv, source=source, output=output, limits=_TEST_LIMITS)
        return answer.stdout.decode("utf-8", "replace")

    _require_success("read its input", lambda: attempt("cat", SOURCE), expected=secret)
    _require_success("write its output", lambda: attempt("sh", "-c", f"echo x > {OUTPUT}/made"), expected="")
    _require_success("start ffprobe", lambda: attempt("ffprobe", "-v", "error", "-formats")[:1], expected="F")
    _require_failure("read a file outside", lambda: attempt("cat", str(outside)))
    _require_failure("read /etc/passwd", lambda: attempt("cat", "/etc/passwd"))
    _require_failure("change its input", lambda: attempt("sh", "-c", f"echo x >> {SOURCE}"))
    _require_failure("change the rights of its input", lambda: attempt("chmod", "777", SOURCE))
    _require_failure("send us a signal", lambda: attempt("sh", "-c", f"kill -0 {os.getpid()}"))
    _require_failure("start a second process", lambda: attempt("sh", "-c", "cat /dev/null; true"))
    _require_failure("take more memory", lambda: attempt("dd", "if=/dev/zero", "of=/dev/null", "bs=600M", "count=1"))
    _require_failure("write more", lambda: attempt("dd", "if=/dev/zero", f"of={OUTPUT}/big", "bs=2M", "count=1"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        _require_failure("connect to this machine", lambda: attempt("ffprobe", "-v", "error", url))
        _require_nobody_called(server)
    _require_failure("leave a link", lambda: attempt("ln", "-s", str(outside), f"{OUTPUT}/link"))
    (output / "link").unlink(missing_ok=True)
    _require_failure("fill memory", lambda: attempt("dd", "if=/dev/zero", "of=/dev/shm/x", "bs=1k", "count=1"))


def _require_success(what: str, attempt: Callable[[], str], *, expected: str) -> None:
    try:
        answer = attempt()
    except (ToolFailed, OSError) as error:
        raise SandboxUnavailable(f"a tool inside could not {what}: {error}") from error
    if answer.strip() != expected:
        raise SandboxUnavailable(f"a tool inside could not {what}")


def _require_failure(what: str, attempt: Callable[[], str]) -> None:
    try:
        attempt()
    except ToolTimedOut as error:
        raise SandboxUnavailable(f"no answer when a tool inside tried to {what}") from error
    except ToolFailed:
        return
    raise SandboxUnavailable(f"a tool inside could {what}")


def _require_nobody_called(server: socket.socket) -> None:
    server.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        server.accept()
        raise SandboxUnavailable("a tool inside reached a server outside")
