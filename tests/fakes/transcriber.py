"""Hears what it is told to hear; `tests/integration/media/test_transcribing.py` holds it to what a real one does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intake.domain.captions import Engine, Word
from workers.media.transcribing import VOICE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

HEARD: Final = ("Mi", "chiamo", "Anna", "Rossi", "e", "sono", "titolare", "dell'Officina", "Rossi.")
_SILENT: Final = 0.003


def nothing() -> None:
    """The world stands still while it listens."""


@dataclass
class FakeTranscriber:
    """Spreads its words over whatever is not silent; `language` is the one it was asked for last.

    Attributes:
        meanwhile: What happens elsewhere while it listens.
    """

    words: tuple[str, ...] = HEARD
    language: str | None = None
    meanwhile: Callable[[], object] = nothing

    @property
    def engine(self) -> Engine:
        return Engine("fake")

    def transcribe(self, voice: NDArray[np.float32], language: str, *, go_on: Callable[[], None]) -> tuple[Word, ...]:
        go_on()
        self.language = language
        self.meanwhile()
        if not voice.size or abs(voice).max() < _SILENT:
            return ()
        each_ms = voice.size * 1000 // VOICE_RATE_HZ // len(self.words)
        return tuple(
            Word(start_ms=at * each_ms, end_ms=(at + 1) * each_ms, text=text) for at, text in enumerate(self.words)
        )
