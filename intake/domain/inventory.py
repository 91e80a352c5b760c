"""What a comparison of the gallery bucket with the rows comes to, and when one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from intake.domain.staff import PISTOIA

if TYPE_CHECKING:
    from intake.domain.submissions import ClipId, ObjectKey, SubmissionId

NIGHT_AT: Final = time(3, 0)
"""When the gallery is compared, in Pistoia: nobody waits for anything then."""

MOST_NAMED: Final = 200
"""How many files a report names; it counts them all."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file that a public clip must have."""

    key: ObjectKey
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A file of a public clip that is not as its row says.

    Attributes:
        held_bytes: Its size in the bucket; None where it is missing.
    """

    submission_id: SubmissionId
    clip_id: ClipId
    name: str
    wanted_bytes: int
    held_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What was found.

    Attributes:
        strays: Files that no public clip has, by key: deleted. The first of them.
        gaps: Files that are missing or of another size. The first of them.
    """

    taken_at: datetime
    clips: int
    files: int
    stray_count: int
    gap_count: int
    strays: tuple[ObjectKey, ...]
    gaps: tuple[Gap, ...]


def last_night(now: datetime) -> datetime:
    """Return the moment at which the last comparison was due."""
    local = now.astimezone(PISTOIA)
    day = local.date() if local.time() >= NIGHT_AT else local.date() - timedelta(days=1)
    return datetime.combine(day, NIGHT_AT, tzinfo=PISTOIA)
