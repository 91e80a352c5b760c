"""The records everybody speaks of: a submission, its sender, its consents, its published clip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NewType

from intake.domain.calls import ConsentKind
from intake.domain.decisions import DECIDED
from intake.domain.jobs import JobState
from intake.domain.states import FINAL
from intake.domain.uploads import UPLOAD_LIFE, PartPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intake.domain.calls import CallSlug
    from intake.domain.checks import Check
    from intake.domain.cutting import Cut
    from intake.domain.facts import AudioLevels, VideoFacts
    from intake.domain.jobs import JobId, JobKind, LeaseToken
    from intake.domain.staff import ErrandId
    from intake.domain.states import State

SubmissionId = NewType("SubmissionId", str)
NO_SUBMISSION: Final = SubmissionId("")
"""What a job is about that is about something else."""

ClipId = NewType("ClipId", str)
Token = NewType("Token", str)
"""A sender's secret. Whoever holds it may see, replace and withdraw the submission."""

ObjectKey = NewType("ObjectKey", str)
UploadId = NewType("UploadId", str)
"""The storage's own name for an upload in parts."""

Sha256 = NewType("Sha256", str)
"""Hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What a sender tells us about themselves and their clip's language.

    Attributes:
        choices: The value chosen in each of the call's own fields, by the field's name.
    """

    given_name: str
    family_name: str
    role: str
    organisation: str
    organisation_kind: str
    email: str
    language: str
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Given and family name, as people say them."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """An answer to one consent, with the exact words it was given to.

    Attributes:
        text_sha256: Of the words as shown, in `language`.
        words: Those words; None where they were replaced before the service kept them.
        taken_back_at: When the sender took it back, if ever.
    """

    kind: ConsentKind
    version: str
    language: str
    text_sha256: Sha256
    given: bool
    answered_at: datetime
    taken_back_at: datetime | None = None
    words: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it was given and not taken back."""
        return self.given and self.taken_back_at is None


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What is public of a clip, as its manifest says.

    Attributes:
        revision: The folder in the gallery bucket: `clips/{clip}/{revision}/`.
        still_count: How many `still-N.jpg` there are.
        small_size_bytes: Of `video-small.mp4`, for bad lines; None where `video.mp4` is that small itself.
    """

    clip_id: ClipId
    revision: int
    published_at: datetime
    duration_s: float
    width_px: int
    height_px: int
    size_bytes: int
    still_count: int
    small_size_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class CutFound:
    """What was found of a review copy that is cut; what was found of the original stands beside it.

    Attributes:
        peaks: The sound's outline for a picture, 0 to 100.
    """

    video: VideoFacts
    levels: AudioLevels
    peaks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One video message, from the form to the gallery.

    Attributes:
        file_name: Of the file that is held or, before the first receipt, of the one that is awaited; so are
            `declared_bytes` and `file_fingerprint`.
        file_fingerprint: By which the sender's program knows the file again; never looked into.
        upload_name: Of the file that is awaited; so are `upload_bytes` and `upload_fingerprint`. None where none is.
        upload_id: What the storage calls the upload in parts, once its first link was asked for.
        upload_part_bytes: How large the parts are of a file that comes in parts; None of one that comes at once.
        upload_begun_at: Since when its bytes are awaited.
        cut: How the review copy is made of the original.
        wanted_cut: How it is to be made next; None where nobody asked.
        cut_found: What was found of the review copy where it is cut.
        cleaner_key: The original's sound with less noise, where somebody had it made.
        poster_at_s: Where in the review copy the poster is; None where it is one of the stills.
        title: What the clip is called in public; empty where it is called after its speaker.
        quote: A sentence of the speaker's own, for cards.
        spoken_language: What is spoken in it: the call's language, until somebody hears otherwise.
        sender_said: Each detail that a moderator corrected, as its sender typed it.
        filed_by: Who on the staff handed it in for its sender; None where senders did themselves.
        undo_until: Until when the last decision can or could be undone; None where it could not.
    """

    id: SubmissionId
    call_slug: CallSlug
    state: State
    came_from: State | None
    revision: int
    created_at: datetime
    moved_at: datetime
    sender: Sender
    file_name: str
    declared_bytes: int
    file_fingerprint: str | None
    upload_name: str | None
    upload_bytes: int | None
    upload_fingerprint: str | None
    upload_key: ObjectKey | None
    upload_id: UploadId | None
    upload_part_bytes: int | None
    upload_begun_at: datetime | None
    original_key: ObjectKey | None
    original_bytes: int | None
    original_sha256: Sha256 | None
    received_at: datetime | None
    checks: tuple[Check, ...]
    video: VideoFacts | None
    levels: AudioLevels | None
    peaks: tuple[int, ...]
    stills: tuple[ObjectKey, ...]
    waveform_key: ObjectKey | None
    review_key: ObjectKey | None
    review_sha256: Sha256 | None
    review_plan: str | None
    decision_reason: str | None
    approved_sha256: Sha256 | None
    poster: int
    cut: Cut
    wanted_cut: Cut | None
    cut_found: CutFound | None
    cleaner_key: ObjectKey | None
    poster_at_s: float | None
    title: str
    quote: str
    spoken_language: str
    sender_said: Mapping[str, str]
    clip_id: ClipId | None
    publication_count: int
    publication: Publication | None
    filed_by: str | None
    undo_until: datetime | None
    consents: tuple[ConsentGiven, ...]

    @property
    def shown_video(self) -> VideoFacts | None:
        """What is known of what moderators watch: of the cut, where there is one, else of the original."""
        return self.cut_found.video if self.cut_found else self.video

    @property
    def shown_levels(self) -> AudioLevels | None:
        """How what moderators hear measures."""
        return self.cut_found.levels if self.cut_found else self.levels

    @property
    def shown_peaks(self) -> tuple[int, ...]:
        """The outline of what moderators hear."""
        return self.cut_found.peaks if self.cut_found else self.peaks

    @property
    def part_plan(self) -> PartPlan | None:
        """How the awaited file is cut; None where none is awaited in parts."""
        if self.upload_bytes is None or self.upload_part_bytes is None:
            return None
        return PartPlan(size_bytes=self.upload_bytes, part_bytes=self.upload_part_bytes)

    @property
    def upload_expires_at(self) -> datetime | None:
        """When the awaited file is given up."""
        return self.upload_begun_at + UPLOAD_LIFE if self.upload_begun_at else None

    def has_consent(self, kind: ConsentKind) -> bool:
        """Tell whether the sender agreed to *kind* and still does."""
        return any(consent.kind is kind and consent.stands for consent in self.consents)

    @property
    def awaits_consent(self) -> bool:
        """Whether its sender was not heard yet: somebody else handed it in, and they did not answer."""
        return self.filed_by is not None and not self.consents and self.state not in FINAL

    @property
    def is_cut_pending(self) -> bool:
        """Whether it is to be cut, and the copy from before is still there to be watched."""
        return self.wanted_cut is not None and self.review_key is not None

    def may_be_undone(self, now: datetime) -> bool:
        """Tell whether the decision can still be undone: until then nobody but the staff hears of it."""
        return self.state in DECIDED and self.undo_until is not None and now < self.undo_until

    @property
    def may_be_approved(self) -> bool:
        """Whether its sender agreed to what an approval leads to."""
        return self.has_consent(ConsentKind.GALLERY)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as its row stands. `token` is set while the row is leased to us.

    Attributes:
        limits_factor: How many times the usual deadline and memory its tools may take.
        submission_id: What it is about; empty for one of `ERRANDS`.
        errand_id: The errand it is about instead, if it is one of those.
        request_id: The request that it goes back to; None where nobody asked, and of jobs of earlier versions.
    """

    id: JobId
    submission_id: SubmissionId
    kind: JobKind
    revision: int
    state: JobState
    attempts: int
    max_attempts: int
    token: LeaseToken | None
    last_error: str | None
    limits_factor: int = 1
    errand_id: ErrandId | None = None
    request_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody does it, or will."""
        return self.state in {JobState.READY, JobState.LEASED}
