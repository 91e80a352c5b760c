"""What a tool is told: the two places it sees, what it may take, and what comes back of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SOURCE: Final = "/in/src"
"""The input file, as the tool sees it. A fixed name: a sender's file name never becomes an argument."""

OUTPUT: Final = "/out"
"""The output folder, as the tool sees it."""


class Level(StrEnum):
    """Which walls stand around a tool, the strongest first. There is no third: without these nothing is opened."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"


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
