"""Recordings whose truth is known: real Italian speech with noise of a known level, clipping, dead channels, and so on.

The speech is that of two people, in Debian's packages `asterisk-core-sounds-it-g722` (Carlo, 16 kHz) and
`asterisk-prompt-it-menardi-wav` (a woman, 8 kHz). The noises are made here. All at 16 kHz, full scale being 1.
"""

from __future__ import annotations

import functools
import subprocess
import wave
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

RATE_HZ: Final = 16_000
SPEECH: Final = Path("/usr/share/asterisk/sounds")
VOICES: Final = {"carlo": ("it_IT_m_Carlo", "g722"), "menardi": ("it_IT_f_Menardi", "wav")}
PROMPTS: Final = (
    *("demo-congrats", "demo-instruct", "vm-options", "conf-adminmenu", "demo-abouttotry", "demo-moreinfo"),
    *("demo-echotest", "vm-msginstruct", "priv-callee-options", "conf-usermenu", "dir-intro", "vm-instructions"),
)
"""Whole sentences, which both speak. Among the other long ones are monkeys and a tune."""

CODECS: Final = {
    "aac-128": ("-c:a", "aac", "-b:a", "128k"),
    "aac-64": ("-c:a", "aac", "-b:a", "64k"),
    "opus-64": ("-c:a", "libopus", "-b:a", "64k"),
}
"""As phones and browsers write them. Opus at less than 64 kbit/s takes 3 dB of a hiss away: such a clip is cleaner."""

Samples = np.ndarray
MakeNoise = Callable[[int, np.random.Generator], Samples]


def white(count: int, rng: np.random.Generator) -> Samples:
    return rng.standard_normal(count)


def pink(count: int, rng: np.random.Generator) -> Samples:
    return _coloured(count, rng, slope=1.0)


def hum(count: int, rng: np.random.Generator, *, mains_hz: float = 50) -> Samples:
    """A badly shielded cable: the mains and its multiples, and a little hiss."""
    moments = np.arange(count) / RATE_HZ
    lines = ((1, 1.0), (2, 0.7), (3, 0.5), (4, 0.3), (6, 0.25), (8, 0.15), (10, 0.1))
    tones = [share * np.sin(2 * np.pi * mains_hz * number * moments + rng.uniform(0, 6)) for number, share in lines]
    return np.sum(tones, axis=0) + 0.05 * rng.standard_normal(count)


def street(count: int, rng: np.random.Generator) -> Samples:
    """A road: rumble, and vehicles that swell and fade with their engines and tyres."""
    moments = np.arange(count) / RATE_HZ
    road = 0.5 * _normal(_coloured(count, rng, slope=1.8))
    passes_at = 0.0
    while passes_at < count / RATE_HZ:
        passes_at += rng.uniform(1.5, 5)
        swell = np.exp(-0.5 * ((moments - passes_at) / rng.uniform(0.8, 2.5)) ** 2) * rng.uniform(0.5, 2)
        turns = 2 * np.pi * np.cumsum(np.full(count, rng.uniform(45, 110))) / RATE_HZ
        engine = np.sum([np.sin(number * turns + rng.uniform(0, 6)) / number for number in range(1, 9)], axis=0)
        tyres = _normal(_band(rng.standard_normal(count), 300, 3500))
        road += swell * (0.35 * engine + 0.5 * tyres)
    return road


def babble(count: int, rng: np.random.Generator) -> Samples:
    """Ten people in a room, none to be understood: the two voices, faster and slower, and the room's echo."""
    talk = np.zeros(count)
    for number in range(10):
        prompts = _prompts(("carlo", "menardi")[number % 2])
        spoken = np.concatenate([prompts[index] for index in rng.permutation(len(prompts))[:3]])
        pace = rng.uniform(0.85, 1.15)
        paced = np.interp(np.arange(0, spoken.size, pace), np.arange(spoken.size), spoken)
        talk += np.resize(np.roll(_normal(paced), int(rng.integers(paced.size))), count) * rng.uniform(0.6, 1.5)
    return reverberant(talk, rng, fades_s=0.5)


NOISES: Final[dict[str, MakeNoise]] = {"white": white, "pink": pink, "hum": hum, "babble": babble, "street": street}


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Speech with noise of a known level.

    Attributes:
        snr_db: Active level of the speech (ITU-T P.56) over the power of the noise, both from 100 Hz to 8 kHz.
    """

    name: str
    samples: Samples
    snr_db: float


def mixture(voice: str, noise: str, snr_db: float, *, seed: int, duration_s: float = 12) -> Mixture:
    rng = np.random.default_rng(seed)
    spoken = speech(voice, rng, duration_s=duration_s)
    added = NOISES[noise](spoken.size, rng)
    level_db = active_level_db(high_passed(spoken))
    added *= 10 ** ((level_db - snr_db - power_db(high_passed(added))) / 20)
    return Mixture(
        name=f"{voice}-{noise}-{snr_db:g}",
        samples=_at_level(spoken + added, active_dbfs=rng.uniform(-34, -22), spoken=spoken),
        snr_db=snr_db,
    )


def sound_check(voice: str, noise: str, snr_db: float, *, seed: int, silent_s: float = 3.4) -> Mixture:
    """What the page's sound check hears: the room alone, then somebody who reads aloud for seven seconds."""
    rng = np.random.default_rng(seed)
    spoken = np.concatenate([np.zeros(int(silent_s * RATE_HZ)), speech(voice, rng, duration_s=7)])
    added = NOISES[noise](spoken.size, rng)
    level_db = active_level_db(high_passed(spoken))
    added *= 10 ** ((level_db - snr_db - power_db(high_passed(added))) / 20)
    return Mixture(
        name=f"{voice}-{noise}-{snr_db:g}",
        samples=_at_level(spoken + added, active_dbfs=-26, spoken=spoken),
        snr_db=snr_db,
    )


def speech(voice: str, rng: np.random.Generator, *, duration_s: float = 12) -> Samples:
    """Sentences with the pauses of somebody who talks, in no room at all."""
    prompts = _prompts(voice)
    parts = []
    for index in rng.permutation(len(prompts)):
        parts += [prompts[index], np.zeros(int(rng.uniform(0.35, 1.1) * RATE_HZ))]
    return np.resize(np.concatenate(parts), int(duration_s * RATE_HZ))


def in_a_room(samples: Samples, rng: np.random.Generator, *, active_dbfs: float = -24, room_db: float = 40) -> Samples:
    """The samples at a level, with the breath of a quiet room."""
    levelled = _at_level(samples, active_dbfs=active_dbfs, spoken=samples)
    return levelled + _normal(pink(samples.size, rng)) * 10 ** ((active_dbfs - room_db) / 20)


def reverberant(samples: Samples, rng: np.random.Generator, *, fades_s: float) -> Samples:
    """The samples in a room whose echo fades by 60 dB in *fades_s*."""
    moments = np.arange(int(fades_s * RATE_HZ)) / RATE_HZ
    echo = rng.standard_normal(moments.size) * 10 ** (-3 * moments / fades_s)
    echo /= np.sqrt((echo**2).sum())
    echo[0] += 1
    return _convolved(samples, echo)[: samples.size]


def gated(mixed: Samples, spoken: Samples, *, by_db: float) -> Samples:
    """What a phone leaves of *mixed* when it mutes the pauses of *spoken*."""
    window = np.ones(RATE_HZ // 5)
    is_open = _convolved(np.abs(spoken) > 0.02 * np.abs(spoken).max(), window)[window.size // 2 :][: spoken.size] > 0.5
    gain = np.where(is_open, 1.0, 10 ** (-by_db / 20))
    return mixed * _convolved(gain, np.full(160, 1 / 160))[: mixed.size]


def clipped(samples: Samples, *, by_db: float) -> tuple[Samples, float]:
    """The samples so loud that they pass full scale by *by_db*, cut there, and the share that was cut."""
    loud = samples / np.abs(samples).max() * 10 ** (by_db / 20)
    return np.clip(loud, -1, 1), float((np.abs(loud) >= 1).mean())


def active_level_db(samples: Samples) -> float:
    """Return the active speech level of *samples* in dB. Source: ITU-T P.56 (12/2011), method B."""
    decay = np.exp(-np.arange(int(0.4 * RATE_HZ)) / (RATE_HZ * 0.03))
    smoothing = decay / decay.sum()
    envelope = _convolved(_convolved(np.abs(samples), smoothing)[: samples.size], smoothing)[: samples.size]
    hangover, energy = int(0.2 * RATE_HZ), float((samples**2).sum())
    before: tuple[float, float] | None = None
    for threshold_db in np.arange(-120, 0.1, 6.0206):
        above = np.flatnonzero(envelope >= 10 ** (threshold_db / 20))
        if not above.size:
            break
        active = np.minimum(np.diff(np.append(above, samples.size)), hangover).sum()
        level_db = 10 * np.log10(energy / active)
        over_db = level_db - threshold_db
        if over_db <= 15.9 and before is not None:
            share = (before[1] - 15.9) / (before[1] - over_db)
            return float(before[0] + share * (level_db - before[0]))
        before = (level_db, over_db)
    raise ValueError("no speech at all")


def power_db(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(samples**2)))


def high_passed(samples: Samples) -> Samples:
    return _band(samples, 100, RATE_HZ)


def write_all(
    recordings: Sequence[Samples], folder: Path, options: Iterable[str], *, rate_hz: int = 48_000
) -> list[Path]:
    """Encode each of *recordings* (samples, or samples × channels) into a file, a dozen by one process."""
    paths = [folder / f"{number}.mp4" for number in range(len(recordings))]
    for start in range(0, len(recordings), 12):
        sources: list[str | Path] = []
        targets: list[str | Path] = []
        for number in range(start, min(start + 12, len(recordings))):
            sources += ["-i", write_wav(recordings[number], paths[number].with_suffix(".wav"))]
            targets += ["-map", f"{number - start}:a", *options, "-ar", str(rate_hz), "-f", "mp4", paths[number]]
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *sources, *targets], check=True)
        for path in paths[start : start + 12]:
            path.with_suffix(".wav").unlink()
    return paths


def write_wav(recording: Samples, path: Path) -> Path:
    """Write samples, or samples × channels, as they are."""
    samples = recording.reshape(len(recording), -1)
    with wave.open(str(path), "wb") as file:
        file.setparams((samples.shape[1], 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes())
    return path


@functools.cache
def _prompts(voice: str) -> list[Samples]:
    folder, extension = VOICES[voice]
    return [_trimmed(_decoded(SPEECH / folder / f"{name}.{extension}")) for name in PROMPTS]


def _decoded(path: Path) -> Samples:
    source = ("-f", "g722") if path.suffix == ".g722" else ()
    argv = ["ffmpeg", "-v", "error", *source, "-i", path, "-ac", "1", "-ar", str(RATE_HZ), "-f", "f32le", "-"]
    raw = subprocess.run(argv, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32).astype(float)[: 8 * RATE_HZ]


def _trimmed(samples: Samples) -> Samples:
    step = RATE_HZ // 100
    steps = samples[: samples.size // step * step].reshape(-1, step)
    loud = np.flatnonzero((steps**2).mean(axis=1) > (steps**2).mean(axis=1).max() * 1e-5)
    # One of the studios left an offset on its recordings.
    kept = _band(steps[loud[0] : loud[-1] + 1].ravel(), 60, RATE_HZ)
    fade = np.minimum(1, np.arange(kept.size) / 80)
    return _normal(kept * fade * fade[::-1]) * 0.05


def _at_level(samples: Samples, *, active_dbfs: float, spoken: Samples) -> Samples:
    levelled = samples * 10 ** ((active_dbfs - active_level_db(spoken)) / 20)
    return levelled * min(1.0, 0.95 / np.abs(levelled).max())


def _normal(samples: Samples) -> Samples:
    return samples / np.sqrt(np.mean(samples**2))


def _coloured(count: int, rng: np.random.Generator, *, slope: float) -> Samples:
    size = _fast_size(count)
    spectrum = np.fft.rfft(rng.standard_normal(size))
    spectrum *= np.maximum(np.fft.rfftfreq(size, 1 / RATE_HZ), 20) ** (-slope / 2)
    spectrum[0] = 0
    return np.fft.irfft(spectrum, size)[:count]


def _band(samples: Samples, low_hz: float, high_hz: float) -> Samples:
    size = _fast_size(samples.size)
    frequencies = np.maximum(np.fft.rfftfreq(size, 1 / RATE_HZ), 1e-3)
    response = 1 / np.sqrt((1 + (low_hz / frequencies) ** 4) * (1 + (frequencies / high_hz) ** 4))
    return np.fft.irfft(np.fft.rfft(samples, size) * response, size)[: samples.size]


def _convolved(samples: Samples, kernel: Samples) -> Samples:
    whole = samples.size + kernel.size - 1
    size = _fast_size(whole)
    return np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(kernel, size), size)[:whole]


def _fast_size(count: int) -> int:
    """A power of two: other sizes can take a hundred times as long."""
    return 1 << (count - 1).bit_length()
