"""The only place that runs a program on a file a stranger sent.

Everything a sender uploads is hostile, and the ffmpeg that Debian ships has public holes (CVE-2026-8461 among them), so
options are hygiene and this is the control. A tool sees `/usr`, one input file and one output folder; it has no
network, no second process, no environment, bounded memory, processor time and output, a deadline, and it dies with us.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from intake.domain.errors import SandboxUnavailable, ToolFailed, ToolTimedOut
from workers.media.plain import plain_file, require_plain_files
from workers.media.seccomp import one_process_filter
from workers.media.waiting import Patience, end, pump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from workers.media.waiting import StopSignal

SOURCE: Final = "/in/src"
"""The input file, as the tool sees it. A fixed name: a sender's file name never becomes an argument."""

OUTPUT: Final = "/out"
"""The output folder, as the tool sees it."""

MAX_STDOUT_BYTES: Final = 8 * 1024 * 1024
"""What `Sandbox.run` holds of a tool's answer. ffprobe says 10 kB about a clip; nothing we ask for says a megabyte."""

_MESSAGE_CHARACTERS: Final = 600
_MAX_THREADS: Final = 128
_LIBC: Final = ctypes.PyDLL(None)
_SET_PARENT_DEATH_SIGNAL: Final = 1
"""Source: Linux, `include/uapi/linux/prctl.h`."""

_NEEDED: Final = ("bwrap", "prlimit", "ffmpeg", "ffprobe", "cat", "dd", "ln", "sh")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run of a tool may take.

    Attributes:
        timeout_s: Seconds by the wall clock; a busy machine makes this pass, so it proves nothing about the file.
        cpu_s: Seconds of processor time, all threads together.
        memory_bytes: Address space. A tool is one process here, so this is all the memory it can have.
        output_bytes: Size of any one file it writes, and of all of them together.
    """

    timeout_s: float
    cpu_s: int
    memory_bytes: int
    output_bytes: int


@dataclass(frozen=True, kw_only=True)
class ToolOutput:
    """What a tool that succeeded said; of stderr only the end is kept."""

    stdout: bytes
    stderr: str


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
            _prove(sandbox, Path(folder))
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
        watch: Callable[[], None] | None = None,
        stop: StopSignal | None = None,
    ) -> str:
        """Run *argv*, hand each chunk of its stdout to *consume*, *watch* all the while; return the end of its stderr.

        Raises:
            ToolFailed, ToolTimedOut, LeaseLost: As `run`; and what *consume* or *watch* raise, once it is killed.
        """
        audit = functools.partial(require_plain_files, output, max_bytes=limits.output_bytes)
        with self._started(argv, source=source, output=output, limits=limits) as process:
            patience = Patience(argv[0], timeout_s=limits.timeout_s, stop=stop, audit=audit, watch=watch)
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
                [*self._walls(source, output, program.fileno()), *self._bounds(limits), *argv],
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

    def _walls(self, source: Path | None, output: Path, seccomp_fd: int) -> list[str]:
        return [
            self._programs["bwrap"],
            *("--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
            *("--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin"),
            *("--setenv", "LC_ALL", "C.UTF-8", "--hostname", "sandbox", "--chdir", "/"),
            # glibc reserves 64 MiB of address space for each thread's heap, which the limit would count as taken.
            *("--setenv", "MALLOC_ARENA_MAX", "2"),
            *("--ro-bind", "/usr", "/usr", *_library_links()),
            # Debian's ffmpeg finds its linear algebra through alternatives, and all its libraries through the cache.
            *("--ro-bind-try", "/etc/alternatives", "/etc/alternatives"),
            *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
            # Its /dev and /dev/shm are memory without a bound: nothing is written there.
            *("--dev", "/dev", "--remount-ro", "/dev", "--size", str(16 * 1024 * 1024), "--tmpfs", "/tmp"),  # noqa: S108 - the sandbox's own
            *(("--ro-bind", str(plain_file(source)), SOURCE) if source else ()),
            *("--bind", str(output.resolve()), OUTPUT),
            *("--remount-ro", "/", "--seccomp", str(seccomp_fd), "--"),
        ]

    def _bounds(self, limits: Limits) -> list[str]:
        return [
            self._programs["prlimit"],
            f"--as={limits.memory_bytes}",
            f"--cpu={limits.cpu_s}",
            f"--fsize={limits.output_bytes}",
            f"--nproc={_MAX_THREADS}",
            "--core=0",
            "--",
        ]


def _die_with(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent dies; runs in the child, between fork and exec.

    bubblewrap asks for the same, but a few milliseconds after it started: a worker killed in between would leave a
    tool running. (Killed in the next millisecond, it may leave bubblewrap itself waiting, with no tool inside.)
    Code at this place may deadlock where it takes a lock that another thread held. Two system calls take none.
    """
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


def _library_links() -> list[str]:
    """Repeat how this machine's `/bin`, `/lib` and their kin lead to `/usr`."""
    options: list[str] = []
    for path in (Path("/bin"), Path("/sbin"), Path("/lib"), Path("/lib32"), Path("/lib64")):
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    return options


def _find_programs(needed: Sequence[str]) -> dict[str, str]:
    found = {name: shutil.which(name, path="/usr/bin:/bin") for name in needed}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise SandboxUnavailable(f"not installed in /usr/bin: {', '.join(missing)}")
    return {name: path for name, path in found.items() if path is not None}


_TEST_LIMITS: Final = Limits(timeout_s=10, cpu_s=5, memory_bytes=512 * 1024 * 1024, output_bytes=1024 * 1024)


def _prove(sandbox: Sandbox, folder: Path) -> None:
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
