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
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self

from intake.domain.errors import SandboxUnavailable, ToolFailed
from workers.media.memory import peak_memory_bytes
from workers.media.plain import require_plain_files
from workers.media.sandbox.landlock import Landlock
from workers.media.sandbox.namespaces import Namespaces
from workers.media.sandbox.proof import prove
from workers.media.sandbox.terms import Level, Limits, ToolOutput, ToolRun
from workers.media.seccomp import one_process_filter
from workers.media.waiting import Patience, end, pump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from workers.media.waiting import StopSignal

MAX_STDOUT_BYTES: Final = 8 * 1024 * 1024
"""What `Sandbox.run` holds of a tool's answer. ffprobe says 10 kB about a clip; nothing we ask for says a megabyte."""

_MESSAGE_CHARACTERS: Final = 600
_LIBC: Final = ctypes.PyDLL(None)
_SET_PARENT_DEATH_SIGNAL: Final = 1
"""Source: Linux, `include/uapi/linux/prctl.h`."""

_NEEDED: Final = ("ffmpeg", "ffprobe", "cat", "chmod", "dd", "ln", "sh")


class Walls(Protocol):
    """What holds a tool in.

    Attributes:
        level: Its name for people.
        needed: Programs that it is made of.
        complains_as: How the words of its programs begin when it could not be built.
    """

    @property
    def level(self) -> Level: ...  # noqa: D102 - above
    @property
    def needed(self) -> Sequence[str]: ...  # noqa: D102 - above
    @property
    def complains_as(self) -> tuple[str, ...]: ...  # noqa: D102 - above

    def around(  # noqa: PLR0913 - as `Sandbox.run`
        self,
        argv: Sequence[str],
        *,
        source: Path | None,
        output: Path,
        limits: Limits,
        seccomp_fd: int,
        programs: Sequence[Path] = (),
    ) -> list[str]:
        """Return the command that builds the walls, the filter at *seccomp_fd* among them, and then runs *argv*."""


def _tell_nobody(_run: ToolRun) -> None:
    """Keep what a tool took to ourselves."""


_WALLS: Final[dict[Level, Walls]] = {Level.BUBBLEWRAP: Namespaces(), Level.LANDLOCK: Landlock()}


class Sandbox:
    """A place to run tools in. Get one from `tested`: an instance that did not pass it proves nothing."""

    def __init__(
        self,
        *,
        walls: Walls,
        seccomp_filter: bytes,
        limits_factor: int = 1,
        tell: Callable[[ToolRun], None] = _tell_nobody,
    ) -> None:
        self._walls = walls
        self._filter = seccomp_filter
        self._limits_factor = limits_factor
        self._tell = tell

    def widened(self, factor: int, *, tell: Callable[[ToolRun], None] = _tell_nobody) -> Sandbox:
        """Return the same walls around tools that may take *factor* times the time and memory they are given.

        Args:
            tell: Told what each run took, in whatever thread it was run.
        """
        return Sandbox(walls=self._walls, seccomp_filter=self._filter, limits_factor=factor, tell=tell)

    @property
    def level(self) -> Level:
        """Which walls these are."""
        return self._walls.level

    @classmethod
    def tested(cls, *, levels: Iterable[Level] = tuple(Level), needed: Sequence[str] = _NEEDED) -> Self:
        """Return the strongest sandbox that has just proved on this machine that it holds.

        Args:
            levels: What to try, in this order.
            needed: Programs that must be installed, whatever the level.

        Raises:
            SandboxUnavailable: On every level a program is missing, or something that must be impossible inside was
                possible, or what must be possible was not. There is no weaker sandbox to fall back on, and no setting
                that allows one.
        """
        causes = []
        for level in levels:
            try:
                return cls._tested(_WALLS[level], needed)
            except SandboxUnavailable as error:
                causes.append(f"{level}: {error}")
        raise SandboxUnavailable("; ".join(causes))

    @classmethod
    def _tested(cls, walls: Walls, needed: Sequence[str]) -> Self:
        _require_programs((*walls.needed, *needed))
        sandbox = cls(walls=walls, seccomp_filter=one_process_filter())
        with tempfile.TemporaryDirectory(prefix="sandbox-test-") as folder:
            prove(sandbox, Path(folder))
        return sandbox

    def run(  # noqa: PLR0913 - what a tool is given, and how long it is waited for
        self,
        argv: Sequence[str],
        *,
        source: Path | None,
        output: Path,
        limits: Limits,
        programs: Sequence[Path] = (),
        stop: StopSignal | None = None,
    ) -> ToolOutput:
        """Run *argv* and return what it wrote; *source* is its `/in/src`, *output* its `/out`.

        Args:
            programs: Folders beside `/usr` whose programs it may read and run. Nothing secret may be in them.

        Raises:
            ToolFailed: It exited non-zero, was killed by a limit, or said more than anybody asked for.
            ToolTimedOut: The deadline passed; it was killed.
            SandboxUnavailable: The walls could not be built this time; the tool did not run.
            LeaseLost: *stop* was set; it was killed.
        """
        answer = bytearray()

        def keep(chunk: bytes) -> None:
            answer.extend(chunk)
            if len(answer) > MAX_STDOUT_BYTES:
                raise ToolFailed(f"{argv[0]} wrote more than {MAX_STDOUT_BYTES} bytes to stdout")

        stderr = self.stream(
            argv, source=source, output=output, limits=limits, consume=keep, programs=programs, stop=stop
        )
        return ToolOutput(stdout=bytes(answer), stderr=stderr)

    def stream(  # noqa: PLR0913 - the options of `run`, and who takes what it writes
        self,
        argv: Sequence[str],
        *,
        source: Path | None,
        output: Path,
        limits: Limits,
        consume: Callable[[bytes], None],
        programs: Sequence[Path] = (),
        watch: Callable[[], None] | None = None,
        stop: StopSignal | None = None,
    ) -> str:
        """Run *argv*, hand each chunk of its stdout to *consume*, *watch* all the while; return the end of its stderr.

        Raises:
            ToolFailed, ToolTimedOut, SandboxUnavailable, LeaseLost: As `run`.
            Whatever *consume* or *watch* raise, after the tool was killed.
        """
        limits = limits.times(self._limits_factor)
        audit = functools.partial(require_plain_files, output, max_bytes=limits.output_bytes)
        walls = functools.partial(
            self._walls.around, argv, source=source, output=output, limits=limits, programs=programs
        )
        with self._watched(argv[0], walls) as (process, meter):

            def look() -> None:
                meter.look()
                audit()

            patience = Patience(argv[0], timeout_s=limits.timeout_s, stop=stop, audit=look, watch=watch)
            stderr = pump(process, consume, patience)
            meter.note_end()
        audit()
        if process.returncode != 0:
            self._require_walls(stderr)
            raise ToolFailed(f"{argv[0]} ended with {_exit_code(process)}: {stderr[-_MESSAGE_CHARACTERS:].strip()}")
        return stderr

    def _require_walls(self, stderr: str) -> None:
        # A tool that was taken over may imitate these words: it gains another try at the same walls, after a pause.
        if stderr.startswith(self._walls.complains_as):
            raise SandboxUnavailable(stderr[:_MESSAGE_CHARACTERS].strip())

    @contextlib.contextmanager
    def _watched(self, tool: str, walls: Callable[..., list[str]]) -> Iterator[tuple[subprocess.Popen[bytes], _Meter]]:
        with self._started(walls) as process:
            meter = _Meter(tool, process)
            try:
                yield process, meter
            finally:
                self._tell(meter.read())

    @contextlib.contextmanager
    def _started(self, walls: Callable[..., list[str]]) -> Iterator[subprocess.Popen[bytes]]:
        with os.fdopen(os.memfd_create("seccomp"), "wb", buffering=0) as program:
            program.write(self._filter)
            program.seek(0)
            process = subprocess.Popen(
                walls(seccomp_fd=program.fileno()),
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


class _Meter:
    """What a run takes."""

    def __init__(self, tool: str, process: subprocess.Popen[bytes]) -> None:
        self._tool = tool
        self._process = process
        self._began_at = time.monotonic()
        self._peak_memory_bytes: int | None = None
        self._exit_code: int | None = None

    def look(self) -> None:
        self._peak_memory_bytes = peak_memory_bytes(self._process.pid) or self._peak_memory_bytes

    def note_end(self) -> None:
        self._exit_code = _exit_code(self._process)

    def read(self) -> ToolRun:
        return ToolRun(
            tool=self._tool,
            duration_s=round(time.monotonic() - self._began_at, 3),
            exit_code=self._exit_code,
            peak_memory_bytes=self._peak_memory_bytes,
        )


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    """Return how a process ended as shells and bubblewrap say it: 128 and the signal for a violent end."""
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _die_with(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent dies; runs in the child, between fork and exec.

    What stands between it and the tool passes this on or stays the same process, so a worker that is killed takes the
    tool with it from the first moment.
    Code at this place may deadlock where it takes a lock that another thread held. Two system calls take none.
    """
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def _require_programs(needed: Iterable[str]) -> None:
    missing = [name for name in needed if shutil.which(name, path="/usr/bin:/bin") is None]
    if missing:
        raise SandboxUnavailable(f"not installed in /usr/bin: {', '.join(missing)}")
