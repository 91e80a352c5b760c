"""The only place that starts a program on a stranger's file, and ends it."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from intake.domain.errors import SandboxUnavailable, ToolFailed
from workers.media.plain import require_plain_files
from workers.media.sandbox.namespaces import bounds, walls
from workers.media.sandbox.proof import prove
from workers.media.sandbox.terms import Limits, ToolOutput
from workers.media.seccomp import one_process_filter
from workers.media.waiting import Patience, end, pump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from workers.media.waiting import StopSignal

MAX_STDOUT_BYTES: Final = 8 * 1024 * 1024
"""What `Sandbox.run` holds of a tool's answer. ffprobe says 10 kB about a clip; nothing we ask for says a megabyte."""

_MESSAGE_CHARACTERS: Final = 600
_LIBC: Final = ctypes.PyDLL(None)
_SET_PARENT_DEATH_SIGNAL: Final = 1
"""Source: Linux, `include/uapi/linux/prctl.h`."""

_NEEDED: Final = ("bwrap", "prlimit", "ffmpeg", "ffprobe", "cat", "dd", "ln", "sh")


class Sandbox:
    """A place to run tools in. Get one from `tested`: an instance that did not pass it proves nothing."""

    level: Final = "bubblewrap"

    def __init__(self, *, programs: dict[str, str], seccomp_filter: bytes) -> None:
        self._programs = programs
        self._filter = seccomp_filter

    @classmethod
    def tested(cls, *, needed: Sequence[str] = _NEEDED) -> Self:
        """Return a sandbox that has just proved on this machine that it holds.

        Args:
            needed: Programs that must be installed.

        Raises:
            SandboxUnavailable: A program is missing, or something that must be impossible inside was possible, or
                what must be possible was not. There is no weaker sandbox to fall back on.
        """
        sandbox = cls(programs=_find_programs(needed), seccomp_filter=one_process_filter())
        with tempfile.TemporaryDirectory(prefix="sandbox-test-") as folder:
            prove(sandbox, Path(folder))
        return sandbox

    def run(
        self,
        argv: Sequence[str],
        *,
        source: Path | None,
        output: Path,
        limits: Limits,
        stop: StopSignal | None = None,
    ) -> ToolOutput:
        """Run *argv* and return what it wrote; *source* is its `/in/src`, *output* its `/out`.

        Raises:
            ToolFailed: It exited non-zero, was killed by a limit, or said more than anybody asked for.
            ToolTimedOut: The deadline passed; it was killed.
            LeaseLost: *stop* was set; it was killed.
        """
        answer = bytearray()

        def keep(chunk: bytes) -> None:
            answer.extend(chunk)
            if len(answer) > MAX_STDOUT_BYTES:
                raise ToolFailed(f"{argv[0]} wrote more than {MAX_STDOUT_BYTES} bytes to stdout")

        stderr = self.stream(argv, source=source, output=output, limits=limits, consume=keep, stop=stop)
        return ToolOutput(stdout=bytes(answer), stderr=stderr)

    def stream(  # noqa: PLR0913 - the options of `run`, and who takes what it writes
        self,
        argv: Sequence[str],
        *,
        source: Path | None,
        output: Path,
        limits: Limits,
        consume: Callable[[bytes], None],
        stop: StopSignal | None = None,
    ) -> str:
        """Run *argv*, hand each chunk of its stdout to *consume*, and return the end of its stderr.

        Raises:
            ToolFailed, ToolTimedOut, LeaseLost: As `run`; and whatever *consume* raises, after the tool was killed.
        """
        audit = functools.partial(require_plain_files, output, max_bytes=limits.output_bytes)
        with self._started(argv, source=source, output=output, limits=limits) as process:
            patience = Patience(argv[0], timeout_s=limits.timeout_s, stop=stop, audit=audit)
            stderr = pump(process, consume, patience)
        audit()
        if process.returncode != 0:
            raise ToolFailed(f"{argv[0]} ended with {process.returncode}: {stderr[-_MESSAGE_CHARACTERS:].strip()}")
        return stderr

    @contextlib.contextmanager
    def _started(
        self, argv: Sequence[str], *, source: Path | None, output: Path, limits: Limits
    ) -> Iterator[subprocess.Popen[bytes]]:
        with os.fdopen(os.memfd_create("seccomp"), "wb", buffering=0) as program:
            program.write(self._filter)
            program.seek(0)
            process = subprocess.Popen(
                [*walls(self._programs, source, output, program.fileno()), *bounds(self._programs, limits), *argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(program.fileno(),),
                env={},
                process_group=0,
                preexec_fn=functools.partial(_die_with, os.getpid()),  # noqa: PLW1509 - see there
            )
        with process:
            try:
                yield process
            finally:
                end(process)


def _die_with(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent dies; runs in the child, between fork and exec.

    bubblewrap asks for the same, but a few milliseconds after it started: a worker killed in between would leave a
    tool running. (Killed in the next millisecond, it may leave bubblewrap itself waiting, with no tool inside.)
    Code at this place may deadlock where it takes a lock that another thread held. Two system calls take none.
    """
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def _find_programs(needed: Sequence[str]) -> dict[str, str]:
    found = {name: shutil.which(name, path="/usr/bin:/bin") for name in needed}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise SandboxUnavailable(f"not installed in /usr/bin: {', '.join(missing)}")
    return {name: path for name, path in found.items() if path is not None}
