"""How many words a draft of captions gets wrong, by the step that makes drafts, and what it takes.

    ASR_MODEL_DIR=… python -m tests.caption_accuracy [CLIPS]

Carlo's prompts with their published wording (Debian's `asterisk-core-sounds-it-g722` and `asterisk-core-sounds-it`), a
minute in a clip, as a phone writes it; the drafts are read from the database.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from intake.actions import captioning
from intake.db.captions import captions_of
from intake.db.engine import make_engine, reading, writing
from intake.domain.jobs import JobKind
from intake.settings import Settings
from intake.setup import prepare_database
from intake.wiring import Services
from tests import sound_factory
from tests.builders import a_submission, open_jobs
from tests.conftest import NOWHERE, an_environment
from tests.fakes.bucket import MemoryBucket
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import MemoryMailer
from workers.media.sandbox import Sandbox
from workers.media.transcribing import Whisper, whats_missing
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intake.domain.captions import Cue

VOICE: Final = sound_factory.SPEECH / "it_IT_m_Carlo"
WORDING: Final = Path("/usr/share/doc/asterisk-core-sounds-it/core-sounds-it.txt.gz")
CLIP_S: Final = 60
FEWEST_WORDS: Final = 5
"""Single words are no speech: without a sentence around them more of them are heard wrong."""

_ENTRY: Final = re.compile(r"([\w/-]+): (.+)")
_LOST_LETTER: Final = re.compile(r"\w\?\s|\w\?\w|[\[\]\ufffd]")
"""Somebody saved the file without its accents, and what is in brackets is no speech."""

_BREATH: Final = np.zeros(int(0.6 * sound_factory.RATE_HZ))
_UNITS: Final = ["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci"]


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One prompt."""

    samples: sound_factory.Samples
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What was said in one clip, and the draft of its captions."""

    said: tuple[str, ...]
    cues: tuple[Cue, ...]
    duration_s: float

    @property
    def heard(self) -> tuple[str, ...]:
        return words_in(" ".join(" ".join(cue.lines) for cue in self.cues))

    @property
    def wrong(self) -> int:
        """How many words must be changed, put in or taken out to make what was said of what was heard."""
        return edits(self.said, self.heard)


def words_in(text: str) -> tuple[str, ...]:
    """The words without capitals and marks; figures up to ten as words, since either may be written."""
    plain = unicodedata.normalize("NFC", text.casefold())
    found = re.findall(r"\w+", plain)
    return tuple(_UNITS[int(word)] if word.isdecimal() and int(word) < len(_UNITS) else word for word in found)


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """The Levenshtein distance between two rows of words."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, start=1):
        before, row[0] = row[0], at
        for other, guess in enumerate(heard, start=1):
            least = min(row[other] + 1, row[other - 1] + 1, before + (word != guess))
            before, row[other] = row[other], least
    return row[-1]


def prompts(wording: Path = WORDING) -> list[Spoken]:
    """Every prompt that is a sentence and whose wording is known, in an order that is always the same.

    Not in their own: a dozen that begin alike would follow each other, as nobody speaks.
    """
    found = list(_prompts(wording))
    random.Random(1).shuffle(found)
    return found


def _prompts(wording: Path) -> Iterator[Spoken]:
    with gzip.open(wording, "rt", encoding="utf-8-sig", errors="replace") as lines:
        entries = [found.groups() for line in lines if (found := _ENTRY.match(line))]
    for name, text in entries:
        path = VOICE / f"{name}.g722"
        words = words_in(text)
        if path.is_file() and len(words) >= FEWEST_WORDS and not _LOST_LETTER.search(f"{text} "):
            yield Spoken(samples=_decoded(path), words=words)


def clips(some: Iterable[Spoken], folder: Path) -> Iterator[tuple[Path, tuple[str, ...], float]]:
    """Films of about a minute, what is said in each, and how long it is."""
    held: list[Spoken] = []
    for number, prompt in enumerate(some):
        held.append(prompt)
        samples = np.concatenate([part for one in held for part in (one.samples, _BREATH)])
        if samples.size >= CLIP_S * sound_factory.RATE_HZ:
            yield (
                film(samples, folder / f"{number}.mp4"),
                tuple(word for one in held for word in one.words),
                samples.size / sound_factory.RATE_HZ,
            )
            held = []


def services_in(folder: Path) -> Services:
    """A system of its own, without servers."""
    settings = Settings.from_env(an_environment(f"sqlite:///{folder / 'intake.db'}", NOWHERE, folder))
    services = Services(
        settings=settings,
        engine=make_engine(settings.database_url),
        private=MemoryBucket("private"),
        gallery=MemoryBucket("gallery"),
        mailer=MemoryMailer(),
        clock=FakeClock(),
    )
    prepare_database(services)
    return services


def drafted(worker: Worker, clip: Path) -> tuple[Cue, ...]:
    """The captions that the service drafts of a clip."""
    services = worker.services
    submission = a_submission(services)
    assert submission.original_key is not None
    services.private.put_file(submission.original_key, clip, content_type="video/mp4")
    with writing(services.engine) as connection:
        assert captioning.ask_for_draft(connection, submission.id)
    (job,) = [
        job for job in open_jobs(services) if (job.submission_id, job.kind) == (submission.id, JobKind.TRANSCRIBE)
    ]
    run_job(worker, job.id)
    with reading(services.engine) as connection:
        found = captions_of(connection, submission.id)
    return found["it"].cues if "it" in found else ()


def _decoded(path: Path) -> sound_factory.Samples:
    argv = ["ffmpeg", "-v", "error", "-f", "g722", "-i", path, "-f", "f32le", "-ac", "1", "-ar", "16000", "-"]
    return np.frombuffer(subprocess.run(argv, check=True, capture_output=True).stdout, "<f4").astype(float)


def film(samples: sound_factory.Samples, path: Path) -> Path:
    """Samples as the sound of a film, as a phone writes it."""
    sound = sound_factory.write_wav(samples, path.with_suffix(".wav"))
    picture = ["-f", "lavfi", "-i", "color=gray:size=320x240:rate=5"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "96k", "-ar", "48000"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *picture, "-i", sound, "-shortest", *codecs, path], check=True)
    sound.unlink()
    return path


def _cpu_s() -> float:
    mine, tools = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + tools.ru_utime + tools.ru_stime


def main() -> None:
    """Draft, compare and tell."""
    model_dir = Path(os.environ.get("ASR_MODEL_DIR") or "/nowhere")
    if problem := whats_missing(model_dir):
        sys.exit(f"ASR_MODEL_DIR: {problem}")
    most = int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize
    results: list[Drafted] = []
    cpu_s = wall_s = 0.0
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        worker = Worker(
            services=services_in(folder), sandbox=Sandbox.tested(), transcriber=Whisper(model_dir=model_dir)
        )
        for _, (clip, said, duration_s) in zip(range(most), clips(prompts(), folder), strict=False):
            cpu_before_s, began_at = _cpu_s(), time.monotonic()
            cues = drafted(worker, clip)
            cpu_s, wall_s = cpu_s + _cpu_s() - cpu_before_s, wall_s + time.monotonic() - began_at
            results.append(Drafted(said=said, cues=cues, duration_s=duration_s))
            one = results[-1]
            sys.stdout.write(f"{clip.stem:>5}  {one.duration_s:5.1f} s  {len(said):4} words  {one.wrong:3} wrong\n")
    words, length_s = sum(len(one.said) for one in results), sum(one.duration_s for one in results)
    wrong = sum(one.wrong for one in results)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{len(results)} clips, {length_s:.0f} s, {words} words, {wrong} wrong: {wrong / words:.1%}\n"
        f"{60 * cpu_s / length_s:.1f} s of processor and {60 * wall_s / length_s:.1f} s by the clock a minute, "
        f"{peak_mb:.0f} MB at most\n"
    )


if __name__ == "__main__":
    main()
