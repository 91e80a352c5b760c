"""The only place that makes what visitors get, from exactly the file that was reviewed: two sizes, from one decode.

All clips of a gallery play at one loudness. ffmpeg's `loudnorm` changes the dynamics of nearly all speech and its
default AAC coder overshoots; a plain gain, a limiter at four times the rate and a look at the encoded sound come within
0.2 LU, measured on thirteen clips. Only the sound is looked at twice: the pictures are decoded once, and never to hear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.domain.errors import OutputWrong
from intake.domain.listening import DELIVERED_DBTP, DELIVERED_LUFS, SILENT_LUFS
from workers.media import limits
from workers.media.boxes import read_container
from workers.media.commands import sound, writing
from workers.media.levels import measure
from workers.media.looks import delivery_looks
from workers.media.probe import report
from workers.media.renditions import run_encode, verified

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import AudioLevels, VideoFacts
    from workers.media.levels import Sound
    from workers.media.progress import TellProgress
    from workers.media.renditions import Rendition
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

VIDEO_NAME: Final = "video.mp4"
SMALL_NAME: Final = "video-small.mp4"

TARGET_LUFS: Final = DELIVERED_LUFS
MAX_PEAK_DBTP: Final = DELIVERED_DBTP

MAX_GAIN_DB: Final = 20.0
"""More would lift the room to the level of a voice."""

_GOOD_ENOUGH_LU: Final = 0.4
_MAX_CORRECTIONS: Final = 2
_PEAK_MARGIN_DB: Final = 0.3
_EARS: Final = 2

_SOUND_NAME: Final = "sound.mp4"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What was made for visitors.

    Attributes:
        small: The same for bad lines; None where `video` is that small itself.
        sound: Of both, as it was measured after it was encoded.
        gain_db: How much louder the sound was made.
    """

    video: Rendition
    small: Rendition | None
    sound: Sound
    gain_db: float


def deliver(  # noqa: PLR0913 - a file, what is known of it, and who wants to know how it goes
    sandbox: Sandbox,
    review: Path,
    facts: VideoFacts,
    *,
    folder: Path,
    levels: AudioLevels | None = None,
    stop: StopSignal | None = None,
    tell: TellProgress | None = None,
) -> Delivery:
    """Make `video.mp4` and `video-small.mp4` in *folder* from the *review* copy, at one loudness.

    Args:
        levels: What was measured of the sound when the original was looked at, to spare another decode.

    Raises:
        OutputWrong: What was written is not what was asked for, or its peaks cannot be held.
        ToolFailed: It could not be made.
        ToolTimedOut: It took longer than six times its length, or stood still for a minute.
        LeaseLost: *stop* was set.
    """
    if levels is None or not holds_for_copies(levels):
        levels = measure(sandbox, review, facts, judges_noise=False, stop=stop).levels
    levelled = folder / _SOUND_NAME
    gain_db, heard = _level(sandbox, review, levels, out=levelled, stop=stop)
    large_look, small_look = delivery_looks(facts)
    small = (SMALL_NAME, small_look) if small_look else None
    argv = writing.deliver(sound=levelled.name, large=(VIDEO_NAME, large_look), small=small)
    run_encode(sandbox, argv, source=review, facts=facts, folder=folder, stop=stop, tell=tell)
    levelled.unlink()
    return Delivery(
        video=verified(sandbox, folder / VIDEO_NAME, source=facts, look=large_look, stop=stop),
        small=verified(sandbox, folder / SMALL_NAME, source=facts, look=small_look, stop=stop) if small_look else None,
        sound=heard,
        gain_db=round(gain_db, 2),
    )


def holds_for_copies(levels: AudioLevels) -> bool:
    """Tell whether what was measured of an original is true of its review copy: not where channels were mixed down."""
    return levels.channels <= _EARS


def gain_for(levels: AudioLevels) -> float:
    """Return by how many dB to raise the sound; 0 where it is silence or loud enough already."""
    if levels.integrated_lufs is None or levels.integrated_lufs <= SILENT_LUFS:
        return 0.0
    gain_db = min(TARGET_LUFS - levels.integrated_lufs, MAX_GAIN_DB)
    return gain_db if abs(gain_db) > _GOOD_ENOUGH_LU else 0.0


def _level(
    sandbox: Sandbox, review: Path, levels: AudioLevels, *, out: Path, stop: StopSignal | None
) -> tuple[float, Sound]:
    """Write the sound alone and measure it; correct gain and ceiling at most twice. Return the last gain, and it.

    Raises:
        OutputWrong: The peaks are still too high.
    """
    gain_db, ceiling_dbtp = gain_for(levels), sound.LIMITER_CEILING_DBTP
    # Silence has no loudness: there is nothing to reach, and what a coder makes of it must not be lifted to a roar.
    target_lufs = None if levels.integrated_lufs is None else levels.integrated_lufs + gain_db
    heard = _written(sandbox, review, out, gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, stop=stop)
    for _ in range(_MAX_CORRECTIONS):
        missing_lu = _missing_lu(target_lufs, heard.levels)
        excess_db = _excess_db(heard.levels)
        if abs(missing_lu) <= _GOOD_ENOUGH_LU and not excess_db:
            break
        # What the limiter took is given back; peaks that the coder made are held a little lower.
        gain_db = min(gain_db + missing_lu, MAX_GAIN_DB)
        ceiling_dbtp -= excess_db
        heard = _written(sandbox, review, out, gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, stop=stop)
    if _excess_db(heard.levels):
        raise OutputWrong(f"the sound peaks at {heard.levels.true_peak_dbtp} dBTP")
    return gain_db, heard


def _missing_lu(target_lufs: float | None, heard: AudioLevels) -> float:
    """Return by how much what was written is too quiet; 0 where there is nothing to compare."""
    return 0.0 if target_lufs is None or heard.integrated_lufs is None else target_lufs - heard.integrated_lufs


def _written(  # noqa: PLR0913 - a file, how it is to sound, and where it goes
    sandbox: Sandbox, review: Path, out: Path, *, gain_db: float, ceiling_dbtp: float, stop: StopSignal | None
) -> Sound:
    argv = sound.level_sound(out.name, gain_db=gain_db, ceiling_dbtp=ceiling_dbtp)
    sandbox.run(argv, source=review, output=out.parent, limits=limits.SOUND, stop=stop)
    facts = report(sandbox, out, read_container(out), stop=stop).facts
    return measure(sandbox, out, facts, stop=stop)


def _excess_db(levels: AudioLevels) -> float:
    """Return by how much the peaks are too high, with a margin; 0 where they are not."""
    peak_dbtp = levels.true_peak_dbtp
    return 0.0 if peak_dbtp is None or peak_dbtp <= MAX_PEAK_DBTP else peak_dbtp - MAX_PEAK_DBTP + _PEAK_MARGIN_DB
