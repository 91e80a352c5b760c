"""The only place that keeps finished answers: those that are the same for everybody, as long as nothing has changed.

Every request asks the database for the gallery's version first, one small question. As long as it is the same number,
everything that is kept is true; as soon as it is another, nothing is kept any more. So a clip that is withdrawn is gone
with the next request, in this process and in every other, and no answer has to be found and taken back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of each process: some two thousand pages, compressed."""

COPY_LIFE: Final = timedelta(minutes=1)
"""How long a copy is given without being made anew: what time alone changes, as a call that ends, shows by then."""

STALE_LIFE: Final = timedelta(minutes=1)
"""How long copies are given while the database is away, since it last said that they are true.

As old a withdrawn clip's video may become in a cache. Source: decision 16.
"""

_OVERHEAD_BYTES: Final = 1000
"""Of a copy, beside its body: headers, key and what holds them."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A finished answer: its bytes, compressed where that was asked for, and all its headers."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    made_at: datetime

    @property
    def size_bytes(self) -> int:
        """What it takes to keep it."""
        return len(self.body) + _OVERHEAD_BYTES


class Memory:
    """Copies by what was asked for; those that were not asked for longest go first. Threads may share it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._copies: OrderedDict[Hashable, Copy] = OrderedDict()
        self._size_bytes = 0
        self._version = -1
        self._true_at: datetime | None = None

    def confirm(self, version: int, *, at: datetime) -> None:
        """Hear from the database which version stands; copies of another one are forgotten.

        Args:
            at: When it was asked, not when it answered.
        """
        with self._lock:
            if version != self._version:
                self._copies.clear()
                self._size_bytes = 0
            self._version, self._true_at = version, at

    def find(self, key: Hashable, *, now: datetime) -> Copy | None:
        """Return the copy of what is asked for, unless it is to be made anew."""
        copy = self._find(key)
        return copy if copy is not None and now - copy.made_at < COPY_LIFE else None

    def find_stale(self, key: Hashable, *, now: datetime) -> Copy | None:
        """Return the copy of what is asked for, for as long as it may be given though nobody confirms it."""
        left = self.stale_left(now=now)
        return self._find(key) if left > timedelta() else None

    def stale_left(self, *, now: datetime) -> timedelta:
        """Return for how long copies may be given that nobody confirms."""
        return STALE_LIFE - (now - self._true_at) if self._true_at is not None else timedelta()

    def keep(self, key: Hashable, copy: Copy, *, version: int) -> None:
        """Keep a copy that was made after *version* was heard; another one was heard since: it is not kept."""
        with self._lock:
            if version != self._version or copy.size_bytes > self._most_bytes:
                return
            self._forget(key)
            self._copies[key] = copy
            self._size_bytes += copy.size_bytes
            while self._size_bytes > self._most_bytes:
                self._forget(next(iter(self._copies)))

    def _find(self, key: Hashable) -> Copy | None:
        with self._lock:
            if key in self._copies:
                self._copies.move_to_end(key)
            return self._copies.get(key)

    def _forget(self, key: Hashable) -> None:
        forgotten = self._copies.pop(key, None)
        self._size_bytes -= forgotten.size_bytes if forgotten else 0
