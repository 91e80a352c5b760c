"""What each kind of job does: one plain function a kind.

A step reads the rows, works in its workspace, puts what it made under keys that name this attempt, and returns its
*commit*: what to write down, in the transaction that ends the job and only while the lease is ours. A commit says
whether its work counts; what does not count is thrown away.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.jobs import JobKind
from workers.steps.captions import file_captions, transcribe_original
from workers.steps.clean_sound import clean_sound
from workers.steps.encode import encode_review_copy
from workers.steps.hook import call_hook
from workers.steps.inspect import inspect_original
from workers.steps.mail import send_mail
from workers.steps.publish import publish_clip
from workers.steps.purge import purge_submission
from workers.steps.recut import recut_original
from workers.steps.staff_mail import send_staff_mail
from workers.steps.unpublish import unpublish_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.workspace import Workspace

    Commit = Callable[[Connection], bool]
    Step = Callable[[Services, Job, Workspace], Commit]

STEPS: Final[Mapping[JobKind, Step]] = MappingProxyType(
    {
        JobKind.INSPECT: inspect_original,
        JobKind.ENCODE: encode_review_copy,
        JobKind.RECUT: recut_original,
        JobKind.CLEAN_SOUND: clean_sound,
        JobKind.PUBLISH: publish_clip,
        JobKind.UNPUBLISH: unpublish_clip,
        JobKind.PURGE: purge_submission,
        JobKind.CAPTION: file_captions,
        JobKind.TRANSCRIBE: transcribe_original,
        JobKind.MAIL_RECEIPT: send_mail,
        JobKind.MAIL_VERDICT: send_mail,
        JobKind.MAIL_PUBLISHED: send_mail,
        JobKind.MAIL_TAKEN_DOWN: send_mail,
        JobKind.MAIL_WITHDRAWN: send_mail,
        JobKind.MAIL_REMINDER: send_mail,
        JobKind.MAIL_FILED: send_mail,
        JobKind.MAIL_UNCONFIRMED: send_mail,
        JobKind.STAFF_MAIL: send_staff_mail,
        JobKind.HOOK: call_hook,
    }
)
