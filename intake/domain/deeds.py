"""What staff and workers do to a clip beside moving it, as its history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What was done."""

    CORRECTED = "corrected"
    RECUT_ASKED = "recut_asked"
    RECUT_MADE = "recut_made"
    RECUT_FAILED = "recut_failed"
    CLEANING_ASKED = "cleaning_asked"
    SOUND_CLEANED = "sound_cleaned"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is another now. Empty where there was, or is, nothing.

    Attributes:
        name: Of the field: of a sender's details, of a clip's own words, or of a cut.
    """

    name: str
    before: str
    after: str
