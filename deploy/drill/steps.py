"""The only place that tells what the drill saw: each step as it ends, and the table of all of them."""

from __future__ import annotations

import os
import platform
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import requests
from playwright.sync_api import Error as BrowserError

from deploy.drill.engine import CommandFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploy.drill.engine import Compose

Seen = TypeVar("Seen")

PATIENCE_S: Final = 240.0
"""For what a busy machine takes; a lease that must run out first is 75 s of it."""

_LOOK_EVERY_S: Final = 0.3
"""Reading the API is allowed ten times a second from one address, and here everybody has the same one."""


class Unmet(Exception):
    """Something was expected and something else was seen."""

    def __init__(self, *, expected: str, seen: object) -> None:
        super().__init__(f"expected: {expected}\nseen: {seen}")


FAULTS: Final = (AssertionError, BrowserError, CommandFailed, TimeoutError, Unmet, requests.RequestException)
"""By which a step fails; anything else is a mistake in the drill."""


def until(
    look: Callable[[], Seen], is_so: Callable[[Seen], bool], *, expected: str, patience_s: float = PATIENCE_S
) -> Seen:
    """Look again and again until what is seen will do, and return it.

    Raises:
        Unmet: It never did; with what was seen last.
    """
    deadline = time.monotonic() + patience_s
    while not is_so(seen := look()):
        if time.monotonic() > deadline:
            raise Unmet(expected=f"{expected}, within {patience_s:.0f} s", seen=seen)
        time.sleep(_LOOK_EVERY_S)
    return seen


def require(is_so: object, *, expected: str, seen: object) -> None:
    """Go on only if it is so.

    Raises:
        Unmet: It is not.
    """
    if not is_so:
        raise Unmet(expected=expected, seen=seen)


class StoryEnds(Exception):
    """A step failed, so those that follow from it cannot be taken."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the table."""

    story: str
    what: str
    seen: str
    took_s: float
    held: bool


class Note:
    """What was seen in a step that went well."""

    words = ""

    def says(self, words: str) -> None:
        """Write it down."""
        self.words = words


class Book:
    """Takes every step down, and says each aloud as it ends."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._story = ""

    @property
    def has_held(self) -> bool:
        """Whether every step went as it should."""
        return bool(self._steps) and all(step.held for step in self._steps)

    @contextmanager
    def story(self, title: str) -> Iterator[None]:
        """Tell a story; it ends at its first step that fails, and the next one begins."""
        self._story = title
        print(f"\n{title}", flush=True)
        try:
            yield
        except StoryEnds:
            print("  … so this story ends here.", flush=True)

    @contextmanager
    def step(self, what: str, *services: str, of: Compose) -> Iterator[Note]:
        """Take a step.

        Args:
            what: What is done or expected.
            services: Whose last words are shown when it fails.
            of: The project they belong to.

        Raises:
            StoryEnds: It failed.
        """
        note, began_at = Note(), time.monotonic()
        try:
            yield note
        except FAULTS as fault:
            self._add(what, str(fault).strip().splitlines()[0], began_at, held=False)
            _explain(fault, {service: of.last_words(service) for service in services})
            raise StoryEnds from fault
        self._add(what, note.words, began_at, held=True)

    def table(self) -> str:
        """Write all steps down as Markdown that is good to read on a screen, too."""
        rows: list[tuple[str, ...]] = [("", "step", "what was seen", "s", "")]
        told = ""
        for step in self._steps:
            story = "" if step.story == told else step.story
            told = step.story
            rows.append((story, step.what, step.seen, f"{step.took_s:.1f}", "held" if step.held else "FAILED"))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        rows.insert(1, tuple("-" * width for width in widths))
        return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows)

    def _add(self, what: str, seen: str, began_at: float, *, held: bool) -> None:
        took_s = time.monotonic() - began_at
        self._steps.append(Step(story=self._story, what=what, seen=seen, took_s=took_s, held=held))
        print(f"  {'held  ' if held else 'FAILED'} {took_s:6.1f} s  {what}{f': {seen}' if seen else ''}", flush=True)


def this_machine() -> str:
    """Describe what the steps were taken on: times by the clock depend on it."""
    return f"{os.cpu_count()} × {platform.machine()}, load {os.getloadavg()[0]:.1f} at the start"


def _explain(fault: Exception, last_words: dict[str, str]) -> None:
    print("\n".join(f"         {line}" for line in str(fault).strip().splitlines()))
    for service, words in last_words.items():
        print(f"         --- {service}, last lines")
        print("\n".join(f"         {line}" for line in words.strip().splitlines()), flush=True)
