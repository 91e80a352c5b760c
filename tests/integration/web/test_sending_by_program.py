"""The client of docs/ sends a video to the real service from a terminal, goes on where it was stopped, tells nobody.

Web, dispatcher and worker are processes of their own, and log all they can.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests

from intake.domain.states import State
from tests.builders import a_sender
from tests.faults import stories
from tests.faults.system import System
from tests.media_factory import a_landscape_clip
from tests.servers import PROJECT, our_path, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services
    from tests.servers import Server

CLIENT = PROJECT / "docs" / "send_a_video.py"
FILE_NAME = "canarino-in-miniera.mp4"
CANARIES = {
    "given_name": "Canarina",
    "family_name": "Dalbecco",
    "role": "Sentinella",
    "organisation": "Miniera Profonda",
    "email": "canarina@miniera.example.org",
}


@pytest.fixture
def system(
    services: Services, environ: dict[str, str], redis_server: tuple[str, Server], tmp_path: Path
) -> Iterator[System]:
    settings = environ | {"REDIS_URL": redis_server[0], "LOG_LEVEL": "DEBUG", "HINT_S": "0.2"}
    running = System(settings | {"DATA_DIR": str(services.settings.data_dir)}, tmp_path)
    yield running
    running.stop()


def start(url: str, video: Path, **changes: str) -> subprocess.Popen[str]:
    """Type the command."""
    letter = video.with_name("letter.json")
    letter.write_text(json.dumps(vars(a_sender(**changes)) | {"consent_gallery": True}), encoding="utf-8")
    argv = [sys.executable, CLIENT, url, letter, video]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"PATH": our_path()})


def run(url: str, video: Path, **changes: str) -> list[str]:
    """Type the command and wait for its end; answers the lines it wrote."""
    process = start(url, video, **changes)
    written, _ = process.communicate(timeout=120)
    assert process.returncode == 0, written
    return written.splitlines()


def a_large_file(folder: Path) -> Path:
    """Five parts and a rest; nobody looks at it."""
    path = folder / "video.mp4"
    path.write_bytes(b"".join(bytes([number]) * 1_000_003 for number in range(27)))
    return path


def held(services: Services, folder: Path) -> str:
    """The hash of what the bucket holds of the only submission."""
    submission = stories.only_submission(services)
    assert submission.original_key is not None
    services.private.fetch(submission.original_key, folder / "held")
    return hashlib.sha256((folder / "held").read_bytes()).hexdigest()


def test_a_file_arrives_whole_with_its_progress_told(services: Services, system: System, tmp_path: Path) -> None:
    url, _ = system.web()
    video = a_large_file(tmp_path)

    *progress, last = run(url, video)

    assert [line.split("%")[0].strip() for line in progress] == ["19", "39", "58", "78", "97", "100"]
    assert last.startswith("uploaded http")
    assert held(services, tmp_path) == hashlib.sha256(video.read_bytes()).hexdigest()


def test_the_same_command_goes_on_where_it_was_stopped(services: Services, system: System, tmp_path: Path) -> None:
    url, _ = system.web()
    video = a_large_file(tmp_path)
    stopped = start(url, video)
    assert stopped.stdout is not None
    first = stopped.stdout.readline()
    stopped.kill()
    stopped.communicate()

    *progress, last = run(url, video)

    assert first.startswith(" 19%")
    assert not progress[0].startswith(" 19%")
    assert last.startswith("uploaded http")
    assert held(services, tmp_path) == hashlib.sha256(video.read_bytes()).hexdigest()


def test_the_same_command_again_is_the_same_submission(services: Services, system: System, tmp_path: Path) -> None:
    url, _ = system.web()
    video = a_large_file(tmp_path)

    first, again = run(url, video)[-1], run(url, video)

    assert again == [first]
    assert stories.only_submission(services).state is State.UPLOADED


def test_what_is_refused_is_said_in_words(system: System, tmp_path: Path) -> None:
    url, _ = system.web()
    video = tmp_path / "video.avi"
    video.write_bytes(b"x")

    process = start(url, video)
    written, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Qui si mandano file .mp4 / .mov" in json.loads(written.partition(": ")[2])["errors"][0]["detail"]


def test_nothing_that_a_sender_told_is_in_a_log(services: Services, system: System, tmp_path: Path) -> None:
    url, web = system.web()
    dispatcher, worker = system.dispatcher(), system.worker()
    video = a_landscape_clip(tmp_path, duration_s=11, size="320x240", rate=5).rename(tmp_path / FILE_NAME)

    last = run(url, video, **CANARIES)[-1]
    token = last.rpartition("/")[2]
    secret = {"Authorization": f"Bearer {token}"}
    wait_until(lambda: stories.only_submission(services).state is State.AWAITING_REVIEW, what="the verdict")
    requests.get(f"{url}/submissions/{token}", timeout=30).raise_for_status()
    requests.delete(f"{url}/api/v1/submission", headers=secret, timeout=30).raise_for_status()
    wait_until(lambda: not stories.only_submission(services).sender.email, what="forgetting")

    logs = web.output + dispatcher.output + worker.output
    secrets = (*CANARIES.values(), FILE_NAME, token, "X-Amz-Signature")
    assert "submission_received" in logs
    assert [secret for secret in secrets if secret in logs] == []
