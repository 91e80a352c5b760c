"""Make the clip that the benchmark measures: two minutes as an Android phone writes them.

H.264 High 1080p30 at 17 Mbit/s, a keyframe a second, no B-frames, AAC of speech with pauses over room tone, index at
the end, location and device in the tags: about 260 MB. The picture is a still of photographic texture, panned as by
hand, under strong grain, which is the worst case for every encoder. The still is computed (noise whose power falls with
the square of frequency, as in photographs, and hard edges), because we may not ship a photograph.

    python bench/make_clip.py [FILE]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

CLIP: Final = Path(__file__).parent.parent / "var" / "bench" / "h264_1080p30_120.mp4"
DURATION_S: Final = 120
STILL_PX: Final = (2304, 1296)

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

_PAN: Final = (
    "crop=1920:1080:x='192+120*sin(t*0.7)+14*sin(t*6.1)':y='108+60*sin(t*0.9)+9*sin(t*7.7)',"
    "noise=alls=14:allf=t[b];[b][1:v]overlay=x='800+60*sin(t*2)':y=700,format=yuv420p[v]"
)
_SOUND: Final = (
    "[2:a]aresample=48000,adelay=800,apad=pad_dur=2,aloop=loop=-1:size=2147483647,volume=-4dB[s];"
    "anoisesrc=color=pink:amplitude=0.005:sample_rate=48000:seed=1[r];"
    "[s][r]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo[a]"
)


def make_clip(path: Path = CLIP) -> Path:
    """Write the clip to *path* unless it is there, and return it.

    Raises:
        subprocess.CalledProcessError: ffmpeg or espeak-ng failed.
    """
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        still, speech, made = Path(folder, "still.png"), Path(folder, "speech.wav"), Path(folder, "made.mp4")
        _draw_still(still)
        subprocess.run(["espeak-ng", "-v", "it", "-s", "145", "-w", speech, SPEECH], check=True)
        subprocess.run(_encode(still, speech, made), check=True)
        made.replace(path)
    return path


def _draw_still(path: Path) -> None:
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
    size = f"{width}x{height}"
    convert = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-i", "-", "-y", path]
    subprocess.run(convert, input=picture.tobytes(), check=True)


def _encode(still: Path, speech: Path, out: Path) -> list[str | Path]:
    return [
        *("ffmpeg", "-v", "error", "-nostdin", "-y", "-loop", "1", "-framerate", "30", "-i", still),
        *("-f", "lavfi", "-i", "mandelbrot=s=320x240:r=30", "-i", speech, "-t", str(DURATION_S)),
        *("-filter_complex", f"[0:v]{_PAN};{_SOUND}", "-map", "[v]", "-map", "[a]"),
        *("-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "high"),
        *("-g", "30", "-keyint_min", "30", "-bf", "0", "-b:v", "17M", "-maxrate", "20M", "-bufsize", "20M"),
        *("-x264-params", "sliced-threads=0:nal-hrd=none", "-c:a", "aac", "-b:a", "128k"),
        *("-metadata", "location=+43.9330+010.9170/", "-metadata", "creation_time=2026-05-05T10:00:00Z"),
        *("-metadata", "com.android.version=16", "-movflags", "use_metadata_tags", "-brand", "mp42", out),
    ]


if __name__ == "__main__":
    print(make_clip(Path(sys.argv[1]) if len(sys.argv) > 1 else CLIP))
