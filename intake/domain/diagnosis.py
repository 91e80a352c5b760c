"""What a look at a part of the service comes to, and what follows from all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Mark(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know."""
    WRONG = "wrong"
    """It does not work, or not as it must."""
    UNKNOWN = "unknown"
    """It cannot be looked at from here, or not now."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line about one part.

    Attributes:
        found: What was seen, in an operator's words.
        mend: What to do about it; empty where there is nothing to do.
    """

    part: str
    mark: Mark
    found: str
    mend: str = ""


def is_well(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing is wrong. Warnings, and what could not be looked at, are for people to weigh."""
    return all(finding.mark is not Mark.WRONG for finding in findings)


def ok(part: str, found: str) -> Finding:
    """Say that a part is as it must be."""
    return Finding(part=part, mark=Mark.OK, found=found)


def warning(part: str, found: str, mend: str) -> Finding:
    """Say that a part works, and what would be better."""
    return Finding(part=part, mark=Mark.WARNING, found=found, mend=mend)


def wrong(part: str, found: str, mend: str) -> Finding:
    """Say what is wrong with a part, and what to do."""
    return Finding(part=part, mark=Mark.WRONG, found=found, mend=mend)


def unknown(part: str, found: str, mend: str = "") -> Finding:
    """Say that a part could not be looked at, and why."""
    return Finding(part=part, mark=Mark.UNKNOWN, found=found, mend=mend)
