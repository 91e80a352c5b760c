"""Captions as files: filed with their hash, brought up to date, taken away; and drafts of a real clip's sound."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from intake.actions import captioning, correcting
from intake.db.captions import captions_of
from intake.db.engine import reading, writing
from intake.db.tables import calls
from intake.domain.captions import Cue, Engine, Origin
from intake.domain.clip_words import words_of
from intake.domain.errors import NoUseTrying, TranscriberUnavailable
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.storage import keys
from tests.builders import MODERATOR, a_letter, a_sender, a_submission, open_jobs, read, withdraw
from tests.fakes.transcriber import HEARD, FakeTranscriber
from tests.media_factory import a_landscape_clip, a_silent_clip
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.domain.captions import Captions, Word
    from intake.domain.submissions import ObjectKey, Submission
    from intake.wiring import Services
    from tests.media_factory import BuildClip, MakeClip
    from workers.media.sandbox import Sandbox
    from workers.media.transcribing import Transcriber

CUES = (Cue(start_ms=0, end_ms=2000, text="Perché no?"),)
VIDEO = {"name": "video.mp4", "type": "video/mp4", "size_bytes": 11, "sha256": "0a" * 32}


def a_published_clip(services: Services) -> Submission:
    """A public clip whose manifest names a video."""
    submission = a_submission(services, state=State.PUBLISHED)
    manifest = json.dumps({"version": 1, "files": [VIDEO]}).encode()
    services.gallery.put_stream(key(submission, "manifest.json"), io.BytesIO(manifest), content_type="application/json")
    return submission


def key(submission: Submission, name: str) -> ObjectKey:
    assert submission.publication is not None
    return keys.published(submission.publication.clip_id, submission.publication.revision, name)


def save(services: Services, submission: Submission, cues: tuple[Cue, ...] = CUES, *, seen_version: int = 0) -> None:
    edition = captioning.Edition(
        language="it",
        cues=cues,
        seen_sha256=submission.original_sha256,
        seen_version=seen_version,
        is_checked=False,
    )
    with writing(services.engine) as connection:
        saved = captioning.save(connection, submission.id, edition, moderator=MODERATOR, now=services.clock())
    assert saved is captioning.Saved.DONE


def work(
    services: Services,
    kind: JobKind,
    *,
    sandbox: Sandbox | None = None,
    transcriber: Transcriber | None = None,
) -> None:
    """Run the waiting job of a kind."""
    (job,) = [job for job in open_jobs(services, JobState.READY) if job.kind is kind]
    run_job(Worker(services=services, sandbox=sandbox, transcriber=transcriber), job.id)


def content(services: Services, submission: Submission, name: str) -> bytes:
    held: dict[str, Any] = services.gallery.held  # type: ignore[attr-defined]
    return bytes(held[key(submission, name)].content)


def files(services: Services, submission: Submission) -> list[dict[str, Any]]:
    """What the manifest names."""
    return list(json.loads(content(services, submission, "manifest.json"))["files"])


def test_captions_are_filed_with_their_hash(services_on_each: Services) -> None:
    services = services_on_each
    submission = a_published_clip(services)
    save(services, submission)

    work(services, JobKind.CAPTION)

    text = content(services, submission, "captions.it.vtt")
    assert text.decode() == "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nPerché no?\n"
    assert files(services, submission) == [
        {
            "name": "captions.it.vtt",
            "type": "text/vtt; charset=utf-8",
            "size_bytes": len(text),
            "sha256": hashlib.sha256(text).hexdigest(),
        },
        VIDEO,
    ]


def test_deleted_captions_are_taken_away(services_on_each: Services) -> None:
    services = services_on_each
    submission = a_published_clip(services)
    save(services, submission)
    work(services, JobKind.CAPTION)

    save(services, submission, (), seen_version=1)
    work(services, JobKind.CAPTION)

    assert files(services, submission) == [VIDEO]
    assert key(submission, "captions.it.vtt") not in services.gallery.held  # type: ignore[attr-defined]


def test_a_clip_whose_call_came_to_demand_captions_is_looked_at_again(services_on_each: Services) -> None:
    services = services_on_each
    submission = a_submission(services, state=State.APPROVED)
    with writing(services.engine) as connection:
        document = connection.scalar(calls.select().with_only_columns(calls.c.document))
        connection.execute(calls.update().values(document=document | {"captions": {"required": True}}))

    work(services, JobKind.PUBLISH)

    assert read(services, submission.id).state is State.AWAITING_REVIEW
    assert not services.gallery.held  # type: ignore[attr-defined]


def test_corrected_words_reach_the_manifest(services_on_each: Services) -> None:
    services = services_on_each
    submission = a_published_clip(services)
    with writing(services.engine) as connection:
        typed = replace(words_of(submission), family_name="Bruni", quote="Si impara facendo.")
        correcting.correct(connection, submission.id, typed, moderator=MODERATOR, now=services.clock())

    work(services, JobKind.CAPTION)

    manifest = json.loads(content(services, submission, "manifest.json"))
    assert (manifest["speaker"], manifest["quote"], manifest["files"]) == ("Anna Bruni", "Si impara facendo.", [VIDEO])


def test_a_quote_that_was_taken_out_is_in_no_file(services_on_each: Services) -> None:
    services = services_on_each
    submission = a_published_clip(services)
    with writing(services.engine) as connection:
        typed = replace(words_of(submission), quote="Il sindaco dorme.")
        correcting.correct(connection, submission.id, typed, moderator=MODERATOR, now=services.clock())
    work(services, JobKind.CAPTION)
    with writing(services.engine) as connection:
        typed = replace(words_of(read(services, submission.id)), quote="")
        correcting.correct(connection, submission.id, typed, moderator=MODERATOR, now=services.clock())

    work(services, JobKind.CAPTION)

    assert b"sindaco" not in content(services, submission, "manifest.json")


def test_a_bucket_that_is_down_costs_no_try(services_on_each: Services) -> None:
    services = services_on_each
    submission = a_published_clip(services)
    save(services, submission)
    services.gallery.is_down = True  # type: ignore[attr-defined]

    work(services, JobKind.CAPTION)

    (job,) = [job for job in open_jobs(services) if job.kind is JobKind.CAPTION]
    assert (job.state, job.attempts) == (JobState.READY, 0)


def a_clip_to_draft(
    services: Services, clip: MakeClip, build: BuildClip = a_landscape_clip, *, language: str = "it"
) -> Submission:
    submission = a_submission(services, letter=a_letter(sender=a_sender(language=language)))
    assert submission.original_key is not None
    services.private.put_file(submission.original_key, clip(build), content_type="video/mp4")
    with writing(services.engine) as connection:
        assert captioning.ask_for_draft(connection, submission.id)
    return submission


def test_a_draft_is_made_of_the_original_sound(services_on_each: Services, sandbox: Sandbox, clip: MakeClip) -> None:
    services = services_on_each
    submission = a_clip_to_draft(services, clip)

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=FakeTranscriber())

    found = drafts(services, submission)["it"]
    assert (found.origin, found.engine) == (Origin.MACHINE, "fake")
    assert " ".join(" ".join(cue.lines) for cue in found.cues) == " ".join(HEARD)
    assert read(services, submission.id).state is State.AWAITING_REVIEW


def test_a_draft_is_written_in_the_language_that_is_spoken(
    services_on_each: Services, sandbox: Sandbox, clip: MakeClip
) -> None:
    services = services_on_each
    submission = a_clip_to_draft(services, clip)
    with writing(services.engine) as connection:
        typed = replace(words_of(submission), spoken_language="en")
        correcting.correct(connection, submission.id, typed, moderator=MODERATOR, now=services.clock())
    transcriber = FakeTranscriber()

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=transcriber)

    assert transcriber.language == "en"
    assert set(drafts(services, submission)) == {"en"}


def test_without_a_model_a_draft_waits(services_on_each: Services, sandbox: Sandbox, clip: MakeClip) -> None:
    services = services_on_each
    a_clip_to_draft(services, clip)

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox)

    assert rests(services) == (JobState.READY, 0)


def drafts(services: Services, submission: Submission) -> dict[str, Captions]:
    with reading(services.engine) as connection:
        return captions_of(connection, submission.id)


def rests(services: Services) -> tuple[JobState, int]:
    """Where the work on the draft rests, and how many tries it has used up."""
    (job,) = [job for job in open_jobs(services, *JobState) if job.kind is JobKind.TRANSCRIBE]
    return job.state, job.attempts


class Broken:
    """What hears nothing any more."""

    engine = Engine("broken")

    def __init__(self, error: Exception) -> None:
        self._error = error

    def transcribe(self, _voice: object, _language: str, *, go_on: Callable[[], None]) -> tuple[Word, ...]:
        go_on()
        raise self._error


def test_a_model_that_cannot_be_loaded_costs_no_try(services: Services, sandbox: Sandbox, clip: MakeClip) -> None:
    a_clip_to_draft(services, clip)
    broken = Broken(TranscriberUnavailable("too large for this machine"))

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=broken)

    assert rests(services) == (JobState.READY, 0)


def test_what_takes_too_long_is_given_up_at_once(services: Services, sandbox: Sandbox, clip: MakeClip) -> None:
    submission = a_clip_to_draft(services, clip)

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=Broken(NoUseTrying("longer than 3000 s")))

    assert rests(services) == (JobState.DEAD, 1)
    assert read(services, submission.id).state is State.AWAITING_REVIEW


def test_of_a_clip_that_is_withdrawn_meanwhile_nothing_is_kept(
    services: Services, sandbox: Sandbox, clip: MakeClip
) -> None:
    submission = a_clip_to_draft(services, clip)
    leaving = FakeTranscriber(meanwhile=lambda: withdraw(services, submission.id))

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=leaving)

    assert drafts(services, submission) == {}
    assert rests(services) == (JobState.DONE, 1)


def test_what_a_person_writes_meanwhile_stays(services: Services, sandbox: Sandbox, clip: MakeClip) -> None:
    submission = a_clip_to_draft(services, clip)
    overtaken = FakeTranscriber(meanwhile=lambda: save(services, submission))

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=overtaken)

    assert drafts(services, submission)["it"].cues == CUES
    assert rests(services) == (JobState.DONE, 1)


def test_of_silence_there_is_no_draft(services: Services, sandbox: Sandbox, clip: MakeClip) -> None:
    submission = a_clip_to_draft(services, clip, a_silent_clip)

    work(services, JobKind.TRANSCRIBE, sandbox=sandbox, transcriber=FakeTranscriber())

    assert drafts(services, submission) == {}
    assert rests(services) == (JobState.DONE, 1)
