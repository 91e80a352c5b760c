"""The only place that says when a sandbox is tested anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog

from intake.domain.errors import SandboxUnavailable
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()

RETEST_AFTER_S: Final = 60.0
"""A self-test on a busy machine takes 20 s until it gives up; mails that need no sandbox are not to wait for each."""


class Walls:
    """The sandbox of one process, proved before it is given to anybody, and looked for again as long as none passed.

    A machine on which all containers start at once may be too busy for the self-test. With that one try, a process
    opened no clip until somebody restarted it.
    """

    def __init__(
        self, test: Callable[[], Sandbox] = Sandbox.tested, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._test, self._now_s = test, now_s
        self._sandbox: Sandbox | None = None
        self._next_test_s = 0.0

    def sandbox(self) -> Sandbox | None:
        """Return a sandbox that passed; None where none did, and it is not yet time to look again."""
        if self._sandbox is None and self._now_s() >= self._next_test_s:
            self._sandbox = self._tested()
            self._next_test_s = self._now_s() + RETEST_AFTER_S
        return self._sandbox

    def _tested(self) -> Sandbox | None:
        try:
            return self._test()
        except SandboxUnavailable as error:
            # Fails closed: this worker lives and says so, and touches no sender's file.
            log.error("sandbox_unavailable", cause=str(error))  # noqa: TRY400 - the cause says it all
            return None
