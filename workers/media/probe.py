"""The only place that believes what ffprobe says, and only as far as it can be believed."""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import ToolFailed, ToolTimedOut, VideoRefused
from intake.domain.facts import SoundTrack, VideoFacts
from intake.domain.verdict import AUDIO_CODECS, VIDEO_CODECS
from workers.media import limits
from workers.media.commands import probing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workers.media.boxes import Container
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

_QUARTER_TURN: Final = 90
_HALF_TURN: Final = 180
_MAX_FRAME_RATE: Final = 1000.0
_HARMLESS_TAGS: Final = frozenset(
    {"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "language"}
)
"""Tags any writer of MP4 leaves; everything else may say who, where, when or with what."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What ffprobe says about a file of ours.

    Attributes:
        telling_tags: Names of tags that could tell about a person, place, time or device.
        stream_count: Tracks of any kind.
    """

    facts: VideoFacts
    telling_tags: frozenset[str]
    stream_count: int


def probe(sandbox: Sandbox, path: Path, container: Container, *, stop: StopSignal | None = None) -> VideoFacts:
    """Say what the sender's file at *path* holds, whose boxes were walked already.

    Raises:
        VideoRefused: ffprobe fails on it, or finds nothing that could be played.
        ToolTimedOut: The machine is too busy; this says nothing about the file.
        LeaseLost: *stop* was set.
    """
    try:
        facts = report(sandbox, path, container, stop=stop).facts
        if container.is_fragmented or facts.duration_s == 0:
            facts = replace(facts, duration_s=_measured_duration_s(sandbox, path, facts, stop))
    except ToolTimedOut:
        raise
    except ToolFailed as error:
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED) from error
    if facts.video_codec in VIDEO_CODECS and (facts.pixel_format is None or not facts.width_px):
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED, measured=facts.video_codec)
    return facts


def report(sandbox: Sandbox, path: Path, container: Container, *, stop: StopSignal | None = None) -> Report:
    """Say what the file at *path* holds, tags included.

    Raises:
        ToolFailed: ffprobe fails on it, or what it says is no description.
        LeaseLost: *stop* was set.
    """
    with tempfile.TemporaryDirectory(prefix="probe-") as nothing:
        answer = sandbox.run(probing.probe(), source=path, output=Path(nothing), limits=limits.PROBE, stop=stop)
    return read_report(answer.stdout, container)


def read_report(untrusted_json: bytes, container: Container) -> Report:
    """Read ffprobe's *untrusted_json*: any value in it may be missing, absurd or a lie.

    Raises:
        ToolFailed: It is no JSON object, or lists no streams.
    """
    try:
        document = json.loads(untrusted_json)
    except ValueError as error:
        raise ToolFailed("ffprobe wrote no JSON") from error
    if not isinstance(document, dict) or not document.get("streams"):
        raise ToolFailed("ffprobe found no streams")
    streams = [stream for stream in document["streams"] if isinstance(stream, dict)]
    shape = document.get("format")
    shape = shape if isinstance(shape, dict) else {}
    return Report(
        facts=_facts(streams, shape, container),
        telling_tags=_telling_tags([shape, *streams]),
        stream_count=len(streams),
    )


def _facts(streams: list[dict[str, Any]], shape: Mapping[str, Any], container: Container) -> VideoFacts:
    video = _first(streams, "video")
    tracks = _sound_tracks(streams)
    audio, number = (tracks[0][1], tracks[0][0].number) if tracks else (_first(streams, "audio"), 0)
    duration_s = max(_number(part.get("duration")) for part in (shape, video, audio))
    return VideoFacts(
        container=container.format,
        size_bytes=container.size_bytes,
        duration_s=duration_s,
        video_codec=_codec(video),
        video_profile=_text(video, "profile"),
        pixel_format=_text(video, "pix_fmt"),
        color_transfer=_text(video, "color_transfer"),
        width_px=int(_number(video.get("width"))),
        height_px=int(_number(video.get("height"))),
        rotation_deg=_rotation_deg(video),
        pixel_aspect=_ratio(str(video.get("sample_aspect_ratio", "")).replace(":", "/"), otherwise=1.0),
        frame_rate=_frame_rate(video),
        is_interlaced=_text(video, "field_order") in {"tt", "bb", "tb", "bt"},
        video_bit_rate_bps=_bit_rate_bps(video, container, duration_s),
        audio_codec=_codec(audio),
        audio_profile=_text(audio, "profile"),
        audio_channels=int(_number(audio.get("channels"))),
        audio_sample_rate_hz=int(_number(audio.get("sample_rate"))),
        audio_track=number,
        sound_tracks=tuple(track for track, _ in tracks) if len(tracks) > 1 else (),
    )


def _sound_tracks(streams: Iterable[dict[str, Any]]) -> list[tuple[SoundTrack, dict[str, Any]]]:
    """Return the sound tracks that we decode, numbered as ffmpeg numbers all; an iPhone's second may be none."""
    sounds = enumerate(stream for stream in streams if stream.get("codec_type") == "audio")
    return [(_sound_track(number, stream), stream) for number, stream in sounds if _codec(stream) in AUDIO_CODECS]


def _sound_track(number: int, stream: Mapping[str, Any]) -> SoundTrack:
    return SoundTrack(
        number=number,
        codec=_codec(stream),
        profile=_text(stream, "profile"),
        channels=int(_number(stream.get("channels"))),
        sample_rate_hz=int(_number(stream.get("sample_rate"))),
    )


def _first(streams: Iterable[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the first stream of *kind* as ffmpeg's `v:0` and `a:0` would; else nothing."""
    return next((stream for stream in streams if stream.get("codec_type") == kind), {})


def _codec(stream: Mapping[str, Any]) -> str | None:
    return (_text(stream, "codec_name") or _text(stream, "codec_tag_string")) if stream else None


def _text(stream: Mapping[str, Any], key: str) -> str | None:
    value = stream.get(key)
    return value if isinstance(value, str) and value != "unknown" else None


def _number(untrusted: object) -> float:
    """Return *untrusted* as a number, 0 where it is none, not finite or negative."""
    try:
        number = float(untrusted)  # type: ignore[arg-type]  # the error below is the check
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


def _ratio(untrusted: str, *, otherwise: float) -> float:
    try:
        ratio = float(Fraction(untrusted))
    except (ValueError, ZeroDivisionError, OverflowError):
        return otherwise
    return ratio if ratio > 0 else otherwise


def _frame_rate(video: Mapping[str, Any]) -> float:
    # A phone's clip varies its rate: the average is what people see, `r_frame_rate` said 600 for a webcam's 17.
    rate = _ratio(str(video.get("avg_frame_rate", "")), otherwise=0.0)
    return rate if rate <= _MAX_FRAME_RATE else 0.0


def _rotation_deg(video: Mapping[str, Any]) -> int:
    """Return −90, 0, 90 or 180; 0 where the matrix is no turn, as the all-zero one that reads −9223372036854775808."""
    sides = video.get("side_data_list")
    turns = [side.get("rotation") for side in sides if isinstance(side, dict)] if isinstance(sides, list) else []
    turn = next((turn for turn in turns if isinstance(turn, int)), 0)
    if turn in {-_HALF_TURN, _HALF_TURN}:
        return _HALF_TURN
    return turn if turn in {-_QUARTER_TURN, _QUARTER_TURN} else 0


def _bit_rate_bps(video: Mapping[str, Any], container: Container, duration_s: float) -> int:
    declared = int(_number(video.get("bit_rate")))
    if declared or not video or not duration_s:
        return declared
    return int(container.size_bytes * 8 / duration_s)


def _telling_tags(parts: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    tags = [part.get("tags") for part in parts]
    names = {str(name).lower() for tag in tags if isinstance(tag, dict) for name in tag}
    return frozenset(names - _HARMLESS_TAGS)


def _measured_duration_s(sandbox: Sandbox, path: Path, facts: VideoFacts, stop: StopSignal | None) -> float:
    """Return the time from the first packet to the end of the last, of the longer of picture and sound."""
    kinds = [
        kind for kind, codec in (("v:0", facts.video_codec), (f"a:{facts.audio_track}", facts.audio_codec)) if codec
    ]
    return max((_packets_duration_s(sandbox, path, kind, stop) for kind in kinds), default=0.0)


def _packets_duration_s(sandbox: Sandbox, path: Path, stream: str, stop: StopSignal | None) -> float:
    with tempfile.TemporaryDirectory(prefix="probe-") as nothing:
        answer = sandbox.run(
            probing.list_packets(stream), source=path, output=Path(nothing), limits=limits.PROBE, stop=stop
        )
    return packets_duration_s(answer.stdout.decode("ascii", "replace"))


def packets_duration_s(lines: str) -> float:
    """Return how long the packets in *lines* of `pts_time,duration_time` last; 0 where there are none."""
    times = [line.split(",") for line in lines.splitlines()]
    packets = [(float(pts), _number(rest[0] if rest else 0)) for pts, *rest in times if _is_time(pts)]
    if not packets:
        return 0.0
    return max(pts + length for pts, length in packets) - min(pts for pts, _ in packets)


def _is_time(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
