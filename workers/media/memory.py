"""The only place that asks how much memory is left, on this machine and in this container, and who takes how much."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_MACHINE: Final = Path("/proc/meminfo")
_PROCESSES: Final = Path("/proc")
_GROUPS: Final = Path("/sys/fs/cgroup")

_HIGH_WATER: Final = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)
"""Since the program began, whatever the process held before it.

Source: proc_pid_status(5).
"""

_ACCOUNTS: Final = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)
"""Where both versions say what may be taken, what is, and how much of it are files that were read and may go.

Source: Linux, `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.
"""


def free_memory_bytes(machine: Path = _MACHINE, groups: Path = _GROUPS) -> int:
    """Return how many bytes may be taken before the kernel ends somebody for it."""
    free_kilobytes = int(_fields(machine)["MemAvailable:"])
    bounds = [_free_in(groups, *account) for account in _ACCOUNTS if (groups / account[0]).is_file()]
    return min([free_kilobytes * 1024, *(bound for bound in bounds if bound is not None)])


def peak_memory_bytes(pid: int, processes: Path = _PROCESSES) -> int | None:
    """Return the most that a process that runs, or one that it started, has held at once; None where it is over."""
    statuses = [_text(processes / one / "status") for one in _family(str(pid), processes)]
    peaks = [found for status in statuses if (found := _HIGH_WATER.search(status))]
    return max((int(peak[1]) * 1024 for peak in peaks), default=None)


def _family(pid: str, processes: Path) -> list[str]:
    children = _text(processes / pid / "task" / pid / "children").split()
    return [pid, *(descendant for child in children for descendant in _family(child, processes))]


def _text(file: Path) -> str:
    # Whoever is asked after may end while we ask.
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _free_in(groups: Path, most: str, taken: str, account: str, files: str) -> int | None:
    bound = (groups / most).read_text().strip()
    if not bound.isdecimal():
        return None
    return int(bound) - int((groups / taken).read_text()) + int(_fields(groups / account).get(files, 0))


def _fields(file: Path) -> dict[str, str]:
    return {line.split()[0]: line.split()[1] for line in file.read_text().splitlines()}
