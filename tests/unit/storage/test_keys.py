"""Keys come from ids alone, so that nothing a sender typed is ever part of one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from intake.domain.jobs import JobId, JobKind, JobState
from intake.domain.submissions import ClipId, Job, ObjectKey, SubmissionId
from intake.storage import keys

SUBMISSION = SubmissionId("9b2c1a58-0000-4000-8000-000000000000")
CLIP = ClipId("abcdefghij")
JOB = Job(
    id=JobId(7),
    submission_id=SUBMISSION,
    kind=JobKind.INSPECT,
    revision=1,
    state=JobState.LEASED,
    attempts=2,
    max_attempts=3,
    token=None,
    last_error=None,
)


def test_two_uploads_of_a_submission_never_share_a_key() -> None:
    assert len({keys.original(SUBMISSION) for _ in range(1000)}) == 1000


def test_everything_private_of_a_submission_lies_below_its_prefix() -> None:
    prefix = keys.of_submission(SUBMISSION)

    assert keys.original(SUBMISSION).startswith(prefix)
    assert keys.made_by(JOB, "review.mp4") == f"{prefix}7-2/review.mp4"


def test_two_attempts_at_a_job_never_share_a_prefix() -> None:
    assert keys.made_by(JOB) != keys.made_by(replace(JOB, attempts=3))


def test_everything_public_of_a_clip_lies_below_its_prefix() -> None:
    assert keys.published(CLIP, 3, "video.mp4") == f"{keys.of_clip(CLIP)}3/video.mp4"


def test_a_clip_s_id_is_short_and_has_no_letter_that_reads_like_a_digit() -> None:
    assert re.fullmatch(r"[2-9a-km-np-z]{10}", keys.new_clip_id())
    assert len({keys.new_clip_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("key", "owner", "folder"),
    [
        (f"submissions/{SUBMISSION}/original/a", SUBMISSION, f"submissions/{SUBMISSION}/original/"),
        ("clips/abcdefghij/3/video.mp4", "abcdefghij", "clips/abcdefghij/3/"),
    ],
)
def test_a_key_says_to_whom_it_belongs(key: str, owner: str, folder: str) -> None:
    assert (keys.owner_of(ObjectKey(key)), keys.folder_of(ObjectKey(key))) == (owner, folder)
