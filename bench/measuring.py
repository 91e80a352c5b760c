"""The only place that measures what work takes: processor time, time by the clock, bytes made, memory.

Everything counts this process and all that descends from it. `getrusage` does not see the tools: a sandbox's processes
end with their namespace, and nobody waits for them. So the kernel's own account is read, of a control group into which
this process moves before it starts the first tool.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

_GROUPS: Final = Path("/sys/fs/cgroup")
_NS_PER_S: Final = 1e9
_US_PER_S: Final = 1e6

_SAMPLE_EVERY_S: Final = 0.02
_READ_BYTES: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run took.

    Attributes:
        made_bytes: Of the files that lay in a `counted_folder` when it was given back.
        peak_pss_bytes: Of all processes together, at the worst sampled moment; None where nobody looked.
    """

    cpu_s: float
    wall_s: float
    made_bytes: int
    peak_pss_bytes: int | None = None


class _Made:
    """The bytes that went into counted folders so far."""

    total_bytes = 0


@contextlib.contextmanager
def counted_folder(below: Path) -> Iterator[Path]:
    """Lend a folder for what work makes; it is weighed and deleted afterwards."""
    with tempfile.TemporaryDirectory(dir=below) as lent:
        yield Path(lent)
        _Made.total_bytes += sum(path.stat().st_size for path in Path(lent).rglob("*") if path.is_file())


def measure(work: Callable[[], object]) -> Cost:
    """Do *work* and return what it took."""
    cpu_s = _account()
    cpu_before_s, made_before_bytes, began_at = cpu_s(), _Made.total_bytes, time.monotonic()
    work()
    wall_s = time.monotonic() - began_at
    return Cost(cpu_s=cpu_s() - cpu_before_s, wall_s=wall_s, made_bytes=_Made.total_bytes - made_before_bytes)


def measure_with_memory(work: Callable[[], object]) -> Cost:
    """Do *work* and return what it took, its memory sampled; the sampling itself is not counted, but it disturbs."""
    with MemoryWatch(os.getpid()) as watch:
        cost = measure(work)
    return Cost(
        cpu_s=max(cost.cpu_s - watch.cpu_s, 0.0),
        wall_s=cost.wall_s,
        made_bytes=cost.made_bytes,
        peak_pss_bytes=watch.peak_bytes,
    )


class MemoryWatch:
    """Samples the proportional set size of a process and all that descend from it, while the block lasts."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_bytes = 0
        self.cpu_s = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_SAMPLE_EVERY_S):
            self.peak_bytes = max(self.peak_bytes, sum(_pss_bytes(pid) for pid in _family(self._pid)))
        self.cpu_s = time.thread_time()


def read_through(path: Path) -> None:
    """Read a file, so that it lies in memory; the kernel takes it back between long steps."""
    with path.open("rb", buffering=0) as file:
        while file.read(_READ_BYTES):
            pass


def end_together() -> None:
    """Have all that this process starts killed when it ends, however it ends.

    Raises:
        OSError: As `_group`.
    """
    group = _group()
    theirs, ours = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.close(ours)
        (group.parent / "cgroup.procs").write_text(str(os.getpid()))
        # Nothing ever comes: it is answered when nobody is left to write, and programs do not inherit the other end.
        os.read(theirs, 1)
        _kill_all(group)
        os._exit(0)
    os.close(theirs)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


def _kill_all(group: Path) -> None:
    members = group / "cgroup.procs"
    # Whoever ended in good order has left the group and taken it away.
    while members.exists() and (pids := members.read_text().split()):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(_SAMPLE_EVERY_S)
    with contextlib.suppress(OSError):
        group.rmdir()


@functools.cache
def _account() -> Callable[[], float]:
    """Return what reads the processor time of all that descends from this process, in seconds.

    Raises:
        OSError: As `_group`.
    """
    group = _group()
    return functools.partial(_unified_s if group.parent == _GROUPS else _accounted_s, group)


@functools.cache
def _group() -> Path:
    """Move into a control group of our own, and return its folder.

    Raises:
        OSError: No control groups are there, or they are not ours to make: only root may.
    """
    is_unified = (_GROUPS / "cgroup.controllers").exists()
    parent = _GROUPS if is_unified else _GROUPS / "cpuacct"
    group = parent / f"bench-{os.getpid()}"
    group.mkdir()
    (group / "cgroup.procs").write_text(str(os.getpid()))
    atexit.register(_leave, parent, group)
    return group


def _unified_s(group: Path) -> float:
    """Read version 2's account. Source: Linux, `Documentation/admin-guide/cgroup-v2.rst`."""
    fields = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(fields["usage_usec"]) / _US_PER_S


def _accounted_s(group: Path) -> float:
    """Read version 1's account. Source: Linux, `Documentation/admin-guide/cgroup-v1/cpuacct.rst`."""
    return int((group / "cpuacct.usage").read_text()) / _NS_PER_S


def _leave(parent: Path, group: Path) -> None:
    for pid in (group / "cgroup.procs").read_text().split():
        (parent / "cgroup.procs").write_text(pid)
    group.rmdir()


def _family(root_pid: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    family, found = {root_pid}, True
    while found:
        new = {pid for pid, parent in parents.items() if parent in family} - family
        family |= new
        found = bool(new)
    return family


def _pss_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
