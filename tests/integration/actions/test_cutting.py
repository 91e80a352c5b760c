"""Cutting as rows, on both databases: nobody approves what they did not watch, and the original stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.actions import captioning, cutting, jobs, judging, moderating, operating, publishing
from intake.actions.captioning import Edition
from intake.actions.moderating import Decision, Outcome
from intake.db import queries
from intake.db.captions import public_captions
from intake.db.engine import reading, writing
from intake.domain.captions import Cue
from intake.domain.cutting import WHOLE, Cut
from intake.domain.errors import IllegalMove
from intake.domain.history import Cause
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.domain.submissions import CutFound, ObjectKey, Sha256
from tests.builders import (
    MODERATOR,
    a_ruling,
    a_submission,
    open_work,
    read,
    some_facts,
    some_levels,
    take_job,
    withdraw,
)

if TYPE_CHECKING:
    from intake.domain.submissions import Job, Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

WANTED = Cut(start_s=5.0, end_s=50.0)
NEW_SHA256 = Sha256("c0" * 32)


def ask(services: Services, submission: Submission, cut: Cut = WANTED, *, sha256: str | None = None) -> Outcome:
    with writing(services.engine) as connection:
        return cutting.ask_recut(
            connection,
            submission.id,
            cut,
            reviewed_sha256=sha256 or submission.review_sha256 or "",
            moderator=MODERATOR,
            now=services.clock(),
        )


def a_recut(job: Job, cut: Cut = WANTED) -> cutting.Recut:
    """What a worker made."""
    folder = f"submissions/{job.submission_id}/{job.id}-{job.attempts}"
    found = CutFound(video=some_facts(duration_s=45.0), levels=some_levels(), peaks=(1, 2))
    return cutting.Recut(
        cut=cut,
        review=judging.ReviewCopy(key=ObjectKey(f"{folder}/review.mp4"), sha256=NEW_SHA256, plan="cut"),
        found=None if cut == WHOLE else found,
        stills=(ObjectKey(f"{folder}/still-1.jpg"),),
        best_still=0,
        waveform_key=ObjectKey(f"{folder}/waveform.json"),
    )


def made(services: Services, submission: Submission, cut: Cut = WANTED) -> bool:
    """A worker ends the cut that was asked for."""
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.RECUT)
        jobs.finish(connection, job)
        return cutting.record_recut(connection, job, a_recut(job, cut), now=services.clock())


def causes(services: Services, submission: Submission) -> list[Cause | None]:
    with reading(services.engine) as connection:
        return [event.cause for event in queries.history(connection, submission.id)]


def test_a_cut_clip_comes_back_as_another_file(services_on_each: Services) -> None:
    before = a_submission(services_on_each)

    assert ask(services_on_each, before) is Outcome.DONE
    assert made(services_on_each, before)

    after = read(services_on_each, before.id)
    assert (after.state, after.cut, after.wanted_cut) == (State.AWAITING_REVIEW, WANTED, None)
    assert (after.review_sha256, after.poster) == (NEW_SHA256, 0)
    assert (after.original_key, after.video, after.checks) == (before.original_key, before.video, before.checks)
    assert after.shown_video is not None
    assert after.shown_video.duration_s == pytest.approx(45.0)
    assert causes(services_on_each, before)[-2:] == [Cause.RECUT_ASKED, Cause.RECUT_MADE]


def test_who_watched_the_old_copy_does_not_approve_the_new_one(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    ask(services_on_each, before)
    made(services_on_each, before)

    with writing(services_on_each.engine) as connection:
        ruling = a_ruling(before, Decision.APPROVE)
        outcome = moderating.decide(connection, before.id, ruling, now=services_on_each.clock())

    assert outcome is Outcome.FILE_CHANGED


def test_nobody_decides_while_a_clip_is_cut(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    ask(services_on_each, before)

    with writing(services_on_each.engine) as connection:
        ruling = a_ruling(before, Decision.APPROVE)
        outcome = moderating.decide(connection, before.id, ruling, now=services_on_each.clock())

    assert outcome is Outcome.SOMEBODY_ELSE


def test_the_second_of_two_who_cut_is_told(services_on_each: Services) -> None:
    before = a_submission(services_on_each)

    outcomes = [ask(services_on_each, before, cut) for cut in (WANTED, Cut(rotate_deg=90))]

    assert outcomes == [Outcome.DONE, Outcome.SOMEBODY_ELSE]
    assert read(services_on_each, before.id).wanted_cut == WANTED


def test_a_cut_of_another_file_is_not_asked_for(services_on_each: Services) -> None:
    before = a_submission(services_on_each)

    assert ask(services_on_each, before, sha256="0" * 64) is Outcome.FILE_CHANGED
    assert open_work(services_on_each) == []


def test_a_cut_that_breaks_the_rules_is_a_mistake_of_ours(services_on_each: Services) -> None:
    before = a_submission(services_on_each)

    with pytest.raises(IllegalMove):
        ask(services_on_each, before, Cut(start_s=59.0))


def test_undoing_is_cutting_nothing(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    ask(services_on_each, before)
    made(services_on_each, before)

    ask(services_on_each, read(services_on_each, before.id), WHOLE)
    made(services_on_each, before, WHOLE)

    after = read(services_on_each, before.id)
    assert (after.cut, after.cut_found) == (WHOLE, None)
    assert after.shown_video == before.video


def test_a_cut_made_for_a_withdrawn_clip_counts_for_nothing(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    ask(services_on_each, before)
    with writing(services_on_each.engine) as connection:
        job = take_job(connection, before.id, JobKind.RECUT)
    withdraw(services_on_each, before.id)

    with writing(services_on_each.engine) as connection:
        counts = cutting.record_recut(connection, job, a_recut(job), now=services_on_each.clock())

    assert not counts
    assert read(services_on_each, before.id).state is State.WITHDRAWN


def test_a_clip_that_cannot_be_cut_is_as_it_was(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    ask(services_on_each, before)

    with writing(services_on_each.engine) as connection:
        job = take_job(connection, before.id, JobKind.RECUT)
        jobs.finish(connection, job)
        counts = cutting.record_failed_recut(connection, job, now=services_on_each.clock())

    after = read(services_on_each, before.id)
    assert not counts
    assert (after.state, after.review_key, after.wanted_cut) == (State.AWAITING_REVIEW, before.review_key, None)
    assert causes(services_on_each, before)[-1] is Cause.RECUT_FAILED


def test_a_clip_that_was_cut_keeps_its_place(services_on_each: Services, clock: FakeClock) -> None:
    before = a_submission(services_on_each)
    clock.advance(hours=47)
    ask(services_on_each, before)
    clock.advance(minutes=5)

    made(services_on_each, before)
    ask(services_on_each, read(services_on_each, before.id), WHOLE)
    fail_to_cut(services_on_each, before)

    assert read(services_on_each, before.id).moved_at == before.moved_at


class TestACutThatDied:
    def test_is_left_alone_and_the_clip_is_as_it_was(self, services_on_each: Services, clock: FakeClock) -> None:
        before = a_submission(services_on_each)
        die_cutting(services_on_each, before, clock)

        is_left = leave(services_on_each, before)

        after = read(services_on_each, before.id)
        assert (is_left, after.state, after.came_from) == (True, State.AWAITING_REVIEW, None)
        assert (after.review_sha256, after.cut, after.wanted_cut) == (before.review_sha256, WHOLE, None)
        assert after.moved_at == before.moved_at
        assert causes(services_on_each, before)[-1] is Cause.RECUT_GIVEN_UP

    def test_can_be_decided_on_then(self, services_on_each: Services, clock: FakeClock) -> None:
        before = a_submission(services_on_each)
        die_cutting(services_on_each, before, clock)
        leave(services_on_each, before)

        with writing(services_on_each.engine) as connection:
            ruling = a_ruling(before, Decision.APPROVE)
            outcome = moderating.decide(connection, before.id, ruling, now=clock())

        assert outcome is Outcome.DONE

    def test_is_left_alone_once(self, services_on_each: Services, clock: FakeClock) -> None:
        before = a_submission(services_on_each)
        die_cutting(services_on_each, before, clock)

        assert [leave(services_on_each, before) for _ in range(2)] == [True, False]

    def test_is_not_left_alone_while_somebody_tries_it_again(
        self, services_on_each: Services, clock: FakeClock
    ) -> None:
        before = a_submission(services_on_each)
        die_cutting(services_on_each, before, clock)
        with writing(services_on_each.engine) as connection:
            assert operating.retry_submission(connection, before.id, actor=MODERATOR, now=clock())

        assert not leave(services_on_each, before)
        assert read(services_on_each, before.id).state is State.INSPECTED

    def test_is_nothing_else_that_died(self, services_on_each: Services) -> None:
        stuck = a_submission(services_on_each, state=State.NEEDS_OPERATOR)

        assert not leave(services_on_each, stuck)


def leave(services: Services, submission: Submission) -> bool:
    with writing(services.engine) as connection:
        return cutting.leave_cut(connection, submission.id, moderator=MODERATOR, now=services.clock())


def die_cutting(services: Services, submission: Submission, clock: FakeClock) -> None:
    """Ask for a cut whose every attempt kills its worker."""
    ask(services, submission)
    clock.advance(minutes=5)
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.RECUT)
        jobs.fail(connection, job, "ToolTimedOut: ffmpeg took longer than 120 s", for_good=True)
        assert operating.call_operator(connection, submission.id, error="ToolTimedOut", now=clock())


def fail_to_cut(services: Services, submission: Submission) -> None:
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.RECUT)
        jobs.finish(connection, job)
        assert not cutting.record_failed_recut(connection, job, now=services.clock())


def test_captions_follow_the_cut_and_come_back_with_the_whole(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    cues = (Cue(start_ms=1000, end_ms=3000, text="Prova."), Cue(start_ms=6000, end_ms=8000, text="Mi chiamo Anna."))
    edition = Edition(language="it", cues=cues, seen_sha256=before.original_sha256, seen_version=0, is_checked=True)
    with writing(services_on_each.engine) as connection:
        captioning.save(connection, before.id, edition, moderator=MODERATOR, now=services_on_each.clock())

    ask(services_on_each, before)
    made(services_on_each, before)
    cut = read(services_on_each, before.id)
    ask(services_on_each, cut, WHOLE)
    made(services_on_each, before, WHOLE)

    with reading(services_on_each.engine) as connection:
        shown = [public_captions(connection, one)["it"].cues for one in (cut, read(services_on_each, before.id))]
    assert shown == [(Cue(start_ms=1000, end_ms=3000, text="Mi chiamo Anna."),), cues]


def test_erasing_a_clip_forgets_how_it_was_cut(services_on_each: Services) -> None:
    before = a_submission(services_on_each)
    ask(services_on_each, before)
    made(services_on_each, before)
    withdraw(services_on_each, before.id)

    with writing(services_on_each.engine) as connection:
        job = take_job(connection, before.id, JobKind.PURGE)
        publishing.record_purge(connection, job, now=services_on_each.clock())

    after = read(services_on_each, before.id)
    assert (after.cut, after.cut_found, after.cleaner_key) == (WHOLE, None, None)
    with reading(services_on_each.engine) as connection:
        assert all(not event.changes for event in queries.history(connection, before.id))


class TestCleaning:
    def test_is_kept_beside_the_original(self, services_on_each: Services) -> None:
        before = a_submission(services_on_each)

        assert self._asked(services_on_each, before)
        assert self._cleaned(services_on_each, before, before.original_key)

        after = read(services_on_each, before.id)
        assert after.cleaner_key == "cleaner.m4a"
        assert (after.state, after.review_sha256) == (before.state, before.review_sha256)
        with reading(services_on_each.engine) as connection:
            assert "cleaner.m4a" in queries.private_keys(connection, [before.id])

    def test_of_another_file_counts_for_nothing(self, services_on_each: Services) -> None:
        before = a_submission(services_on_each)
        self._asked(services_on_each, before)

        assert not self._cleaned(services_on_each, before, ObjectKey("another"))
        assert read(services_on_each, before.id).cleaner_key is None

    def test_is_not_asked_for_twice(self, services_on_each: Services) -> None:
        before = a_submission(services_on_each)

        assert [self._asked(services_on_each, before) for _ in range(2)] == [True, False]

    @staticmethod
    def _asked(services: Services, submission: Submission) -> bool:
        with writing(services.engine) as connection:
            return cutting.ask_cleaning(connection, submission.id, moderator=MODERATOR, now=services.clock())

    @staticmethod
    def _cleaned(services: Services, submission: Submission, original_key: ObjectKey | None) -> bool:
        with writing(services.engine) as connection:
            job = take_job(connection, submission.id, JobKind.CLEAN_SOUND)
            jobs.finish(connection, job)
            assert original_key is not None
            return cutting.record_cleaning(
                connection, job, ObjectKey("cleaner.m4a"), original_key=original_key, now=services.clock()
            )
