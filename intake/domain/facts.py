"""What is measured of a clip: its container and picture, and its sound. The words that a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake.domain.calls import Format


@dataclass(frozen=True, kw_only=True)
class SoundTrack:
    """One of several sound tracks that we can decode.

    Attributes:
        number: Its place among the sound tracks of the file, 0 being the first.
    """

    number: int
    codec: str | None
    profile: str | None
    channels: int
    sample_rate_hz: int


@dataclass(frozen=True, kw_only=True)
class VideoFacts:
    """What a probe says about a file. Widths and heights are those of the stored picture, before it is turned.

    What has a default was not measured when the first clips came in; their rows have none of it.

    Attributes:
        container: `mp4` or `mov`, from the file's brand.
        duration_s: Seconds that the file really holds, of the longer of picture and sound.
        declared_s: Seconds that the file says it has; any number.
        picture_s: Seconds of picture that the file holds.
        sound_s: Seconds of sound that the file holds.
        last_keyframe_s: Moment of the last picture that is stored whole.
        hides_footage: It holds more than players show: what was trimmed off on the phone, or cut out.
        video_codec: ffmpeg's name, or the sample entry's four characters where ffmpeg has none; None without a picture.
        rotation_deg: As ffprobe reports it, −90, 0, 90 or 180: −90 stands upright after a quarter turn clockwise.
        is_mirrored: Left and right are to change places, before the turn.
        pixel_aspect: Width of a stored pixel over its height; 1.0 on every phone.
        frame_rate: Pictures a second, on average.
        is_rate_variable: The rate varies, as phones do in the dark and browsers always.
        color_transfer: ffmpeg's name of the transfer function: `arib-std-b67` is HLG, `smpte2084` PQ.
        dolby_vision_profile: As it is usually written, `8.4` on iPhones; None without.
        audio_codec: ffmpeg's name; None without a sound track.
        audio_track: The sound track that is judged, copied and published, 0 being the first.
        sound_tracks: Every track that could be it, where there are several.
    """

    container: Format
    size_bytes: int
    duration_s: float
    declared_s: float = 0.0
    picture_s: float = 0.0
    sound_s: float = 0.0
    last_keyframe_s: float = 0.0
    hides_footage: bool = False
    video_codec: str | None
    video_profile: str | None
    pixel_format: str | None
    color_transfer: str | None
    width_px: int
    height_px: int
    dolby_vision_profile: str | None = None
    rotation_deg: int
    is_mirrored: bool = False
    pixel_aspect: float
    frame_rate: float
    is_rate_variable: bool = False
    is_interlaced: bool
    video_bit_rate_bps: int
    audio_codec: str | None
    audio_profile: str | None
    audio_channels: int
    audio_sample_rate_hz: int
    audio_track: int = 0
    sound_tracks: tuple[SoundTrack, ...] = ()

    def heard_on(self, track: SoundTrack) -> VideoFacts:
        """Return these facts with *track* as the sound."""
        return replace(
            self,
            audio_track=track.number,
            audio_codec=track.codec,
            audio_profile=track.profile,
            audio_channels=track.channels,
            audio_sample_rate_hz=track.sample_rate_hz,
        )

    @property
    def is_turned(self) -> bool:
        """Whether width and height swap places when the picture stands upright."""
        return self.rotation_deg % 180 == 90  # noqa: PLR2004 - a quarter turn

    @property
    def upright_px(self) -> tuple[int, int]:
        """Width and height as people see them, in square pixels."""
        width, height = round(self.width_px * self.pixel_aspect), self.height_px
        return (height, width) if self.is_turned else (width, height)

    @property
    def is_portrait(self) -> bool:
        """Whether people see it higher than wide."""
        width_px, height_px = self.upright_px
        return height_px > width_px


class Confidence(StrEnum):
    """How much the pauses of a clip say about its background, by how much of them there is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class StretchKind(StrEnum):
    """What is wrong with a part of a clip."""

    SILENCE = "silence"
    CLIPPING = "clipping"
    NOISE = "noise"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a clip in which something is wrong."""

    kind: StretchKind
    starts_s: float
    ends_s: float


@dataclass(frozen=True, kw_only=True)
class PictureLevels:
    """What the pictures that were decoded show, a few keyframes spread over the clip.

    Attributes:
        brightness: Of the brightest of them, 0 to 1: all but its brightest fiftieth is darker.
        change: By how much the place that changes most changes between them, 0 to 1; None with a single one.
        drawn: How many there are.
        lost: How many more there should be, which could not be decoded.
        breaks_off_s: Moment of the last that could be, where no later one could; None where the last could.
    """

    brightness: float
    change: float | None
    drawn: int
    lost: int
    breaks_off_s: float | None


@dataclass(frozen=True, kw_only=True)
class AudioLevels:
    """What one decode of the sound track measured.

    Loudness by EBU R128 / ITU-R BS.1770-5 with a mono track counted on both channels, as players play it.
    None where there was nothing to measure, or where an earlier version of the service did not: digital silence has
    no loudness, a clip without pauses no noise floor.

    Attributes:
        clipped_ratio: Share of samples at 0.99 of full scale or above, of the worse channel.
        clipping_spike: How many times more samples lie at one height than just below it; waves cut off make it high.
        silence_ratio: Share of 20 ms frames below −50 dBFS.
        longest_silence_s: Longest run of such frames, wherever it is.
        leading_silence_s: The run at the start.
        trailing_silence_s: The run at the end.
        noise_floor_dbfs: Level of the pauses above 100 Hz; of everything where nobody speaks.
        speech_to_noise_db: Speech over the pauses, both above 100 Hz.
        noise_confidence: How much `speech_to_noise_db` is worth.
        under_voice_db: Speech over what lasts while somebody speaks; some 20 for a clean voice.
        speech_s: Seconds in which somebody speaks.
        speech_ratio: The same as a share of the clip.
        hum_hz: Frequency of the mains whose hum is heard.
        speech_to_hum_db: Speech over that hum.
        quiet_channel_db: How far the quieter of two channels lies below the louder; 0 for mono.
        stereo_correlation: 1 for two equal channels, −1 for one the other's opposite.
        dc_offset: Distance of the samples' mean from zero, as a share of full scale.
        duration_s: Seconds of sound that were decoded.
        stretches: Where things are wrong, the longest of each kind, in order of kind and time.
    """

    integrated_lufs: float | None
    range_lu: float
    true_peak_dbtp: float | None
    clipped_ratio: float
    silence_ratio: float
    longest_silence_s: float
    noise_floor_dbfs: float | None
    speech_to_noise_db: float | None
    quiet_channel_db: float
    channels: int
    duration_s: float
    clipping_spike: float = 0.0
    leading_silence_s: float = 0.0
    trailing_silence_s: float = 0.0
    noise_confidence: Confidence | None = None
    under_voice_db: float | None = None
    speech_s: float | None = None
    speech_ratio: float | None = None
    hum_hz: int | None = None
    speech_to_hum_db: float | None = None
    stereo_correlation: float | None = None
    dc_offset: float = 0.0
    stretches: tuple[Stretch, ...] = ()
