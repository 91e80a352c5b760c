"""What a transcriber promises, held against the fake and, where there is a model, against the real one."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from intake.domain.captions import cues_of
from intake.domain.errors import LeaseLost, NoUseTrying, TranscriberUnavailable
from intake.domain.script import words_of
from tests import media_factory, sound_factory
from tests.builders import some_facts
from tests.fakes.transcriber import FakeTranscriber
from workers.media.transcribing import VOICE_RATE_HZ, Whisper, read_voice, until_deadline, whats_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.media_factory import MakeClip
    from workers.media.sandbox import Sandbox
    from workers.media.transcribing import Transcriber

MODEL_DIR = os.environ.get("ASR_MODEL_DIR")
ASR = pytest.mark.skipif(MODEL_DIR is None, reason="no model: ASR_MODEL_DIR is not set")
EACH = pytest.mark.parametrize(
    "transcriber",
    [
        pytest.param(FakeTranscriber(), id="fake"),
        pytest.param(Whisper(model_dir=Path(MODEL_DIR or "/nowhere")), id="whisper", marks=[pytest.mark.asr, ASR]),
    ],
)

CARLO = sound_factory.SPEECH / "it_IT_m_Carlo"
SAID = """
    zero uno due tre quattro cinque sei sette otto nove
    dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove
    domenica lunedì martedì mercoledì giovedì venerdì sabato
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
"""
NUMBERS, DAYS, MONTHS = (SAID.split()[first:last] for first, last in ((0, 20), (20, 27), (27, 39)))
SPOKEN = {
    f"digits/{kind}{number}": word
    for kind, words in (("", NUMBERS), ("day-", DAYS), ("mon-", MONTHS))
    for number, word in enumerate(words)
}
"""Prompts that say what they are called, in a real voice."""

FIGURES = {str(number): word for number, word in enumerate(NUMBERS)}
"""A model may write a number either way."""


A_TONE = np.sin(np.arange(VOICE_RATE_HZ) / 10).astype(np.float32)


def prompt(name: str) -> NDArray[np.float32]:
    source = ["-f", "g722", "-i", CARLO / f"{name}.g722"]
    target = ["-f", "f32le", "-ac", "1", "-ar", str(VOICE_RATE_HZ), "-"]
    run = subprocess.run(["ffmpeg", "-v", "error", *source, *target], check=True, capture_output=True)
    return np.frombuffer(run.stdout, dtype="<f4")


def spoken(names: list[str]) -> NDArray[np.float32]:
    """Prompts, one after the other, with a breath between them."""
    breath = np.zeros(VOICE_RATE_HZ // 4, dtype=np.float32)
    return np.concatenate([part for name in names for part in (prompt(name), breath)])


def go_on() -> None:
    """Nobody stops us."""


def stop() -> None:
    raise LeaseLost


@EACH
class TestATranscriber:
    def test_hears_words_in_the_order_of_their_times_within_the_sound(self, transcriber: Transcriber) -> None:
        voice = spoken(["digits/day-1", "digits/mon-3", "digits/day-5"])

        words = transcriber.transcribe(voice, "it", go_on=go_on)

        length_ms = voice.size * 1000 // VOICE_RATE_HZ
        assert words
        assert all(word.text.strip() and 0 <= word.start_ms < word.end_ms <= length_ms + 1000 for word in words)
        assert all(before.start_ms <= after.start_ms for before, after in pairwise(words))

    def test_hears_nothing_in_silence(self, transcriber: Transcriber) -> None:
        assert transcriber.transcribe(np.zeros(5 * VOICE_RATE_HZ, dtype=np.float32), "it", go_on=go_on) == ()

    def test_hears_nothing_in_nothing(self, transcriber: Transcriber) -> None:
        assert transcriber.transcribe(np.zeros(0, dtype=np.float32), "it", go_on=go_on) == ()

    def test_stops_when_it_is_told_to(self, transcriber: Transcriber) -> None:
        with pytest.raises(LeaseLost):
            transcriber.transcribe(spoken(["digits/day-1", "digits/mon-3"]), "it", go_on=stop)

    def test_says_what_it_is(self, transcriber: Transcriber) -> None:
        assert transcriber.engine


def heard_in(names: list[str]) -> list[str]:
    """The words that Whisper hears, five prompts at a time, as captions hold them."""
    whisper = Whisper(model_dir=Path(MODEL_DIR or ""))
    runs = [spoken(names[first : first + 5]) for first in range(0, len(names), 5)]
    cues = [cue for voice in runs for cue in cues_of(whisper.transcribe(voice, "it", go_on=go_on))]
    return [FIGURES.get(word, word) for cue in cues for word in words_of(cue.text)]


@pytest.mark.asr
@ASR
def test_whisper_gets_single_italian_words_right() -> None:
    said = [word for spoken_word in SPOKEN.values() for word in words_of(spoken_word)]

    heard = heard_in(list(SPOKEN))

    blocks = difflib.SequenceMatcher(a=said, b=heard, autojunk=False).get_matching_blocks()
    right = sum(block.size for block in blocks)
    # Words without a sentence around them are harder than speech: of 39, one in seven may be another.
    assert right >= 0.85 * len(said), " ".join(heard)


def test_the_voice_is_one_channel_as_models_want_it(sandbox: Sandbox, clip: MakeClip) -> None:
    facts = some_facts(duration_s=11.0)

    voice = read_voice(sandbox, clip(media_factory.a_landscape_clip), facts)

    assert voice.dtype == np.float32
    assert 10 <= voice.size / VOICE_RATE_HZ <= 13
    assert 0 < abs(voice).max() <= 1


def test_a_folder_without_a_model_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()

    assert whats_missing(tmp_path) == f"{tmp_path} lacks config.json, tokenizer.json"


def test_a_model_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(TranscriberUnavailable, match="is gone"):
        Whisper(model_dir=tmp_path).transcribe(A_TONE, "it", go_on=go_on)


def test_a_model_that_does_not_fit_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    whisper = Whisper(model_dir=tmp_path, free_bytes=lambda: 300 * 1024 * 1024)

    with pytest.raises(TranscriberUnavailable, match="needs 400 MB of memory, and 300 MB are left"):
        whisper.transcribe(A_TONE, "it", go_on=go_on)


@pytest.mark.asr
@ASR
def test_a_damaged_model_is_waited_for(tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(MODEL_DIR or "", tmp_path / "damaged"))
    os.truncate(damaged / "model.bin", 1_000_000)

    with pytest.raises(TranscriberUnavailable, match="cannot be loaded"):
        Whisper(model_dir=damaged).transcribe(A_TONE, "it", go_on=go_on)


@pytest.mark.asr
@ASR
def test_a_language_that_a_model_does_not_know_is_not_guessed_at() -> None:
    with pytest.raises(NoUseTrying, match="does not know the language 'xx'"):
        Whisper(model_dir=Path(MODEL_DIR or "")).transcribe(A_TONE, "xx", go_on=go_on)


def test_what_takes_too_long_is_given_up() -> None:
    check = until_deadline(go_on, timeout_s=-1)

    with pytest.raises(NoUseTrying, match="take a smaller model"):
        check()


def test_before_its_deadline_work_goes_on_or_stops_as_it_would() -> None:
    until_deadline(go_on, timeout_s=600)()

    with pytest.raises(LeaseLost):
        until_deadline(stop, timeout_s=600)()
