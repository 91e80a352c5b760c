"""What a tool is told: the two places it sees, what it may take, and what comes back of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

SOURCE: Final = "/in/src"
"""The input file, as the tool sees it. A fixed name: a sender's file name never becomes an argument."""

OUTPUT: Final = "/out"
"""The output folder, as the tool sees it."""

MAX_TIMEOUT_S: Final = 3000.0
"""No tool waits longer, whatever it is granted: Celery ends a task after an hour, and there is work beside the tool."""


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

    def times(self, factor: int) -> Limits:
        """Return *factor* times as much time and memory; what may be written stays as it is."""
        return replace(
            self,
            timeout_s=max(self.timeout_s, min(self.timeout_s * factor, MAX_TIMEOUT_S)),
            cpu_s=self.cpu_s * factor,
            memory_bytes=self.memory_bytes * factor,
        )


@dataclass(frozen=True, kw_only=True)
class ToolRun:
    """What one run of a tool took.

    Attributes:
        exit_code: None where it did not come to an end by itself: too long, no longer wanted, or too much to say.
        peak_memory_bytes: None where it was over before anybody looked, within half a second.
    """

    tool: str
    duration_s: float
    exit_code: int | None
    peak_memory_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class ToolOutput:
    """What a tool that succeeded said; of stderr only the end is kept."""

    stdout: bytes
    stderr: str
