"""What visitors may report of a published clip: a hint for the staff, which changes nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_WORDS_CHARACTERS: Final = 1000
"""As much as anybody needs to say what is wrong with three minutes of video."""


class ReportKind(StrEnum):
    """What is wrong, as a visitor sees it."""

    DOES_NOT_PLAY = "does_not_play"
    CAPTIONS = "captions"
    NOT_TRUE = "not_true"
    WITHOUT_PERMISSION = "without_permission"
    OFFENSIVE = "offensive"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a visitor reports.

    Attributes:
        email: Where they want an answer; empty where they want none.
    """

    kind: ReportKind
    words: str
    email: str = ""

    @property
    def note(self) -> str:
        """What staff read of it in the clip's history."""
        return f"{self.words}\n\n{self.email}".strip()
