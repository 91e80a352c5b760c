"""Drafts of captions through the service's own processes: made by a worker with a model, and never lost or doubled."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake.db.captions import captions_of
from intake.db.engine import reading
from intake.domain.captions import Origin
from intake.domain.jobs import JobKind, JobState
from tests.caption_accuracy import WORDING, Drafted, clips, prompts
from tests.faults import stories
from tests.faults.system import System
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.domain.captions import Captions
    from tests.faults.stories import World
    from tests.servers import Server

MODEL_DIR = os.environ.get("ASR_MODEL_DIR")
LIBRARIES = Path(__file__).parents[1] / "fakes" / "libraries"

pytestmark = pytest.mark.usually("sqlite")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with all the files of a model, for a library that reads none of them."""
    folder = tmp_path / "base"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).touch()
    return folder


@pytest.fixture
def system(environ: dict[str, str], redis_server: tuple[str, Server], model: Path, tmp_path: Path) -> Iterator[System]:
    """The service's own processes, on machines with a model."""
    with_model = {"REDIS_URL": redis_server[0], "ASR_MODEL_DIR": str(model), "PYTHONPATH": str(LIBRARIES)}
    running = System(environ | with_model, tmp_path)
    yield running
    running.stop()


@pytest.fixture
def real_system(environ: dict[str, str], redis_server: tuple[str, Server], tmp_path: Path) -> Iterator[System]:
    """The same, with the library and the model that are installed here."""
    running = System(environ | {"REDIS_URL": redis_server[0], "ASR_MODEL_DIR": str(MODEL_DIR)}, tmp_path)
    yield running
    running.stop()


def drafts(world: World, submission_id: stories.SubmissionId) -> dict[str, Captions]:
    with reading(world.services.engine) as connection:
        return captions_of(connection, submission_id)


def test_a_worker_drafts_what_its_model_hears(world: World, system: System) -> None:
    submission_id, job_id = stories.before(JobKind.TRANSCRIBE, world)
    system.worker()
    system.dispatcher()

    wait_until(lambda: stories.job_of(world.services, job_id).state is JobState.DONE, what="the draft")

    found = drafts(world, submission_id)["it"]
    assert (found.origin, found.engine) == (Origin.MACHINE, "faster-whisper base")
    assert [cue.text for cue in found.cues] == ["Mi chiamo Anna Rossi."]


def test_a_worker_killed_while_it_listens_is_replaced(world: World, system: System, model: Path) -> None:
    submission_id, job_id = stories.before(JobKind.TRANSCRIBE, world)
    (model / "wait").touch()
    system.worker()
    system.dispatcher()
    wait_until(lambda: (model / "listening").exists() and (model / "listening").read_text(), what="its listening")

    os.kill(int((model / "listening").read_text()), signal.SIGKILL)
    (model / "wait").unlink()
    wait_until(lambda: stories.job_of(world.services, job_id).state is JobState.DONE, what="the second try")

    assert stories.job_of(world.services, job_id).attempts == 2
    assert drafts(world, submission_id)["it"].version == 1


@pytest.mark.asr
@pytest.mark.skipif(MODEL_DIR is None, reason="no model: ASR_MODEL_DIR is not set")
@pytest.mark.skipif(not WORDING.is_file(), reason="what is said is in the package asterisk-core-sounds-it")
def test_a_clip_that_arrives_is_drafted_by_a_real_model(world: World, real_system: System, tmp_path: Path) -> None:
    film, said, duration_s = next(clips(prompts(), tmp_path))
    submission_id = stories.received(world.services, film)
    real_system.worker()
    real_system.dispatcher()

    wait_until(lambda: drafts(world, submission_id), patience_s=900, what="the draft")

    found = drafts(world, submission_id)["it"]
    assert found.origin is Origin.MACHINE
    assert Drafted(said=said, cues=found.cues, duration_s=duration_s).wrong <= 0.15 * len(said)
