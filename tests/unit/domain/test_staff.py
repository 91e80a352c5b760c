"""The rules about staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from intake.domain.staff import (
    Alerts,
    Colleague,
    NewClips,
    StaffId,
    StaffRole,
    digest_due,
    first_alerts,
    would_lock_out,
)

ADA = Colleague(
    id=StaffId(1), email="ada@example.org", role=StaffRole.ADMIN, is_active=True, has_second_factor=False, seen_at=None
)
BEA = replace(ADA, id=StaffId(2), email="bea@example.org")


@pytest.mark.parametrize(
    ("others", "is_last"),
    [
        ([], True),
        ([BEA], False),
        ([replace(BEA, is_active=False)], True),
        ([replace(BEA, role=StaffRole.MODERATOR)], True),
    ],
    ids=["alone", "another admin", "another without access", "a moderator"],
)
def test_the_last_who_can_change_the_staff_stays(others: list[Colleague], is_last: bool) -> None:  # noqa: FBT001 - a column of the table
    assert would_lock_out([ADA, *others], ADA.id) is is_last


def test_whoever_is_no_admin_locks_nobody_out() -> None:
    assert not would_lock_out([ADA, replace(BEA, role=None)], BEA.id)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 22, 6, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 22, 7, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 7, 1, 5, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
    ids=["winter, before", "winter", "summer, before", "summer"],
)
def test_the_digest_is_due_at_eight_in_pistoia(now: datetime, day: date) -> None:
    assert digest_due(now)[0] == day


@pytest.mark.parametrize(
    ("role", "alerts"),
    [
        (StaffRole.VIEWER, Alerts(language="en")),
        (StaffRole.MODERATOR, Alerts(new_clips=NewClips.DAILY, waiting_clips=True, language="en")),
        (StaffRole.ADMIN, Alerts(new_clips=NewClips.DAILY, waiting_clips=True, language="en")),
    ],
)
def test_who_decides_is_told_once_a_day_until_they_choose(role: StaffRole, alerts: Alerts) -> None:
    assert first_alerts(role, "en") == alerts
