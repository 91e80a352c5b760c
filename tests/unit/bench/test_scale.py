"""What the figures about queues of clips are made of."""

from __future__ import annotations

import pytest

from bench.scale.claims import Claim
from bench.scale.workers import clips_per_hour, idle_share
from intake.domain.jobs import JobKind


def a_claim(claimed_at: float, ended_at: float, kind: JobKind = JobKind.INSPECT) -> Claim:
    return Claim(kind=kind, due_at=0.0, claimed_at=claimed_at, ended_at=ended_at)


def test_an_hour_s_clips_are_counted_from_the_first_claim_to_the_last_verdict() -> None:
    done = [a_claim(100, 101, JobKind.MAIL_RECEIPT), a_claim(101, 130), a_claim(102, 172)]

    assert clips_per_hour(done) == pytest.approx(2 * 3600 / 72)


def test_workers_are_idle_for_as_long_as_they_have_no_job_while_a_clip_waits() -> None:
    done = [a_claim(0, 4), a_claim(0, 6), a_claim(8, 100)]

    assert idle_share(done, workers=2) == pytest.approx(6 / 16)
