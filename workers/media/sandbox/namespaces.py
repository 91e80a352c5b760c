"""Walls of namespaces: bubblewrap gives a tool a world in which there is nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from workers.media.plain import plain_file
from workers.media.sandbox.terms import OUTPUT, SOURCE, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.media.sandbox.terms import Limits

_MAX_THREADS: Final = 128


class Namespaces:
    """Builds command lines that run a tool behind these walls."""

    level: Final = Level.BUBBLEWRAP
    needed: Final = ("bwrap", "prlimit", "unshare")
    complains_as: Final = ("bwrap: ", "unshare: ", "prlimit: ")

    def around(  # noqa: PLR0913 - as `Walls`
        self,
        argv: Sequence[str],
        *,
        source: Path | None,
        output: Path,
        limits: Limits,
        seccomp_fd: int,
        programs: Sequence[Path] = (),
    ) -> list[str]:
        """Return the command that builds a world and then runs *argv* in it."""
        return [*_walls(source, output, seccomp_fd, programs), *_bounds(limits), *argv]


def _walls(source: Path | None, output: Path, seccomp_fd: int, programs: Sequence[Path]) -> list[str]:
    return [
        # bubblewrap's child is on its own for its first milliseconds: of 120 workers killed just then 54 left something
        # running. As the first process of a namespace that `unshare` ends with us it takes all with it: 1 of 220.
        # Its own /proc: bubblewrap looks its child up there, by a number that outside is another process or none.
        *("/usr/bin/unshare", "--user", "--map-current-user", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
        "/usr/bin/bwrap",
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
        *(word for path in programs for word in ("--ro-bind", str(path), str(path))),
        *(("--ro-bind", str(plain_file(source)), SOURCE) if source else ()),
        *("--bind", str(output.resolve()), OUTPUT),
        *("--remount-ro", "/", "--seccomp", str(seccomp_fd), "--"),
    ]


def _bounds(limits: Limits) -> list[str]:
    return [
        "/usr/bin/prlimit",
        f"--as={limits.memory_bytes}",
        f"--cpu={limits.cpu_s}",
        f"--fsize={limits.output_bytes}",
        f"--nproc={_MAX_THREADS}",
        "--core=0",
        "--",
    ]


def _library_links() -> list[str]:
    """Repeat how this machine's `/bin`, `/lib` and their kin lead to `/usr`."""
    options: list[str] = []
    for path in (Path("/bin"), Path("/sbin"), Path("/lib"), Path("/lib32"), Path("/lib64")):
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    return options
