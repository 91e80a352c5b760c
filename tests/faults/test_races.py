"""Two people at once, or a person and a worker: one wins, and who takes something back always does."""

from __future__ import annotations

import io
import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from intake.actions import jobs, judging, publishing
from intake.actions.moderating import Decision, Outcome
from intake.db.engine import writing
from intake.domain.cutting import Cut
from intake.domain.hooks import HookEvent
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.storage import keys
from tests import builders
from tests.faults import doomed, history, stories

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake.domain.jobs import JobId
    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services
    from tests.faults.gate import Gate
    from tests.faults.stories import World

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")
pytestmark = SQLITE
PAIRS = 50
PUBLISHED = 2
"""Of each kind of pair: a publication takes seconds. That each approval names what was watched is asked of all."""

JITTER_S = 0.004


def at_once(first: Callable[[], object], second: Callable[[], object], *, seed: int) -> tuple[object, object]:
    """Do both in threads that start together, each after a hesitation that *seed* decides."""
    pauses = random.Random(seed)
    answers: dict[str, object] = {}
    start = threading.Barrier(2)

    def act(name: str, action: Callable[[], object], pause_s: float) -> None:
        start.wait()
        time.sleep(pause_s)
        answers[name] = action()

    threads = [
        threading.Thread(target=act, args=(name, action, pauses.uniform(0, JITTER_S)))
        for name, action in (("first", first), ("second", second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers["first"], answers["second"]


def finish_inspection(services: Services, submission_id: SubmissionId) -> Callable[[], object]:
    """Hold the inspection's lease; what is returned commits it."""
    with writing(services.engine) as connection:
        job = builders.take_job(connection, submission_id, JobKind.INSPECT)

    def commit() -> bool:
        with writing(services.engine) as connection:
            found = builders.an_inspection(job)
            return jobs.finish(connection, job) and judging.record_inspection(
                connection, job, found, now=services.clock()
            )

    return commit


def finish_publication(services: Services, submission_id: SubmissionId) -> Callable[[], object]:
    """Hold the publication's lease; what is returned commits it."""
    submission = builders.read(services, submission_id)
    with writing(services.engine) as connection:
        job = builders.take_job(connection, submission_id, JobKind.PUBLISH)
        revision = publishing.reserve_revision(connection, job)
    assert submission.clip_id is not None
    publication = builders.Publication(
        clip_id=submission.clip_id,
        revision=revision,
        published_at=services.clock(),
        duration_s=60.0,
        width_px=1920,
        height_px=1080,
        size_bytes=11,
        still_count=2,
    )

    def commit() -> bool:
        with writing(services.engine) as connection:
            return jobs.finish(connection, job) and publishing.record_publication(
                connection, job, publication, now=services.clock()
            )

    return commit


def approve(services: Services, submission_id: SubmissionId) -> Callable[[], object]:
    """Have watched the clip; what is returned approves it."""
    seen = builders.read(services, submission_id)
    return lambda: stories.rule(services, seen, Decision.APPROVE)


def withdraw_against(services: Services, state: State, other: Callable[..., Callable[[], object]], seed: int) -> bool:
    """Withdraw a submission in *state* while the *other* thing happens; whether the withdrawal was carried out."""
    submission = builders.a_submission(services, state=state)
    rival = other(services, submission.id)
    withdrew, _ = at_once(lambda: stories.withdraw(services, submission.id), rival, seed=seed)
    return bool(withdrew)


def rule_against(services: Services, seen: Submission, decisions: tuple[Decision, Decision], seed: int) -> list[object]:
    """Two moderators decide on what both have *seen*; how it ended for each."""
    first, second = decisions
    ended = at_once(
        lambda: stories.rule(services, seen, first), lambda: stories.rule(services, seen, second), seed=seed
    )
    return sorted(ended, key=str)


@pytest.mark.parametrize(
    ("state", "rival"),
    [
        (State.UPLOADED, finish_inspection),
        (State.AWAITING_REVIEW, approve),
        (State.APPROVED, finish_publication),
    ],
    ids=["inspection", "approval", "publication"],
)
def test_a_withdrawal_always_wins(state: State, rival: Callable[..., Callable[[], object]], world: World) -> None:
    services = world.services

    withdrew = [withdraw_against(services, state, rival, seed) for seed in range(PAIRS)]

    assert withdrew == [True] * PAIRS
    assert stories.count_by_state(services) == {State.WITHDRAWN: PAIRS}
    assert history.problems_of_rows(services) == []


@pytest.mark.parametrize(
    "decisions",
    [
        (Decision.APPROVE, Decision.APPROVE),
        (Decision.APPROVE, Decision.DECLINE),
        (Decision.APPROVE, Decision.ASK_AGAIN),
    ],
    ids=["both for", "for and against", "for and not yet"],
)
def test_of_two_moderators_at_once_exactly_one_decides(decisions: tuple[Decision, Decision], world: World) -> None:
    services = world.services
    queue = [builders.a_submission(services, state=State.AWAITING_REVIEW) for _ in range(PAIRS)]

    ended = [rule_against(services, seen, decisions, seed) for seed, seen in enumerate(queue)]

    approved = stories.approved_sha256s(services)
    assert ended == [[Outcome.DONE, Outcome.SOMEBODY_ELSE]] * PAIRS
    assert stories.decisions_of(services) == [1] * PAIRS
    assert approved == {seen.id: seen.review_sha256 for seen in queue if seen.id in approved}
    assert history.problems_of_rows(services) == []


def test_of_an_approval_and_another_file_one_wins(world: World) -> None:
    services = world.services
    queue = [builders.a_submission(services) for _ in range(PAIRS)]

    ended = [approve_against_another_file(services, seen, seed) for seed, seen in enumerate(queue)]

    approved = [seen.id for seen, outcome in zip(queue, ended, strict=True) if outcome == (Outcome.DONE, False)]
    assert set(ended) <= {(Outcome.DONE, False), (Outcome.SOMEBODY_ELSE, True)}
    assert stories.count_by_state(services).get(State.APPROVED, 0) == len(approved)
    assert stories.approved_sha256s(services) == {seen.id: seen.review_sha256 for seen in queue if seen.id in approved}
    assert history.problems_of_rows(services) == []


def approve_against_another_file(services: Services, seen: Submission, seed: int) -> tuple[object, bool]:
    """A moderator approves what they have *seen* while its sender sends another file; how it ended for each."""
    outcome, key = at_once(
        lambda: stories.rule(services, seen, Decision.APPROVE),
        lambda: stories.replace_file(services, seen.id),
        seed=seed,
    )
    return outcome, key is not None


@pytest.mark.parametrize("kind", [JobKind.PUBLISH, JobKind.HOOK], ids=["publication", "other systems"])
def test_of_an_undo_and_what_follows_one_wins(kind: JobKind, world: World) -> None:
    services = world.services
    stories.tell(services, "http://127.0.0.1:9/", HookEvent.DECIDED)
    queue = [approved_with_jobs(services) for _ in range(PAIRS)]

    ended = [undo_against(services, decided, open_jobs[kind], seed) for seed, (decided, open_jobs) in enumerate(queue)]

    undone = ended.count((True, False))
    assert set(ended) <= {(True, False), (False, True)}
    assert stories.count_by_state(services).get(State.AWAITING_REVIEW, 0) == undone
    # What was undone left nothing behind that anybody would do or be told; what was not lost nothing.
    kept = [job.kind for job in builders.open_jobs(services) if job.kind in {JobKind.PUBLISH, JobKind.HOOK}]
    assert [kept.count(each) for each in (JobKind.PUBLISH, JobKind.HOOK)] == [PAIRS - undone] * 2
    assert history.problems_of_rows(services) == []


def approved_with_jobs(services: Services) -> tuple[Submission, dict[JobKind, JobId]]:
    """A clip that was approved a moment ago, and what waits to follow from it."""
    before = {job.id for job in builders.open_jobs(services)}
    decided = builders.a_submission(services, state=State.APPROVED)
    return decided, {job.kind: job.id for job in builders.open_jobs(services) if job.id not in before}


def undo_against(services: Services, decided: Submission, job_id: JobId, seed: int) -> tuple[bool, bool]:
    """Take a decision back while a worker begins what follows; whether each could."""
    undone, claimed = at_once(
        lambda: stories.undo(services, decided), lambda: stories.claim(services, job_id), seed=seed
    )
    return bool(undone), bool(claimed)


RIVALS: Final[dict[str, Callable[[Services, Submission], object]]] = {
    "approval": lambda services, seen: stories.rule(services, seen, Decision.APPROVE),
    "refusal": lambda services, seen: stories.rule(services, seen, Decision.DECLINE),
    "wish for another": lambda services, seen: stories.rule(services, seen, Decision.ASK_AGAIN),
    "withdrawal": lambda services, seen: stories.withdraw(services, seen.id),
    "another file": lambda services, seen: stories.replace_file(services, seen.id),
    "a cut": lambda services, seen: stories.recut(services, seen, Cut(start_s=0.5)),
}


@pytest.mark.parametrize("rival", RIVALS)
def test_what_is_published_was_made_from_what_was_approved(rival: str, world: World, tmp_path: Path) -> None:
    services = world.services
    seen = [
        stories.to_review(services, stories.one_of_a_kind(world.clips, tmp_path, seed)) for seed in range(PUBLISHED)
    ]
    watched = {submission_id: builders.read(services, submission_id) for submission_id in seen}

    for seed, submission in enumerate(watched.values()):
        at_once(
            lambda submission=submission: stories.rule(services, submission, Decision.APPROVE),
            lambda submission=submission: RIVALS[rival](services, submission),
            seed=seed,
        )
    stories.publish_everything(world)

    public = stories.manifests(services)
    assert {clip: manifest["reviewed_sha256"] for clip, manifest in public.items()} == {
        clip: watched[clip].review_sha256 for clip in public
    }
    assert len({watched[clip].review_sha256 for clip in public}) == len(public)
    assert stories.count_by_state(services).get(State.PUBLISHED, 0) == len(public)
    assert State.APPROVED not in stories.count_by_state(services)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(r"clips/.*/poster\.jpg", marks=SQLITE, id="first file"),
        pytest.param(r"clips/.*/manifest\.json", marks=POSTGRESQL, id="last file"),
    ],
)
def test_a_clip_withdrawn_while_it_is_filed_is_gone(
    moment: str, world: World, gated_environ: dict[str, str], gate: Gate
) -> None:
    services = world.services
    submission_id, job_id = stories.before(JobKind.PUBLISH, world)
    filing = gate.trap("PUT", moment)
    publishing_worker = doomed.start(replace(world, environ=gated_environ), job_id)

    filing.wait()
    withdrew = stories.withdraw(services, submission_id)
    filing.release()
    publishing_worker.join(60)
    stories.finish_everything(services, world.sandbox)

    assert withdrew
    assert State.PUBLISHED not in history.moves_of(services, submission_id)
    assert history.public_files(services) == {}
    assert history.private_keys(services, submission_id) == set()
    assert history.problems(services, receipts=[submission_id]) == []


@SQLITE
def test_the_checker_sees_what_is_wrong(world: World) -> None:
    services = world.services
    public = stories.published(services, world.clips)
    services.gallery.put_stream(
        keys.published(keys.new_clip_id(), 1, "video.mp4"), io.BytesIO(b"a secret"), content_type="video/mp4"
    )
    services.private.delete_below(keys.of_submission(public))

    found = " ".join(history.problems(services, receipts=[public, stories.nobody()]))

    assert "has a receipt and is lost" in found
    assert "is not there" in found
    assert "is public without a manifest" in found
    assert "can be read by everybody" in found
