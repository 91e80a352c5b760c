"""What people read at a terminal about one file."""

from __future__ import annotations

from dataclasses import fields

import click
import pytest

from intake import wording
from intake.domain.checks import Check, CheckCode, Reason, Unit, Verdict
from intake.domain.facts import AudioLevels, Stretch, StretchKind, VideoFacts
from intake.wording import measures, terminal
from tests.builders import FINE, TOO_SHORT, some_facts, some_levels
from workers.media.examine import Examination
from workers.media.hearing.waveform import Waveform
from workers.media.renditions import Plan, PlanReason
from workers.report import block, draw

QUIET = Check(
    code=CheckCode.LOUDNESS,
    verdict=Verdict.WARN,
    reason=Reason.QUIET,
    measured=-36.0,
    limit=-33.0,
    unit=Unit.LUFS,
)
FIGURES_OF_SOUND = [field.name for field in fields(AudioLevels) if field.name != "stretches"]
FIGURES_OF_PICTURE = [field.name for field in fields(VideoFacts) if field.name != "sound_tracks"]
WAVEFORM = Waveform(sample_rate_hz=48000, samples_per_column=1920, peaks=(0, 0, -64, 32, -128, 127) * 100)


def an_examination(*checks: Check, **levels: object) -> Examination:
    return Examination(
        checks=checks,
        facts=some_facts(width_px=1920, height_px=1080, rotation_deg=-90),
        levels=some_levels(**levels),
        waveform=WAVEFORM,
        plan=Plan(reason=PlanReason.VIDEO_CODEC, copies_video=False, copies_sound=True),
    )


def drawn(seen: Examination) -> list[str]:
    return click.unstyle(draw("anna.mp4", seen, "it", columns=80)).splitlines()


def line_with(title: str, lines: list[str]) -> str:
    return next(line for line in lines if line.strip().startswith(title))


@pytest.mark.parametrize(
    ("checks", "headline"),
    [
        pytest.param((FINE,), "✓ anna.mp4: accettato", id="accepted"),
        pytest.param((FINE, QUIET), "! anna.mp4: accettato; si può migliorare: Volume della voce", id="warned"),
        pytest.param((FINE, QUIET, TOO_SHORT), "✗ anna.mp4: rifiutato: Durata", id="refused"),
    ],
)
def test_the_first_line_says_how_it_ended_and_why(checks: tuple[Check, ...], headline: str) -> None:
    assert drawn(an_examination(*checks))[0] == headline


def test_a_refused_file_that_was_never_decoded_has_no_sound_section() -> None:
    lines = drawn(Examination(checks=(TOO_SHORT,)))

    assert lines[0] == "✗ anna.mp4: rifiutato: Durata"
    assert "Audio" not in lines


def test_a_level_is_drawn_against_its_line() -> None:
    lines = drawn(an_examination(FINE, QUIET, integrated_lufs=-30.0))

    bar = line_with("Volume medio", lines)
    assert "-30 LUFS" in bar
    assert "████████████·····┃" in bar
    assert bar.endswith("la linea è a -16 LUFS")


def test_a_level_that_could_not_be_measured_has_a_dash_and_no_bar() -> None:
    lines = drawn(an_examination(FINE, speech_to_noise_db=None))

    assert line_with("Voce sopra il rumore", lines).split() == ["Voce", "sopra", "il", "rumore", "–"]


def test_a_level_beyond_its_bar_fills_it() -> None:
    lines = drawn(an_examination(FINE, true_peak_dbtp=9.0))

    assert "·" not in line_with("Picco più alto", lines)


def test_a_picture_is_told_as_people_see_it() -> None:
    lines = drawn(an_examination(FINE))

    assert line_with("Come si vede", lines).endswith("1080 × 1920 px")
    assert lines[-1].strip() == "Per la revisione va ricodificato (video_codec)."


def test_a_name_cannot_give_orders_to_the_terminal() -> None:
    lines = draw("a\x1b[2Jb\nc.mp4", Examination(checks=(FINE,)), "it", columns=80)

    assert "\x1b[2J" not in lines
    assert "a�[2Jb�c.mp4" in lines


def test_a_codec_cannot_give_orders_to_the_terminal() -> None:
    check = Check(code=CheckCode.CODEC, verdict=Verdict.FAIL, reason=Reason.UNKNOWN_VIDEO_CODEC, measured="\x1b]0;")

    assert "\x1b]0;" not in draw("anna.mp4", Examination(checks=(check,)), "it", columns=80)


@pytest.mark.parametrize(("height", "drawn_as"), [(0, " "), (1, "▁"), (12, "▅"), (25, "▆"), (50, "▇"), (100, "█")])
def test_each_block_of_the_waveform_is_six_decibels(height: int, drawn_as: str) -> None:
    assert block(height) == drawn_as


def test_the_waveform_is_as_wide_as_the_terminal() -> None:
    wave = next(line for line in drawn(an_examination(FINE)) if "█" in line)

    assert len(wave) == 80
    assert set(wave[4:]) <= {" ", "▇", "█"}


@pytest.mark.parametrize("name", FIGURES_OF_SOUND)
def test_every_level_has_a_name_in_both_languages(name: str) -> None:
    assert wording.say(measures.LEVELS[name], "it") != wording.say(measures.LEVELS[name], "en")


@pytest.mark.parametrize("name", FIGURES_OF_PICTURE)
def test_every_fact_of_the_picture_has_a_name_in_both_languages(name: str) -> None:
    assert wording.say(measures.VIDEO[name], "it") != wording.say(measures.VIDEO[name], "en")


@pytest.mark.parametrize("problem", list(terminal.Problem))
def test_every_problem_has_a_sentence_in_both_languages(problem: terminal.Problem) -> None:
    sentence = terminal.PROBLEMS[problem]

    assert wording.say(sentence, "it") != wording.say(sentence, "en")


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("noise_floor_dbfs", None, "–"),
        ("noise_floor_dbfs", -48.25, "-48,25 dBFS"),
        ("clipped_ratio", 0.0125, "1,25 %"),
        ("longest_silence_s", 2.5, "2,5 s"),
        ("size_bytes", 12_300_000, "12,3 MB"),
        ("video_bit_rate_bps", 17_100_000, "17,1 Mbit/s"),
        ("is_interlaced", False, "no"),
        ("video_codec", "h264", "h264"),
        ("channels", 2, "2"),
    ],
)
def test_a_figure_is_written_in_the_unit_its_name_ends_in(name: str, value: object, written: str) -> None:
    assert measures.figure(name, value, "it") == written


def test_it_says_where_something_is_wrong() -> None:
    silence = Stretch(kind=StretchKind.SILENCE, starts_s=3.5, ends_s=64.0)

    report = draw("clip.mp4", an_examination(FINE, stretches=(silence,)), "it", columns=80)

    assert "3,5 s – 1 min 4 s" in report
