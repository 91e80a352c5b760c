"""The only place that turns sound into words: what a transcriber promises, and the one that runs on this machine.

From the original sound, never from a cleaned one: taking the noise out made more words wrong at every level of noise.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from intake.domain.captions import Engine, Word
from intake.domain.errors import NoUseTrying, ToolFailed, TranscriberUnavailable
from workers.media import limits
from workers.media.commands import sound
from workers.media.memory import free_memory_bytes
from workers.media.sandbox.terms import MAX_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from intake.domain.facts import VideoFacts
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

VOICE_RATE_HZ: Final = 16_000
"""What speech models listen at."""

NEEDED_FILES: Final = ("model.bin", "config.json", "tokenizer.json")
"""Without its own `tokenizer.json` the library would ask a server for one."""

_MAX_OF_PROMISED: Final = 2.0
_MARGIN_S: Final = 10.0
_BEAM: Final = 5
_HOW: Final = {
    "word_timestamps": True,
    # Without the voice detector a model makes words up in long silences.
    "vad_filter": True,
    # The library's own choice is to guess, up to five times over, where people repeat themselves: the same two minutes
    # had 14 % wrong words in one run and 27 % in the next, some of them in no language.
    "temperature": 0.0,
    # So that one wrong piece does not spoil those after it.
    "condition_on_previous_text": False,
}
_THREADS: Final = 2

_MEMORY_OF_FILE: Final = 2.0
"""A file of 16-bit figures is read whole and then kept in 8 bits."""

_MEMORY_BESIDE_BYTES: Final = 400 * 1024 * 1024
"""The program and what it holds of half a minute of sound. *base*, 145 MB, took 645 to 700 MB in all, measured."""


class Transcriber(Protocol):
    """Hears words in a voice.

    Promised: words in the order of their times, none empty, none outside the sound; nothing for silence. Not promised:
    that they are right. Looks between two pieces of work whether it should go on, and lets that error through.
    """

    @property
    def engine(self) -> Engine:
        """What it is, for those who read its drafts."""
        ...

    def transcribe(self, voice: NDArray[np.float32], language: str, *, go_on: Callable[[], None]) -> tuple[Word, ...]:
        """Return what is said.

        Args:
            voice: One channel at `VOICE_RATE_HZ`, from -1 to 1.
            go_on: Raises where the work is wanted no more.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Whisper:
    """Whisper on this machine's processor, from a folder that holds one of its models; it asks nobody.

    The model is loaded for each clip, in a second, and let go with it: most of a gigabyte, needed twice a day.
    """

    model_dir: Path
    free_bytes: Callable[[], int] = free_memory_bytes

    @property
    def engine(self) -> Engine:
        """The program and the folder's name."""
        return Engine(f"faster-whisper {self.model_dir.name}")

    def transcribe(self, voice: NDArray[np.float32], language: str, *, go_on: Callable[[], None]) -> tuple[Word, ...]:
        """Return what is said; see `Transcriber`.

        Raises:
            TranscriberUnavailable: The model cannot be loaded; it may be mended, or there be more memory later.
            NoUseTrying: The model does not know the language.
        """
        if not voice.size:
            return ()
        model = self._load()
        if language not in model.supported_languages:
            raise NoUseTrying(f"the model in {self.model_dir.name} does not know the language {language!r}")
        go_on()
        segments, _ = model.transcribe(voice, language=language, beam_size=_BEAM, **_HOW)
        words: list[Word] = []
        for segment in segments:
            go_on()
            words.extend(_word(word) for word in segment.words if word.word.strip())
        return tuple(words)

    def _load(self) -> Any:  # noqa: ANN401 - an extra that may not be installed where types are checked
        self._require_memory()
        os.environ["HF_HUB_OFFLINE"] = "1"
        try:
            # An extra, and slow to import: only workers that transcribe pay for it.
            from faster_whisper import WhisperModel

            return WhisperModel(
                str(self.model_dir), device="cpu", compute_type="int8", cpu_threads=_THREADS, local_files_only=True
            )
        except (ImportError, RuntimeError, ValueError, OSError, MemoryError) as error:
            raise TranscriberUnavailable(f"the model in {self.model_dir.name} cannot be loaded: {error}") from error

    def _require_memory(self) -> None:
        # A model that does not fit would not fail: the kernel would end us, or whoever else is the largest just then.
        try:
            needed_bytes = int((self.model_dir / "model.bin").stat().st_size * _MEMORY_OF_FILE) + _MEMORY_BESIDE_BYTES
        except OSError as error:
            raise TranscriberUnavailable(f"the model in {self.model_dir.name} is gone: {error.strerror}") from error
        if (free_bytes := self.free_bytes()) < needed_bytes:
            needs = f"{needed_bytes >> 20} MB of memory, and {free_bytes >> 20} MB are left"
            raise TranscriberUnavailable(f"the model in {self.model_dir.name} needs {needs}")


def until_deadline(go_on: Callable[[], None], *, timeout_s: float = MAX_TIMEOUT_S) -> Callable[[], None]:
    """Return what looks, as *go_on* does, whether to go on, and raises when *timeout_s* have passed from now.

    Raises:
        NoUseTrying: They have: this model is too slow for this clip here, and two more tries would hold up encodes.
    """
    ends_at = time.monotonic() + timeout_s

    def check() -> None:
        go_on()
        if time.monotonic() > ends_at:
            raise NoUseTrying(f"hearing the words took longer than {timeout_s:g} s: take a smaller model")

    return check


def whats_missing(model_dir: Path) -> str | None:
    """Say what keeps Whisper from running with the model in *model_dir*; None where nothing does."""
    if missing := [name for name in NEEDED_FILES if not (model_dir / name).is_file()]:
        return f"{model_dir} lacks {', '.join(missing)}"
    # Looked for, not imported: that takes a second and a hundred megabytes, and quick workers draft nothing.
    if importlib.util.find_spec("faster_whisper") is None:
        return "faster-whisper is not installed; see requirements/asr.txt"
    return None


def read_voice(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, stop: StopSignal | None = None
) -> NDArray[np.float32]:
    """Decode the sound track of *facts* as speech models want it.

    Raises:
        ToolFailed: It cannot be decoded, or holds far more than the file promises.
        LeaseLost: *stop* was set.
    """
    at_most_bytes = int((_MAX_OF_PROMISED * facts.duration_s + _MARGIN_S) * VOICE_RATE_HZ) * 4
    heard = bytearray()

    def take(chunk: bytes) -> None:
        heard.extend(chunk)
        if len(heard) > at_most_bytes:
            raise ToolFailed("the file holds far more sound than it promises")

    argv = sound.decode_voice(track=facts.audio_track, sample_rate_hz=VOICE_RATE_HZ)
    with tempfile.TemporaryDirectory(prefix="voice-") as nothing:
        sandbox.stream(argv, source=path, output=Path(nothing), limits=limits.SOUND, consume=take, stop=stop)
    return np.frombuffer(heard[: len(heard) // 4 * 4], dtype="<f4").astype(np.float32)


def _word(word: Any) -> Word:  # noqa: ANN401 - as `Whisper._load`
    start_ms, end_ms = (max(round(float(moment) * 1000), 0) for moment in (word.start, word.end))
    return Word(start_ms=start_ms, end_ms=max(end_ms, start_ms + 1), text=word.word.strip())
