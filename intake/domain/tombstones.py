"""What must stay true whatever backup is brought back: who took their video back, and who took back a consent.

No name and no address is in it; ids say who, and only beside a row that has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from intake.domain.calls import ConsentKind
    from intake.domain.submissions import ClipId, SubmissionId


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """One thing that was taken back.

    Attributes:
        clip_id: The public id of its clip, where it had one: by it files are known.
        consent: The consent that was taken back; None where it was the whole submission.
        at: When.
    """

    submission_id: SubmissionId
    clip_id: ClipId | None
    consent: ConsentKind | None
    at: datetime

    @property
    def is_of_all(self) -> bool:
        """Whether nothing of the submission may be left."""
        return self.consent is None


def owners_of(tombstones: set[Tombstone]) -> set[str]:
    """Return the submissions and clips of which no file may be kept."""
    gone = [tombstone for tombstone in tombstones if tombstone.is_of_all]
    return {tombstone.submission_id for tombstone in gone} | {stone.clip_id for stone in gone if stone.clip_id}
