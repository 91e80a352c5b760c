"""Files the captions and the words of a published clip, and drafts the captions of a new one.

The rows are the truth and the public page reads them; what is filed here are copies for programs, in place, in the
folder of the publication: the texts first, then the manifest that names them, then away with what it names no more.
Killed in between, the next attempt does the same again.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from intake.actions import captioning
from intake.db.captions import public_captions
from intake.db.engine import reading
from intake.db.published_files import know_changed_files
from intake.domain.captions import cues_of
from intake.domain.clip_words import words_of
from intake.domain.errors import TranscriberUnavailable
from intake.domain.states import State
from intake.domain.webvtt import write_webvtt
from intake.storage import keys
from workers.media.transcribing import read_voice, until_deadline
from workers.steps.files import MANIFEST_NAME, cache_control, described, filed_with, put
from workers.steps.reading import nothing_to_do, submission_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from intake.db.published_files import PublishedFiles
    from intake.domain.submissions import Job, ObjectKey, Publication, Submission
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace

CAPTIONS_NAME: Final = "captions.{}.vtt"


def write_captions(services: Services, submission: Submission, folder: Path) -> dict[str, int]:
    """Write the captions that may be public into *folder*; return their versions, by language."""
    with reading(services.engine) as connection:
        found = public_captions(connection, submission)
    for language, captions in found.items():
        text = write_webvtt(captions.cues)
        (folder / CAPTIONS_NAME.format(language)).write_text(text, encoding="utf-8")
    return captioning.versions_of(found)


def file_captions(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Bring the captions in the gallery bucket up to date with the rows; repeatable."""
    submission, _ = submission_of(services, job)
    if submission.state is not State.PUBLISHED or submission.publication is None:
        return nothing_to_do
    folder = workspace.room("captions")
    versions = write_captions(services, submission, folder)
    strays, known = _write_manifest(services, submission, submission.publication, workspace, folder)
    for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST_NAME):
        # Whoever lost the lease writes nothing more: the clip may be withdrawn, and its files be gone already.
        workspace.go_on()
        put(services.gallery, _key(submission.publication, path.name), path, kept=cache_control(services.settings))
    workspace.go_on()
    services.gallery.delete([_key(submission.publication, name) for name in strays])

    def commit(connection: Connection) -> bool:
        # Locks the submission, as everybody does first.
        is_filed = captioning.filed(connection, submission.id, versions, words=words_of(submission))
        know_changed_files(connection, submission.id, known)
        return is_filed

    return commit


def transcribe_original(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Draft captions from the sound as it was sent."""
    submission, _ = submission_of(services, job)
    if not captioning.may_be_captioned(submission) or submission.original_key is None or submission.video is None:
        return nothing_to_do
    if workspace.transcriber is None:
        raise TranscriberUnavailable("ASR_MODEL_DIR is not set here, or holds no model that can be used")
    original = workspace.folder / "original"
    services.private.fetch(submission.original_key, original)
    voice = read_voice(workspace.sandbox, original, submission.video, stop=workspace.stop)
    language = submission.spoken_language
    words = workspace.transcriber.transcribe(voice, language, go_on=until_deadline(workspace.go_on))
    return partial(
        captioning.save_draft,
        job=job,
        cues=cues_of(words),
        language=language,
        engine=workspace.transcriber.engine,
        original_key=submission.original_key,
        now=services.clock(),
    )


def manifest_words(submission: Submission) -> dict[str, str]:
    """Return what a manifest says of a clip that a moderator may correct."""
    sender = submission.sender
    return {
        "speaker": sender.full_name,
        "title": submission.title,
        "quote": submission.quote,
        "role": sender.role,
        "organisation": sender.organisation,
        "language": submission.spoken_language,
    }


def _write_manifest(
    services: Services, submission: Submission, publication: Publication, workspace: Workspace, folder: Path
) -> tuple[list[str], PublishedFiles]:
    """Write the manifest as it must be with the captions in *folder*.

    Return the files that it names no more, and those that it does.
    """
    known = workspace.folder / MANIFEST_NAME
    services.gallery.fetch(_key(publication, MANIFEST_NAME), known)
    manifest: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))
    written = [described(path) for path in sorted(folder.iterdir())]
    others = [entry for entry in manifest["files"] if not _is_captions(entry["name"])]
    now = {entry["name"] for entry in written}
    strays = [entry["name"] for entry in manifest["files"] if _is_captions(entry["name"]) and entry["name"] not in now]
    manifest |= manifest_words(submission)
    manifest["files"] = sorted((*others, *written), key=lambda entry: str(entry["name"]))
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    path = folder / MANIFEST_NAME
    path.write_text(text, encoding="utf-8")
    return strays, filed_with(path, manifest["files"], revision=publication.revision)


def _is_captions(name: str) -> bool:
    beginning, _, ending = CAPTIONS_NAME.partition("{}")
    return name.startswith(beginning) and name.endswith(ending)


def _key(publication: Publication, name: str) -> ObjectKey:
    return keys.published(publication.clip_id, publication.revision, name)
