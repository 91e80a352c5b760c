"""Uploads over a line that is cut fifty times in each: as a test a few, as a program (`make soak`) two hundred.

python -m tests.faults.soak --runs 200 --seed 0
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.actions import tokens
from intake.db import queries
from intake.db.engine import reading
from intake.settings import Settings
from intake.setup import prepare_buckets, prepare_database
from intake.wiring import connect
from tests import media_factory, servers
from tests.conftest import an_environment
from tests.faults.line import Line, Weather, line_to
from tests.faults.phone import Phone
from tests.faults.system import System

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.wiring import Services

RUNS: Final = 200
DROPS: Final = 50
PART_BYTES: Final = 5 * 1024 * 1024
OVERHEAD_BYTES: Final = 200 * 2000
"""Addresses and headers of every try of an upload that is cut so often."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where phones send to: pages, and a bucket at the end of a line."""

    services: Services
    url: str
    line: Line
    video: Path


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How one upload went."""

    seed: int
    size_bytes: int
    drops: int
    up_bytes: int
    lost_bytes: int
    is_whole: bool

    @property
    def twice_bytes(self) -> int:
        """What was sent again, with the addresses and headers of every try."""
        return self.up_bytes - self.size_bytes

    @property
    def is_frugal(self) -> bool:
        """Whether only that was sent again which a cut had lost, and no cut lost more than a part."""
        return (
            self.twice_bytes <= self.lost_bytes + OVERHEAD_BYTES
            and self.lost_bytes <= self.drops * PART_BYTES + OVERHEAD_BYTES
        )


@contextmanager
def place_on(storage_url: str, folder: Path, *, database_url: str = "") -> Iterator[Place]:
    """Open a service whose bucket is reached by a line of its own; on SQLite unless told where."""
    with line_to(storage_url) as line:
        database_url = database_url or f"sqlite:///{folder / 'intake.db'}"
        environ = an_environment(database_url, storage_url, folder)
        environ |= {"S3_PUBLIC_URL": line.url, "CREATE_PER_HOUR": "1000000"}
        services = connect(Settings.from_env(environ))
        prepare_database(services)
        prepare_buckets(services.settings)
        system = System(environ, folder)
        try:
            url, _ = system.web()
            yield Place(services=services, url=url, line=line, video=media_factory.a_heavy_clip(folder))
        finally:
            system.stop()
            services.engine.dispose()


def send_once(place: Place, seed: int) -> Figures:
    """Send one video over a line whose weather *seed* draws, and look at what arrived."""
    draw = random.Random(seed)
    weather = Weather(
        drops=DROPS,
        latency_s=draw.uniform(0, 0.01),
        bytes_per_s=draw.uniform(20e6, 200e6),
        silence_s=draw.uniform(0.05, 0.2),
    )
    phone = Phone(place.url, place.video)
    phone.announces()
    place.line.turns(weather, seed=seed)
    phone.sends()
    record = place.line.record
    return Figures(
        seed=seed,
        size_bytes=place.video.stat().st_size,
        drops=record.drops,
        up_bytes=record.up_bytes,
        lost_bytes=record.lost_bytes,
        is_whole=_take_out(place, phone.token) == _sha256(place.video),
    )


def _take_out(place: Place, token: str) -> str:
    """Hash what is held for a submission, and make room for the next."""
    with reading(place.services.engine) as connection:
        submission = queries.submission_by_token(connection, tokens.hash_of(token))
    if submission.original_key is None:
        return "nothing was received"
    fetched = place.video.with_name("fetched.mp4")
    place.services.private.fetch(submission.original_key, fetched)
    place.services.private.delete([submission.original_key])
    return _sha256(fetched)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _table(runs: list[Figures]) -> str:
    drops, twice = sum(run.drops for run in runs), sum(run.twice_bytes for run in runs)
    worst = max(runs, key=lambda run: run.twice_bytes)
    rows = {
        "uploads": f"{len(runs)} of {runs[0].size_bytes / 1e6:.0f} MB",
        "drops": f"{drops} ({drops / len(runs):.1f} an upload)",
        "sent twice": f"{twice / 1e6:.1f} MB ({twice / drops / PART_BYTES:.3f} of a part a drop)",
        "sent twice at worst": f"{worst.twice_bytes / 1e6:.1f} MB in one upload (seed {worst.seed})",
        "more than was lost": f"{sum(not run.is_frugal for run in runs)}",
        "corrupt": f"{sum(not run.is_whole for run in runs)}",
    }
    return "\n".join(f"  {name:<22} {figure}" for name, figure in rows.items())


def main() -> int:
    """Send many, print how it went; 1 when something was lost or sent in vain."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--seed", type=int, default=0)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as lent:
        folder = Path(lent)
        with servers.storage_server(folder) as (storage_url, _), place_on(storage_url, folder) as place:
            runs = [send_once(place, seed) for seed in range(options.seed, options.seed + options.runs)]
    print(_table(runs))  # noqa: T201 - it talks to the person at the keyboard
    return int(not all(run.is_whole and run.is_frugal for run in runs))


if __name__ == "__main__":
    sys.exit(main())
