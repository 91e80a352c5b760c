"""How long a sender waits for a verdict while encodes wait and run on the same machine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from bench.processes import a_system
from bench.worker import Sender
from intake.db.engine import reading
from intake.db.tables import jobs
from intake.domain.jobs import JobKind, JobState, Queue
from tests.servers import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from intake.wiring import Services

HINT_S: Final = 0.05
"""As often as the dispatcher looks here, so that what is measured is work and not the wait for the first hint."""

_PATIENCE_S: Final = 600.0


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Seconds from receipt to verdict, one clip after the other."""

    alone_s: tuple[float, ...]
    beside_encodes_s: tuple[float, ...]


def wait_beside_encodes(  # noqa: PLR0913 - what it is made of
    folder: Path, database_url: str, clip: Path, foreign: Path, *, encodes: int, times: int
) -> Beside:
    """Measure a few waits, then have so many encodes queued and the heavy worker at it, and measure as many again."""
    with a_system(folder, database_url=database_url, HINT_S=str(HINT_S)) as system:
        system.start("dispatcher")
        system.start("quick")
        system.await_workers(Queue.QUICK)
        sender = Sender(services=system.services)
        sender.wait_s(clip)
        alone_s = [sender.wait_s(clip).verdict_s for _ in range(times)]
        for one in repeat(foreign, encodes):
            sender.send(one)
        _await_encodes(system.services, encodes, JobState.READY)
        system.start("heavy")
        _await_encodes(system.services, 1, JobState.LEASED)
        beside_s = [sender.wait_s(clip).verdict_s for _ in range(times)]
        # Otherwise it was not measured beside anything.
        _await_encodes(system.services, 1, JobState.READY)
    return Beside(alone_s=tuple(alone_s), beside_encodes_s=tuple(beside_s))


def _await_encodes(services: Services, count: int, state: JobState) -> None:
    query = select(func.count()).select_from(jobs).where(jobs.c.kind == JobKind.ENCODE, jobs.c.state == state)

    def are_there() -> bool:
        with reading(services.engine) as connection:
            return (connection.scalar(query) or 0) >= count

    wait_until(are_there, patience_s=_PATIENCE_S, what=f"{count} encodes {state}")
