"""The only place that knows how far an encode is, and when it is stuck."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from intake.domain.errors import ToolTimedOut
from intake.domain.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    TellProgress = Callable[[Progress], None]

STUCK_AFTER_S: Final = 60.0
"""An encode that wrote no new picture for so long writes no other. The slowest we know writes several a second."""

_FORECAST_FROM: Final = 0.03
"""Share of the clip from which the time it took says how long the rest takes."""

_MICROSECONDS: Final = 1_000_000
_KEPT_BYTES: Final = 4096


class ProgressMeter:
    """Reads what ffmpeg's `-progress` writes and says how far it is."""

    def __init__(
        self, *, duration_s: float, tell: TellProgress | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._duration_s = duration_s
        self._tell = tell
        self._clock = clock
        self._started_at = self._advanced_at = clock()
        self._written_s = 0.0
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        """Read the whole lines of what came so far; keep the rest for the next chunk."""
        *lines, self._rest = (self._rest + chunk)[-_KEPT_BYTES:].split(b"\n")
        # Before the first picture it says N/A.
        moments = [int(found[1]) for line in lines if (found := re.fullmatch(rb"out_time_us=(\d{1,15})", line.strip()))]
        if moments and moments[-1] / _MICROSECONDS > self._written_s:
            self._written_s = moments[-1] / _MICROSECONDS
            self._advanced_at = self._clock()
            if self._tell is not None:
                self._tell(self._progress())

    def require_advance(self) -> None:
        """Check that it still gets on.

        Raises:
            ToolTimedOut: It wrote nothing new for a minute: it hangs.
        """
        if self._clock() - self._advanced_at > STUCK_AFTER_S:
            raise ToolTimedOut(f"no picture was written for {STUCK_AFTER_S:g} s, {self._written_s:.1f} s into the clip")

    def _progress(self) -> Progress:
        done = min(self._written_s / self._duration_s, 1.0) if self._duration_s else 1.0
        elapsed_s = self._clock() - self._started_at
        return Progress(
            percent=int(100 * done),
            remaining_s=round(elapsed_s * (1 - done) / done) if done >= _FORECAST_FROM else None,
        )
