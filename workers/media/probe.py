"""The only place that believes what ffprobe says, and only as far as it can be believed."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import ToolFailed, ToolTimedOut, VideoRefused
from intake.domain.facts import SoundTrack, VideoFacts
from intake.domain.verdict import AUDIO_CODECS, VIDEO_CODECS
from workers.media import limits
from workers.media.answers import moment_of, number_of, ratio_of, read_object, text_of
from workers.media.commands import probing
from workers.media.commands.probing import FIRST_PACKETS
from workers.media.lengths import Track, extents, measure, require_whole
from workers.media.packets import has_hidden_footage, packets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workers.media.boxes import Container
    from workers.media.lengths import Extent
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

_QUARTER_TURN: Final = 90
_HALF_TURN: Final = 180
_MATRIX_COLUMNS: Final = 3
_MAX_FRAME_RATE: Final = 1000.0
_RATE_SPREAD: Final = 0.02
"""By how much the average may differ from the rate that fits every moment. Phones that keep their rate differ by 0.001;
clips that vary it by 0.12 and more, measured on 20 real ones."""

_HARMLESS_TAGS: Final = frozenset(
    {"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "language"}
)
"""Tags any writer of MP4 leaves; everything else may say who, where, when or with what."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What ffprobe says about a file, believed as far as it is possible at all.

    Attributes:
        telling_tags: Names of tags that could tell about a person, place, time or device.
        stream_count: Tracks of any kind.
        picture: The track that is seen; None without one.
        sound: The track that is heard; None without one.
        ends: Where the packets from the last keyframe on begin and end, by track.
        starts_s: When the first of all tracks begins; tools call this 0.
    """

    facts: VideoFacts
    telling_tags: frozenset[str]
    stream_count: int
    picture: Track | None
    sound: Track | None
    ends: Mapping[int, Extent]
    starts_s: float


def probe(sandbox: Sandbox, path: Path, container: Container, *, stop: StopSignal | None = None) -> VideoFacts:
    """Say what the sender's file at *path* holds, whose boxes were walked already.

    Raises:
        VideoRefused: ffprobe fails on it, or finds nothing that could be played.
        ToolTimedOut: The machine is too busy; this says nothing about the file.
        LeaseLost: *stop* was set.
    """
    try:
        said = report(sandbox, path, container, stop=stop)
        # A fragment says nothing about the next one, nor does the header of such a file.
        ends = {} if container.is_fragmented else said.ends
        picture = measure(sandbox, path, "v:0", said.picture, ends, stop=stop)
        sound = measure(sandbox, path, f"a:{said.facts.audio_track}", said.sound, ends, stop=stop)
    except ToolTimedOut:
        raise
    except ToolFailed as error:
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED) from error
    if said.facts.video_codec in VIDEO_CODECS and (said.facts.pixel_format is None or not said.facts.width_px):
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED, measured=said.facts.video_codec)
    if not container.is_fragmented:
        require_whole(said.picture, picture)
        require_whole(said.sound, sound)
    return replace(
        said.facts,
        duration_s=max(picture.length_s, sound.length_s),
        picture_s=picture.length_s,
        sound_s=sound.length_s,
        last_keyframe_s=max(picture.last_keyframe_s - said.starts_s, 0.0),
    )


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
    document = read_object(untrusted_json)
    if not document.get("streams"):
        raise ToolFailed("ffprobe found no streams")
    streams = [stream for stream in document["streams"] if isinstance(stream, dict)]
    shape = document.get("format")
    shape = shape if isinstance(shape, dict) else {}
    picture = _track(_first(streams, "video"), shape)
    listed = document.get("packets")
    listed = listed if isinstance(listed, list) else []
    first, last = packets_of(listed[:FIRST_PACKETS]), packets_of(listed[FIRST_PACKETS:])
    hides_footage = container.has_cuts or has_hidden_footage(first, picture=picture.index if picture else None)
    return Report(
        facts=replace(_facts(streams, shape, container), hides_footage=hides_footage),
        telling_tags=_telling_tags([shape, *streams]),
        stream_count=len(streams),
        picture=picture,
        sound=_track(_sound(streams), shape),
        ends=extents(last),
        starts_s=moment_of(shape.get("start_time")) or 0.0,
    )


def _facts(streams: list[dict[str, Any]], shape: Mapping[str, Any], container: Container) -> VideoFacts:
    video = _first(streams, "video")
    tracks = _sound_tracks(streams)
    audio, number = _sound(streams), tracks[0][0].number if tracks else 0
    duration_s = max(number_of(part.get("duration")) for part in (shape, video, audio))
    return VideoFacts(
        container=container.format,
        size_bytes=container.size_bytes,
        duration_s=duration_s,
        declared_s=duration_s,
        video_codec=_codec(video),
        video_profile=text_of(video, "profile"),
        pixel_format=text_of(video, "pix_fmt"),
        color_transfer=text_of(video, "color_transfer"),
        width_px=int(number_of(video.get("width"))),
        height_px=int(number_of(video.get("height"))),
        rotation_deg=_rotation_deg(video),
        is_mirrored=_is_mirrored(video),
        dolby_vision_profile=_dolby_vision_profile(video),
        pixel_aspect=ratio_of(video.get("sample_aspect_ratio"), otherwise=1.0),
        frame_rate=_frame_rate(video),
        is_rate_variable=_is_rate_variable(video),
        is_interlaced=_is_interlaced(video),
        video_bit_rate_bps=_bit_rate_bps(video, container, duration_s),
        audio_codec=_codec(audio),
        audio_profile=text_of(audio, "profile"),
        audio_channels=int(number_of(audio.get("channels"))),
        audio_sample_rate_hz=int(number_of(audio.get("sample_rate"))),
        audio_track=number,
        sound_tracks=tuple(track for track, _ in tracks) if len(tracks) > 1 else (),
    )


def _sound_tracks(streams: Iterable[dict[str, Any]]) -> list[tuple[SoundTrack, dict[str, Any]]]:
    """Return the sound tracks that we decode, numbered as ffmpeg numbers all; an iPhone's second may be none."""
    sounds = enumerate(stream for stream in streams if stream.get("codec_type") == "audio")
    return [(_sound_track(number, stream), stream) for number, stream in sounds if _codec(stream) in AUDIO_CODECS]


def _sound(streams: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sound that is heard first: what we decode comes before what we do not."""
    tracks = _sound_tracks(streams)
    return tracks[0][1] if tracks else _first(streams, "audio")


def _sound_track(number: int, stream: Mapping[str, Any]) -> SoundTrack:
    return SoundTrack(
        number=number,
        codec=_codec(stream),
        profile=text_of(stream, "profile"),
        channels=int(number_of(stream.get("channels"))),
        sample_rate_hz=int(number_of(stream.get("sample_rate"))),
    )


def _first(streams: Iterable[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the first stream of *kind* as ffmpeg's `v:0` and `a:0` would; else nothing."""
    return next((stream for stream in streams if stream.get("codec_type") == kind), {})


def _codec(stream: Mapping[str, Any]) -> str | None:
    return (text_of(stream, "codec_name") or text_of(stream, "codec_tag_string")) if stream else None


def _frame_rate(video: Mapping[str, Any]) -> float:
    # A phone's clip varies its rate: the average is what people see, `r_frame_rate` said 600 for a webcam's 17.
    rate = ratio_of(video.get("avg_frame_rate"), otherwise=0.0)
    return rate if rate <= _MAX_FRAME_RATE else 0.0


def _is_rate_variable(video: Mapping[str, Any]) -> bool:
    average, fitting = _frame_rate(video), ratio_of(video.get("r_frame_rate"), otherwise=0.0)
    # Of interlaced pictures ffprobe may count the halves.
    return bool(average and fitting) and not _is_interlaced(video) and abs(fitting / average - 1) > _RATE_SPREAD


def _is_interlaced(video: Mapping[str, Any]) -> bool:
    return text_of(video, "field_order") in {"tt", "bb", "tb", "bt"}


def _side_facts(video: Mapping[str, Any], name: str) -> list[object]:
    """Return what is said under *name* beside the stream itself: of its matrix, its colours."""
    sides = video.get("side_data_list")
    return [side[name] for side in sides if isinstance(side, dict) and name in side] if isinstance(sides, list) else []


def _rotation_deg(video: Mapping[str, Any]) -> int:
    """Return −90, 0, 90 or 180; 0 where the matrix is no turn, as the all-zero one that reads −9223372036854775808."""
    turn = next((turn for turn in _side_facts(video, "rotation") if isinstance(turn, int)), 0)
    if turn in {-_HALF_TURN, _HALF_TURN}:
        return _HALF_TURN
    return turn if turn in {-_QUARTER_TURN, _QUARTER_TURN} else 0


def _is_mirrored(video: Mapping[str, Any]) -> bool:
    """Tell whether the matrix turns left into right: its determinant is negative. The all-zero one does not."""
    for untrusted_matrix in _side_facts(video, "displaymatrix"):
        rows = [re.findall(r"-?\d+", line.partition(":")[2]) for line in str(untrusted_matrix).splitlines()]
        # Rows of a, b, u and c, d, v; a line of ffprobe's own stands above them.
        turns = [(int(row[0]), int(row[1])) for row in rows if len(row) == _MATRIX_COLUMNS]
        if len(turns) == _MATRIX_COLUMNS:
            (a, b), (c, d), _ = turns
            return a * d - b * c < 0
    return False


def _dolby_vision_profile(video: Mapping[str, Any]) -> str | None:
    """Return profile and compatibility as they are usually written: 8.4 is an iPhone's, whose base is plain HLG."""
    profile, compatibility = (
        next((value for value in _side_facts(video, name) if isinstance(value, int)), None)
        for name in ("dv_profile", "dv_bl_signal_compatibility_id")
    )
    return None if profile is None else f"{profile}.{compatibility or 0}"


def _bit_rate_bps(video: Mapping[str, Any], container: Container, duration_s: float) -> int:
    declared = int(number_of(video.get("bit_rate")))
    if declared or not video or not duration_s:
        return declared
    return int(container.size_bytes * 8 / duration_s)


def _telling_tags(parts: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    tags = [part.get("tags") for part in parts]
    names = {str(name).lower() for tag in tags if isinstance(tag, dict) for name in tag}
    return frozenset(names - _HARMLESS_TAGS)


def _track(stream: Mapping[str, Any], shape: Mapping[str, Any]) -> Track | None:
    if not stream:
        return None
    rate = _frame_rate(stream)
    counted_s = number_of(stream.get("nb_frames")) / rate if rate else 0.0
    return Track(
        index=int(number_of(stream.get("index"))),
        starts_s=number_of(stream.get("start_time")),
        promised_s=(counted_s, number_of(stream.get("duration")), number_of(shape.get("duration"))),
    )
