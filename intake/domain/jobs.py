"""The only list of job kinds: which queue carries one, how often it is tried, what its death means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

JobId = NewType("JobId", int)
LeaseToken = NewType("LeaseToken", str)


class Queue(StrEnum):
    """A Celery queue; by cost, so that an encode never delays a verdict."""

    QUICK = "quick"
    HEAVY = "heavy"


class JobKind(StrEnum):
    """What can be done in the background: to a submission, or as one of `ERRANDS`."""

    INSPECT = "inspect"
    ENCODE = "encode"
    RECUT = "recut"
    CLEAN_SOUND = "clean_sound"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    PURGE = "purge"
    CAPTION = "caption"
    TRANSCRIBE = "transcribe"
    MAIL_RECEIPT = "mail_receipt"
    MAIL_VERDICT = "mail_verdict"
    MAIL_PUBLISHED = "mail_published"
    MAIL_TAKEN_DOWN = "mail_taken_down"
    MAIL_WITHDRAWN = "mail_withdrawn"
    MAIL_REMINDER = "mail_reminder"
    MAIL_FILED = "mail_filed"
    MAIL_UNCONFIRMED = "mail_unconfirmed"
    STAFF_MAIL = "staff_mail"
    HOOK = "hook"


class JobState(StrEnum):
    """Where a job rests; `leased` with an expired lease counts as ready."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class JobRule:
    """How jobs of one kind are run.

    Attributes:
        queue: Which workers run it.
        max_attempts: Tries before a human must look.
        needs_operator: Whether its death moves the submission to `needs_operator`; a job that only cleans up leaves
            the submission alone and is listed for operators.
    """

    queue: Queue
    max_attempts: int
    needs_operator: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is that takes long.

    Attributes:
        percent: 0 to 100.
        remaining_s: Seconds it will still take, going by the speed so far; None where that says nothing yet.
    """

    percent: int
    remaining_s: int | None


_A_MAIL: Final = JobRule(queue=Queue.QUICK, max_attempts=5, needs_operator=False)
"""A mail server that is down costs no attempt, so only killed workers and our own mistakes use them up."""

JOB_RULES: Final[Mapping[JobKind, JobRule]] = MappingProxyType(
    {
        JobKind.INSPECT: JobRule(queue=Queue.QUICK, max_attempts=3, needs_operator=True),
        JobKind.ENCODE: JobRule(queue=Queue.HEAVY, max_attempts=3, needs_operator=True),
        JobKind.RECUT: JobRule(queue=Queue.HEAVY, max_attempts=3, needs_operator=True),
        # The submission goes on without it; whoever asked for it may ask again.
        JobKind.CLEAN_SOUND: JobRule(queue=Queue.HEAVY, max_attempts=3, needs_operator=False),
        JobKind.PUBLISH: JobRule(queue=Queue.HEAVY, max_attempts=3, needs_operator=True),
        # Taking something away must not give up after three tries: it is tried for days, then listed for operators.
        JobKind.UNPUBLISH: JobRule(queue=Queue.QUICK, max_attempts=50, needs_operator=False),
        JobKind.PURGE: JobRule(queue=Queue.QUICK, max_attempts=50, needs_operator=False),
        # Copies of what the page shows anyway, and drafts: a submission waits for neither.
        JobKind.CAPTION: JobRule(queue=Queue.QUICK, max_attempts=3, needs_operator=False),
        JobKind.TRANSCRIBE: JobRule(queue=Queue.HEAVY, max_attempts=3, needs_operator=False),
        JobKind.MAIL_RECEIPT: _A_MAIL,
        JobKind.MAIL_VERDICT: _A_MAIL,
        JobKind.MAIL_PUBLISHED: _A_MAIL,
        JobKind.MAIL_TAKEN_DOWN: _A_MAIL,
        JobKind.MAIL_WITHDRAWN: _A_MAIL,
        JobKind.MAIL_REMINDER: _A_MAIL,
        JobKind.MAIL_FILED: _A_MAIL,
        JobKind.MAIL_UNCONFIRMED: _A_MAIL,
        JobKind.STAFF_MAIL: _A_MAIL,
        # What does not answer costs no attempt either; after a day it is given up.
        JobKind.HOOK: JobRule(queue=Queue.QUICK, max_attempts=5, needs_operator=False),
    }
)

MAKERS: Final = frozenset({JobKind.INSPECT, JobKind.ENCODE, JobKind.RECUT, JobKind.PUBLISH})
"""Kinds that make what a submission needs to go on; where one dies, a human must look."""

WRITERS: Final = MAKERS | {JobKind.CAPTION, JobKind.CLEAN_SOUND}
"""Kinds that write files; nothing is deleted while one of them is at work on the same submission."""

CLEANERS: Final = frozenset({JobKind.UNPUBLISH, JobKind.PURGE})
"""Kinds that take a withdrawn submission's files away."""

MAILS: Final = frozenset({kind for kind in JobKind if kind.startswith("mail_")})
"""Kinds that write to a sender; a submission does not wait for them."""

ERRANDS: Final = frozenset({JobKind.STAFF_MAIL, JobKind.HOOK})
"""Kinds that are about no submission but about an errand, by whose id they find it."""


def backoff_s(failures: int) -> float:
    """Say how many seconds to wait after the *failures*-th failure in a row: 2, 4, 8 … at most 300."""
    return float(min(2 ** max(failures, 1), 300))
