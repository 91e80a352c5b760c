"""The only rule for which steps of a call's script were heard: words to listen for, found in the captions.

A hint for whoever watches, never a verdict: people say in their own words what they were asked for. A call lists for
each step and language what to listen for (`listen_for`); three words stand for what the sender told us: `{name}`,
`{role}` and `{organisation}`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intake.domain.calls import Step
    from intake.domain.captions import Cue
    from intake.domain.submissions import Sender

MIN_TELLING_CHARACTERS: Final = 5
"""A single word of a role or an organisation counts from this length on: `per` and `srl` say nothing by themselves."""

_WORD: Final = re.compile(r"\w+")
_COMMON: Final = frozenset(
    {"della", "delle", "degli", "dello", "nella", "associazione", "istituto", "scuola", "societa"}
)
"""Long words that half of all organisations bear."""


@dataclass(frozen=True, kw_only=True)
class StepHeard:
    """Whether a step was heard.

    Attributes:
        number: Of the step, from 1.
        at_ms: Where the caption begins in which it was heard first; None where it was not.
        words: What was heard, as the captions have it, without capitals and accents.
    """

    number: int
    at_ms: int | None
    words: str


def heard_steps(
    steps: Sequence[Step], cues: Sequence[Cue], *, sender: Sender, language: str
) -> tuple[StepHeard, ...] | None:
    """Say for each step whether it was heard in captions in *language*; None where nothing is listened for in it."""
    if not cues or not any(step.listen_for.get(language) for step in steps):
        return None
    said = [(word, cue.start_ms) for cue in cues for word in words_of(cue.text)]
    return tuple(
        _heard(number, phrases_for(step.listen_for.get(language, ()), sender), said)
        for number, step in enumerate(steps, start=1)
    )


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of *text* without capitals and accents: what is typed and what is heard differ in both."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return tuple(_WORD.findall(plain))


def phrases_for(listen_for: Iterable[str], sender: Sender) -> list[tuple[str, ...]]:
    """Return what to listen for, with what the sender told us put in."""
    told = {
        "{name}": [words_of(sender.given_name), words_of(sender.family_name)],
        "{role}": _telling(sender.role),
        "{organisation}": _telling(sender.organisation),
    }
    found = [phrase for entry in listen_for for phrase in told.get(entry.strip(), [words_of(entry)])]
    return [phrase for phrase in found if phrase]


def _telling(text: str) -> list[tuple[str, ...]]:
    """Return the whole of *text*, and each word of it that says something by itself."""
    words = words_of(text)
    single = [(word,) for word in words if len(word) >= MIN_TELLING_CHARACTERS and word not in _COMMON]
    return [words, *single]


def _heard(number: int, phrases: Iterable[tuple[str, ...]], said: Sequence[tuple[str, int]]) -> StepHeard:
    spoken = [word for word, _ in said]
    places = ((at, phrase) for phrase in phrases if (at := _find(spoken, phrase)) is not None)
    first = min(places, default=None)
    if first is None:
        return StepHeard(number=number, at_ms=None, words="")
    at, phrase = first
    return StepHeard(number=number, at_ms=said[at][1], words=" ".join(phrase))


def _find(spoken: Sequence[str], phrase: tuple[str, ...]) -> int | None:
    length = len(phrase)
    return next((at for at in range(len(spoken) - length + 1) if tuple(spoken[at : at + length]) == phrase), None)
