"""The only place for what a caption is: its cues, how they may stand in time, and what makes them easy to read.

Captions are kept on the clock of the original file, whatever is cut off before publication: `cues_within` moves them
onto the clock of what is shown. How files write them is `webvtt.py`'s.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

Engine = NewType("Engine", str)
"""What wrote a machine's draft, as people may look it up: the program and its model."""

MAX_LINES: Final = 2
"""Lines of one caption. Source: BBC Subtitle Guidelines, "Avoid 3 lines or more"."""

MAX_LINE_CHARACTERS: Final = 37
"""Characters of one line. Source: BBC Subtitle Guidelines, "Line length": 37 where the letters are all as wide."""

MAX_CHARACTERS_PER_S: Final = 17.0
"""Faster than this, many people cannot read along and watch a face as well.

Source: BBC Subtitle Guidelines, "Target minimum timing": 160 to 180 words a minute, and a word with its space has about
six characters. Netflix's Timed Text Style Guide allows 17 where children read, 20 for adults.
"""

MIN_SHOWN_MS: Final = 833
"""Shorter than this a caption only flashes. Source: Netflix Timed Text Style Guide, "Duration": 5/6 of a second."""

MAX_CUES: Final = 1000
"""More than six a second in the longest clip that a call allows."""

MAX_CUE_CHARACTERS: Final = 500
"""More than anybody reads at once; such a text is no caption."""

MAX_TIME_MS: Final = 100 * 3600 * 1000
"""A hundred hours: what is behind it was mistyped."""

_PARAGRAPH_PAUSE_MS: Final = 2000
_PARAGRAPH_CHARACTERS: Final = 350
_SENTENCE_END: Final = re.compile(r"[.!?…][»”\"')]*$")

_LONGEST_CUE_MS: Final = 6000
"""A machine's draft begins a new caption after this long. Source: as `MIN_SHOWN_MS`, which allows seven seconds."""

_NEW_CUE_PAUSE_MS: Final = 700
"""A machine's draft begins a new caption where somebody takes a breath."""


class Origin(StrEnum):
    """Who wrote captions last."""

    MACHINE = "machine"
    PERSON = "person"


class Advice(StrEnum):
    """What makes a caption hard to read. It may stand: sometimes people do talk that fast."""

    TOO_MANY_LINES = "too_many_lines"
    LINE_TOO_LONG = "line_too_long"
    TOO_FAST = "too_fast"
    TOO_BRIEF = "too_brief"


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One caption: what is read from when to when, on the clock of the original file."""

    start_ms: int
    end_ms: int
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines as they stand under the picture."""
        return self.text.split("\n")

    @property
    def characters_per_s(self) -> float:
        """How fast it must be read; a line's end counts as the space it stands for."""
        return len(self.text) * 1000 / max(self.end_ms - self.start_ms, 1)


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that a machine heard, and when."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """What is said from one pause to the next; `start_ms` on the clock of its captions."""

    start_ms: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Captions:
    """The captions of one submission in one language, as their row stands.

    Attributes:
        cues: Empty once they were deleted: the row stays, so that its version goes on counting.
        version: Counts the times they were written.
        engine: What wrote the machine's draft that they are, or were made from.
        updated_by: A staff member's address, or `worker`.
        checked_by: Who said to have compared them with what is heard; nobody, once they are written anew.
    """

    language: str
    cues: tuple[Cue, ...]
    version: int
    origin: Origin
    engine: Engine | None
    updated_at: datetime
    updated_by: str
    checked_by: str | None = None
    checked_at: datetime | None = None

    @property
    def is_checked(self) -> bool:
        """Whether a person compared them with what is heard."""
        return self.checked_by is not None

    @property
    def may_be_public(self) -> bool:
        """Whether anybody answers for them: what only a machine wrote is shown to nobody but staff."""
        return bool(self.cues) and (self.origin is Origin.PERSON or self.is_checked)


def advice_on(cue: Cue) -> tuple[Advice, ...]:
    """Say what makes *cue* hard to read."""
    judgements = {
        Advice.TOO_MANY_LINES: len(cue.lines) > MAX_LINES,
        Advice.LINE_TOO_LONG: any(len(line) > MAX_LINE_CHARACTERS for line in cue.lines),
        Advice.TOO_FAST: cue.characters_per_s > MAX_CHARACTERS_PER_S,
        Advice.TOO_BRIEF: cue.end_ms - cue.start_ms < MIN_SHOWN_MS,
    }
    return tuple(advice for advice, is_due in judgements.items() if is_due)


def wrapped(cue: Cue) -> Cue:
    """Break a caption into as few lines as hold it, of much the same length; one that fits is left as it is."""
    if len(cue.lines) <= MAX_LINES and all(len(line) <= MAX_LINE_CHARACTERS for line in cue.lines):
        return cue
    return replace(cue, text="\n".join(balanced(" ".join(cue.text.split()))))


def balanced(text: str) -> list[str]:
    """Break *text* into lines of at most `MAX_LINE_CHARACTERS`, no longer than it takes; a longer word stays whole."""
    fewest = len(_lines(text, MAX_LINE_CHARACTERS))
    width = min((len(text) + fewest - 1) // max(fewest, 1), MAX_LINE_CHARACTERS)
    while len(_lines(text, max(width, 1))) > fewest:
        width += 1
    return _lines(text, max(width, 1))


def cues_within(cues: Iterable[Cue], start_s: float, end_s: float) -> tuple[Cue, ...]:
    """Return what of *cues* is read between two moments of the original, on a clock that begins at the first."""
    start_ms, end_ms = round(start_s * 1000), round(end_s * 1000)
    shown = (
        replace(cue, start_ms=max(cue.start_ms, start_ms) - start_ms, end_ms=min(cue.end_ms, end_ms) - start_ms)
        for cue in cues
    )
    return tuple(cue for cue in shown if cue.start_ms < cue.end_ms)


def paragraphs_of(cues: Sequence[Cue]) -> tuple[Paragraph, ...]:
    """Return what is said as paragraphs: a new one where somebody pauses, or a long one comes to a sentence's end."""
    paragraphs: list[Paragraph] = []
    for cue, before in zip(cues, (None, *cues), strict=False):
        text = " ".join(cue.text.split())
        if before is None or _begins_paragraph(paragraphs[-1].text, before, cue):
            paragraphs.append(Paragraph(start_ms=cue.start_ms, text=text))
        else:
            paragraphs[-1] = replace(paragraphs[-1], text=f"{paragraphs[-1].text} {text}")
    return tuple(paragraphs)


def transcript(cues: Sequence[Cue]) -> tuple[str, ...]:
    """Return the words of each paragraph."""
    return tuple(paragraph.text for paragraph in paragraphs_of(cues))


def cues_of(words: Iterable[Word]) -> tuple[Cue, ...]:
    """Make captions of the words that a machine heard: short enough to be read, cut where somebody breathes."""
    cues: list[Cue] = []
    for group in _groups(words):
        cue = _cue_of(group)
        # A machine's times may touch or cross by a hair; a caption begins when the one before has ended.
        start_ms = max(cue.start_ms, cues[-1].end_ms if cues else 0)
        if start_ms < cue.end_ms:
            cues.append(replace(cue, start_ms=start_ms))
    return tuple(cues)


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _begins_paragraph(paragraph: str, before: Cue, cue: Cue) -> bool:
    if not _SENTENCE_END.search(paragraph):
        return False
    pauses = cue.start_ms - before.end_ms >= _PARAGRAPH_PAUSE_MS
    return pauses or len(paragraph) > _PARAGRAPH_CHARACTERS


def _groups(words: Iterable[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in words:
        if not word.text.strip():
            continue
        if group and _is_full(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _is_full(group: Sequence[Word], word: Word) -> bool:
    text = " ".join(known.text.strip() for known in group)
    return (
        len(balanced(f"{text} {word.text.strip()}")) > MAX_LINES
        or word.start_ms - group[-1].end_ms > _NEW_CUE_PAUSE_MS
        or word.end_ms - group[0].start_ms > _LONGEST_CUE_MS
        or (_SENTENCE_END.search(text) is not None and len(text) > MAX_LINE_CHARACTERS)
    )


def _cue_of(group: Sequence[Word]) -> Cue:
    text = " ".join(word.text.strip() for word in group)
    return Cue(start_ms=group[0].start_ms, end_ms=group[-1].end_ms, text="\n".join(balanced(text)))
