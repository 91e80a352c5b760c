"""What cleaning does to a sound: speech against background before and after, how far it moved, and what it takes.

    python -m tests.cleaning_accuracy [CLIP…]      as root, who may ask the kernel what tools took

Two voices in three noises at three levels, made here; and the clips that are named, which nobody here made.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.measuring import measure as cost_of
from tests import sound_factory
from tests.caption_accuracy import film
from workers.media import boxes, probe
from workers.media.cleaning import clean
from workers.media.levels import measure
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

RATE_HZ: Final = 48_000
NOISES: Final = ("pink", "street", "babble")
SNRS_DB: Final = (20, 10, 5)


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """One clip, before and after; no figure of speech against background where none could be told."""

    name: str
    before_db: float | None
    after_db: float | None
    delay_ms: float
    cpu_s_a_minute: float


def cleaned(sandbox: Sandbox, path: Path, folder: Path) -> Cleaned:
    """Clean a clip's sound as the service does, and measure both."""
    facts = probe.probe(sandbox, path, boxes.read_container(path))
    made: list[Path] = []
    cost = cost_of(lambda: made.append(clean(sandbox, path, facts, folder=folder)))
    beside = probe.report(sandbox, made[0], boxes.read_container(made[0])).facts
    before, after = (measure(sandbox, one, of).levels for one, of in ((path, facts), (made[0], beside)))
    return Cleaned(
        name=path.stem,
        before_db=before.speech_to_noise_db,
        after_db=after.speech_to_noise_db,
        delay_ms=1000 * shift_s(samples_of(path), samples_of(made[0])),
        cpu_s_a_minute=60 * cost.cpu_s / facts.duration_s,
    )


def samples_of(path: Path) -> NDArray[np.float32]:
    argv = ["ffmpeg", "-v", "error", "-i", path, "-vn", "-ac", "1", "-ar", str(RATE_HZ), "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, dtype="<f4")


def shift_s(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """By how much *after* comes later than *before*, where they are most alike."""
    count = min(before.size, after.size)
    spectra = np.fft.rfft(before[:count], 2 * count), np.fft.rfft(after[:count], 2 * count)
    alike = np.fft.irfft(np.conj(spectra[0]) * spectra[1])
    lag = int(np.argmax(alike))
    return (lag if lag < count else lag - 2 * count) / RATE_HZ


def noisy_clips(folder: Path) -> Iterator[Path]:
    """Speech of two people in noise of a known level, as phones write it."""
    seed = 0
    for voice in sound_factory.VOICES:
        for noise in NOISES:
            for snr_db in SNRS_DB:
                seed += 1
                mixture = sound_factory.mixture(voice, noise, snr_db, seed=seed)
                yield film(mixture.samples, folder / f"{mixture.name}.mp4")


def main() -> None:
    """Clean, measure and tell."""
    sandbox = Sandbox.tested()
    with tempfile.TemporaryDirectory() as room:
        sys.stdout.write(f"{'':36}{'before dB':>10}{'after dB':>10}{'delay ms':>10}{'CPU s/min':>10}\n")
        for path in (*noisy_clips(Path(room)), *map(Path, sys.argv[1:])):
            with tempfile.TemporaryDirectory(dir=room) as folder:
                one = cleaned(sandbox, path, Path(folder))
            before, after = (f"{'–' if db is None else round(db, 1):>10}" for db in (one.before_db, one.after_db))
            sys.stdout.write(f"{one.name:36}{before}{after}{one.delay_ms:10.2f}{one.cpu_s_a_minute:10.1f}\n")


if __name__ == "__main__":
    main()
