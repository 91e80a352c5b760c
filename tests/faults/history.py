"""Checks, after a fault was healed, that the rows and the buckets tell one true story.

Nothing with a receipt is lost, nothing happened twice, every move was legal, every file a row speaks of is there,
and nothing is public that may not be.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from intake.actions import housekeeping
from intake.db import deletions, published_files, queries
from intake.db.engine import reading
from intake.db.tables import events, jobs, submissions
from intake.domain.jobs import JobState
from intake.domain.states import State, is_legal
from intake.domain.submissions import ObjectKey
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection, Row, Select

    from intake.domain.submissions import Submission, SubmissionId
    from intake.storage.bucket import Objects
    from intake.wiring import Services


def problems(services: Services, *, receipts: Iterable[SubmissionId] = ()) -> list[str]:
    """Everything that is wrong with what happened; an empty list when nothing is."""
    every, public = _submissions(services)
    private, gallery = _sizes(services.private, keys.PRIVATE_ROOT), _sizes(services.gallery, keys.GALLERY_ROOT)
    return [
        *problems_of_rows(services, receipts=receipts),
        *(problem for one in every for problem in _missing(one, private)),
        *(problem for one in public for problem in _incomplete(services, one, gallery)),
        *_exposed(public, gallery),
    ]


def problems_of_rows(services: Services, *, receipts: Iterable[SubmissionId] = ()) -> list[str]:
    """What is wrong in the database alone, for submissions that never had a file."""
    every, _ = _submissions(services)
    with reading(services.engine) as connection:
        moves = _all(connection, select(events).order_by(events.c.id))
        open_jobs = _all(connection, select(jobs).where(jobs.c.state != JobState.DONE))
    return [
        *_lost(every, receipts),
        *(problem for one in every for problem in _illegal([move for move in moves if move.submission_id == one.id])),
        *_stuck(open_jobs),
    ]


def sweep_strays(services: Services) -> int:
    """Sweep as the dispatcher will when everything in the buckets is old."""
    old = datetime.now(UTC) + housekeeping.LEFTOVER_AGE + timedelta(minutes=1)
    return housekeeping.sweep_leftovers(services.engine, services.private, services.gallery, now=old)


def moves_of(services: Services, submission_id: SubmissionId) -> list[State]:
    """The states a submission came through, in order."""
    with reading(services.engine) as connection:
        return [event.after for event in queries.history(connection, submission_id)]


def private_keys(services: Services, submission_id: SubmissionId) -> set[str]:
    """What the private bucket holds of a submission."""
    return {stored.key for stored in services.private.listing(keys.of_submission(submission_id))}


def files_of(services: Services, submission_id: SubmissionId) -> dict[str, int]:
    """What both buckets hold of a submission: keys below its folders, and sizes in bytes."""
    with reading(services.engine) as connection:
        clip_id = queries.submission_by_id(connection, submission_id).clip_id
    mine = ((services.private, keys.of_submission(submission_id)), (services.gallery, f"{keys.GALLERY_ROOT}{clip_id}/"))
    return {key.removeprefix(folder): size for bucket, folder in mine for key, size in _sizes(bucket, folder).items()}


def deleted_files(services: Services, submission_id: SubmissionId) -> dict[str, int]:
    """What is written down as deleted of a submission, and is over: as `files_of`."""
    with reading(services.engine) as connection:
        over = [one for one in deletions.deletions_of(connection, submission_id) if one.deleted_at]
    return {file.name: file.size_bytes for one in over for file in one.files}


def public_files(services: Services) -> dict[str, int]:
    """What the gallery bucket holds: keys and sizes in bytes."""
    return _sizes(services.gallery, keys.GALLERY_ROOT)


def strays(services: Services, shown: Iterable[str]) -> list[str]:
    """Which of the files that the gallery bucket holds belong to no public clip."""
    _, public = _submissions(services)
    return [problem.split()[0] for problem in _exposed(public, dict.fromkeys(shown, 0))]


def _submissions(services: Services) -> tuple[list[Submission], list[Submission]]:
    """Every submission, and those that are public."""
    with reading(services.engine) as connection:
        every = [queries.submission_by_id(connection, found) for found in connection.scalars(select(submissions.c.id))]
        return every, [one for one in every if queries.is_public_now(connection, one.id)]


def _all(connection: Connection, query: Select[Any]) -> list[Row[Any]]:
    return list(connection.execute(query))


def _sizes(bucket: Objects, root: str) -> dict[str, int]:
    return {stored.key: stored.size_bytes for stored in bucket.listing(root)}


def _lost(every: Iterable[Submission], receipts: Iterable[SubmissionId]) -> Iterator[str]:
    held = {one.id for one in every if one.state not in {State.UPLOADING, State.ABANDONED}}
    for receipt in receipts:
        if receipt not in held:
            yield f"{receipt}: has a receipt and is lost"


def _illegal(moves: list[Row[Any]]) -> Iterator[str]:
    made = [move for move in moves if move.before != move.after]
    if [move.revision for move in made] != list(range(len(made))):
        yield f"{made[0].submission_id}: revisions {[move.revision for move in made]}"
    for earlier, later in pairwise(made):
        if later.before != earlier.after:
            yield f"{later.submission_id}: was {earlier.after} and left {later.before}"
        if not is_legal(State(later.before), State(later.after)):
            yield f"{later.submission_id}: {later.before} → {later.after} is no legal move"
    count = Counter(move.after for move in made)
    if count[State.PUBLISHED] > count[State.APPROVED]:
        yield f"{made[0].submission_id}: approved {count[State.APPROVED]} times, published {count[State.PUBLISHED]}"


def _missing(one: Submission, private: Mapping[str, int]) -> Iterator[str]:
    for key in (one.original_key, one.review_key, one.waveform_key, one.cleaner_key, *one.stills):
        if key is not None and not private.get(key):
            yield f"{one.id}: {key} is not there"
    if one.original_key is not None and private.get(one.original_key) != one.original_bytes:
        yield f"{one.id}: the original is not of the size the receipt was given for"
    if one.state in {State.WITHDRAWN, State.ABANDONED}:
        yield from (f"{one.id}: {key} outlived its submission" for key in private if keys.owner_of(key) == one.id)


def _incomplete(services: Services, one: Submission, gallery: Mapping[str, int]) -> Iterator[str]:
    if one.publication is None or one.clip_id is None:
        yield f"{one.id}: is public and has no publication"
        return
    folder = keys.published(one.clip_id, one.publication.revision)
    manifest = _manifest(services, f"{folder}manifest.json") if f"{folder}manifest.json" in gallery else {}
    if not manifest:
        yield f"{one.id}: is public without a manifest"
        return
    if manifest["reviewed_sha256"] != one.approved_sha256:
        yield f"{one.id}: another file is public than the one that was approved"
    for file in manifest["files"]:
        if gallery.get(folder + file["name"]) != file["size_bytes"]:
            yield f"{one.id}: {file['name']} is not as the manifest says"
    yield from _unknown(services, one, {name: size for name, size in gallery.items() if name.startswith(folder)})


def _unknown(services: Services, one: Submission, there: Mapping[str, int]) -> Iterator[str]:
    with reading(services.engine) as connection:
        known = published_files.known_files(connection, [one.id]).get(one.id)
    # Builders publish without files.
    if known is None or one.publication is None:
        return
    folder = keys.published(one.publication.clip_id, one.publication.revision)
    if {folder + file.name: file.size_bytes for file in known.files} != dict(there):
        yield f"{one.id}: its row knows other files than lie in the gallery"


def _manifest(services: Services, key: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.json"
        services.gallery.fetch(ObjectKey(key), path)
        return dict(json.loads(path.read_text(encoding="utf-8")))


def _exposed(public: Iterable[Submission], gallery: Mapping[str, int]) -> Iterator[str]:
    allowed = {
        keys.published(one.clip_id, one.publication.revision)
        for one in public
        if one.clip_id is not None and one.publication is not None
    }
    yield from (f"{key} can be read by everybody" for key in gallery if keys.folder_of(key) not in allowed)


def _stuck(open_jobs: Iterable[Row[Any]]) -> Iterator[str]:
    for job in open_jobs:
        if job.state != JobState.DEAD and job.attempts >= job.max_attempts:
            yield f"job {job.id} ({job.kind}) is {job.state} and can never be claimed"
