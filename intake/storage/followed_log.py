"""The only place that reads on in a log which somebody else writes, and rotates.

A place in it is named by what was read, not by a file: how many bytes, and what the last of them come to. So the file
is found again when it was renamed or copied aside, its rest is read first, and one that was emptied begins anew. No two
lines may be alike: each needs a number of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

CHUNK_BYTES: Final = 64 * 1024
_TAIL_BYTES: Final = 1024


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a log was read.

    Attributes:
        tail_sha256: Of the last bytes before it; by them its file is known.
    """

    offset_bytes: int
    tail_sha256: str


BEGINNING: Final = Place(offset_bytes=0, tail_sha256="")
"""Where nothing was read yet."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Whole lines, and the place after them."""

    lines: tuple[bytes, ...]
    place: Place


def read_on(log: Path, place: Place, *, chunk_bytes: int = CHUNK_BYTES) -> Found | None:
    """Return the next lines after *place*; None while there are none.

    A line that is not whole yet waits for its end. One that is longer than a chunk is passed over. Older files are
    looked for beside the log, as `name.1` or `name-20261128`; what was read of one that is compressed since is gone.

    Raises:
        OSError: A file is there and cannot be read.
    """
    files = _oldest_first(log)
    held = next((number for number, file in enumerate(files) if _holds(file, place)), None)
    if held is None:
        # Nothing was read before, or what was read is gone: what is written now counts.
        files, held, place = files[-1:], 0, BEGINNING
    for number, file in enumerate(files[held:]):
        found = _chunk(file, place if number == 0 else BEGINNING, chunk_bytes)
        if found is not None:
            return found
    return None


def _oldest_first(log: Path) -> list[Path]:
    """Return the log's files; the one that is written to is the last."""
    beside = [*log.parent.glob(f"{log.name}.*"), *log.parent.glob(f"{log.name}-*")]
    older = sorted((path for path in beside if path.is_file()), key=lambda path: path.stat().st_mtime_ns)
    return [*older, log] if log.is_file() else older


def _holds(file: Path, place: Place) -> bool:
    begins_at = max(place.offset_bytes - _TAIL_BYTES, 0)
    with file.open("rb") as content:
        content.seek(begins_at)
        tail = content.read(place.offset_bytes - begins_at)
    is_long_enough = len(tail) == place.offset_bytes - begins_at
    return is_long_enough and hashlib.sha256(tail).hexdigest() == place.tail_sha256


def _chunk(file: Path, place: Place, chunk_bytes: int) -> Found | None:
    begins_at = max(place.offset_bytes - _TAIL_BYTES, 0)
    with file.open("rb") as content:
        content.seek(begins_at)
        before = content.read(place.offset_bytes - begins_at)
        read = content.read(chunk_bytes)
    whole = read[: read.rfind(b"\n") + 1]
    if not whole and len(read) < chunk_bytes:
        return None
    taken = whole or read
    tail = (before + taken)[-_TAIL_BYTES:]
    after = Place(offset_bytes=place.offset_bytes + len(taken), tail_sha256=hashlib.sha256(tail).hexdigest())
    return Found(lines=tuple(whole.splitlines()), place=after)
