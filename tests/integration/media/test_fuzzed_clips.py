"""Damaged clips through the real tools: each ends as a refusal with a reason, or as a clip that plays.

`make test` takes the first of them, `make fuzz` five hundred; `FUZZ_MUTATIONS` says how many.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from intake.domain.checks import Verdict
from intake.domain.errors import ToolFailed, ToolTimedOut
from tests import fuzzing, media_factory
from workers.media import renditions
from workers.media.examine import examine
from workers.media.sandbox import Level, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from intake.domain.calls import Rules
    from tests.fuzzing import Mutation
    from tests.media_factory import MakeClip
    from workers.media.examine import Examination

    Record = Callable[[str, object], None]

MUTATIONS: Final = int(os.environ.get("FUZZ_MUTATIONS", "60"))


@dataclass(frozen=True, kw_only=True)
class Bait:
    """What no damaged clip may reach: a neighbour's file, and a server on this machine."""

    secret: Path
    server: socket.socket

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every way to name it in a file."""
        url = f"http://127.0.0.1:{self.server.getsockname()[1]}/canary"
        return (url, self.secret.as_uri(), str(self.secret), self.secret.name)

    def was_taken(self, folder: Path) -> bool:
        """Whether somebody called, or anything of the secret is in *folder*."""
        words = self.secret.read_bytes()[:16]
        if any(words in file.read_bytes() for file in folder.rglob("*") if file.is_file()):
            return True
        try:
            self.server.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    secret = tmp_path_factory.mktemp("other-customer") / "theirs.mp4"
    secret.write_text(secrets.token_hex(16) * 100)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield Bait(secret=secret, server=server)


@pytest.fixture(scope="module")
def good_clips(clip: MakeClip) -> Sequence[bytes]:
    builds = (media_factory.a_small_clip, media_factory.a_small_portrait_clip, media_factory.a_small_fragmented_clip)
    return [clip(build).read_bytes() for build in builds]


@pytest.fixture(scope="module")
def sandboxes() -> Sequence[Sandbox]:
    return [Sandbox.tested(levels=[level]) for level in Level]


@pytest.fixture(params=range(MUTATIONS))
def number(request: pytest.FixtureRequest) -> int:
    chosen: int = request.param
    return chosen


@pytest.fixture
def sandbox(number: int, sandboxes: Sequence[Sandbox]) -> Sandbox:
    """Each kind of walls in turn."""
    return sandboxes[number % len(sandboxes)]


@pytest.fixture
def mutation(number: int, good_clips: Sequence[bytes], bait: Bait) -> Mutation:
    return fuzzing.mutation(good_clips, number, outside=bait.addresses)


@pytest.fixture
def outcome(tmp_path: Path, sandbox: Sandbox, rules: Rules, mutation: Mutation, bait: Bait) -> str:
    path = tmp_path / "damaged.mp4"
    path.write_bytes(mutation.content)
    shutil.copy(bait.secret, tmp_path)
    return outcome_of(path, rules=replace(rules, min_duration_s=2), sandbox=sandbox, folder=room(tmp_path, "made"))


def test_a_damaged_clip_is_refused_for_a_reason_or_plays(
    mutation: Mutation, outcome: str, bait: Bait, tmp_path: Path, record_property: Record
) -> None:
    record_property("mutation", f"{mutation.story} -> {outcome}")

    assert outcome.startswith(("refused: ", "review.mp4"))
    assert not bait.was_taken(tmp_path / "made")


def outcome_of(path: Path, *, rules: Rules, sandbox: Sandbox, folder: Path) -> str:
    """How the steps `inspect` and `encode` would end with this file; whatever else they would raise is raised here."""
    seen = examine(path, rules=rules, sandbox=sandbox, folder=room(folder, "seen"))
    if not seen.is_accepted:
        return "refused: " + ", ".join(check.reason for check in seen.checks if check.verdict is Verdict.FAIL)
    return made_of(path, seen, sandbox=sandbox, folder=folder)


def made_of(path: Path, seen: Examination, *, sandbox: Sandbox, folder: Path) -> str:
    assert seen.facts is not None
    assert seen.plan is not None
    if seen.plan.is_remux:
        try:
            return renditions.remux(sandbox, path, seen.facts, folder=room(folder, "copy")).path.name
        except ToolTimedOut:
            raise
        except ToolFailed:
            pass
    try:
        return renditions.encode(sandbox, path, seen.facts, folder=room(folder, "encoded")).path.name
    except ToolTimedOut:
        raise
    except ToolFailed as error:
        return f"refused: {error}"


def room(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made
