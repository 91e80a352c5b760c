"""What overtook a mail that is not sent any more."""

from __future__ import annotations

import pytest

from intake.domain.jobs import JobKind
from intake.domain.mails import Overtaken, overtaken_by
from intake.domain.states import State


@pytest.mark.parametrize(
    ("kind", "moves", "cause"),
    [
        (JobKind.MAIL_RECEIPT, {State.AWAITING_REVIEW, State.WITHDRAWN}, Overtaken.WITHDRAWN),
        (JobKind.MAIL_VERDICT, {State.UPLOADING, State.ABANDONED}, Overtaken.ABANDONED),
        (JobKind.MAIL_VERDICT, {State.UPLOADING, State.UPLOADED, State.APPROVED}, Overtaken.ANOTHER_FILE),
        (JobKind.MAIL_VERDICT, {State.AWAITING_REVIEW}, Overtaken.ANOTHER_LOOK),
        (JobKind.MAIL_PUBLISHED, {State.AWAITING_REVIEW, State.APPROVED}, Overtaken.ANOTHER_LOOK),
        (JobKind.MAIL_REMINDER, {State.UPLOADED}, Overtaken.ARRIVED),
        (JobKind.MAIL_REMINDER, {State.REFUSED}, Overtaken.BEGUN_ANEW),
        (JobKind.MAIL_FILED, {State.AWAITING_REVIEW}, Overtaken.ANSWERED),
        (JobKind.MAIL_UNCONFIRMED, set(), Overtaken.ANSWERED),
        (JobKind.MAIL_FILED, {State.WITHDRAWN}, Overtaken.WITHDRAWN),
        (JobKind.MAIL_TAKEN_DOWN, {State.APPROVED, State.PUBLISHED}, Overtaken.DECIDED_ANEW),
        (JobKind.MAIL_WITHDRAWN, set(), Overtaken.NO_ADDRESS),
    ],
)
def test_a_mail_that_was_overtaken_says_by_what(kind: JobKind, moves: set[State], cause: Overtaken) -> None:
    assert overtaken_by(kind, moves) is cause
