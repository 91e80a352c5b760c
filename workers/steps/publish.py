"""Makes an approved clip public: from exactly the file that was watched, filed whole, then shown by one commit.

Everything goes to a folder of the gallery bucket that only this attempt writes to and nobody knows of. Killed before
the commit, the folder is a leftover; the next attempt has its own. The manifest is written last.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from intake.actions.captioning import filed, lacks_required
from intake.actions.publishing import (
    is_publishable,
    record_publication,
    reserve_revision,
    send_back_uncaptioned,
)
from intake.db.engine import reading, writing
from intake.db.published_files import know_files
from intake.domain.clip_words import words_of
from intake.domain.errors import OutputWrong
from intake.domain.submissions import Publication
from intake.storage import keys
from workers.media.boxes import read_container
from workers.media.delivery import VIDEO_NAME, deliver
from workers.media.probe import probe
from workers.media.sprites import draw_sprite
from workers.media.thumbnails import draw_moment, make_webps
from workers.steps.captions import manifest_words, write_captions
from workers.steps.files import MANIFEST_NAME, cache_control, described, filed_with, put, sha256_of
from workers.steps.inspect import STILL_NAME, WAVEFORM_NAME
from workers.steps.reading import nothing_to_do, submission_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from intake.db.published_files import PublishedFiles
    from intake.domain.facts import VideoFacts
    from intake.domain.submissions import ClipId, Job, ObjectKey, Submission
    from intake.wiring import Services
    from workers.media.delivery import Delivery
    from workers.steps import Commit
    from workers.workspace import Workspace

MANIFEST_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Everything of one publication, lying in a folder."""

    folder: Path
    delivery: Delivery
    still_count: int

    def files(self) -> list[Path]:
        """Return the files, by name."""
        return sorted(path for path in self.folder.iterdir() if path.is_file())


def publish_clip(services: Services, job: Job, workspace: Workspace) -> Commit:
    """Make and file everything of a clip, and return the commit that makes it public."""
    submission, _ = submission_of(services, job)
    if not is_publishable(submission, job) or submission.clip_id is None:
        return nothing_to_do
    with reading(services.engine) as connection:
        is_uncaptioned = lacks_required(connection, submission)
    if is_uncaptioned:
        return partial(send_back_uncaptioned, job=job, now=services.clock())
    bundle = _make(services, submission, workspace)
    with writing(services.engine) as connection:
        revision = reserve_revision(connection, job)
    if revision is None:
        return nothing_to_do
    captions = write_captions(services, submission, bundle.folder)
    publication = _publication(services, submission, submission.clip_id, revision, bundle)
    known = _write_manifest(submission, publication, bundle)
    _file(services, publication, bundle, workspace)

    def commit(connection: Connection) -> bool:
        is_public = record_publication(connection, job, publication, now=services.clock())
        if not is_public:
            return False
        know_files(connection, submission.id, known)
        # Somebody may have gone on writing while the clip was made ready.
        return filed(connection, submission.id, captions, words=words_of(submission))

    return commit


def _make(services: Services, submission: Submission, workspace: Workspace) -> Bundle:
    review = _fetch_reviewed(services, submission, workspace)
    facts = probe(workspace.sandbox, review, read_container(review), stop=workspace.stop)
    folder = workspace.room("public")
    delivery = deliver(
        workspace.sandbox,
        review,
        facts,
        folder=workspace.room("delivery"),
        levels=submission.shown_levels,
        stop=workspace.stop,
        tell=workspace.tell_progress,
    )
    for video in filter(None, (delivery.video, delivery.small)):
        shutil.move(video.path, folder)
    waveform = json.dumps(delivery.sound.waveform.as_document())
    (folder / WAVEFORM_NAME).write_text(waveform, encoding="utf-8")
    _make_stills(services, submission, workspace, folder)
    _make_poster(submission, workspace, review, facts, folder)
    smallest = delivery.small or delivery.video
    sprite = draw_sprite(
        workspace.sandbox,
        folder / smallest.path.name,
        smallest.facts,
        folder=workspace.room("sprite"),
        stop=workspace.stop,
    )
    for made in sprite.files:
        shutil.move(made, folder / made.name)
    return Bundle(folder=folder, delivery=delivery, still_count=len(submission.stills))


def _make_stills(services: Services, submission: Submission, workspace: Workspace, folder: Path) -> None:
    """Fill *folder* with the stills, each as JPEG and WebP."""
    stills = [folder / STILL_NAME.format(number) for number, _ in enumerate(submission.stills, start=1)]
    for still, key in zip(stills, submission.stills, strict=True):
        services.private.fetch(key, still)
    webps = make_webps(workspace.sandbox, stills, folder=workspace.room("webps"), stop=workspace.stop)
    for webp in webps:
        shutil.move(webp, folder / webp.name)


def _make_poster(submission: Submission, workspace: Workspace, review: Path, facts: VideoFacts, folder: Path) -> None:
    """Put what was chosen as the poster into *folder*: one of the stills in it, or any moment of what was watched."""
    still = STILL_NAME.format(submission.poster + 1)
    drawn: tuple[Path, ...] = (folder / still, (folder / still).with_suffix(".webp"))
    if submission.poster_at_s is not None:
        room, at_s = workspace.room("moment"), submission.poster_at_s
        drawn = draw_moment(workspace.sandbox, review, facts, at_s=at_s, folder=room, stop=workspace.stop)
    for made in drawn:
        shutil.copyfile(made, folder / f"poster{made.suffix}")


def _fetch_reviewed(services: Services, submission: Submission, workspace: Workspace) -> Path:
    review = workspace.folder / "review"
    if submission.review_key is None:
        raise OutputWrong("an approved submission without a review copy")
    services.private.fetch(submission.review_key, review)
    if sha256_of(review) != submission.approved_sha256:
        raise OutputWrong("the bucket holds another file than the one that was approved")
    return review


def _publication(
    services: Services, submission: Submission, clip_id: ClipId, revision: int, bundle: Bundle
) -> Publication:
    facts = bundle.delivery.video.facts
    width_px, height_px = facts.upright_px
    return Publication(
        clip_id=clip_id,
        revision=revision,
        # The first publication dates a clip; a later one does not bring it to the top again.
        published_at=submission.publication.published_at if submission.publication else services.clock(),
        duration_s=round(facts.duration_s, 3),
        width_px=width_px,
        height_px=height_px,
        size_bytes=(bundle.folder / VIDEO_NAME).stat().st_size,
        small_size_bytes=small.facts.size_bytes if (small := bundle.delivery.small) else None,
        still_count=bundle.still_count,
    )


def _write_manifest(submission: Submission, publication: Publication, bundle: Bundle) -> PublishedFiles:
    manifest: dict[str, Any] = {
        "version": MANIFEST_VERSION,
        "clip": publication.clip_id,
        "revision": publication.revision,
        "call": submission.call_slug,
        **manifest_words(submission),
        "organisation_kind": submission.sender.organisation_kind,
        "reviewed_sha256": submission.approved_sha256,
        "published_at": publication.published_at.isoformat(),
        "duration_s": publication.duration_s,
        "width_px": publication.width_px,
        "height_px": publication.height_px,
        "levels": asdict(bundle.delivery.sound.levels),
        "files": [described(path) for path in bundle.files()],
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    path = bundle.folder / MANIFEST_NAME
    path.write_text(text, encoding="utf-8")
    return filed_with(path, manifest["files"], revision=publication.revision)


def _file(services: Services, publication: Publication, bundle: Bundle, workspace: Workspace) -> None:
    def key(name: str = "") -> ObjectKey:
        return keys.published(publication.clip_id, publication.revision, name)

    workspace.undo.append(partial(services.gallery.delete_below, key()))
    files = sorted(bundle.files(), key=lambda path: path.name == MANIFEST_NAME)
    for path in files:
        # Whoever lost the lease writes nothing more: the clip may be withdrawn, and its files be gone already.
        workspace.go_on()
        put(services.gallery, key(path.name), path, kept=cache_control(services.settings))
