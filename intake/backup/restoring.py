"""Brings a backup back: onto an empty database and empty buckets, and without what was taken back since it was taken.

First the files, all but those of who took their video back; then, in one transaction, the rows, this version's tables,
and everything that was taken back, staff's rights too. So there is no moment at which anybody could see what is to be
gone. Killed before the commit, the database is as it was, and the same command goes on with the files that are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, inspect, select

from intake.actions import heartbeats, staffing
from intake.actions.tombstones import open_uploads_anew, take_back_again
from intake.backup.taking import secret_key_check
from intake.db import backlog, kept_tables
from intake.db.copying import empty_tables, read_rows
from intake.db.engine import reading, writing
from intake.db.migrate import change_tables, known_revisions, revision_of
from intake.db.tables import submissions
from intake.domain.errors import BackupRefused
from intake.domain.tombstones import owners_of
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from intake.backup.folder import BackupFolder, Entry, Manifest
    from intake.domain.submissions import ObjectKey
    from intake.domain.tombstones import Tombstone
    from intake.storage.copies import CopiedBucket
    from intake.wiring import Clock


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a backup is brought back to.

    Attributes:
        buckets: By what they are for, and there already.
        may_hold_files: The buckets outlived what happened: what they hold stays, and what they lack is added.
        may_have_another_key: `SECRET_KEY` was lost: secret links and second factors are lost with it.
    """

    engine: Engine
    buckets: Mapping[str, CopiedBucket]
    secret_key: str
    clock: Clock
    may_hold_files: bool = False
    may_have_another_key: bool = False


@dataclass(kw_only=True)
class Restored:
    """What was brought back.

    Attributes:
        taken_back: How many things were taken back again.
        shut_out: How many of the staff had lost access or a role since; None where nothing is known of it.
        damaged: The keys whose files are missing in the backup, or hold other bytes than they did.
    """

    name: str
    taken_at: str
    rows: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    kept_files: int = 0
    taken_back: int = 0
    shut_out: int | None = None
    damaged: list[str] = field(default_factory=list)


def restore(target: Target, folder: BackupFolder, *, name: str | None = None) -> Restored:
    """Bring back the backup *name*, or the last one.

    Raises:
        BackupRefused: There is none, it is damaged, it is of another `SECRET_KEY`, or the target is in use.
        StorageUnavailable: A bucket stopped answering: the same command goes on.
    """
    name = name or _last(folder)
    manifest = folder.manifest(name)
    # The list of objects as well: what a shorter one left out nobody would miss.
    if altered := folder.altered(name):
        raise BackupRefused(f"damaged in {name}: {', '.join(altered)}. Take an older backup (--name)")
    _require_key(target, manifest)
    _require_nobody_at_home(target.engine, manifest)
    tombstones = folder.lists.tombstones()
    gone = owners_of(tombstones)
    restored = Restored(name=name, taken_at=manifest.taken_at)
    for bucket_name, bucket in target.buckets.items():
        entries = {entry.key: entry for entry in folder.entries(name) if entry.bucket == bucket_name}
        held = _held(bucket, entries, may_hold_files=target.may_hold_files)
        bucket.delete([key for key in held if keys.owner_of(key) in gone])
        _fill(bucket, folder, [entry for entry in entries.values() if entry.owner not in gone], held, restored)
    with folder.rows(name) as lines, writing(target.engine) as connection:
        restored.rows = _bring_back(connection, manifest, lines, tombstones, restored)
        restored.shut_out = _admit_again(connection, target, folder)
    return restored


def _last(folder: BackupFolder) -> str:
    finished = folder.finished()
    if not finished:
        raise BackupRefused(f"there is no finished backup in {folder.path}")
    return finished[-1]


def _require_key(target: Target, manifest: Manifest) -> None:
    if target.may_have_another_key or secret_key_check(target.secret_key) == manifest.secret_key_check:
        return
    raise BackupRefused(
        "SECRET_KEY is not the one of this backup: senders' links and second factors would be dead. Set the one that"
        " you kept with the secrets; if it is lost: --new-secret-key"
    )


def _require_nobody_at_home(engine: Engine, manifest: Manifest) -> None:
    with reading(engine) as connection:
        there = revision_of(connection)
        if there is None and inspect(connection).get_table_names():
            raise BackupRefused("the database holds tables of something else: give the service one of its own")
        if there is not None and there != manifest.revision:
            raise BackupRefused("the database has tables of another version than the backup: give an empty database")
        if there is None:
            return
        if there != known_revisions()[0]:
            raise BackupRefused("the database has tables of another version than this program: give an empty database")
        _require_unused(connection)


def _require_unused(connection: Connection) -> None:
    count = connection.scalar(select(func.count()).select_from(submissions)) or 0
    if count:
        raise BackupRefused(
            f"the database is in use ({count} submissions), and a backup is brought back onto an empty one."
            " Nothing was changed"
        )
    dispatcher = backlog.heartbeat(connection, heartbeats.DISPATCHER)
    if dispatcher is not None and dispatcher.age_s < heartbeats.SILENT_AFTER_S:
        raise BackupRefused("the service runs: stop the web process, the dispatcher and the workers, wait a minute")


def _held(bucket: CopiedBucket, entries: Mapping[ObjectKey, Entry], *, may_hold_files: bool) -> dict[ObjectKey, int]:
    held = {stored.key: stored.size_bytes for stored in bucket.listing("")}
    strangers = held.keys() - entries.keys()
    if strangers and not may_hold_files:
        # What of this backup is there was put there by this command before it was killed.
        raise BackupRefused(
            f"the bucket {bucket.name} is in use ({len(strangers)} files that are not of this backup): give an empty"
            " one, or, if only the database was lost, --keep-buckets. The database was not changed"
        )
    return held


def _fill(
    bucket: CopiedBucket, folder: BackupFolder, entries: list[Entry], held: Mapping[ObjectKey, int], restored: Restored
) -> None:
    for entry in entries:
        if held.get(entry.key) == entry.size_bytes:
            restored.kept_files += 1
            continue
        if not folder.holds(entry):
            restored.damaged.append(entry.key)
            continue
        bucket.put_file(
            entry.key, folder.file(entry.sha256), content_type=entry.content_type, cache_control=entry.cache_control
        )
        restored.files += 1


def _bring_back(
    connection: Connection, manifest: Manifest, lines: Iterable[str], tombstones: set[Tombstone], restored: Restored
) -> dict[str, int]:
    kept_tables.suspend(connection)
    if revision_of(connection) is None:
        change_tables(connection, revision=manifest.revision)
    empty_tables(connection)
    rows = read_rows(connection, lines)
    change_tables(connection)
    open_uploads_anew(connection)
    restored.taken_back = sum(take_back_again(connection, stone) for stone in sorted(tombstones, key=_by_time))
    kept_tables.resume(connection)
    return rows


def _admit_again(connection: Connection, target: Target, folder: BackupFolder) -> int | None:
    """Let the staff in as they may be let in now: nobody is logged in, nobody may do more than they last could."""
    staffing.end_what_was_open(connection, now=target.clock())
    access = folder.lists.access(secret_key_check(target.secret_key))
    return None if access is None else staffing.hold_to(connection, access, secret_key=target.secret_key)


def _by_time(tombstone: Tombstone) -> tuple[datetime, str]:
    return tombstone.at, tombstone.submission_id
