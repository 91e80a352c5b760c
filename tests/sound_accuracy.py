"""How well speech over background is measured: 210 files of known truth. `python -m tests.sound_accuracy` says it."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tests import sound_factory
from tests.builders import some_facts
from workers.media.levels import measure
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from intake.domain.facts import AudioLevels

SNRS_DB: Final = (0, 5, 10, 15, 20, 25, 30)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was measured of one file, and the truth."""

    voice: str
    noise: str
    codec: str
    snr_db: float
    levels: AudioLevels

    @property
    def error_db(self) -> float | None:
        measured = self.levels.speech_to_noise_db
        return None if measured is None else measured - self.snr_db


def hear(
    sandbox: Sandbox, path: Path, *, codec: str = "aac", channels: int = 1, judges_noise: bool = True
) -> AudioLevels:
    """Measure a file as the service does, in the sandbox."""
    facts = some_facts(audio_codec=codec, audio_channels=channels, audio_sample_rate_hz=48_000)
    return measure(sandbox, path, facts, judges_noise=judges_noise).levels


def readings(sandbox: Sandbox, folder: Path) -> Iterator[Reading]:
    """Mix, encode and measure every voice with every noise at every level in every codec."""
    keys = [
        (voice, noise, snr_db) for voice in sound_factory.VOICES for noise in sound_factory.NOISES for snr_db in SNRS_DB
    ]
    mixtures = [
        sound_factory.mixture(voice, noise, snr_db, seed=seed) for seed, (voice, noise, snr_db) in enumerate(keys)
    ]
    for codec, options in sound_factory.CODECS.items():
        paths = sound_factory.write_all([mixture.samples for mixture in mixtures], folder, options)
        for (voice, noise, snr_db), path in zip(keys, paths, strict=True):
            levels = hear(sandbox, path, codec=codec.partition("-")[0])
            yield Reading(voice=voice, noise=noise, codec=codec, snr_db=snr_db, levels=levels)


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Of some readings. Where no figure was given, there is no error, but a file without an answer."""

    files: int
    answered: int
    mean_error_db: float
    bias_db: float
    within_3_db: float

    @classmethod
    def of(cls, some: Sequence[Reading]) -> Accuracy:
        errors = np.array([reading.error_db for reading in some if reading.error_db is not None])
        return cls(
            files=len(some),
            answered=errors.size,
            mean_error_db=float(np.abs(errors).mean()),
            bias_db=float(errors.mean()),
            within_3_db=float((np.abs(errors) <= 3).sum() / len(some)),
        )


def table(some: Sequence[Reading]) -> str:
    """Write accuracy over all, by codec, noise, level and voice."""
    keys: list[Callable[[Reading], str]] = [
        lambda _: "all",
        lambda reading: reading.codec,
        lambda reading: reading.noise,
        lambda reading: f"{reading.snr_db} dB",
        lambda reading: reading.voice,
    ]
    lines = [f"{'':10}{'files':>6}{'answered':>9}{'mean error dB':>14}{'bias dB':>8}{'within 3 dB':>12}"]
    for key in keys:
        for group in dict.fromkeys(map(key, some)):
            found = Accuracy.of([reading for reading in some if key(reading) == group])
            lines.append(
                f"{group:10}{found.files:6}{found.answered:9}{found.mean_error_db:14.2f}{found.bias_db:+8.2f}"
                f"{found.within_3_db:12.1%}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as room:
        sys.stdout.write(table(list(readings(Sandbox.tested(), Path(room)))) + "\n")
