"""The only place that runs checks: all at once, none longer than a deadline, whatever the others meet."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from intake.domain.diagnosis import unknown, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from intake.domain.diagnosis import Finding

DEADLINE_S: Final = 10.0
"""How long a check may take: longer than any answer of a service that works, shorter than patience."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One part, and how to look at it."""

    part: str
    look: Callable[[], Iterable[Finding]]


@dataclass(kw_only=True)
class _Run:
    check: Check
    findings: list[Finding] = field(default_factory=list)
    is_over: bool = False
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        # A daemon: who hangs in a connection must not keep the command from ending.
        self.thread = threading.Thread(target=self._look, daemon=True, name=f"check-{self.check.part}")

    def _look(self) -> None:
        self.findings = list(self.check.look())
        self.is_over = True

    def result(self, deadline_s: float) -> list[Finding]:
        if self.is_over:
            return self.findings
        if self.thread.is_alive():
            return [
                wrong(
                    self.check.part,
                    f"gave no answer in {deadline_s:g} seconds",
                    "It takes connections and does not answer: restart it, and look whether its machine is overloaded.",
                )
            ]
        # The traceback is above; a bug of ours says nothing of the part.
        return [unknown(self.check.part, "this check broke: please report the lines above")]


def examine(checks: Iterable[Check], *, deadline_s: float = DEADLINE_S) -> list[Finding]:
    """Run all checks at once and return what they found, in their order."""
    runs = [_Run(check=check) for check in checks]
    ends_at = time.monotonic() + deadline_s
    for run in runs:
        run.thread.start()
    for run in runs:
        run.thread.join(max(ends_at - time.monotonic(), 0))
    return [finding for run in runs for finding in run.result(deadline_s)]
