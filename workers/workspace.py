"""What a step works with: a folder of its own, a sandbox that passed its test, and the signal to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intake.domain.errors import LeaseLost, SandboxUnavailable

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from intake.domain.jobs import Progress
    from workers.media.sandbox import Sandbox
    from workers.media.transcribing import Transcriber


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One attempt's place to work; the folder is deleted after it.

    Attributes:
        stop: Set when the lease is lost. Tools are killed by it.
        tested: The sandbox, if this worker has one.
        transcriber: What hears words, if this worker has one.
        tell_progress: Takes how far the step is, for people who wait.
        undo: What throws away what this attempt made outside its own prefix, should its work not count.
    """

    folder: Path
    stop: threading.Event
    tested: Sandbox | None
    transcriber: Transcriber | None = None
    undo: list[Callable[[], object]] = field(default_factory=list)
    tell_progress: Callable[[Progress], None] | None = None

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox to run tools in.

        Raises:
            SandboxUnavailable: There is none here: the job waits, nothing is run outside one.
        """
        if self.tested is None:
            raise SandboxUnavailable("no sandbox passed its self-test on this machine")
        return self.tested

    def room(self, name: str) -> Path:
        """Return a new folder inside this one."""
        room = self.folder / name
        room.mkdir()
        return room

    def go_on(self) -> None:
        """Check between two pieces of work that the job is still ours.

        Raises:
            LeaseLost: It is not.
        """
        if self.stop.is_set():
            raise LeaseLost
