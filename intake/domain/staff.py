"""The rules about staff: what each role may do, how long an invitation holds, who gets which mail and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from intake.domain.submissions import SubmissionId

StaffId = NewType("StaffId", int)
InvitationId = NewType("InvitationId", int)
ErrandId = NewType("ErrandId", str)
"""A mail to staff or a call of a hook, by a UUID."""


class StaffRole(StrEnum):
    """What somebody on the staff may be; each may do what those before it may."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    ADMIN = "admin"


Access = Mapping[str, StaffRole | None]
"""What people may do, by what they are known again by; None: they may not log in."""

INVITATION_LIFE: Final = timedelta(days=3)
"""How long the link of an invitation opens."""

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly we know when somebody was here: a row written for each page would cost more than it tells."""

PISTOIA: Final = ZoneInfo("Europe/Rome")

DIGEST_AT: Final = time(8, 0)
"""When the day's mail goes out, in Pistoia: before anybody is at work."""

LONG_WAIT: Final = timedelta(hours=48)
"""A clip that waits longer is worth a mail of its own."""

BREATH: Final = timedelta(minutes=5)
"""Who wants to know at once is left alone for this long after each mail: what comes meanwhile is in the next one."""

OLD_NEWS: Final = timedelta(days=3)
"""What has waited longer when somebody is to be told of it, is no news."""


class NewClips(StrEnum):
    """When somebody is told of clips that wait to be watched."""

    OFF = "off"
    AT_ONCE = "at_once"
    DAILY = "daily"


class StaffMail(StrEnum):
    """What we write to staff."""

    INVITATION = "invitation"
    NEW_CLIPS = "new_clips"
    WAITING_CLIPS = "waiting_clips"
    GALLERY_GAPS = "gallery_gaps"
    FORGOTTEN_PASSWORD = "forgotten_password"  # noqa: S105 - the name of a mail
    REPORTED = "reported"


ALERTS: Final = frozenset({StaffMail.NEW_CLIPS, StaffMail.WAITING_CLIPS})
"""Mails that answer nothing their reader did, and that one click stops."""


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody on the staff.

    Attributes:
        is_active: Whether they may log in.
        has_second_factor: Whether a password alone does not let them in.
        seen_at: When they last did something; None before they ever logged in.
    """

    id: StaffId
    email: str
    role: StaffRole | None
    is_active: bool
    has_second_factor: bool
    seen_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """An invitation to the staff."""

    id: InvitationId
    email: str
    role: StaffRole
    language: str
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    taken_back_at: datetime | None

    def opens(self, now: datetime) -> bool:
        """Tell whether its link still lets somebody in."""
        return self.accepted_at is None and self.taken_back_at is None and now < self.expires_at


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Which mails somebody on the staff wants, and in which language."""

    new_clips: NewClips = NewClips.OFF
    waiting_clips: bool = False
    language: str = "it"


def first_alerts(role: StaffRole, language: str) -> Alerts:
    """Return the mails that somebody new gets until they choose: who decides is told that there is work, once a day."""
    if role is StaffRole.VIEWER:
        return Alerts(language=language)
    return Alerts(new_clips=NewClips.DAILY, waiting_clips=True, language=language)


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """Somebody who wants mails; *since* when."""

    staff_id: StaffId
    alerts: Alerts
    since: datetime


@dataclass(frozen=True, kw_only=True)
class StaffErrand:
    """A mail to staff that was asked for.

    Attributes:
        occasion: What it is the only mail of its kind for.
    """

    id: ErrandId
    kind: StaffMail
    occasion: str
    staff_id: StaffId | None
    invitation_id: InvitationId | None
    token_sealed: str | None
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class WaitingClip:
    """A clip that waits to be watched, as mails to staff speak of it: nothing in it tells whose it is."""

    submission_id: SubmissionId
    revision: int
    call_slug: str
    waiting_since: datetime
    duration_s: float | None


def would_lock_out(colleagues: Iterable[Colleague], staff_id: StaffId) -> bool:
    """Tell whether nobody could change the staff any more if this one could not."""
    admins = [one.id for one in colleagues if one.role is StaffRole.ADMIN and one.is_active]
    return admins == [staff_id]


def what_stays(role: StaffRole, allowed: StaffRole | None) -> StaffRole | None:
    """Return what somebody who was *role* may still do where no more than *allowed* is; None: not log in."""
    return min(role, allowed, key=list(StaffRole).index) if allowed is not None else None


def report_occasion(staff_id: StaffId, submission_id: SubmissionId, now: datetime) -> str:
    """Name what one mail about reports is for: one clip, on one day, for one reader."""
    return f"{staff_id}:{now.astimezone(PISTOIA).date()}:{submission_id}"


def reported_clip(occasion: str) -> str:
    """Return the submission that a mail of `report_occasion` is about."""
    return occasion.rpartition(":")[2]


def digest_due(now: datetime) -> tuple[date, datetime]:
    """Return the day of the last digest that is due, and the moment it became so."""
    local = now.astimezone(PISTOIA)
    day = local.date() if local.time() >= DIGEST_AT else local.date() - timedelta(days=1)
    return day, datetime.combine(day, DIGEST_AT, tzinfo=PISTOIA)
