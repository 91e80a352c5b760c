"""What is another by what staff did to a clip, as its history keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is another now. Empty where there was, or is, nothing.

    Attributes:
        name: Of the field: of a sender's details, of a clip's own words, or of a cut.
    """

    name: str
    before: str
    after: str
