"""What two other services run for a clip by default, as far as they publish it: whole processes, no servers.

Only for 1080p30 lying on its side. Their queues, databases and web sides are not counted; nor are ours beside them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bench.yardsticks import run

if TYPE_CHECKING:
    from pathlib import Path

_RATE: Final = 30

MEDIACMS_KBPS: Final = MappingProxyType({144: 150, 240: 300, 360: 500, 480: 1000, 720: 2500, 1080: 4500})
"""Nominal rate of each rendition that is switched on by default, by its height.

Source: MediaCMS 8.3.2 (commit 90b9fad), `fixtures/encoding_profiles.json` and `files/helpers.py`.
"""

_MEDIACMS_HEADROOM: Final = 1.5
_MEDIACMS_KEYFRAMES_S: Final = 4
_MEDIACMS_THUMBNAIL_AT: Final = 0.62
"""Where in the clip; theirs is a random moment."""

PEERTUBE_MAX_BPS: Final = 6_220_800
"""Of 1080p30: 0.1 bit a pixel and frame. Source: PeerTube, core-utils, `getAverageTheoreticalBitrate`."""


def mediacms(clip: Path, folder: Path, *, duration_s: int) -> None:
    """Do what MediaCMS does with an upload: hash, probe, thumbnail, sprite, preview, six renditions, each probed.

    Source: MediaCMS 8.3.2 (commit 90b9fad), `files/helpers.py`, `files/tasks.py`, `files/models/media.py`. Left out
    because it could not be had: packaging as HLS (Bento4), which copies; and what ImageMagick does to the sprite.
    """
    _mediacms_look(clip)
    at_s = str(round(duration_s * _MEDIACMS_THUMBNAIL_AT, 1))
    run("ffmpeg", "-ss", at_s, "-i", clip, "-vframes", "1", "-y", folder / "thumbnail.jpg")
    run("ffmpeg", "-y", "-i", clip, "-f", "image2", "-vf", "fps=1/10, scale=160:90", folder / "sprite-%03d.jpg")
    preview = "scale=344:-1:flags=lanczos,fps=1"
    run("ffmpeg", "-y", "-ss", "3", "-i", clip, "-vf", preview, "-t", "25", "-f", "gif", folder / "preview.gif")
    for height_px, kbps in MEDIACMS_KBPS.items():
        out = folder / f"mediacms-{height_px}.mp4"
        run("ffmpeg", "-y", "-i", clip, *_mediacms_encode(height_px, kbps), out)
        _mediacms_look(out)


def _mediacms_look(path: Path) -> None:
    run("md5sum", path)
    run("ffprobe", "-loglevel", "error", "-show_streams", "-show_entries", "format=format_name", "-of", "json", path)


def _mediacms_encode(height_px: int, kbps: int) -> list[str]:
    fit = f"scale=w={round(height_px * 16 / 9)}:h={height_px}:force_original_aspect_ratio=decrease"
    ceiling, group = f"{int(kbps * _MEDIACMS_HEADROOM)}k", _MEDIACMS_KEYFRAMES_S * _RATE
    return [
        *("-c:v", "libx264", "-filter:v", f"{fit}:force_divisible_by=2:flags=lanczos,fps=fps={_RATE}"),
        *("-pix_fmt", "yuv420p", "-crf", "23", "-c:a", "aac", "-b:a", "128k", "-ac", "2"),
        *("-maxrate", ceiling, "-bufsize", ceiling),
        *("-force_key_frames", f"expr:gte(t,n_forced*{_MEDIACMS_KEYFRAMES_S})"),
        *("-x264-params", f"keyint={2 * group}:keyint_min={group}"),
        *("-preset", "medium", "-profile:v", "main", "-level", "4.2"),
    ]


def peertube(clip: Path, folder: Path, *, duration_s: int) -> None:
    """Do what PeerTube does with an upload: encode in its own resolution, package as HLS, thumbnail, storyboard.

    By default it keeps one resolution, encodes whatever has more than 0.17 bit a pixel and frame (10.6 Mbit/s here) or
    is not H.264, and copies AAC. Source: PeerTube, `config/production.yaml.example` (transcoding) and its ffmpeg
    packages, as stored in a public index: several files' versions, not one release.
    """
    video, playlist = folder / "peertube.mp4", folder / "peertube.m3u8"
    run("ffmpeg", "-y", "-i", clip, *_peertube_encode(), video)
    run(
        *("ffmpeg", "-y", "-i", video, "-c", "copy", "-hls_time", "4", "-hls_list_size", "0"),
        *("-hls_playlist_type", "vod", "-hls_segment_filename", folder / "peertube-segments.mp4"),
        *("-hls_segment_type", "fmp4", "-f", "hls", "-hls_flags", "single_file", playlist),
    )
    middle_s = str(duration_s / 2)
    run("ffmpeg", "-y", "-ss", middle_s, "-i", clip, "-vf", "thumbnail=50", "-frames:v", "1", folder / "thumbnail.jpg")
    every_s = max(1, -(-duration_s // 100))
    tiles = f"setpts=N/round(FRAME_RATE)/TB,select='not(mod(t,{every_s}))',scale=192:108,tile=layout=10x10"
    run("ffmpeg", "-y", "-i", video, "-filter_complex", tiles, "-frames:v", "1", "-q:v", "2", folder / "storyboard.jpg")


def _peertube_encode() -> list[str]:
    return [
        *("-f", "mp4", "-movflags", "faststart", "-max_muxing_queue_size", "1024", "-map_metadata", "-1"),
        *("-pix_fmt", "yuv420p", "-c:v", "libx264", "-vf", "scale=w=-2:h=1080", "-c:a", "copy", "-preset", "veryfast"),
        *("-maxrate:v", str(PEERTUBE_MAX_BPS), "-bufsize:v", str(2 * PEERTUBE_MAX_BPS), "-b_strategy", "1"),
        *("-bf", "16", "-r", str(_RATE), "-g:v", str(2 * _RATE), "-threads", "1"),
    ]
