"""How much memory is left: the machine's, or the container's where that is less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workers.media.memory import free_memory_bytes

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1024 * 1024


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with 1 GiB left."""
    file = tmp_path / "meminfo"
    file.write_text("MemTotal:       4194304 kB\nMemAvailable:   1048576 kB\n")
    return file


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    folder = tmp_path / "cgroup"
    (folder / "memory").mkdir(parents=True)
    return folder


def test_outside_of_a_container_the_machine_s_counts(machine: Path, groups: Path) -> None:
    assert free_memory_bytes(machine, groups) == 1024 * MEBIBYTE


def test_a_container_without_a_bound_has_the_machine_s(machine: Path, groups: Path) -> None:
    (groups / "memory.max").write_text("max\n")

    assert free_memory_bytes(machine, groups) == 1024 * MEBIBYTE


@pytest.mark.parametrize(
    ("account", "files"),
    [
        pytest.param(("memory.max", "memory.current", "memory.stat"), "inactive_file", id="version 2"),
        pytest.param(
            ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
            "total_inactive_file",
            id="version 1",
        ),
    ],
)
def test_in_a_container_what_files_fill_counts_as_free(
    machine: Path, groups: Path, account: tuple[str, str, str], files: str
) -> None:
    most, taken, stat = account
    (groups / most).write_text(f"{512 * MEBIBYTE}\n")
    (groups / taken).write_text(f"{400 * MEBIBYTE}\n")
    (groups / stat).write_text(f"anon 1\n{files} {100 * MEBIBYTE}\n")

    assert free_memory_bytes(machine, groups) == 212 * MEBIBYTE
