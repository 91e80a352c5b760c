"""Clips that hang in a gallery, files and all, without any worker having made them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from intake.actions import captioning
from intake.db.engine import writing
from intake.db.tables import submissions
from intake.domain.captions import Cue
from intake.domain.states import State
from intake.storage import keys
from tests import builders

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.calls import CallSlug
    from intake.domain.submissions import ClipId, SubmissionId
    from intake.wiring import Services

STRIP: Final = """WEBVTT

00:00.000 --> 00:04.000
sprite.jpg#xywh=0,0,160,90

00:04.000 --> 00:08.000
sprite.jpg#xywh=160,0,160,90

00:08.000 --> 00:12.000
sprite.jpg#xywh=320,0,160,90
"""

_TYPES: Final = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".webp": "image/webp", ".vtt": "text/vtt"}


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One clip that everybody sees."""

    name: str
    id: SubmissionId
    clip_id: ClipId

    @property
    def embed_path(self) -> str:
        """Where other pages find it."""
        return f"/embed/{self.clip_id}"


def draw_bundle(video: Path, folder: Path) -> None:
    """Put what stands for a clip into *folder*, all drawn from *video*."""
    (folder / "video.mp4").write_bytes(video.read_bytes())
    (folder / "sprite.vtt").write_text(STRIP, encoding="utf-8")
    draw = ["ffmpeg", "-v", "error", "-y", "-i", str(video)]
    for name, looks in (
        ("poster.jpg", ["-frames:v", "1"]),
        ("poster.webp", ["-frames:v", "1"]),
        ("sprite.webp", ["-frames:v", "1", "-vf", "fps=1,scale=160:90,tile=3x1"]),
    ):
        subprocess.run([*draw, *looks, str(folder / name)], check=True)


class Exhibition:
    """Hangs clips of one bundle of files in the galleries of a service."""

    def __init__(self, services: Services, bundle: Path) -> None:
        self._services, self._bundle = services, bundle

    def hangs(self, given_name: str, *, call: CallSlug = builders.CALL, is_portrait: bool = False) -> Exhibit:
        """Show a clip in a call's gallery, before all others."""
        services = self._services
        letter = builders.a_letter(sender=builders.a_sender(given_name=given_name, family_name="Galli"))
        submission_id, _ = builders.a_receipt(services, state=State.PUBLISHED, letter=letter, call=call)
        publication = builders.read(services, submission_id).publication
        assert publication is not None
        for path in self._bundle.iterdir():
            key = keys.published(publication.clip_id, publication.revision, path.name)
            services.gallery.put_file(key, path, content_type=_TYPES[path.suffix])
        if is_portrait:
            self._turns(submission_id)
        return Exhibit(name=f"{given_name} Galli", id=submission_id, clip_id=publication.clip_id)

    def captions(self, exhibit: Exhibit, words: str) -> None:
        """Have somebody write down what is said in the first two seconds of a clip."""
        edition = captioning.Edition(
            language="it",
            cues=(Cue(start_ms=0, end_ms=2000, text=words),),
            seen_sha256=builders.read(self._services, exhibit.id).original_sha256,
            seen_version=0,
            is_checked=True,
        )
        now = self._services.clock()
        with writing(self._services.engine) as connection:
            saved = captioning.save(connection, exhibit.id, edition, moderator=builders.MODERATOR, now=now)
        assert saved is captioning.Saved.DONE

    def takes_down(self, exhibit: Exhibit) -> None:
        """Have its sender take a clip back."""
        builders.withdraw(self._services, exhibit.id)

    def _turns(self, submission_id: SubmissionId) -> None:
        row = submissions.c.id == submission_id
        with writing(self._services.engine) as connection:
            publication = connection.scalars(select(submissions.c.publication).where(row)).one()
            turned = {"width_px": publication["height_px"], "height_px": publication["width_px"]}
            connection.execute(update(submissions).where(row).values(publication=publication | turned))
