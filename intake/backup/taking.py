"""Takes a backup while the service runs.

The buckets are copied twice, and between the two the rows: what a row knows when the rows are copied was written before
the second round, and what was deleted since then had been copied in the first. Most is copied in the first round, so
the second is short. Only what is new or changed is fetched.

Killed anywhere: the next one finds the files that were copied and goes on from there.
"""

from __future__ import annotations

import gzip
import hmac
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from intake.actions import heartbeats
from intake.actions.staffing import access_in
from intake.actions.tombstones import tombstones_in
from intake.backup import KEPT
from intake.backup.folder import LAYOUT, OBJECTS, ROWS, Entry, Manifest, line_of, sha256_of
from intake.db.copying import rows_as_text
from intake.db.engine import reading, snapshot, writing
from intake.db.migrate import known_revisions, revision_of
from intake.domain.errors import BackupRefused, ObjectMissing
from intake.domain.tombstones import owners_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from intake.backup.folder import BackupFolder
    from intake.domain.staff import Access
    from intake.domain.submissions import ObjectKey, Sha256
    from intake.domain.tombstones import Tombstone
    from intake.storage.bucket import StoredObject
    from intake.storage.copies import CopiedBucket
    from intake.wiring import Clock

Place = tuple[str, "ObjectKey"]
"""A bucket and a key in it."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a backup is taken of.

    Attributes:
        buckets: By what they are for: `private`, `gallery`.
    """

    engine: Engine
    buckets: Mapping[str, CopiedBucket]
    secret_key: str
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A finished backup.

    Attributes:
        fetched: How many of its objects were new.
        forgotten: The older backups that were deleted after it.
    """

    name: str
    manifest: Manifest
    fetched: int
    size_bytes: int
    forgotten: tuple[str, ...]


def remember_tombstones(engine: Engine, folder: BackupFolder, *, secret_key: str) -> set[Tombstone]:
    """Write down beside the backups what was taken back until now, by senders and of the staff's rights.

    Cheap: two questions, and a word that it was done.

    Returns:
        All that senders took back.

    Raises:
        OSError: The disk does not take it.
    """
    folder.prepare()
    with reading(engine) as connection:
        found = tombstones_in(connection)
    _note_access(engine, folder, secret_key)
    remembered = folder.lists.remember(found)
    _tell(engine, heartbeats.TOMBSTONES)
    return remembered


def take_backup(source: Source, folder: BackupFolder, *, keep: int = KEPT) -> Taken:
    """Take a backup, then delete all but the last *keep*, and what nobody may keep any more.

    Raises:
        BackupRefused: Somebody takes one now, or the tables are not this version's.
        StorageUnavailable: A bucket stopped answering. What was copied is used the next time.
        OSError: The disk does not take it. As above.
    """
    folder.prepare()
    with folder.locked():
        taken = _take(source, folder, keep=keep)
    _tell(source.engine, heartbeats.TOMBSTONES, heartbeats.BACKUP)
    return taken


def secret_key_check(secret_key: str) -> str:
    """Return by what a `SECRET_KEY` is known again: nobody finds 32 random characters by it."""
    return hmac.new(secret_key.encode(), b"intake backup", "sha256").hexdigest()[:16]


def _take(source: Source, folder: BackupFolder, *, keep: int) -> Taken:
    known = _known(folder)
    part = folder.begin(f"{source.clock():%Y%m%dT%H%M%SZ}")
    # Line by line: whoever is killed leaves the list of what is there.
    with (part / OBJECTS).open("w", encoding="utf-8", buffering=1) as lines:
        first = dict(_copied(source, folder, known, lines.write))
    counts, revision, tombstones = _copy_rows(source, part)
    _note_access(source.engine, folder, source.secret_key)
    second = dict(_copied(source, folder, first, lambda _line: None))
    gone = owners_of(folder.lists.remember(tombstones))
    entries = {place: entry for place, entry in (first | second).items() if entry.owner not in gone}
    counts |= _write_entries(part / OBJECTS, entries)
    manifest = Manifest(
        layout=LAYOUT,
        taken_at=source.clock().isoformat(timespec="seconds"),
        revision=revision,
        secret_key_check=secret_key_check(source.secret_key),
        counts=counts,
        sha256={name: sha256_of(part / name) for name in (OBJECTS, ROWS)},
    )
    name = folder.finish(part, manifest)
    return Taken(
        name=name,
        manifest=manifest,
        fetched=sum(entry != known.get(place) for place, entry in entries.items()),
        size_bytes=sum(entry.size_bytes for entry in entries.values()),
        forgotten=tuple(_rotate(folder, gone, keep=keep)),
    )


def _tell(engine: Engine, *names: str) -> None:
    """Say what was done just now. Killed before: a backup is there and not known of, and the next one is told."""
    with writing(engine) as connection:
        for name in names:
            heartbeats.beat(connection, name, {})


def _note_access(engine: Engine, folder: BackupFolder, secret_key: str) -> None:
    def read() -> Access:
        with reading(engine) as connection:
            return access_in(connection, secret_key=secret_key)

    folder.lists.note_access(secret_key_check(secret_key), read)


def _known(folder: BackupFolder) -> dict[Place, Entry]:
    """Return what was copied before, in the last backup and in those that were cut off after it."""
    newest = folder.finished()[-1:]
    last = (entry for name in newest for entry in folder.entries(name))
    # Those before it were being deleted.
    later = [name for name in folder.unfinished() if [name] > newest]
    # Nobody saw these to the disk.
    cut_off = (entry for name in later for entry in folder.entries(name) if folder.holds(entry))
    return {(entry.bucket, entry.key): entry for entry in chain(last, cut_off)}


def _copied(
    source: Source, folder: BackupFolder, known: Mapping[Place, Entry], note: Callable[[str], object]
) -> Iterator[tuple[Place, Entry]]:
    """Go through the buckets and copy what is not known; *note* gets a line for each object when its file is there."""
    for name, bucket in source.buckets.items():
        for stored in bucket.listing(""):
            place = (name, stored.key)
            entry = _same(known.get(place), stored, folder) or _fetch(name, bucket, stored, folder)
            if entry is not None:
                note(line_of(entry))
                yield place, entry


def _same(entry: Entry | None, stored: StoredObject, folder: BackupFolder) -> Entry | None:
    if entry is None or not folder.file(entry.sha256).is_file():
        return None
    seen = (stored.size_bytes, stored.written_at.isoformat())
    return entry if (entry.size_bytes, entry.written_at) == seen else None


def _fetch(name: str, bucket: CopiedBucket, stored: StoredObject, folder: BackupFolder) -> Entry | None:
    with folder.new_file() as new:
        try:
            served_as = bucket.copy_out(stored.key, new.write)
        except ObjectMissing:
            # Deleted since it was listed.
            return None
        sha256 = new.keep()
    return Entry(
        bucket=name,
        key=stored.key,
        size_bytes=stored.size_bytes,
        sha256=sha256,
        content_type=served_as.content_type,
        cache_control=served_as.cache_control,
        written_at=stored.written_at.isoformat(),
    )


def _copy_rows(source: Source, part: Path) -> tuple[dict[str, int], str, set[Tombstone]]:
    with snapshot(source.engine) as connection:
        revision = revision_of(connection)
        if revision is None or revision != known_revisions()[0]:
            raise BackupRefused("the database's tables are not this version's: run intake setup first")
        counts = _write_rows(rows_as_text(connection), part / ROWS)
        return counts, revision, tombstones_in(connection)


def _write_rows(lines: Iterator[str], path: Path) -> dict[str, int]:
    count = 0
    # mtime: the same rows come to the same file.
    with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as file:
        for line in lines:
            file.write(line.encode())
            count += line.startswith("[")
    return {"rows": count}


def _write_entries(path: Path, entries: Mapping[Place, Entry]) -> dict[str, int]:
    counts = {"private": 0, "gallery": 0}
    # Whole under another name first: the list that is there tells the next one what was copied.
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as lines:
        for _place, entry in sorted(entries.items(), key=itemgetter(0)):
            lines.write(line_of(entry))
            counts[entry.bucket] += 1
    new.replace(path)
    return counts


def _rotate(folder: BackupFolder, gone: set[str], *, keep: int) -> list[str]:
    """Delete older backups, what was left of those that were cut off, and the files of who took their video back."""
    old = folder.finished()[:-keep]
    folder.forget([*old, *folder.unfinished()])
    needed: set[Sha256] = set()
    for name in folder.finished():
        needed |= {entry.sha256 for entry in folder.entries(name) if entry.owner not in gone}
    folder.sweep(needed)
    return old
