"""Walls without namespaces, for containers where those are closed: Landlock, a filter of system calls, limits.

A tool sees the world as it is and may open next to nothing of it. Weaker than namespaces in one thing: it can learn
that a file exists whose name it guesses, though not what is in it.
"""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workers.media.plain import plain_file
from workers.media.sandbox.terms import OUTPUT, SOURCE, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workers.media.sandbox.terms import Limits

_PROGRAMS: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_READABLE: Final = ("/etc/ld.so.cache", "/dev/urandom", "/dev/zero")
_DEVICE: Final = "/dev/null"
_CONFINE: Final = str(Path(__file__).with_name("confine.py"))

_PLACE: Final = re.compile(rf"(?<![^\s:=])({SOURCE}|{OUTPUT})(?![^\s/])")
"""One of the two fixed names, standing alone in an argument, after `file:`, or before the name of a file of ours."""


class Landlock:
    """Builds command lines that run a tool behind these walls."""

    level: Final = Level.LANDLOCK
    needed: Final = ()
    complains_as: Final = ("confine: ",)

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
        """Return the command that gives up everything and then runs *argv*."""
        source = plain_file(source) if source else None
        return [
            # -I and -S: no module of anybody's but Python's own, and a third of the time to start.
            *(sys.executable, "-I", "-S", _CONFINE, f"seccomp={seccomp_fd}", f"chdir={output.resolve()}"),
            *(f"run={path}" for path in (*_PROGRAMS, *map(str, programs)) if Path(path).is_dir()),
            *(f"read={path}" for path in _READABLE if Path(path).exists()),
            *([f"read={source}"] if source else []),
            *(f"device={_DEVICE}", f"write={output.resolve()}"),
            *_bounds(limits),
            "--",
            *with_real_names(argv, source),
        ]


def with_real_names(argv: Sequence[str], source: Path | None) -> list[str]:
    """Return *argv* with the fixed names replaced by what they stand for: the tool starts in its output folder.

    That one is named `.`, since the names of pictures are patterns in which a `%` of the folder's path would count.
    """
    real = {OUTPUT: ".", SOURCE: str(source or SOURCE)}
    return [_PLACE.sub(lambda found: real[found[1]], word) for word in argv]


def _bounds(limits: Limits) -> Iterator[str]:
    # No limit on threads: it would count those of every worker under this user. Each takes address space for its stack.
    for which, limit in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        yield f"rlimit={which}:{limit}"
