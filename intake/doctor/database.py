"""The database: does it answer, has it this version's tables, does it keep what it took, is its clock ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from intake.db.engine import database_now_s, reading
from intake.db.migrate import known_revisions, revision_of
from intake.doctor.surroundings import file_system_of
from intake.domain.diagnosis import ok, unknown, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from intake.domain.diagnosis import Finding

PART: Final = "database"
CLOCK: Final = "clock"

OLDEST_POSTGRESQL: Final = 15
"""The oldest that the tests run on."""

NETWORK_FILE_SYSTEMS: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "fuse.sshfs"})
"""On which several machines share a file. SQLite's log needs memory that they do not share (sqlite.org/wal.html)."""

MOST_APART_S: Final = 5.0
"""How far two clocks may be apart before a log of one cannot be read beside that of another."""


@dataclass(frozen=True, kw_only=True)
class DatabaseFacts:
    """What a database says of itself.

    Attributes:
        version: As it writes it: `15.14 (Debian …)`, `3.46.1`.
        revision: Of the tables; None where there are none.
        known: The revisions this program knows, the newest first.
        journal: How SQLite keeps its log; nothing of PostgreSQL.
        file_system: What SQLite's file is on; nothing of PostgreSQL.
        has_trgm: Whether PostgreSQL has the extension by which words are found.
        apart_s: How much its clock is ahead of ours.
    """

    kind: str
    version: str
    revision: str | None
    known: list[str]
    apart_s: float
    journal: str = ""
    file_system: str = ""
    has_trgm: bool = True


def look(engine: Engine, sqlite_file: Path | None, *, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask the database.

    Args:
        sqlite_file: Where SQLite's file is: opening one that is not there would make it.
    """
    if sqlite_file is not None and not sqlite_file.is_file():
        yield wrong(PART, f"there is no file {sqlite_file}", "For a new service: intake setup. Else look at DATA_DIR.")
        return
    try:
        with reading(engine) as connection:
            facts = _facts(connection, sqlite_file, clock=clock)
    except SQLAlchemyError as error:
        yield from judge_silence(str(getattr(error, "orig", None) or error))
        return
    yield from judge(facts)


def judge_silence(cause: str) -> Iterator[Finding]:
    """Say what an error on the way to the database means."""
    said = cause.strip().splitlines()[-1].rpartition("FATAL:")[2].strip() if cause.strip() else "no reason given"
    mends = {
        "password authentication failed": "The password in DATABASE_URL is not the database's: mend one of them.",
        "no pg_hba.conf entry": "Let this machine in: a line in the database's pg_hba.conf.",
        "does not exist": "Make the database and its user, or mend their names in DATABASE_URL.",
        "too many clients": "Raise max_connections of the database, or run fewer processes.",
        "not a database": "The file is damaged, or is something else: restore a backup (docs/operating.md).",
        "locked": "Somebody holds the file: stop other copies of the service.",
    }
    mend = next((mend for sign, mend in mends.items() if sign in said), None)
    yield wrong(PART, f"refuses us: {said}" if mend else f"cannot be reached: {said}", mend or _START)
    yield unknown(CLOCK, "the database's clock cannot be asked")


_START: Final = "Start the database, and look at host and port in DATABASE_URL."


def judge(facts: DatabaseFacts) -> Iterator[Finding]:
    """Say what a database's facts mean."""
    findings = [*_tables(facts), *_keeping(facts)]
    yield from findings
    if not findings:
        yield ok(PART, f"{facts.kind} {facts.version.split(' ')[0]}, tables at {facts.revision}")
    yield _clock(facts.apart_s)


def _tables(facts: DatabaseFacts) -> Iterator[Finding]:
    newest = facts.known[0]
    if facts.revision is None:
        yield wrong(PART, "has no tables yet", "Run: intake setup")
    elif facts.revision not in facts.known:
        found = f"has tables of a newer version ({facts.revision}) than this program ({newest})"
        yield wrong(PART, found, "Start the newer version of the program; tables never go back.")
    elif facts.revision != newest:
        found = f"has tables of an older version ({facts.revision} instead of {newest})"
        yield wrong(PART, found, "Run: intake setup")
    if facts.kind == "postgresql" and facts.revision is not None and not facts.has_trgm:
        mend = "As the database's owner or superuser: CREATE EXTENSION pg_trgm; then: intake setup"
        yield wrong(PART, "has no extension pg_trgm, by which the desk finds words", mend)


def _keeping(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.kind == "postgresql" and int(facts.version.split(".")[0].split(" ")[0]) < OLDEST_POSTGRESQL:
        found = f"is PostgreSQL {facts.version}; this service is tested from {OLDEST_POSTGRESQL} on"
        yield warning(PART, found, "Upgrade the database when you can.")
    if facts.file_system in NETWORK_FILE_SYSTEMS:
        found = f"SQLite's file is on a network disk ({facts.file_system}), where it gets damaged"
        yield wrong(PART, found, "Move DATA_DIR to a disk of this machine, or use PostgreSQL (DATABASE_URL).")
    if facts.journal not in {"", "wal"}:
        found = f"SQLite keeps its log as “{facts.journal}” and not as “wal”: readers and writers wait for each other"
        yield warning(PART, found, "Move DATA_DIR to a usual local disk.")


def _clock(apart_s: float) -> Finding:
    if abs(apart_s) > MOST_APART_S:
        side = "ahead of" if apart_s > 0 else "behind"
        found = f"the database's clock is {abs(apart_s):.0f} s {side} this machine's"
        return warning(CLOCK, found, "Set both by the network (NTP): timedatectl set-ntp true")
    return ok(CLOCK, "this machine and the database agree")


def _facts(connection: Connection, sqlite_file: Path | None, *, clock: Callable[[], datetime]) -> DatabaseFacts:
    kind = connection.dialect.name
    now_s = connection.scalar(select(database_now_s())) or 0.0
    apart_s = float(now_s) - clock().timestamp()
    found = {"kind": kind, "revision": revision_of(connection), "known": known_revisions(), "apart_s": apart_s}
    if kind == "sqlite":
        return DatabaseFacts(
            **found,  # type: ignore[arg-type] # named alike, one line above
            version=_say(connection, "SELECT sqlite_version()"),
            journal=_say(connection, "PRAGMA journal_mode"),
            file_system=file_system_of(sqlite_file.absolute()) if sqlite_file else "",
        )
    return DatabaseFacts(
        **found,  # type: ignore[arg-type] # as above
        version=_say(connection, "SHOW server_version"),
        has_trgm=_say(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'") == "1",
    )


def _say(connection: Connection, question: str) -> str:
    return str(connection.scalar(text(question)))
