"""The only place that draws a verdict for people at a terminal: marks, figures, bars, the waveform as blocks.

What is drawn comes from strangers' files, so nothing but printable characters gets through; the colours are ours.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from intake import wording
from intake.domain.checks import CheckCode, Verdict
from intake.domain.listening import MIN_SPEECH_RATIO
from intake.wording import measures, terminal
from workers.media.delivery import MAX_PEAK_DBTP, TARGET_LUFS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from intake.domain.checks import Check
    from intake.domain.facts import AudioLevels, Stretch
    from workers.media.examine import Examination

_MARKS: Final = MappingProxyType({Verdict.PASS: "✓", Verdict.WARN: "!", Verdict.FAIL: "✗"})
_COLOURS: Final = MappingProxyType({Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"})

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_DB_PER_BLOCK: Final = 6.0
"""Of the waveform: the highest block is full scale, the lowest 42 dB below, as the eight bits of a peak allow."""

_BAR_COLUMNS: Final = 24
_TITLE_COLUMNS: Final = 32
_FIGURE_COLUMNS: Final = 14
_LEAST_COLUMNS, _MOST_COLUMNS = 60, 120


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """How a level is drawn as a bar.

    Attributes:
        empty: Where the bar begins, in the level's own unit.
        full: Where it ends.
        check: The check that judges this level: it gives the colour and, where there is no *mark*, the line.
        mark: Where the level should be; drawn as a line.
    """

    empty: float
    full: float
    check: CheckCode
    mark: float | None = None


GAUGES: Final[Mapping[str, Gauge]] = MappingProxyType(
    {
        "integrated_lufs": Gauge(empty=-60, full=0, check=CheckCode.LOUDNESS, mark=TARGET_LUFS),
        "true_peak_dbtp": Gauge(empty=-40, full=3, check=CheckCode.CLIPPING, mark=MAX_PEAK_DBTP),
        "clipped_ratio": Gauge(empty=0, full=0.001, check=CheckCode.CLIPPING),
        "silence_ratio": Gauge(empty=0, full=1, check=CheckCode.SILENCE),
        "speech_to_noise_db": Gauge(empty=0, full=50, check=CheckCode.NOISE),
        "speech_to_hum_db": Gauge(empty=0, full=60, check=CheckCode.HUM),
        "speech_ratio": Gauge(empty=0, full=1, check=CheckCode.SPEECH, mark=MIN_SPEECH_RATIO),
        "quiet_channel_db": Gauge(empty=0, full=60, check=CheckCode.CHANNELS),
    }
)
"""The levels that are drawn as bars, by the names of `AudioLevels`; the others are figures only."""


def draw(name: str, seen: Examination, language: str, *, columns: int) -> str:
    """Return the report on the file called *name* for a terminal of so many *columns*, with colours."""
    columns = min(max(columns, _LEAST_COLUMNS), _MOST_COLUMNS)
    lines = [_headline(name, seen, language), *_checks(seen, language, columns)]
    if seen.levels is not None:
        lines += ["", _bold(terminal.SOUND, language), *_waveform(seen, language, columns)]
        lines += _levels(seen.levels, seen.checks, language)
    if seen.facts is not None:
        lines += ["", _bold(terminal.PICTURE, language), *_picture(seen, language)]
    return "\n".join([*lines, ""])


def printable(text: str) -> str:
    """Return *text* without what would move a terminal's cursor or change its colours."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _bold(text: str, language: str) -> str:
    return click.style(wording.say(text, language), bold=True)


def _headline(name: str, seen: Examination, language: str) -> str:
    worst = Verdict.PASS
    for verdict in (Verdict.WARN, Verdict.FAIL):
        if any(check.verdict is verdict for check in seen.checks):
            worst = verdict
    sentence = {
        Verdict.PASS: terminal.ACCEPTED,
        Verdict.WARN: terminal.ACCEPTED_BUT,
        Verdict.FAIL: terminal.REFUSED,
    }[worst]
    what = ", ".join(wording.check_title(check, language) for check in seen.checks if check.verdict is worst)
    said = wording.say(sentence, language, what=what)
    return click.style(f"{_MARKS[worst]} {printable(name)}: {said}", fg=_COLOURS[worst], bold=True)


def _checks(seen: Examination, language: str, columns: int) -> Iterator[str]:
    for check in seen.checks:
        mark = click.style(_MARKS[check.verdict], fg=_COLOURS[check.verdict], bold=True)
        title = wording.check_title(check, language).ljust(_TITLE_COLUMNS)
        yield f"  {mark} {title}{printable(wording.measured(check, language))}".rstrip()
        if check.verdict is not Verdict.PASS:
            advice = printable(wording.sentence(check, language))
            yield from textwrap.wrap(advice, columns, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _levels(levels: AudioLevels, checks: Sequence[Check], language: str) -> Iterator[str]:
    judged = {check.code: check for check in checks}
    for name, title in measures.LEVELS.items():
        value, gauge = getattr(levels, name), GAUGES.get(name)
        row = _row(title, measures.figure(name, value, language), language)
        if gauge is None or value is None:
            yield row.rstrip()
            continue
        check = judged.get(gauge.check)
        mark = gauge.mark if gauge.mark is not None or check is None else check.limit
        colour = _COLOURS[check.verdict] if check else None
        yield row + _bar(gauge, value, mark, colour) + _legend(name, mark, language)
    for kind, title in measures.STRETCHES.items():
        places = [stretch for stretch in levels.stretches if stretch.kind is kind]
        if places:
            yield _row(title, ", ".join(_place(place, language) for place in places), language).rstrip()


def _place(stretch: Stretch, language: str) -> str:
    starts, ends = (measures.figure("at_s", moment, language) for moment in (stretch.starts_s, stretch.ends_s))
    return f"{starts} – {ends}"


def _row(title: str, figure: str, language: str) -> str:
    said = wording.say(title, language).ljust(_TITLE_COLUMNS)
    return f"    {said}{printable(figure).ljust(_FIGURE_COLUMNS)}"


def _bar(gauge: Gauge, value: float, mark: float | str | None, colour: str | None) -> str:
    eighths = round(_share(gauge, value) * _BAR_COLUMNS * 8)
    filled = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    bar = click.style(filled.ljust(_BAR_COLUMNS, "·"), fg=colour)
    if not isinstance(mark, int | float):
        return bar
    # The line replaces one cell, so the parts beside it are coloured by themselves.
    place = min(int(_share(gauge, mark) * _BAR_COLUMNS), _BAR_COLUMNS - 1)
    cells = filled.ljust(_BAR_COLUMNS, "·")
    return (
        click.style(cells[:place], fg=colour) + click.style("┃", bold=True) + click.style(cells[place + 1 :], fg=colour)
    )


def _share(gauge: Gauge, value: float) -> float:
    return min(max((value - gauge.empty) / (gauge.full - gauge.empty), 0.0), 1.0)


def _legend(name: str, mark: float | str | None, language: str) -> str:
    if not isinstance(mark, int | float):
        return ""
    limit = measures.figure(name, mark, language)
    return click.style(f"  {wording.say(terminal.MARK, language, limit=limit)}", dim=True)


def _waveform(seen: Examination, language: str, columns: int) -> Iterator[str]:
    if seen.waveform is None or seen.levels is None:
        return
    width = columns - 4
    yield "    " + "".join(block(height) for height in seen.waveform.overview(width))
    yield "    0" + wording.duration(seen.levels.duration_s, language).rjust(width - 1)


def block(height: int) -> str:
    """Return the block of a *height* of 0 to 100, each block 6 dB above the one before."""
    if height <= 0:
        return _BLOCKS[0]
    steps_down = round(-20 * math.log10(height / 100) / _DB_PER_BLOCK)
    return _BLOCKS[max(8 - steps_down, 1)]


def _picture(seen: Examination, language: str) -> Iterator[str]:
    if seen.facts is None:
        return
    width, height = seen.facts.upright_px
    yield _row(measures.UPRIGHT, f"{width} × {height} px", language).rstrip()
    for name, title in measures.VIDEO.items():
        yield _row(title, measures.figure(name, getattr(seen.facts, name), language), language).rstrip()
    if seen.plan is not None:
        sentence = terminal.COPIED if seen.plan.is_remux else terminal.ENCODED
        yield f"    {wording.say(sentence, language, reason=str(seen.plan.reason))}"
