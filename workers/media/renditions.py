"""The only place that decides whether a clip is copied or encoded for review, and knows what a good rendition is.

A *review copy* is what moderators watch; the *delivery* is what visitors get, made from exactly that. Copying costs
0.006 of a clip's length, encoding 0.7 of it: what a browser can play is copied. An exit code proves nothing, so each
output is probed and compared before it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.domain.errors import OutputWrong, ToolFailed, ToolTimedOut, VideoRefused
from workers.media import limits
from workers.media.boxes import read_container
from workers.media.commands import writing
from workers.media.looks import HDR_TRANSFERS, MAX_FRAME_RATE, RATE_TOLERANCE, review_look
from workers.media.probe import report
from workers.media.progress import ProgressMeter

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from workers.media.commands.shaping import Look
    from workers.media.progress import TellProgress
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

REVIEW_NAME: Final = "review.mp4"

MAX_LONG_PX: Final = 1920
MAX_SHORT_PX: Final = 1080
"""Full HD, either way round: every browser plays it, and a larger one is made smaller."""

_PLAYABLE_PROFILES: Final = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
_PLAYABLE_FORMATS: Final = frozenset({"yuv420p", "yuvj420p"})
_PLAYABLE_AAC: Final = frozenset({"LC", "HE-AAC", "HE-AACv2"})
_PIXEL_ASPECT_TOLERANCE: Final = 0.01
_DURATION_TOLERANCE_S: Final = 0.5
_DURATION_TOLERANCE: Final = 0.02


_AAC_FRAME: Final = 1024
_INDEX_BYTES: Final = 65_536
_INDEX_BYTES_A_PACKET: Final = 48
"""More than any packet can take: its size, its times, its place, and a chunk of its own. Source: ISO/IEC 14496-12."""

_MAX_INDEX_SHARE: Final = 0.01
"""What is left over of the room stays empty in the file. A smaller clip is moved in no time."""


class PlanReason(StrEnum):
    """Why a clip is copied or encoded. Recorded with the rendition."""

    PLAYS_AS_IT_IS = "plays_as_it_is"
    VIDEO_CODEC = "video_codec"
    VIDEO_PROFILE = "video_profile"
    PIXEL_FORMAT = "pixel_format"
    HDR = "hdr"
    PICTURE_SIZE = "picture_size"
    PIXEL_ASPECT = "pixel_aspect"
    FRAME_RATE = "frame_rate"
    INTERLACED = "interlaced"
    MIRRORED = "mirrored"
    HIDDEN_FOOTAGE = "hidden_footage"
    AUDIO_CODEC = "audio_codec"
    COPY_FAILED = "copy_failed"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the review copy is made, and why.

    Attributes:
        copies_video: The picture is taken over bit by bit.
        copies_sound: The sound is.
    """

    reason: PlanReason
    copies_video: bool
    copies_sound: bool

    @property
    def is_remux(self) -> bool:
        """Whether nothing is decoded: a second's work."""
        return self.copies_video and self.copies_sound


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A file of ours that was probed after it was written."""

    path: Path
    facts: VideoFacts


def plan_review_copy(facts: VideoFacts) -> Plan:
    """Decide how to make something every browser plays of a clip that was accepted."""
    if facts.hides_footage:
        # A copy would hide it too, from whoever approves the clip but not from whoever downloads it.
        return Plan(reason=PlanReason.HIDDEN_FOOTAGE, copies_video=False, copies_sound=False)
    sound = PlanReason.AUDIO_CODEC if not _plays_sound(facts) else None
    picture = _why_encode_picture(facts)
    return Plan(
        reason=picture or sound or PlanReason.PLAYS_AS_IT_IS,
        copies_video=picture is None,
        copies_sound=sound is None,
    )


def plan_encode(facts: VideoFacts) -> Plan:
    """Decide how to encode a clip; one that could have been copied is here because its copy was not as promised."""
    plan = plan_review_copy(facts)
    return Plan(reason=PlanReason.COPY_FAILED, copies_video=False, copies_sound=False) if plan.is_remux else plan


def remux(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None = None
) -> Rendition:
    """Copy picture and sound of the file at *path* into `review.mp4`: no tags, no other tracks, index first.

    Raises:
        OutputWrong: What was written does not hold what the source declares. For a sender's file that is the file's
            fault: its index lies about its packets.
        ToolFailed: It could not be copied.
        LeaseLost: *stop* was set.
    """
    out = folder / REVIEW_NAME
    room = room_for_index(facts)
    if room is not None:
        try:
            return _copied(sandbox, path, facts, out, index_bytes=room, stop=stop)
        except ToolTimedOut:
            raise
        except ToolFailed:
            # Its index may need more room than any should, of which ffmpeg makes no failure: then all is moved.
            out.unlink(missing_ok=True)
    return _copied(sandbox, path, facts, out, index_bytes=None, stop=stop)


def room_for_index(facts: VideoFacts) -> int | None:
    """Return how many bytes to leave for the index of a copy of a clip; None where they would be felt."""
    packets = facts.frame_rate * facts.duration_s + facts.audio_sample_rate_hz / _AAC_FRAME * facts.duration_s
    room = int(_INDEX_BYTES + _INDEX_BYTES_A_PACKET * packets)
    return room if room <= _MAX_INDEX_SHARE * facts.size_bytes else None


def encode(  # noqa: PLR0913 - a file, what is known of it, and who wants to know how it goes
    sandbox: Sandbox,
    path: Path,
    facts: VideoFacts,
    *,
    folder: Path,
    stop: StopSignal | None = None,
    tell: TellProgress | None = None,
) -> Rendition:
    """Make `review.mp4` as planned: H.264 and AAC, at most Full HD, upright, in ordinary colours, no tags.

    Raises:
        OutputWrong: What was written does not hold what the source declares, as in `remux`.
        ToolFailed: It could not be encoded.
        ToolTimedOut: It took longer than six times its length, or stood still for a minute.
        LeaseLost: *stop* was set.
    """
    plan = plan_encode(facts)
    out = folder / REVIEW_NAME
    look = None if plan.copies_video else review_look(facts)
    argv = writing.encode(out.name, look, copies_sound=plan.copies_sound, audio_track=facts.audio_track)
    run_encode(sandbox, argv, source=path, facts=facts, folder=folder, stop=stop, tell=tell)
    return verified(sandbox, out, source=facts, look=look, stop=stop)


def _copied(  # noqa: PLR0913 - a file, what is known of it, and how its copy is written
    sandbox: Sandbox, path: Path, facts: VideoFacts, out: Path, *, index_bytes: int | None, stop: StopSignal | None
) -> Rendition:
    argv = writing.remux(out.name, audio_track=facts.audio_track, index_bytes=index_bytes)
    sandbox.run(argv, source=path, output=out.parent, limits=limits.copying(), stop=stop)
    return verified(sandbox, out, source=facts, look=None, stop=stop)


def run_encode(  # noqa: PLR0913 - a command, what it reads, and who wants to know how it goes
    sandbox: Sandbox,
    argv: list[str],
    *,
    source: Path,
    facts: VideoFacts,
    folder: Path,
    stop: StopSignal | None,
    tell: TellProgress | None,
    longest_s: float | None = None,
) -> None:
    """Run an encode of *source* that tells its progress.

    Args:
        facts: Of what is encoded, where that is only a part.
        longest_s: How much of the source may have to be decoded for it; all that is encoded, where nothing is said.

    Raises:
        ToolFailed, ToolTimedOut, LeaseLost: As `encode`.
    """
    meter = ProgressMeter(duration_s=facts.duration_s, tell=tell)
    bounds = limits.encoding(longest_s or facts.duration_s)
    sandbox.stream(
        argv, source=source, output=folder, limits=bounds, consume=meter.take, watch=meter.require_advance, stop=stop
    )


def _why_encode_picture(facts: VideoFacts) -> PlanReason | None:
    width_px, height_px = facts.upright_px
    obstacles = {
        PlanReason.VIDEO_CODEC: facts.video_codec != "h264",
        PlanReason.HDR: facts.color_transfer in HDR_TRANSFERS,
        PlanReason.PIXEL_FORMAT: facts.pixel_format not in _PLAYABLE_FORMATS,
        PlanReason.VIDEO_PROFILE: facts.video_profile not in _PLAYABLE_PROFILES,
        PlanReason.PICTURE_SIZE: max(width_px, height_px) > MAX_LONG_PX or min(width_px, height_px) > MAX_SHORT_PX,
        PlanReason.PIXEL_ASPECT: abs(facts.pixel_aspect - 1) > _PIXEL_ASPECT_TOLERANCE,
        PlanReason.FRAME_RATE: facts.frame_rate > MAX_FRAME_RATE + RATE_TOLERANCE,
        PlanReason.INTERLACED: facts.is_interlaced,
        # Browsers turn a picture as its matrix says, but may not mirror it.
        PlanReason.MIRRORED: facts.is_mirrored,
    }
    return next((reason for reason, is_there in obstacles.items() if is_there), None)


def _plays_sound(facts: VideoFacts) -> bool:
    return facts.audio_codec == "aac" and facts.audio_profile in _PLAYABLE_AAC


def verified(
    sandbox: Sandbox, out: Path, *, source: VideoFacts, look: Look | None, stop: StopSignal | None
) -> Rendition:
    """Probe what was written of *source* and return it.

    Raises:
        OutputWrong: With everything that is not as it was asked for.
    """
    try:
        written = report(sandbox, out, read_container(out), stop=stop)
    except (VideoRefused, FileNotFoundError) as error:
        raise OutputWrong(f"{out.name}: {error}") from error
    problems = find_problems(written.facts, source=source, look=look)
    if written.telling_tags:
        problems.append(f"tags {', '.join(sorted(written.telling_tags))}")
    if written.stream_count != 2:  # noqa: PLR2004 - picture and sound
        problems.append(f"{written.stream_count} tracks")
    if problems:
        raise OutputWrong(f"{out.name}: {'; '.join(problems)}")
    return Rendition(path=out, facts=written.facts)


def find_problems(written: VideoFacts, *, source: VideoFacts, look: Look | None) -> list[str]:
    """Say in words how *written* differs from what was to be made of *source*, its picture copied without a *look*."""
    size_px = (source.width_px, source.height_px) if look is None else (look.width_px, look.height_px)
    turn_deg = source.rotation_deg if look is None else 0
    pixel_formats = _PLAYABLE_FORMATS if look is None else {"yuv420p"}
    tolerance_s = max(_DURATION_TOLERANCE_S, _DURATION_TOLERANCE * source.duration_s)
    problems = {
        f"lasts {written.duration_s:.2f} s, not {source.duration_s:.2f} s": (
            abs(written.duration_s - source.duration_s) > tolerance_s
        ),
        f"picture is {written.video_codec}": written.video_codec != "h264",
        f"sound is {written.audio_codec}": written.audio_codec != "aac",
        f"pixels are {written.pixel_format}": written.pixel_format not in pixel_formats,
        f"is {written.width_px} × {written.height_px}, not {size_px[0]} × {size_px[1]}": (
            (written.width_px, written.height_px) != size_px
        ),
        f"is turned by {written.rotation_deg}°, not {turn_deg}°": written.rotation_deg != turn_deg,
        "hides footage": written.hides_footage,
    }
    return [problem for problem, is_there in problems.items() if is_there]
