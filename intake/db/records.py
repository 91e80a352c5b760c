"""The only place that turns rows into the domain's records, and results into what a row keeps."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from intake.domain.calls import ConsentKind, Format
from intake.domain.changes import Change
from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict
from intake.domain.cutting import WHOLE, Cut, SoundChoice
from intake.domain.facts import AudioLevels, Confidence, SoundTrack, Stretch, StretchKind, VideoFacts
from intake.domain.history import Cause, Event
from intake.domain.jobs import JobId, JobKind, JobState, LeaseToken
from intake.domain.states import State
from intake.domain.submissions import (
    NO_SUBMISSION,
    ConsentGiven,
    CutFound,
    Job,
    Publication,
    Sender,
    Submission,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import RowMapping

    from intake.domain.deletions import Deletion


def submission_from(row: RowMapping, consents: Iterable[RowMapping]) -> Submission:
    """Read a submission from its row and its consents' rows."""
    return Submission(
        id=row["id"],
        call_slug=row["call_slug"],
        state=State(row["state"]),
        came_from=State(row["came_from"]) if row["came_from"] else None,
        revision=row["revision"],
        created_at=row["created_at"],
        moved_at=row["moved_at"],
        sender=Sender(**{name: row[name] for name in Sender.__dataclass_fields__}),
        file_name=row["file_name"],
        declared_bytes=row["declared_bytes"],
        file_fingerprint=row["file_fingerprint"],
        upload_name=row["upload_name"],
        upload_bytes=row["upload_bytes"],
        upload_fingerprint=row["upload_fingerprint"],
        upload_key=row["upload_key"],
        upload_id=row["upload_id"],
        upload_part_bytes=row["upload_part_bytes"],
        upload_begun_at=row["upload_begun_at"],
        original_key=row["original_key"],
        original_bytes=row["original_bytes"],
        original_sha256=row["original_sha256"],
        received_at=row["received_at"],
        checks=tuple(_check(entry) for entry in row["checks"] or ()),
        video=_video(row["video"]),
        levels=_levels(row["levels"]),
        peaks=tuple(row["peaks"] or ()),
        stills=tuple(row["stills"] or ()),
        waveform_key=row["waveform_key"],
        review_key=row["review_key"],
        review_sha256=row["review_sha256"],
        review_plan=row["review_plan"],
        decision_reason=row["decision_reason"],
        approved_sha256=row["approved_sha256"],
        poster=row["poster"],
        cut=_cut(row["cut"]) or WHOLE,
        wanted_cut=_cut(row["wanted_cut"]),
        cut_found=_cut_found(row["cut_found"]),
        cleaner_key=row["cleaner_key"],
        poster_at_s=row["poster_at_s"],
        title=row["title"] or "",
        quote=row["quote"] or "",
        spoken_language=row["spoken_language"],
        sender_said=row["sender_said"] or {},
        clip_id=row["clip_id"],
        publication_count=row["publications"],
        publication=_publication(row["publication"]),
        filed_by=row["filed_by"],
        undo_until=row["undo_until"],
        consents=tuple(consent_from(consent) for consent in consents),
    )


def consent_from(row: RowMapping) -> ConsentGiven:
    """Read an answer to a consent from its row."""
    return ConsentGiven(
        kind=ConsentKind(row["kind"]),
        version=row["version"],
        language=row["language"],
        text_sha256=row["text_sha256"],
        given=row["given"],
        answered_at=row["answered_at"],
        taken_back_at=row["taken_back_at"],
        words=row["words"],
    )


def event_from(row: RowMapping, deletion: Deletion | None = None) -> Event:
    """Read a move from its row."""
    return Event(
        at=row["at"],
        actor=row["actor"],
        before=State(row["before"]) if row["before"] else None,
        after=State(row["after"]),
        reason=row["reason"],
        note=row["note"],
        changes=tuple(Change(**change) for change in row["changes"] or ()),
        cause=Cause(row["cause"]) if row["cause"] else None,
        reason_code=row["reason_code"],
        deletion=deletion,
    )


def job_from(row: RowMapping) -> Job:
    """Read a job from its row."""
    return Job(
        id=JobId(row["id"]),
        submission_id=row["submission_id"] or NO_SUBMISSION,
        errand_id=row["errand_id"],
        kind=JobKind(row["kind"]),
        revision=row["revision"],
        state=JobState(row["state"]),
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        token=LeaseToken(row["lease_token"]) if row["lease_token"] else None,
        last_error=row["last_error"],
        limits_factor=row["limits_factor"],
        request_id=row["request_id"],
    )


def document_of(record: Change | Check | Cut | CutFound | VideoFacts | AudioLevels | Publication) -> dict[str, Any]:
    """Return what a JSON column keeps of *record*."""
    document = asdict(record)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in document.items()}


def _check(document: dict[str, Any]) -> Check:
    return Check(
        code=CheckCode(document["code"]),
        verdict=Verdict(document["verdict"]),
        reason=Reason(document["reason"]),
        measured=document["measured"],
        limit=document["limit"],
        unit=Unit(document["unit"]) if document["unit"] else None,
    )


def _video(document: dict[str, Any] | None) -> VideoFacts | None:
    if not document:
        return None
    tracks = tuple(SoundTrack(**track) for track in document.get("sound_tracks", ()))
    return VideoFacts(**(document | {"container": Format(document["container"]), "sound_tracks": tracks}))


def _levels(document: dict[str, Any] | None) -> AudioLevels | None:
    if not document:
        return None
    confidence = document.get("noise_confidence")
    stretches = tuple(
        Stretch(**(stretch | {"kind": StretchKind(stretch["kind"])})) for stretch in document.get("stretches", ())
    )
    return AudioLevels(
        **(document | {"noise_confidence": Confidence(confidence) if confidence else None, "stretches": stretches})
    )


def _cut(document: dict[str, Any] | None) -> Cut | None:
    return Cut(**(document | {"sound": SoundChoice(document["sound"])})) if document else None


def _cut_found(document: dict[str, Any] | None) -> CutFound | None:
    if not document:
        return None
    video, levels = _video(document["video"]), _levels(document["levels"])
    return CutFound(video=video, levels=levels, peaks=tuple(document["peaks"])) if video and levels else None


def _publication(document: dict[str, Any] | None) -> Publication | None:
    if not document:
        return None
    return Publication(**(document | {"published_at": datetime.fromisoformat(document["published_at"])}))
