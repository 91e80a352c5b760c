"""The service's own work on a file that lies on the disk, a function a stage, through the functions its steps use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.measuring import counted_folder
from intake.domain.calls import Format, Rules
from intake.domain.listening import judge_sound
from workers.media.boxes import read_container
from workers.media.delivery import deliver
from workers.media.examine import examine
from workers.media.probe import probe
from workers.media.renditions import encode, remux
from workers.media.sprites import draw_sprite
from workers.media.thumbnails import make_webps
from workers.media.tracks import listen

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from workers.media.examine import Examination
    from workers.media.renditions import Rendition
    from workers.media.sandbox import Sandbox

RULES: Final = Rules(
    min_duration_s=1,
    max_duration_s=1200,
    max_bytes=4_000_000_000,
    min_short_side_px=240,
    max_long_side_px=4096,
    warn_short_side_px=480,
    formats=(Format.MP4, Format.MOV),
)
"""Wide enough for every clip that is measured."""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Where the work is done: a sandbox, and a folder in which each output gets its own, as a step does it."""

    sandbox: Sandbox
    folder: Path

    def facts_of(self, clip: Path) -> VideoFacts:
        """Return what a probe says about a clip."""
        return probe(self.sandbox, clip, read_container(clip))

    def verdict(self, clip: Path) -> None:
        """Hash and examine a file: what the sender is told, stills and waveform included."""
        with counted_folder(self.folder) as seen:
            self._examine(clip, seen)

    def ready(self, clip: Path, *, judges_noise: bool = True) -> None:
        """Do everything from the fetched file to ready for review: the verdict, and the review copy with its hash."""
        with counted_folder(self.folder) as seen, counted_folder(self.folder) as copy:
            self._review(clip, self._examine(clip, seen, judges_noise=judges_noise), copy)

    def published(self, clip: Path) -> None:
        """Do everything from the fetched file to the files of the gallery, their hashes included."""
        with counted_folder(self.folder) as room:
            folders = [room / name for name in ("seen", "copy", "delivery", "webps", "sprite")]
            for folder in folders:
                folder.mkdir()
            seen, copy, delivery, webps, sprite = folders
            examination = self._examine(clip, seen)
            review = self._review(clip, examination, copy)
            facts = probe(self.sandbox, review.path, read_container(review.path))
            made = deliver(self.sandbox, review.path, facts, folder=delivery, levels=examination.levels)
            make_webps(self.sandbox, [still.path for still in examination.stills], folder=webps)
            smallest = made.small or made.video
            draw_sprite(self.sandbox, smallest.path, smallest.facts, folder=sprite)
            for folder in (seen, delivery, webps, sprite):
                for file in folder.iterdir():
                    _hash(file)

    def hear(self, clip: Path, facts: VideoFacts) -> None:
        """Judge the sound alone."""
        judge_sound(listen(self.sandbox, clip, facts).sound.levels, RULES)

    def _examine(self, clip: Path, folder: Path, *, judges_noise: bool = True) -> Examination:
        _hash(clip)
        examination = examine(clip, rules=RULES, sandbox=self.sandbox, folder=folder, judges_noise=judges_noise)
        assert examination.is_accepted, examination.checks
        return examination

    def _review(self, clip: Path, examination: Examination, folder: Path) -> Rendition:
        assert examination.facts is not None
        assert examination.plan is not None
        make = remux if examination.plan.is_remux else encode
        review = make(self.sandbox, clip, examination.facts, folder=folder)
        _hash(review.path)
        return review


def _hash(path: Path) -> None:
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
