"""The only maker of object keys. Keys come from ids alone; what a sender typed is data and never part of one.

Private bucket::

    submissions/{submission}/original/{upload}        what was sent, never written again
    submissions/{submission}/{job}-{attempt}/…        what one attempt at a job made

Gallery bucket::

    clips/{clip}/{revision}/…                         one publication; `revision` counts attempts at filing it
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from intake.domain.submissions import ClipId, ObjectKey

if TYPE_CHECKING:
    from intake.domain.submissions import Job, SubmissionId

PRIVATE_ROOT: Final = "submissions/"
GALLERY_ROOT: Final = "clips/"


def original(submission_id: SubmissionId) -> ObjectKey:
    """Make a key for a new upload; two uploads of one submission never share one."""
    return ObjectKey(f"{PRIVATE_ROOT}{submission_id}/original/{secrets.token_hex(8)}")


def of_submission(submission_id: SubmissionId) -> ObjectKey:
    """Return the prefix of everything private that belongs to a submission."""
    return ObjectKey(f"{PRIVATE_ROOT}{submission_id}/")


def made_by(job: Job, name: str = "") -> ObjectKey:
    """Return the key of file *name* made by this attempt at a job; without a name, the attempt's prefix."""
    return ObjectKey(f"{PRIVATE_ROOT}{job.submission_id}/{job.id}-{job.attempts}/{name}")


def new_clip_id() -> ClipId:
    """Make the short public id of a clip: 50 random bits, no letter that reads like a digit."""
    alphabet = "23456789abcdefghijkmnpqrstuvwxyz"
    return ClipId("".join(secrets.choice(alphabet) for _ in range(10)))


def of_clip(clip_id: ClipId) -> ObjectKey:
    """Return the prefix of everything ever filed for a clip."""
    return ObjectKey(f"{GALLERY_ROOT}{clip_id}/")


def published(clip_id: ClipId, revision: int, name: str = "") -> ObjectKey:
    """Return the key of a published file; without a name, the publication's prefix."""
    return ObjectKey(f"{GALLERY_ROOT}{clip_id}/{revision}/{name}")


def probe(root: str) -> ObjectKey:
    """Make a key for a file that is written only to be read and deleted; one that stays is swept as nobody's."""
    return ObjectKey(f"{root}doctor/{secrets.token_hex(8)}")


def owner_of(key: ObjectKey) -> str:
    """Return the submission or clip a key belongs to; nothing where none could."""
    return key.split("/")[1] if "/" in key else ""


def folder_of(key: ObjectKey) -> str:
    """Return everything of a key before the file's name."""
    return key.rpartition("/")[0] + "/"
