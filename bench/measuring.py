"""The only place that measures what work takes: processor time, time by the clock, bytes written, memory.

Everything counts this process and all that descends from it. A sandbox's first process inside outlives the one outside
by a moment, so this process adopts orphans and waits for them before it reads its account.
"""

from __future__ import annotations

import ctypes
import os
import resource
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_SET_CHILD_SUBREAPER: Final = 36
"""Source: Linux, `include/uapi/linux/prctl.h`."""

_BLOCK_BYTES: Final = 512
"""Of `ru_oublock`. Source: Linux, `task_io_get_oublock`."""

_SAMPLE_EVERY_S: Final = 0.02
_READ_BYTES: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run took.

    Attributes:
        written_bytes: To files; what goes through pipes is not counted.
        peak_pss_bytes: Of all processes together, at the worst sampled moment; None where nobody looked.
    """

    cpu_s: float
    wall_s: float
    written_bytes: int
    peak_pss_bytes: int | None = None


def measure(work: Callable[[], object]) -> Cost:
    """Do *work* and return what it took."""
    _adopt_orphans()
    before, began_at = _account(), time.monotonic()
    work()
    wall_s = time.monotonic() - began_at
    _wait_for_orphans()
    after = _account()
    return Cost(cpu_s=after[0] - before[0], wall_s=wall_s, written_bytes=after[1] - before[1])


def measure_with_memory(work: Callable[[], object]) -> Cost:
    """Do *work* and return what it took, its memory sampled; the sampling itself is not counted, but it disturbs."""
    with MemoryWatch(os.getpid()) as watch:
        cost = measure(work)
    return Cost(
        cpu_s=max(cost.cpu_s - watch.cpu_s, 0.0),
        wall_s=cost.wall_s,
        written_bytes=cost.written_bytes,
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


def _account() -> tuple[float, int]:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return cpu_s, sum(usage.ru_oublock for usage in usages) * _BLOCK_BYTES


def _adopt_orphans() -> None:
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)


def _wait_for_orphans() -> None:
    try:
        while os.waitpid(-1, 0)[0]:
            pass
    except ChildProcessError:
        return


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
