"""Compares the gallery bucket with the rows, both ways: what nobody may see goes, what is missing is told.

It may be run at any time and is killed at no cost: what it deleted was nobody's, and it is begun again. Only its end is
written down. It goes through the listing once, and asks for the rows of some clips at a time; of all public clips it
keeps the names, for a hundred thousand of them ten megabytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Final

import structlog

from intake.actions import heartbeats
from intake.actions.errands import ask_for_mail
from intake.actions.housekeeping import LEFTOVER_AGE
from intake.db import backlog, people
from intake.db.engine import reading, writing
from intake.db.published_files import public_clip_ids, public_folders
from intake.domain.errors import ObjectMissing
from intake.domain.inventory import MOST_NAMED, Gap, Inventory, last_night
from intake.domain.staff import StaffMail, StaffRole
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from intake.db.published_files import PublicFolder
    from intake.domain.submissions import ClipId, ObjectKey
    from intake.storage.bucket import Objects, StoredObject

log = structlog.get_logger()

REPORT: Final = "gallery-inventory"
"""Where the last report is kept, among the heartbeats."""

_CLIPS_AT_ONCE: Final = 100


def is_due(connection: Connection, *, now: datetime) -> bool:
    """Tell whether the gallery was not compared since three o'clock last night."""
    last = last_inventory(connection)
    return last is None or last.taken_at < last_night(now)


def take_inventory(
    engine: Engine, gallery: Objects, *, now: datetime, is_stopped: Callable[[], bool] = lambda: False
) -> Inventory | None:
    """Compare, delete what no row knows, write down what was found, and tell admins of what is missing.

    Returns:
        None where it was told to stop: nothing is written down, and it is due as before.

    Raises:
        StorageUnavailable: The bucket does not answer. As above.
    """
    walk = _Walk(engine=engine, gallery=gallery, now=now)
    listing = _by_clip(gallery.listing(""))
    while clips := list(islice(listing, _CLIPS_AT_ONCE)):
        if is_stopped():
            return None
        walk.compare(clips)
    for clip_ids in _every_public_clip(engine):
        if is_stopped():
            return None
        walk.look_for(clip_ids)
    found = walk.found()
    with writing(engine) as connection:
        _report(connection, found)
    _log(found)
    return found


def last_inventory(connection: Connection) -> Inventory | None:
    """Return what was found the last time."""
    row = backlog.heartbeat(connection, REPORT)
    return _read(row.detail) if row is not None else None


@dataclass(kw_only=True)
class _Walk:
    """One comparison on its way through the bucket."""

    engine: Engine
    gallery: Objects
    now: datetime
    seen: set[str] = field(default_factory=set)
    clips: int = 0
    files: int = 0
    stray_count: int = 0
    gap_count: int = 0
    strays: list[ObjectKey] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def compare(self, clips: Sequence[tuple[str, list[StoredObject]]]) -> None:
        """Compare what lies there of some clips with their rows."""
        with reading(self.engine) as connection:
            public = public_folders(connection, [clip_id for clip_id, _ in clips])
        for clip_id, stored in clips:
            folder = public.get(clip_id)
            self.files += len(stored)
            self._delete([one.key for one in stored if self._is_stray(one, folder)])
            if folder is not None:
                self.seen.add(clip_id)
                self._compare_one(folder, stored)

    def look_for(self, clip_ids: Iterable[ClipId]) -> None:
        """Compare those of these public clips of which nothing lay there."""
        unseen = [clip_id for clip_id in clip_ids if clip_id not in self.seen]
        with reading(self.engine) as connection:
            public = public_folders(connection, unseen)
        for folder in public.values():
            self._compare_one(folder, [])

    def found(self) -> Inventory:
        """Return what it came to."""
        return Inventory(
            taken_at=self.now,
            clips=self.clips,
            files=self.files,
            stray_count=self.stray_count,
            gap_count=self.gap_count,
            strays=tuple(self.strays),
            gaps=tuple(self.gaps),
        )

    def _is_stray(self, stored: StoredObject, folder: PublicFolder | None) -> bool:
        # What is young may belong to somebody who is filing it now.
        if stored.written_at >= self.now - LEFTOVER_AGE:
            return False
        if folder is None:
            return True
        within = keys.published(folder.clip_id, folder.revision)
        if not stored.key.startswith(within):
            return True
        return folder.is_complete and stored.key.removeprefix(within) not in {file.name for file in folder.files}

    def _delete(self, strays: list[ObjectKey]) -> None:
        if strays:
            self.gallery.delete(strays)
            self.stray_count += len(strays)
            self.strays += strays[: MOST_NAMED - len(self.strays)]

    def _compare_one(self, folder: PublicFolder, stored: Iterable[StoredObject]) -> None:
        self.clips += 1
        within = keys.published(folder.clip_id, folder.revision)
        sizes = {one.key.removeprefix(within): one.size_bytes for one in stored}
        if any(sizes.get(file.name) != file.size_bytes for file in folder.files):
            self._look_closely(folder.clip_id)

    def _look_closely(self, clip_id: ClipId) -> None:
        """Ask bucket and row once more: the clip may have been published, changed or withdrawn since it was listed."""
        gaps = list(self._gaps(clip_id))
        if gaps and gaps == list(self._gaps(clip_id)):
            self.gap_count += len(gaps)
            self.gaps += gaps[: MOST_NAMED - len(self.gaps)]

    def _gaps(self, clip_id: ClipId) -> Iterator[Gap]:
        with reading(self.engine) as connection:
            folder = public_folders(connection, [clip_id]).get(clip_id)
        if folder is None:
            return
        for file in folder.files:
            held_bytes = self._size_of(keys.published(folder.clip_id, folder.revision, file.name))
            if held_bytes != file.size_bytes:
                yield Gap(
                    submission_id=folder.submission_id,
                    clip_id=clip_id,
                    name=file.name,
                    wanted_bytes=file.size_bytes,
                    held_bytes=held_bytes,
                )

    def _size_of(self, key: ObjectKey) -> int | None:
        try:
            return self.gallery.size_of(key)
        except ObjectMissing:
            return None


def _by_clip(listing: Iterator[StoredObject]) -> Iterator[tuple[str, list[StoredObject]]]:
    """Gather what lies side by side of one clip. Keys that no clip could have are nobody's."""
    for owner, stored in groupby(listing, key=lambda one: keys.owner_of(one.key)):
        yield owner, list(stored)


def _every_public_clip(engine: Engine) -> Iterator[list[ClipId]]:
    after = ""
    while True:
        with reading(engine) as connection:
            clip_ids = public_clip_ids(connection, after=after, limit=_CLIPS_AT_ONCE * 10)
        if not clip_ids:
            return
        yield clip_ids
        after = clip_ids[-1]


def _report(connection: Connection, found: Inventory) -> None:
    before = last_inventory(connection)
    heartbeats.beat(connection, REPORT, _document(found))
    # What was told is not told again every morning.
    if found.gaps and (before is None or before.gaps != found.gaps):
        for admin in people.colleagues(connection):
            if admin.is_active and admin.role is StaffRole.ADMIN:
                occasion = f"{admin.id}:{found.taken_at.isoformat(timespec='seconds')}"
                ask_for_mail(connection, StaffMail.GALLERY_GAPS, occasion, now=found.taken_at, staff_id=admin.id)


def _log(found: Inventory) -> None:
    log.info("gallery_compared", clips=found.clips, files=found.files)
    if found.stray_count:
        log.warning("gallery_strays_deleted", count=found.stray_count)
    if found.gap_count:
        log.error("gallery_files_missing", count=found.gap_count)


def _document(found: Inventory) -> dict[str, Any]:
    return asdict(found) | {"taken_at": found.taken_at.isoformat()}


def _read(document: dict[str, Any]) -> Inventory:
    known = {
        "taken_at": datetime.fromisoformat(document["taken_at"]),
        "strays": tuple(document["strays"]),
        "gaps": tuple(Gap(**gap) for gap in document["gaps"]),
    }
    return Inventory(**(document | known))
