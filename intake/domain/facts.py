"""What is measured of a clip: its container and picture, and its sound. The words that a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake.domain.calls import Format


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
        video_codec: ffmpeg's name, or the sample entry's four characters where ffmpeg has none; None without a picture.
        rotation_deg: As ffprobe reports it, −90, 0, 90 or 180: −90 stands upright after a quarter turn clockwise.
        is_mirrored: Left and right are to change places, before the turn.
        pixel_aspect: Width of a stored pixel over its height; 1.0 on every phone.
        frame_rate: Pictures a second, on average.
        is_rate_variable: The rate varies, as phones do in the dark and browsers always.
        color_transfer: ffmpeg's name of the transfer function: `arib-std-b67` is HLG, `smpte2084` PQ.
        dolby_vision_profile: As it is usually written, `8.4` on iPhones; None without.
        audio_codec: ffmpeg's name; None without a sound track.
        audio_track: Which of the file's sound tracks this is about and everything is made from, counted from 0.
    """

    container: Format
    size_bytes: int
    duration_s: float
    declared_s: float = 0.0
    picture_s: float = 0.0
    sound_s: float = 0.0
    last_keyframe_s: float = 0.0
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

    @property
    def is_turned(self) -> bool:
        """Whether width and height swap places when the picture stands upright."""
        return self.rotation_deg % 180 == 90  # noqa: PLR2004 - a quarter turn

    @property
    def upright_px(self) -> tuple[int, int]:
        """Width and height as people see them, in square pixels."""
        width, height = round(self.width_px * self.pixel_aspect), self.height_px
        return (height, width) if self.is_turned else (width, height)


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

    Loudness by EBU R128 / ITU-R BS.1770-4 with a mono track counted on both channels, as players play it.
    None where there was nothing to measure: digital silence has no loudness.

    Attributes:
        clipped_ratio: Share of samples at 0.99 of full scale or above, of the worse channel.
        silence_ratio: Share of 20 ms frames below −50 dBFS.
        longest_silence_s: Longest run of such frames.
        noise_floor_dbfs: Level of the quietest tenth of the frames that are not digital silence.
        speech_to_noise_db: Speech against background.
        quiet_channel_db: How far the quieter of two channels lies below the louder; 0 for mono.
        duration_s: Seconds of sound that were decoded.
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
