"""A hundred people send a video each at the same moment: all of it arrives, the web process stays small."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake.db import queries
from intake.db.engine import reading
from intake.domain.states import State
from intake.storage import keys
from tests import servers
from tests.crowd import send_at_once
from tests.faults.system import System

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.wiring import Services

MEGABYTE = 1_000_000
PEOPLE = 100
SIZE_BYTES = 6 * MEGABYTE
"""Two parts, as a file of any size has parts: the web process sees none of them. `bench.sending` sends 20 MB each."""


@pytest.fixture
def storage() -> Iterator[str]:
    """An S3 server of its own, whose gigabyte is gone with the test."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        servers.storage_server(Path(folder)) as (url, _),
    ):
        yield url


@pytest.mark.slow
def test_all_of_a_crowd_s_videos_arrive(
    services: Services, environ: dict[str, str], storage: str, tmp_path: Path
) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(random.Random(4).randbytes(SIZE_BYTES))
    doors = {"S3_ENDPOINT_URL": servers.door_of(storage), "S3_PUBLIC_URL": storage}
    settings = environ | doors | {"DATA_DIR": str(services.settings.data_dir), "TRUSTED_PROXIES": "1"}
    system = System(settings, tmp_path)
    url, web = system.web()

    crowd = send_at_once(url, web.pid, video, people=PEOPLE)
    system.stop()

    with reading(services.engine) as connection:
        states = queries.count_by_state(connection)
    stored = list(services.private.listing(keys.PRIVATE_ROOT))
    services.private.fetch(stored[-1].key, tmp_path / "one of them")
    print(f"{PEOPLE} uploads at once: web process {crowd.web_bytes / MEGABYTE:.0f} MB")  # noqa: T201 - a figure we report
    assert (crowd.receipts, states) == (PEOPLE, {State.UPLOADED: PEOPLE})
    assert [one.size_bytes for one in stored] == [SIZE_BYTES] * PEOPLE
    assert sha256(tmp_path / "one of them") == sha256(video)
    assert crowd.web_bytes < 200 * MEGABYTE


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
