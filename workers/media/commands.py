"""The only place that writes arguments for ffmpeg and ffprobe; nothing else imports ffmpeg-python.

ffmpeg-python builds the lists and runs nothing: it knows no deadline. Everything reads `file:/in/src` and writes fixed
names below `/out`, so nothing a sender chose is ever an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import ffmpeg

from workers.media.limits import MAX_ONE_ALLOCATION_BYTES, MAX_PIXELS, MAX_STREAMS
from workers.media.sandbox import OUTPUT, SOURCE

SOURCE_URL: Final = f"file:{SOURCE}"

_DECODERS: Final = "h264,hevc,aac,aac_latm,mp3,mp3float,opus,libopus,alac,pcm_s16le,pcm_s16be,amrnb,amrwb"
"""What may decode a sender's file. Without this list a MagicYUV stream in an .mp4 reaches its broken decoder."""

_HARDENED: Final = {
    "protocol_whitelist": "file",
    # Detection would open a playlist under the name of a clip, and with it another sender's file.
    "format": "mov",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2",
    "codec_whitelist": _DECODERS,
    "enable_drefs": 0,
    "use_absolute_path": 0,
    "max_streams": MAX_STREAMS,
}

_UNDECODED: Final = {"probesize": 32, "analyzeduration": 0}
"""For what is copied, or was by us: the container has said enough, and looking further means decoding pictures."""

_THREADS: Final = 2
"""A worker has a small machine, and more threads mean more frames in memory."""

MAX_DECODED_STILLS: Final = 25
"""However a clip is made, no more pictures of it than this are decoded for stills."""

_SPARSE_TIMESCALE: Final = 90_000

SPARSE_CLIP: Final = "sparse.mp4"
STILL_PATTERN: Final = "still-%02d.jpg"
GRAY_PX: Final = (64, 36)
"""Width and height of the gray copies by which stills are judged: enough for light and contrast."""

LIMITER_CEILING_DBTP: Final = -1.8
"""Where the limiter holds: 0.3 dB below the target, for what the coder adds. Source: measured on seven voices."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a picture is to come out: size in square pixels, upright, in ordinary colours.

    Attributes:
        hdr_transfer: The source's transfer function where it is HDR and must be mapped to SDR.
    """

    width_px: int
    height_px: int
    hdr_transfer: str | None = None
    is_interlaced: bool = False
    max_frame_rate: float | None = None


def probe() -> list[str]:
    """Return a command that describes `/in/src` as JSON on stdout."""
    # ffmpeg-python's own probe runs the program and takes no deadline, so this one is written out.
    return [
        *("ffprobe", "-v", "error", "-hide_banner"),
        *_as_options(_HARDENED),
        *("-probesize", "10M", "-analyzeduration", "10M", "-max_pixels", str(MAX_PIXELS), "-threads", "1"),
        *("-show_format", "-show_streams", "-of", "json", SOURCE_URL),
    ]


def list_packets(stream: str) -> list[str]:
    """Return a command that writes a line `pts_time,duration_time` for each packet of *stream* (`v:0` or `a:0`)."""
    return [
        *("ffprobe", "-v", "error", "-hide_banner"),
        *_as_options(_HARDENED),
        *("-max_pixels", str(MAX_PIXELS), "-select_streams", stream),
        *("-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", SOURCE_URL),
    ]


def measure_sound(*, sample_rate_hz: int, layout: str) -> list[str]:
    """Return one decode of the sound: EBU R128 summary on stderr, 16-bit samples on stdout."""
    sound = _source(vn=None, threads=1)["a:0"].filter_multi_output("asplit", 2)
    # There is no `framelog=quiet` in ffmpeg 5.1; `verbose` is one level below what is printed.
    metered = sound[0].filter("ebur128", peak="true", dualmono="true", framelog="verbose")
    samples = sound[1].filter("aformat", sample_rates=sample_rate_hz, channel_layouts=layout, sample_fmts="s16")
    return _compile(
        ffmpeg.merge_outputs(
            ffmpeg.output(metered, "-", format="null"),
            # Written in large pieces: one for each AAC frame made waking us cost more than measuring.
            ffmpeg.output(samples, "pipe:1", format="s16le", flush_packets=0),
        ),
        level="info",
    )


def copy_sparse_keyframes(*, step_s: float) -> list[str]:
    """Return a copy of the first keyframe in every *step_s* seconds into `sparse.mp4`; nothing is decoded.

    The muxer keeps the display matrix, so what is decoded from the copy stands upright.
    """
    # Register 0 holds the moment from which the next keyframe is wanted; a packet is dropped where this is not zero.
    # The variable `tb` is the input's time base while `pts` counts in the output's: so that one is fixed here.
    step = round(step_s * _SPARSE_TIMESCALE)
    drop = rf"if(key*gte(pts\,ld(0))\,0*st(0\,(floor(pts/{step})+1)*{step})\,1)"
    copied = ffmpeg.output(
        _source(discard="nokey", **_UNDECODED)["v:0"],
        f"file:{OUTPUT}/{SPARSE_CLIP}",
        format="mp4",
        **{"c": "copy", "map_metadata": -1, "map_chapters": -1, "bsf:v": f"noise=drop='{drop}'"},
        video_track_timescale=_SPARSE_TIMESCALE,
    )
    return _compile(copied)


def draw_stills(look: Look) -> list[str]:
    """Return one decode of `/in/src`, all keyframes: JPEGs in `/out`, small gray copies on stdout, times on stderr."""
    # JPEG's colour range is asked for before the split, so that one scaler does both.
    shaped = _shaped(_source(threads=_THREADS, **_UNDECODED)["v:0"], look).filter("format", "yuvj420p")
    # HEVC keyframes without their neighbours may come out in the wrong order, which no writer of files takes.
    timed = shaped.filter("showinfo", checksum=0)
    frames = timed.filter("settb", "1/25").filter("setpts", "N").filter_multi_output("split", 2)
    options = {"vsync": 0, "r": 25, "frames:v": MAX_DECODED_STILLS}
    stills = ffmpeg.output(
        frames[0],
        f"file:{OUTPUT}/{STILL_PATTERN}",
        format="image2",
        fflags="+bitexact",
        **{"q:v": 3, **options},
    )
    grays = ffmpeg.output(
        frames[1].filter("scale", *GRAY_PX).filter("format", "gray"), "pipe:1", format="rawvideo", **options
    )
    return _compile(ffmpeg.merge_outputs(stills, grays), level="info")


def convert_still(*, name: str, codec: str, quality: int) -> list[str]:
    """Return a conversion of a JPEG of ours at `/in/src` to one picture *name* by ffmpeg's *codec*."""
    still = ffmpeg.input(
        SOURCE_URL, format="jpeg_pipe", protocol_whitelist="file", codec_whitelist="mjpeg", max_pixels=MAX_PIXELS
    )
    options = {"c:v": codec, "q:v": quality, "frames:v": 1, "map_metadata": -1, "update": 1}
    return _compile(
        ffmpeg.output(still["v:0"], f"file:{OUTPUT}/{name}", format="image2", fflags="+bitexact", **options)
    )


def remux(name: str) -> list[str]:
    """Return a copy of picture and sound alone into `/out/name`, made to be played while it loads."""
    source = _source(**_UNDECODED)
    return _compile(ffmpeg.output(source["v:0"], source["a:0"], f"file:{OUTPUT}/{name}", c="copy", **_CLEAN_MP4))


def encode(name: str, look: Look | None, *, copies_sound: bool) -> list[str]:
    """Return an encode to `/out/name`: the picture as *look* says, copied without one; the sound to AAC, or copied."""
    source = _source(threads=_THREADS)
    video = source["v:0"] if look is None else _shaped(source["v:0"], look)
    options = {
        **(_COPY_VIDEO if look is None else _X264),
        **({"c:a": "copy"} if copies_sound else {**_AAC, "af": f"aformat=channel_layouts={_LAYOUTS}"}),
        **_CLEAN_MP4,
    }
    return _compile(ffmpeg.output(video, source["a:0"], f"file:{OUTPUT}/{name}", **options))


def level_sound(name: str, *, gain_db: float, ceiling_dbtp: float) -> list[str]:
    """Return an encode of the sound alone, *gain_db* louder and held below *ceiling_dbtp*."""
    # Four times the rate makes the limiter see peaks between samples; the default coder overshoots by up to 3.5 dB.
    levelled = (
        _source(vn=None)["a:0"]
        .filter("volume", f"{gain_db:.2f}dB")
        .filter("aresample", 192_000)
        .filter("alimiter", limit=f"{10 ** (ceiling_dbtp / 20):.4f}", attack=5, release=50, level="false")
        .filter("aformat", sample_rates=48_000, channel_layouts=_LAYOUTS)
    )
    return _compile(ffmpeg.output(levelled, f"file:{OUTPUT}/{name}", **_AAC, **_CLEAN_MP4))


def join(name: str, *, sound_name: str, look: Look | None) -> list[str]:
    """Return the picture of `/in/src`, copied without a *look*, with the sound of `/out/sound_name`, as `/out/name`."""
    source = _source(threads=_THREADS)
    sound = ffmpeg.input(f"file:{OUTPUT}/{sound_name}", **_HARDENED)
    video = source["v:0"] if look is None else _shaped(source["v:0"], look)
    options = {**(_COPY_VIDEO if look is None else _X264), "c:a": "copy", **_CLEAN_MP4}
    return _compile(ffmpeg.output(video, sound["a:0"], f"file:{OUTPUT}/{name}", **options))


_COPY_VIDEO: Final = {"c:v": "copy"}

_X264: Final = {
    "c:v": "libx264",
    "profile:v": "high",
    "pix_fmt": "yuv420p",
    # The knee of the curve: the next faster one saves 12 % of the work for a file 2.5 times as large, measured.
    "preset": "veryfast",
    "crf": 23,
    # With one second's buffer of it, even ten seconds average below 6 Mbit/s: publication can copy what review encoded.
    "maxrate": "5400k",
    "bufsize": "5400k",
    "g": 60,
    "threads": _THREADS,
    "vsync": "vfr",
}

_AAC: Final = {"c:a": "aac", "aac_coder": "fast", "b:a": "128k", "ar": 48_000}

_LAYOUTS: Final = "mono|stereo"
"""More channels are mixed down: visitors have two ears, and one coder's setting serves all."""

_CLEAN_MP4: Final = {
    "format": "mp4",
    "map_metadata": -1,
    "map_chapters": -1,
    "movflags": "+faststart",
    "fflags": "+bitexact",
}
"""Copying streams alone keeps a phone's location and model; these options drop every tag."""


def _source(**options: Any) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    return ffmpeg.input(SOURCE_URL, **_HARDENED, max_pixels=MAX_PIXELS, max_alloc=MAX_ONE_ALLOCATION_BYTES, **options)


def _shaped(video: Any, look: Look) -> Any:  # noqa: ANN401 - as above
    """Append the filters that give *video* its *look*. ffmpeg has turned it upright before the first of them."""
    if look.is_interlaced:
        video = video.filter("yadif", deint="interlaced")
    if look.max_frame_rate is not None:
        video = video.filter("fps", look.max_frame_rate)
    if look.hdr_transfer is None:
        return video.filter("scale", look.width_px, look.height_px).filter("setsar", 1)
    return _tone_mapped(video, look)


def _tone_mapped(video: Any, look: Look) -> Any:  # noqa: ANN401 - as above
    # Made smaller before anything else: the steps between are in floating point.
    return (
        video.filter(
            "zscale",
            w=look.width_px,
            h=look.height_px,
            tin=look.hdr_transfer,
            pin="bt2020",
            min="bt2020nc",
            t="linear",
            npl=100,
        )
        .filter("format", "gbrpf32le")
        .filter("zscale", p="bt709")
        .filter("tonemap", "hable", desat=0)
        .filter("zscale", t="bt709", m="bt709", r="tv")
        .filter("format", "yuv420p")
        .filter("setsar", 1)
    )


def _compile(output: Any, *, level: str = "error") -> list[str]:  # noqa: ANN401 - as above
    # A thread a core would cost a large machine more address space than the sandbox gives.
    modest = ("-nostdin", "-hide_banner", "-nostats", "-loglevel", level, "-filter_complex_threads", _THREADS)
    return [str(word) for word in output.global_args(*modest).overwrite_output().compile()]


def _as_options(options: dict[str, Any]) -> list[str]:
    names = {"format": "f"}
    return [word for name, value in options.items() for word in (f"-{names.get(name, name)}", str(value))]
