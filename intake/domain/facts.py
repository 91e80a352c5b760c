"""What is measured of a clip: its container and picture, and its sound. The words that a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake.domain.calls import Format


@dataclass(frozen=True, kw_only=True)
class VideoFacts:
    """What a probe says about a file. Widths and heights are those of the stored picture, before it is turned.

    Attributes:
        container: `mp4` or `mov`, from the file's brand.
        duration_s: Seconds; the longest of what the container and its streams declare.
        video_codec: ffmpeg's name, or the sample entry's four characters where ffmpeg has none; None without a picture.
        rotation_deg: As ffprobe reports it, −90, 0, 90 or 180: −90 stands upright after a quarter turn clockwise.
        pixel_aspect: Width of a stored pixel over its height; 1.0 on every phone.
        audio_codec: ffmpeg's name; None without a sound track.
        audio_track: Which of the file's sound tracks this is about and everything is made from, counted from 0.
    """

    container: Format
    size_bytes: int
    duration_s: float
    video_codec: str | None
    video_profile: str | None
    pixel_format: str | None
    color_transfer: str | None
    width_px: int
    height_px: int
    rotation_deg: int
    pixel_aspect: float
    frame_rate: float
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
