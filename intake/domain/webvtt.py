"""The only place that reads and writes captions as files: WebVTT, and SubRip (.srt), which is only read.

Strict where a mistake would show under the wrong word or not at all, and then every problem is told with its line;
lenient where nothing is lost: positions, styles and notes are left out, for players place captions well by themselves.
Source: W3C, "WebVTT: The Web Video Text Tracks Format", sections 4 and 6.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.domain.captions import MAX_CUE_CHARACTERS, MAX_CUES, MAX_TIME_MS, Cue
from intake.domain.errors import IntakeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_BYTES: Final = 200_000
"""Largest file of captions: fifty times those of a clip of three minutes."""

MAX_PROBLEMS: Final = 20
"""How many problems are told at once; whoever mends these sees the others next."""

_SIGNATURE: Final = re.compile(r"WEBVTT(?:[ \t].*)?$")
_TIMES: Final = re.compile(r"\s*(\S+)\s+-->\s+(\S+)(?:\s.*)?$")
_TIME: Final = re.compile(r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)[.,](\d{3})$")
_ARROW: Final = "-->"
_TAG: Final = re.compile(
    r"</?(?:c|i|b|u|v|lang|ruby|rt|font)(?:[.\s][^<>]*)?>|<(?:\d+:)?\d\d:\d\d\.\d{3}>", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\s*\d+\s*$")
_KEPT: Final = "\n\u200d"
"""The joiner makes one picture of several: a family, a flag."""

_CONTROLS: Final = {code: " " for code in (*range(32), *range(127, 160)) if code != ord("\n")}
_UNSAID: Final = frozenset({"NOTE", "STYLE", "REGION"})


class Problem(StrEnum):
    """What is wrong with a file of captions."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NO_SIGNATURE = "no_signature"
    NO_TIMES = "no_times"
    BAD_TIME = "bad_time"
    ENDS_BEFORE_START = "ends_before_start"
    OUT_OF_ORDER = "out_of_order"
    NO_GAP = "no_gap"
    TEXT_TOO_LONG = "text_too_long"
    TOO_MANY = "too_many"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A problem and the line it is in, counted from 1."""

    problem: Problem
    line: int


class BadCaptions(IntakeError):
    """The text is no captions; every mistake in it, at most `MAX_PROBLEMS`."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(", ".join(f"{mistake.problem} in line {mistake.line}" for mistake in mistakes))
        self.mistakes = tuple(mistakes[:MAX_PROBLEMS])


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Lines between two empty ones; `line` is the first one's number."""

    line: int
    lines: tuple[str, ...]


def decoded(untrusted: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or else what Windows wrote in Italy for years.

    Raises:
        BadCaptions: It is too large, or no text.
    """
    if len(untrusted) > MAX_BYTES:
        raise BadCaptions([Mistake(problem=Problem.TOO_LARGE, line=1)])
    is_wide = untrusted[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = untrusted.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadCaptions([Mistake(problem=Problem.NOT_TEXT, line=1)])


def read_any(text: str) -> tuple[Cue, ...]:
    """Read captions whatever the file is called: WebVTT says so in its first line, SubRip begins with a number.

    Raises:
        BadCaptions: As `read_webvtt`, `read_srt`.
    """
    lines = _lines(text)
    first = next((line for line in lines if line.strip()), "")
    return read_srt(text) if _NUMBER.match(first) or _ARROW in first else read_webvtt(text)


def read_webvtt(text: str) -> tuple[Cue, ...]:
    """Read WebVTT. Nothing at all is no captions.

    Raises:
        BadCaptions: As it says, with every mistake.
    """
    _require_size(text)
    lines = _lines(text)
    if not any(line.strip() for line in lines):
        return ()
    if not _SIGNATURE.match(lines[0]):
        raise BadCaptions([Mistake(problem=Problem.NO_SIGNATURE, line=1)])
    # What stands right below the signature is the header's, unless it is a caption already.
    body = next((at for at, line in enumerate(lines) if at and (not line.strip() or _ARROW in line)), len(lines))
    return _read_blocks(_blocks(lines[body:], first_line=body + 1))


def read_srt(text: str) -> tuple[Cue, ...]:
    """Read SubRip, whose times have a comma and whose captions have numbers.

    Raises:
        BadCaptions: As it says, with every mistake.
    """
    _require_size(text)
    return _read_blocks(_blocks(_lines(text), first_line=1))


def write_webvtt(cues: Iterable[Cue]) -> str:
    """Write *cues* as WebVTT."""
    blocks = (f"{clock(cue.start_ms)} --> {clock(cue.end_ms)}\n{_escaped(cue.text)}\n" for cue in cues)
    return "\n".join(("WEBVTT\n", *blocks))


def clock(time_ms: int) -> str:
    """Write a time as WebVTT does: `00:01:02.345`."""
    seconds, milliseconds = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"


def tidy(text: str) -> str:
    """Return a caption's text composed, without invisible characters, empty lines and needless spaces."""
    visible = "".join(character for character in text.translate(_CONTROLS) if _has_shape(character))
    composed = unicodedata.normalize("NFC", visible)
    return "\n".join(stripped for line in composed.split("\n") if (stripped := " ".join(line.split())))


def _has_shape(character: str) -> bool:
    return character in _KEPT or unicodedata.category(character)[0] != "C"


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _require_size(text: str) -> None:
    if len(text) > MAX_BYTES:
        raise BadCaptions([Mistake(problem=Problem.TOO_LARGE, line=1)])


def _blocks(lines: Sequence[str], *, first_line: int) -> list[_Block]:
    blocks: list[_Block] = []
    gathered: list[str] = []
    for number, line in enumerate((*lines, ""), start=first_line):
        if line.strip():
            gathered.append(line)
        elif gathered:
            blocks.append(_Block(line=number - len(gathered), lines=tuple(gathered)))
            gathered = []
    return blocks


def _read_blocks(blocks: Iterable[_Block]) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    mistakes: list[Mistake] = []
    for block in blocks:
        if block.lines[0].split()[0] in _UNSAID and _ARROW not in block.lines[0]:
            continue
        found = _read_block(block, after_ms=cues[-1].end_ms if cues else 0)
        if isinstance(found, Mistake):
            mistakes.append(found)
        elif found.text:
            # A caption without words shows nothing: it is left out.
            cues.append(found)
        if len(cues) > MAX_CUES:
            mistakes.append(Mistake(problem=Problem.TOO_MANY, line=block.line))
            break
    if mistakes:
        raise BadCaptions(mistakes)
    return tuple(cues)


def _read_block(block: _Block, *, after_ms: int) -> Cue | Mistake:
    # The first line may be the caption's own name, or its number.
    has_name = _ARROW not in block.lines[0]
    if has_name and (len(block.lines) == 1 or _ARROW not in block.lines[1]):
        return Mistake(problem=Problem.NO_TIMES, line=block.line)
    line, words = block.line + has_name, block.lines[has_name + 1 :]
    times = _read_times(block.lines[has_name], after_ms=after_ms)
    if isinstance(times, Problem):
        return Mistake(problem=times, line=line)
    if crowded := next((at for at, text in enumerate(words, start=1) if _TIMES.match(text)), None):
        return Mistake(problem=Problem.NO_GAP, line=line + crowded)
    text = tidy(html.unescape(_TAG.sub("", "\n".join(words))))
    if len(text) > MAX_CUE_CHARACTERS:
        return Mistake(problem=Problem.TEXT_TOO_LONG, line=line + 1)
    return Cue(start_ms=times[0], end_ms=times[1], text=text)


def _read_times(text: str, *, after_ms: int) -> tuple[int, int] | Problem:
    times = _TIMES.match(text)
    start_ms, end_ms = (_read_clock(time) for time in times.groups()) if times else (None, None)
    if start_ms is None or end_ms is None:
        return Problem.BAD_TIME
    if start_ms >= end_ms:
        return Problem.ENDS_BEFORE_START
    return Problem.OUT_OF_ORDER if start_ms < after_ms else (start_ms, end_ms)


def _read_clock(text: str) -> int | None:
    found = _TIME.match(text)
    if found is None or not text.isascii():
        return None
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in found.groups())
    time_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
    return time_ms if time_ms <= MAX_TIME_MS else None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
