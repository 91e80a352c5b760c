"""The only place that makes databases for tests, and that says which tests run on which kind.

A test about rows asks for `database_url` (or what stands on it) and runs once on each kind. A test about something else
asks for `any_database_url` and runs on one: SQLite, or what `--database` names. Two marks say more:

- `usually("sqlite")`: of such a pair one is enough, unless a run names the other kind, as CI does.
- `only_on("sqlite")`: about something that the other kind does not have.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
KINDS: Final = (SQLITE, POSTGRESQL)

MEMORY: Final = Path("/dev/shm")
ROOM_BYTES: Final = 2_000_000_000


def is_wanted(item: pytest.Item, *, kind: str | None, only_the_rest: bool) -> bool:
    """Whether a run on *kind* (None: as everybody types it) has this test.

    Args:
        only_the_rest: Leave out what the usual run has had: tests without a database, and this kind's half of pairs.
    """
    own = _kind_of(item, kind)
    possible = {name for mark in item.iter_markers("only_on") for name in mark.args} or set(KINDS)
    if own is None:
        return not only_the_rest
    if kind is None:
        return own in _usual_kinds(item) & possible
    return own == kind and own in possible and not (only_the_rest and own in _usual_kinds(item))


def _kind_of(item: pytest.Item, kind: str | None) -> str | None:
    parameters = getattr(item, "callspec", None)
    if parameters is not None and "each_kind" in parameters.params:
        return str(parameters.params["each_kind"])
    return (kind or SQLITE) if "any_kind" in getattr(item, "fixturenames", ()) else None


def _usual_kinds(item: pytest.Item) -> set[str]:
    if "each_kind" not in getattr(item, "fixturenames", ()):
        return {SQLITE}
    nearest = item.get_closest_marker("usually")
    return set(nearest.args if nearest else KINDS)


class Databases:
    """Makes databases of either kind."""

    def __init__(self, server_url: Callable[[], str]) -> None:
        """Make nothing yet: a PostgreSQL server is asked for by *server_url* when the first test needs it."""
        self._server_url = server_url

    def empty(self, kind: str, folder: Path) -> str:
        """Make one without tables; answer its address."""
        return f"sqlite:///{folder / 'intake.db'}" if kind == SQLITE else self._create("")

    def copy(self, url: str, folder: Path) -> str:
        """Make one that holds what the database at *url* holds, to which nobody is connected."""
        if url.startswith(SQLITE):
            return f"sqlite:///{shutil.copy(url.removeprefix('sqlite:///'), folder / 'intake.db')}"
        # The other way of copying writes all of it into the log as well.
        return self._create(f"TEMPLATE {_name_of(url)} STRATEGY file_copy")

    def drop(self, url: str) -> None:
        """Take a database away, whoever is still connected; SQLite's goes with its folder."""
        if not url.startswith(SQLITE):
            self._ask(f"DROP DATABASE {_name_of(url)} WITH (FORCE)")

    def _create(self, how: str) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._ask(f"CREATE DATABASE {name} {how}")
        return f"{self._server_url().rpartition('/')[0]}/{name}"

    def _ask(self, statement: str) -> None:
        with psycopg.connect(self._server_url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def a_swift_folder() -> Iterator[Path]:
    """Lend a folder for a database's files: in memory where it has room. On a disk each of many commits waits.

    Nobody whom a test kills can tell: what was written stays, as long as the machine does.
    """
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    place = MEMORY if has_room else None
    with tempfile.TemporaryDirectory(prefix="intake-", dir=place, ignore_cleanup_errors=True) as lent:
        yield Path(lent)


def _name_of(url: str) -> str:
    return url.rpartition("/")[2]
