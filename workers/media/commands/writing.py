"""Commands that write a rendition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ffmpeg

from workers.media.commands.reading import HARDENED, THREADS, UNDECODED, compile_argv, open_source
from workers.media.commands.shaping import shaped
from workers.media.sandbox import OUTPUT

if TYPE_CHECKING:
    from workers.media.commands.shaping import Look


@dataclass(frozen=True, kw_only=True)
class Window:
    """A part of a clip, in seconds of it."""

    start_s: float
    length_s: float


_WITHOUT_SEI: Final = {"bsf:v": "filter_units=remove_types=6"}
"""Cameras and encoders write of themselves, of time and place, between the pictures of H.264: there it is dropped.

The filter drops all such messages or none. What players of MP4 need of them is in the boxes: times, and which pictures
a seek may begin with. Where such a picture is no IDR, a strict decoder goes on to the next one; phones write IDR alone.
"""

_COPY: Final = {"c:v": "copy"}
"""For review, which nobody else sees: looking through two minutes of heavy H.264 for messages costs three times as much
as copying it, measured, and what visitors get is made light and looked through later."""

_COPY_FOR_ALL: Final = {**_COPY, **_WITHOUT_SEI}

AAC: Final = {"c:a": "aac", "aac_coder": "fast", "b:a": "128k", "ar": 48_000, "flags:a": "+bitexact"}
"""Without `bitexact` this coder signs the first packet."""

LAYOUTS: Final = "mono|stereo"
"""More channels are mixed down: visitors have two ears, and one coder's setting serves all."""

WHOLE_SOUND: Final = {"async": 1, "first_pts": 0}
"""For `aresample`: sound that starts late or has gaps is filled with silence, and stays where the picture needs it."""

_UNTAGGED_MP4: Final = {
    "format": "mp4",
    "map_metadata": -1,
    "map_metadata:s": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
}
"""Copying streams alone keeps a phone's location, model and the names of its tracks; these options drop every tag."""

CLEAN_MP4: Final = {**_UNTAGGED_MP4, "movflags": "+faststart"}
"""Its index comes first, so that it plays while it loads: when all is written, all is moved to make room for it."""


def _x264(*, preset: str, crf: int, max_kbps: int) -> dict[str, Any]:
    """Return how a picture becomes H.264 that everything plays, never above *max_kbps* for longer than a second."""
    return {
        "c:v": "libx264",
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        "preset": preset,
        "crf": crf,
        "maxrate": f"{max_kbps}k",
        "bufsize": f"{max_kbps}k",
        "g": 60,
        "threads": THREADS,
        # A phone's frames come when they come. Counted in frames, as is usual, each would move by up to half a frame.
        "vsync": "vfr",
        "enc_time_base": "1:90000",
        # Otherwise ffmpeg writes its own and the encoder's name beside the picture's size.
        "metadata:s:v": "encoder=H.264",
        **_WITHOUT_SEI,
    }


# The knee of the curve: the next faster preset saves 12 % of the work for a file 2.5 times as large, measured. Even ten
# seconds average below 6 Mbit/s: publication can copy what review encoded.
_REVIEW: Final = _x264(preset="veryfast", crf=23, max_kbps=5400)

# Where there are bits enough, processor time is saved; where they are scarce, it is spent. The figures are in
# docs/decisions/0007-two-sizes-for-visitors.md.
_DELIVERY: Final = _x264(preset="superfast", crf=22, max_kbps=4000)
_SMALL: Final = _x264(preset="veryfast", crf=26, max_kbps=480)


def remux(name: str, *, audio_track: int = 0, index_bytes: int | None = None) -> list[str]:
    """Return a copy of picture and sound alone into `/out/name`, made to be played while it loads.

    Args:
        index_bytes: Room to leave for the index, so that nothing is moved. Where it is too little there is none, and
            ffmpeg ends well all the same.
    """
    container = CLEAN_MP4 if index_bytes is None else {**_UNTAGGED_MP4, "moov_size": index_bytes}
    source = open_source(**UNDECODED)
    streams = (source["v:0"], source[f"a:{audio_track}"])
    options = {**_COPY, "c:a": "copy", **container}
    return compile_argv(ffmpeg.output(*streams, f"file:{OUTPUT}/{name}", **options))


def encode(  # noqa: PLR0913 - what is written, and of what
    name: str,
    look: Look | None,
    *,
    copies_sound: bool,
    audio_track: int = 0,
    window: Window | None = None,
    voice: str | None = None,
) -> list[str]:
    """Return an encode to `/out/name`: the picture as *look* says, copied without one; the sound to AAC, or copied.

    How far it is, it says on stdout.

    Args:
        window: What of the source is taken, to the picture; all of it without one. Nothing can be copied of a part.
        voice: A file in `/out` whose sound takes the place of the source's, on the source's clock.
    """
    part = {} if window is None else {"ss": f"{window.start_s:.3f}", "t": f"{window.length_s:.3f}"}
    source = open_source(threads=THREADS, **part)
    video, sound = source["v:0"], source[f"a:{audio_track}"]
    if voice is not None:
        sound = ffmpeg.input(f"file:{OUTPUT}/{voice}", **HARDENED, **part)["a:0"]
    if look is not None:
        video = shaped(video, look)
    if not copies_sound:
        sound = sound.filter("aresample", **WHOLE_SOUND).filter("aformat", channel_layouts=LAYOUTS)
    picture_options = _COPY if look is None else _REVIEW
    sound_options = {"c:a": "copy"} if copies_sound else AAC
    output = ffmpeg.output(video, sound, f"file:{OUTPUT}/{name}", **picture_options, **sound_options, **CLEAN_MP4)
    return compile_argv(output, tells_progress=True)


def deliver(*, sound: str, large: tuple[str, Look | None], small: tuple[str, Look] | None) -> list[str]:
    """Return one decode of the picture of `/in/src` to all that visitors get, with the sound of `/out/sound`.

    How far it is, it says on stdout.

    Args:
        large: Its name in `/out`, and its look; without one the picture is copied.
        small: The same of the smaller one, made from the pictures of the large one; None leaves it out.
    """
    picture = open_source(threads=THREADS)["v:0"]
    voice = ffmpeg.input(f"file:{OUTPUT}/{sound}", **HARDENED)["a:0"]
    large_name, large_look = large
    large_picture = picture if large_look is None else shaped(picture, large_look)
    outputs = []
    if small is not None:
        small_name, small_look = small
        if large_look is not None:
            both = large_picture.filter_multi_output("split", 2)
            large_picture, picture = both[0], both[1]
        outputs.append(_delivered(shaped(picture, small_look), voice, small_name, _SMALL))
    large_options = _COPY_FOR_ALL if large_look is None else _DELIVERY
    outputs.append(_delivered(large_picture, voice, large_name, large_options))
    return compile_argv(ffmpeg.merge_outputs(*outputs), tells_progress=True)


def _delivered(picture: Any, voice: Any, name: str, options: dict[str, Any]) -> Any:  # noqa: ANN401 - untyped library
    return ffmpeg.output(picture, voice, f"file:{OUTPUT}/{name}", **options, **{"c:a": "copy"}, **CLEAN_MP4)
