"""How steps delete: first it is written down what, then it goes, then it is looked whether anything is left.

Killed in between, the next attempt finds what is left, and the list has the rest already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.db import deletions, queries
from intake.db.engine import writing
from intake.domain.deletions import DeletedFile
from intake.domain.errors import TryAgainLater

if TYPE_CHECKING:
    from intake.domain.submissions import Job, ObjectKey
    from intake.storage.bucket import Objects, StoredObject
    from intake.wiring import Services


@dataclass(frozen=True, kw_only=True)
class Doomed:
    """What is to be deleted.

    Attributes:
        below: What all the folders lie in: files are written down by the rest of their keys.
        known: What is known to have lain there, whoever deleted it.
    """

    bucket: Objects
    folders: tuple[ObjectKey, ...]
    below: ObjectKey
    known: tuple[DeletedFile, ...] = ()


def delete_folders(services: Services, job: Job, doomed: Doomed) -> None:
    """Delete all that lies in some folders; repeatable.

    Raises:
        TryAgainLater: The bucket cannot now, or something was written there meanwhile.
    """
    found = _all_in(doomed)
    files = [DeletedFile(name=one.key.removeprefix(doomed.below), size_bytes=one.size_bytes) for one in found]
    with writing(services.engine) as connection:
        queries.lock_submission(connection, job.submission_id)
        deletions.announce(connection, job, [*doomed.known, *files])
    doomed.bucket.delete([one.key for one in found])
    if _all_in(doomed):
        raise TryAgainLater("something is left in the bucket, or was written just now")


def _all_in(doomed: Doomed) -> list[StoredObject]:
    return [stored for folder in doomed.folders for stored in doomed.bucket.listing(folder)]
