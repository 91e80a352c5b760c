"""The only place that makes what visitors get, from exactly the file that was reviewed.

All clips of a gallery play at one loudness. ffmpeg's `loudnorm` changes the dynamics of nearly all speech and its
default AAC coder overshoots; a plain gain, a limiter at four times the rate and a second look at the encoded file come
within 0.2 LU, measured on thirteen clips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.domain.errors import OutputWrong
from intake.domain.listening import SILENT_LUFS
from workers.media import limits
from workers.media.boxes import read_container
from workers.media.commands import sound
from workers.media.levels import measure
from workers.media.probe import report
from workers.media.renditions import join_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import AudioLevels, VideoFacts
    from workers.media.levels import Sound
    from workers.media.renditions import Rendition
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

TARGET_LUFS: Final = -16.0
"""Loudness of speech on the web. Source: AES TD1008, for streams on phones and computers."""

MAX_PEAK_DBTP: Final = -1.0
"""Highest true peak, so that no decoder clips. Source: EBU R128 s2."""

MAX_GAIN_DB: Final = 20.0
"""More would lift the room to the level of a voice."""

_GOOD_ENOUGH_LU: Final = 0.4
_MAX_CORRECTIONS: Final = 2
_PEAK_MARGIN_DB: Final = 0.3
_NUDGE_DB: Final = 0.01
"""A gain nobody hears, for sound that is as loud as it should be and only peaks too high."""

_SOUND_NAME: Final = "sound.mp4"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What was made for visitors, as it was measured afterwards.

    Attributes:
        gain_db: How much louder the sound was made; 0 where it was taken over as it is.
    """

    video: Rendition
    sound: Sound
    gain_db: float


def deliver(
    sandbox: Sandbox, review: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None = None
) -> Delivery:
    """Make `video.mp4` in *folder* from the *review* copy, light enough for visitors' lines and at one loudness.

    Raises:
        OutputWrong: What was written is not what was asked for, or its peaks cannot be held.
        ToolFailed: It could not be made.
        ToolTimedOut: It took longer than six times its length.
        LeaseLost: *stop* was set.
    """
    levels = measure(sandbox, review, facts, judges_noise=False, stop=stop).levels
    gain_db = gain_for(levels)
    levelled = folder / _SOUND_NAME if gain_db else None
    if levelled is not None:
        gain_db = _level(sandbox, review, levels, gain_db=gain_db, out=levelled, stop=stop)
    video = join_delivery(sandbox, review, facts, sound=levelled, folder=folder, stop=stop)
    if levelled is not None:
        levelled.unlink()
    sound = measure(sandbox, video.path, video.facts, stop=stop)
    return Delivery(video=video, sound=sound, gain_db=round(gain_db, 2))


def gain_for(levels: AudioLevels) -> float:
    """Return by how many dB to raise the sound; 0 where it is silence or fits already."""
    if levels.integrated_lufs is None or levels.integrated_lufs <= SILENT_LUFS:
        return 0.0
    gain_db = min(TARGET_LUFS - levels.integrated_lufs, MAX_GAIN_DB)
    fits = abs(gain_db) <= _GOOD_ENOUGH_LU and not _excess_db(levels)
    return 0.0 if fits else gain_db or _NUDGE_DB


def _level(  # noqa: PLR0913 - a file, what is known of it, and where it goes
    sandbox: Sandbox, review: Path, levels: AudioLevels, *, gain_db: float, out: Path, stop: StopSignal | None
) -> float:
    """Write the sound alone, measure it, correct gain and ceiling at most twice; return the last gain.

    Raises:
        OutputWrong: The peaks are still too high.
    """
    target_lufs = (levels.integrated_lufs or 0.0) + gain_db
    ceiling_dbtp = sound.LIMITER_CEILING_DBTP
    argv = sound.level_sound(out.name, gain_db=gain_db, ceiling_dbtp=ceiling_dbtp)
    written = _written_levels(sandbox, argv, review, out, stop)
    for _ in range(_MAX_CORRECTIONS):
        missing_lu = target_lufs - (written.integrated_lufs or target_lufs)
        excess_db = _excess_db(written)
        if abs(missing_lu) <= _GOOD_ENOUGH_LU and not excess_db:
            break
        # What the limiter took is given back; peaks that the coder made are held a little lower.
        gain_db += missing_lu
        ceiling_dbtp -= excess_db
        argv = sound.level_sound(out.name, gain_db=gain_db, ceiling_dbtp=ceiling_dbtp)
        written = _written_levels(sandbox, argv, review, out, stop)
    if _excess_db(written):
        raise OutputWrong(f"the sound peaks at {written.true_peak_dbtp} dBTP")
    return gain_db


def _written_levels(sandbox: Sandbox, argv: list[str], review: Path, out: Path, stop: StopSignal | None) -> AudioLevels:
    sandbox.run(argv, source=review, output=out.parent, limits=limits.SOUND, stop=stop)
    facts = report(sandbox, out, read_container(out), stop=stop).facts
    return measure(sandbox, out, facts, judges_noise=False, stop=stop).levels


def _excess_db(levels: AudioLevels) -> float:
    """Return by how much the peaks are too high, with a margin; 0 where they are not."""
    peak_dbtp = levels.true_peak_dbtp
    return 0.0 if peak_dbtp is None or peak_dbtp <= MAX_PEAK_DBTP else peak_dbtp - MAX_PEAK_DBTP + _PEAK_MARGIN_DB
