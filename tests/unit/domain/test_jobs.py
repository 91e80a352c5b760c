"""How long a job waits before it is tried again."""

from __future__ import annotations

import pytest

from intake.domain.jobs import JOB_RULES, MAKERS, JobKind, backoff_s


@pytest.mark.parametrize(
    ("failures", "wait_s"), [(0, 2), (1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (50, 300), (5000, 300)]
)
def test_a_job_waits_twice_as_long_each_time_and_never_over_five_minutes(failures: int, wait_s: float) -> None:
    assert backoff_s(failures) == wait_s


def test_every_kind_of_job_has_its_rule() -> None:
    assert set(JOB_RULES) == set(JobKind)


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_what_makes_files_is_tried_three_times_and_then_shown_to_a_human(kind: JobKind) -> None:
    assert (JOB_RULES[kind].max_attempts, JOB_RULES[kind].needs_operator) == (3, True)


@pytest.mark.parametrize("kind", [JobKind.UNPUBLISH, JobKind.PURGE])
def test_what_takes_things_away_is_tried_for_days_and_leaves_the_submission_alone(kind: JobKind) -> None:
    assert JOB_RULES[kind].max_attempts >= 50
    assert not JOB_RULES[kind].needs_operator
