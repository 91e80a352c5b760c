"""Every sentence is there, in both languages, with its figures in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from intake import wording
from intake.actions.captioning import DRAFTED
from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict
from intake.domain.states import State
from intake.wording import standing
from intake.wording.advice import REASONS
from intake.wording.history import noted_by_program

LANGUAGES = ("it", "en")
CODECS = (Reason.UNKNOWN_VIDEO_CODEC, Reason.UNKNOWN_AUDIO_CODEC)
BEFORE_MEASURING = (
    Reason.NOT_A_VIDEO,
    Reason.INCOMPLETE,
    Reason.BROKEN_STRUCTURE,
    Reason.OUTSIDE_REFERENCE,
    Reason.TOO_COMPLEX,
    Reason.PICTURE_TOO_LARGE,
    Reason.DAMAGED,
)
"""What the workers refuse a file for without a limit; what they measured is a note in English, or nothing."""

Speak = Callable[[str], str]


def a_check(reason: Reason) -> Check:
    return Check(
        code=CheckCode.DURATION, verdict=Verdict.FAIL, reason=reason, measured=4.25, limit=10.0, unit=Unit.SECONDS
    )


def says(reason: Reason, language: str) -> str:
    return wording.sentence(a_check(reason), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence_with_its_figures(reason: Reason, language: str) -> None:
    sentence = says(reason, language)

    assert sentence.endswith((".", "!", "?"))
    assert not re.search(r"[{}]|%\(", sentence)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_said_differently_in_english(reason: Reason) -> None:
    assert says(reason, "it") != says(reason, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", [Reason.TOO_SHORT, Reason.TOO_LONG, Reason.PICTURE_SMALL, Reason.FILE_TOO_LARGE])
def test_a_sentence_about_a_limit_holds_both_figures(reason: Reason, language: str) -> None:
    sentence = says(reason, language)

    assert wording.measured(a_check(reason), language) in sentence
    assert wording.limit(a_check(reason), language) in sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("reason", "figures"),
    [
        *((reason, []) for reason in BEFORE_MEASURING),
        *((reason, ["measured"]) for reason in (*CODECS, Reason.PICTURE_STOPS)),
    ],
)
def test_a_refusal_without_a_limit_leaves_no_gap_in_its_sentence(
    reason: Reason, figures: list[str], language: str
) -> None:
    assert re.findall(r"{(\w+)}", wording.say(REASONS[reason], language)) == figures


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(CheckCode))
def test_every_check_has_a_name(code: CheckCode, language: str) -> None:
    check = Check(code=code, verdict=Verdict.PASS, reason=Reason.FINE)

    assert wording.check_title(check, language)


@pytest.mark.parametrize("say", [wording.headline, wording.explanation, wording.state_name])
@pytest.mark.parametrize("state", list(State))
def test_every_state_is_said_in_both_languages(say: Callable[[State, str], str], state: State) -> None:
    italian, english = say(state, "it"), say(state, "en")

    assert italian
    assert english
    assert italian != english


@pytest.mark.parametrize("label", standing.TIMELINE)
def test_every_station_is_said_in_both_languages(label: str) -> None:
    assert wording.say(label, "it") != wording.say(label, "en")


def test_a_language_we_do_not_speak_hears_italian() -> None:
    assert says(Reason.FINE, "fr") == says(Reason.FINE, "it")


@pytest.mark.parametrize(
    ("seconds", "italian", "english"),
    [
        (8.24, "8,2 s", "8.2 s"),
        (45.0, "45 s", "45 s"),
        (59.99, "60 s", "60 s"),
        (60.0, "1 min", "1 min"),
        (125.4, "2 min 5 s", "2 min 5 s"),
        (179.6, "3 min", "3 min"),
    ],
)
def test_a_length_of_time_is_written_as_people_write_it(seconds: float, italian: str, english: str) -> None:
    assert (wording.duration(seconds, "it"), wording.duration(seconds, "en")) == (italian, english)


@pytest.mark.parametrize(
    ("size_bytes", "written"),
    [
        (0, "0 MB"),
        (11, "1 kB"),
        (49_000, "49 kB"),
        (1_250_000, "1,2 MB"),
        (99_990_000, "100 MB"),
        (500_000_000, "500 MB"),
    ],
)
def test_a_size_is_written_as_telephones_do(size_bytes: int, written: str) -> None:
    assert wording.file_size(size_bytes, "it") == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (None, Unit.SECONDS, ""),
        ("h264", None, "h264"),
        (-33.0, Unit.LUFS, "-33 LUFS"),
        (0.0001, Unit.RATIO, "0,01 %"),
        (480, Unit.PIXELS, "480 px"),
        (17.96, Unit.DECIBEL, "18 dB"),
        (500_000_000, Unit.BYTES, "500 MB"),
    ],
)
def test_a_figure_bears_its_unit(value: float | str | None, unit: Unit | None, written: str) -> None:
    check = Check(code=CheckCode.NOISE, verdict=Verdict.PASS, reason=Reason.FINE, measured=value, unit=unit)

    assert wording.measured(check, "it") == written


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (
            "deleted 3 private files and what the sender told us",
            "Cancellati i file privati (3) e quello che aveva scritto chi ha inviato il video.",
        ),
        ("deleted 12 public files", "Cancellati i file pubblici (12)."),
        ("ToolTimedOut: ffmpeg took longer than 600 s", "Ci ha messo più del tempo massimo."),
        (DRAFTED, "Bozza automatica dei sottotitoli."),
        ("something {odd}", "something {odd}"),
    ],
)
def test_what_a_program_noted_is_said_in_words(note: str, said: str) -> None:
    assert noted_by_program(note, "it").startswith(said)


def test_what_a_program_noted_is_said_in_english_too() -> None:
    assert noted_by_program("deleted 12 public files", "en") == "Deleted the public files (12)."
