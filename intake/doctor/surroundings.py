"""What this process can know of the place it runs in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_OF_CONTAINERS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that Docker and Podman put into every container."""


def is_in_container() -> bool:
    """Tell whether this process sees a container's network, from which the world may not be reached."""
    return any(path.exists() for path in _OF_CONTAINERS)


def file_system_of(path: Path) -> str:
    """Return the kind of file system that *path* is on; nothing where that cannot be known."""
    best, kind = "", ""
    for line in _mounts():
        # 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw. Source: proc_pid_mountinfo(5)
        before, _, after = line.partition(" - ")
        point = before.split(" ")[4].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, after.split(" ")[0]
    return kind


def _mounts() -> list[str]:
    try:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
