"""What was deleted of a submission: kept when everything else of it is gone, and about nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from intake.domain.jobs import JobKind

if TYPE_CHECKING:
    from datetime import datetime

_ORIGINALS = "original/"


class Part(StrEnum):
    """Which files of a submission were deleted."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, kw_only=True)
class DeletedFile:
    """A file that was deleted.

    Attributes:
        name: Its key below the submission's or the clip's folder: made by us, of numbers.
    """

    name: str
    size_bytes: int

    @property
    def is_original(self) -> bool:
        """Whether it is what a sender had sent, under a key that says nothing."""
        return self.name.startswith(_ORIGINALS)

    @property
    def short_name(self) -> str:
        """Its name without its folder."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """What one clean-up deleted, or is about to.

    Attributes:
        kind: The clean-up's.
        asked_by: As an event's actor: whose move it followed.
        deleted_at: When all of it was gone; None until then.
    """

    kind: JobKind
    asked_by: str
    files: tuple[DeletedFile, ...]
    deleted_at: datetime | None

    @property
    def part(self) -> Part:
        """Which files they were."""
        return Part.PUBLIC if self.kind is JobKind.UNPUBLISH else Part.PRIVATE

    @property
    def size_bytes(self) -> int:
        """What they came to."""
        return sum(file.size_bytes for file in self.files)
