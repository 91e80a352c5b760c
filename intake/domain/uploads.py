"""The only rules for how a file is cut into parts, and how long an upload may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MEBIBYTE: Final = 1024**2

MIN_PART_BYTES: Final = 5 * MEBIBYTE
"""Smallest part of an upload except the last, in bytes, and what we cut: a line that drops loses no more than this.

Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits".
"""

MAX_PARTS: Final = 10_000
"""Most parts of an upload. Source: as above."""

UPLOAD_LIFE: Final = timedelta(hours=72)
"""After this long an upload that never came is given up and its sender's details are erased."""


def part_bytes_for(size_bytes: int) -> int:
    """Say how large the parts of a file are, the last one apart: as small as allowed, in whole mebibytes."""
    least = -(-size_bytes // MAX_PARTS)
    return max(MIN_PART_BYTES, -(-least // MEBIBYTE) * MEBIBYTE)


@dataclass(frozen=True, kw_only=True)
class PartPlan:
    """How one file is cut. Parts are numbered from 1."""

    size_bytes: int
    part_bytes: int

    @property
    def count(self) -> int:
        """How many parts there are; an empty file has none."""
        return -(-self.size_bytes // self.part_bytes)

    def has(self, part_number: int) -> bool:
        """Tell whether there is such a part."""
        return 1 <= part_number <= self.count

    def size_of(self, part_number: int) -> int:
        """Return a part's exact size in bytes."""
        return min(self.part_bytes, self.size_bytes - (part_number - 1) * self.part_bytes)

    def missing(self, arrived: Mapping[int, int]) -> list[int]:
        """Return the numbers of the parts that did not arrive, or not whole.

        Args:
            arrived: Sizes in bytes by part number.
        """
        return [number for number in range(1, self.count + 1) if arrived.get(number) != self.size_of(number)]
