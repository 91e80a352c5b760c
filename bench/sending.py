"""How long a crowd waits for what carries no video, and how much memory the web process takes for it.

A hundred people send 20 MB each at the same moment, in parts, by signed links, four parts at a time. Web process,
database and S3 server run as the Procfile starts them, on SQLite; the people run on the same machine, and in its way.

    python -m bench.sending [--people 100] [--megabytes 20]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Final

from bench.tables import Machine, Report, Spread, Target, publish
from intake.settings import Settings
from intake.setup import prepare_buckets, prepare_database
from intake.wiring import connect
from tests import servers
from tests.conftest import an_environment
from tests.crowd import send_at_once
from tests.faults.system import System

if TYPE_CHECKING:
    from tests.crowd import Crowd

MAX_WAIT_S: Final = 2.0
MAX_WEB_MB: Final = 200
MEGABYTE: Final = 1_000_000


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="How long a crowd waits for what carries no video.")
    parser.add_argument("--people", type=int, default=100, help="how many send at once (100)")
    parser.add_argument("--megabytes", type=int, default=20, help="how much each sends (20)")
    asked = parser.parse_args()
    machine = Machine.here()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        crowd = _send(Path(folder), people=asked.people, size_bytes=asked.megabytes * MEGABYTE)
    if crowd.receipts != asked.people:
        sys.exit(f"only {crowd.receipts} of {asked.people} arrived")
    return publish(_report(machine, crowd, title=f"{asked.people} people send {asked.megabytes} MB each at once"))


def _send(folder: Path, *, people: int, size_bytes: int) -> Crowd:
    video = folder / "video.mp4"
    video.write_bytes(os.urandom(size_bytes))
    with servers.storage_server(folder) as (storage_url, _):
        environ = an_environment(f"sqlite:///{folder / 'intake.db'}", servers.door_of(storage_url), folder)
        environ["S3_PUBLIC_URL"] = storage_url
        services = connect(Settings.from_env(environ))
        prepare_database(services)
        prepare_buckets(services.settings)
        # Everybody has an address of their own, as behind a proxy.
        system = System(environ | {"TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}, folder)
        try:
            url, web = system.web()
            return send_at_once(url, web.pid, video, people=people)
        finally:
            system.stop()


def _report(machine: Machine, crowd: Crowd, *, title: str) -> Report:
    wait_s = quantiles(crowd.timings_s, n=20)[-1]
    return Report(
        machine=machine,
        name="sending",
        title=title,
        lines=(),
        targets=(
            Target(
                name="95th percentile of the requests that carry no video, s (depends on the machine)",
                measured=Spread.of([wait_s]),
                at_most=MAX_WAIT_S,
            ),
            Target(name="the longest of them, s", measured=Spread.of([max(crowd.timings_s)])),
            Target(name="web process, PSS MB", measured=Spread.of([crowd.web_bytes / 1e6]), at_most=MAX_WEB_MB),
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
