"""The only place that makes the clips the benchmarks measure: as phones write them, once, kept in `var/bench`.

Three are encoded, for minutes; the others are cut or repeated out of these bit by bit, so they cost the same a second.

- `GRAINY`: H.264 High 1080p30 at 17 Mbit/s, a keyframe a second, no B-frames, AAC of speech with pauses over room
  tone, index at the end, location and device in the tags. A still of photographic texture, panned as by hand, under
  strong grain: the worst case for every encoder.
- `talking(Codec.H264, …)`: the same with the background out of focus and the light grain of a lit room, as most clips
  are: what x264 (veryfast, CRF 23) writes at 2 Mbit/s, where the grainy one takes it 21.
- `talking(Codec.HEVC, …)`: that again as HEVC Main at 9.4 Mbit/s, what newer phones record.

Encoder settings change the cost of decoding fourfold, so this generator is part of the benchmark. The still is computed
(noise whose power falls with the square of frequency, as in photographs, and hard edges), because we may not ship a
photograph.

    python -m bench.clips
"""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER: Final = Path(__file__).parent.parent / "var" / "bench"
STILL_PX: Final = (2304, 1296)
TALKING_S: Final = 30
"""Length of the talking clips that are encoded; the other lengths are made of them."""

SPEECH: Final = """\
Buongiorno, mi chiamo Dana Rossi e dirigo un piccolo laboratorio a Pistoia.

Otto mesi fa abbiamo cambiato il nostro modo di lavorare, e da allora ogni mattina è diversa. Prima passavo due o tre
ore al telefono soltanto per sapere chi era in ritardo. Adesso è tutto su uno schermo.

La cosa che mi piace di più è l'aiuto che riceviamo. Quando chiamo, qualcuno risponde, e si ricorda di me. Sembra poco.
Non è poco.

Lo consiglierei? Sì. L'ho già fatto, a mia sorella e alla bottega di fronte, che è una concorrente.

A chi ci sta pensando dico: cominciate da un posto solo, guardate come va per un mese, e poi allargate. Coraggio, e
grazie.
"""

_STRONG_GRAIN, _LIGHT_GRAIN = 14, 3
"""Strength of ffmpeg's `noise`."""

_IN_FOCUS, _OUT_OF_FOCUS = "null", "gblur=sigma=3"

_PAN: Final = (
    "crop=1920:1080:x='192+120*sin(t*0.7)+14*sin(t*6.1)':y='108+60*sin(t*0.9)+9*sin(t*7.7)',"
    "noise=alls={grain}:allf=t[b];[b][1:v]overlay=x='800+60*sin(t*2)':y=700,format=yuv420p[v]"
)
_SOUND: Final = (
    "[2:a]aresample=48000,adelay=800,apad=pad_dur=2,aloop=loop=-1:size=2147483647,volume=-4dB[s];"
    "anoisesrc=color=pink:amplitude=0.005:sample_rate=48000:seed=1[r];"
    "[s][r]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo[a]"
)


class Codec(StrEnum):
    """How the picture is encoded."""

    H264 = "h264"
    HEVC = "hevc"


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip that is measured, and how its file is made."""

    name: str
    codec: Codec
    duration_s: int
    write: Callable[[Path], None]

    @property
    def path(self) -> Path:
        """Where its file lies; it is made by the first who asks.

        Raises:
            subprocess.CalledProcessError: ffmpeg or espeak-ng failed.
        """
        path = FOLDER / f"{self.name}.mp4"
        if not path.is_file():
            with work_folder() as folder:
                made = folder / path.name
                self.write(made)
                made.replace(path)
        return path


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give a folder on the clips' disk for as long as the block lasts."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        yield Path(folder)


def talking(codec: Codec, duration_s: int) -> Clip:
    """Describe the talking head of a length: cut out of the one that is encoded, or that one repeated."""

    def write(out: Path) -> None:
        if duration_s != TALKING_S:
            return _repeat(talking(codec, TALKING_S).path, out, duration_s)
        if codec is Codec.HEVC:
            return _as_hevc(talking(Codec.H264, TALKING_S).path, out)
        return _film(out, lens=_OUT_OF_FOCUS, grain=_LIGHT_GRAIN, duration_s=TALKING_S)

    return Clip(name=f"talking_{codec}_1080p30_{duration_s}", codec=codec, duration_s=duration_s, write=write)


GRAINY: Final = Clip(
    name="h264_1080p30_120",
    codec=Codec.H264,
    duration_s=120,
    write=lambda out: _film(out, lens=_IN_FOCUS, grain=_STRONG_GRAIN, duration_s=120),
)


def _film(out: Path, *, lens: str, grain: int, duration_s: int) -> None:
    still, speech = out.with_name("still.png"), out.with_name("speech.wav")
    _draw_still(still, lens=lens)
    subprocess.run(["espeak-ng", "-v", "it", "-s", "145", "-w", speech, SPEECH], check=True)
    graph = f"[0:v]{_PAN.format(grain=grain)};{_SOUND}"
    _ffmpeg(
        *("-loop", "1", "-framerate", "30", "-i", still, "-f", "lavfi", "-i", "mandelbrot=s=320x240:r=30"),
        *("-i", speech, "-t", str(duration_s), "-filter_complex", graph, "-map", "[v]", "-map", "[a]"),
        *("-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "high"),
        *("-g", "30", "-keyint_min", "30", "-bf", "0", "-b:v", "17M", "-maxrate", "20M", "-bufsize", "20M"),
        *("-x264-params", "sliced-threads=0:nal-hrd=none", "-c:a", "aac", "-b:a", "128k"),
        *("-metadata", "location=+43.9330+010.9170/", "-metadata", "creation_time=2026-05-05T10:00:00Z"),
        *("-metadata", "com.android.version=16", "-movflags", "use_metadata_tags", "-brand", "mp42", out),
    )


def _as_hevc(source: Path, out: Path) -> None:
    x265 = "keyint=30:min-keyint=30:bframes=0:log-level=error:vbv-maxrate=11000:vbv-bufsize=11000"
    video = ("-c:v", "libx265", "-preset", "ultrafast", "-b:v", "9400k", "-x265-params", x265, "-tag:v", "hvc1")
    _ffmpeg("-i", source, *video, "-c:a", "copy", "-map_metadata", "0", out)


def _repeat(source: Path, out: Path, duration_s: int) -> None:
    times = ("-stream_loop", str(max(-(-duration_s // TALKING_S) - 1, 0)))
    _ffmpeg(*times, "-i", source, "-t", str(duration_s), "-c", "copy", "-map_metadata", "0", out)


def _ffmpeg(*argv: str | Path, stdin: bytes = b"") -> None:
    command: list[str | Path] = ["ffmpeg", "-v", "error", "-y", *argv]
    subprocess.run(command, input=stdin, check=True)


def _draw_still(path: Path, *, lens: str) -> None:
    width, height = STILL_PX
    chance = np.random.default_rng(2030)
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    falloff = 1 / np.maximum(np.hypot(rows, columns), 1 / width)
    layers = []
    for _ in range(3):
        spectrum = np.fft.rfft2(chance.standard_normal((height, width))) * falloff
        layer = np.fft.irfft2(spectrum, s=(height, width))
        layers.append(128 + 48 * layer / layer.std())
    picture = np.clip(np.stack(layers, axis=-1), 0, 255).astype(np.uint8)
    for _ in range(60):
        top, left = chance.integers(0, height - 40), chance.integers(0, width - 40)
        picture[top : top + chance.integers(8, 200), left : left + chance.integers(8, 200)] //= 2
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-")
    _ffmpeg(*raw, "-vf", lens, path, stdin=picture.tobytes())


if __name__ == "__main__":
    for clip in (GRAINY, *(talking(codec, length_s) for codec in Codec for length_s in (10, 30, 60, 120, 300, 600))):
        print(clip.path)
