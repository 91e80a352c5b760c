"""How each kind of value of a call is written in a form, and read back. What cannot be read stays as it was typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from intake.domain.call_problems import is_zone, moment_or_none
from intake.domain.calls import FIRST_LANGUAGE
from intake.moderate.calls.editable import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from intake.moderate.calls.editable import Input

Values = dict[str, str]

HOME: Final = "Europe/Rome"
"""Whose time a moment is in that says nothing else."""

_MEGABYTE: Final = 1_000_000
_MINUTE: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Typed:
    """One value as it was typed.

    Attributes:
        place: Where it stands in the document.
        values: Everything the form held.
        before: What stood there before.
    """

    each: Input
    place: str
    values: Mapping[str, str]
    languages: Sequence[str]
    before: Any

    @property
    def text(self) -> str:
        """What was typed, where that is one text."""
        return self.values.get(self.place, "")

    @property
    def texts(self) -> dict[str, str]:
        """What was typed in each language that anything was typed in."""
        typed = {language: self.values.get(f"{self.place}.{language}", "") for language in self.languages}
        return {language: text for language, text in typed.items() if text}

    @property
    def zone(self) -> str:
        """The time zone of a moment."""
        zone = self.values.get(self.each.zone_place or "", "") or HOME
        return zone if is_zone(zone) else HOME


def short(label: str, between: str) -> str:
    """Make what something is kept under from its label: small letters without accents, and digits."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", between, plain).strip(between)[:40]


def shown_moment(value: object, zone: str) -> str:
    """Write a moment as a form does, as clocks in *zone* show it."""
    moment = moment_or_none(value)
    return moment.astimezone(ZoneInfo(zone if is_zone(zone) else HOME)).strftime(_MINUTE) if moment else ""


def _show_words(place: str, value: Any, languages: Sequence[str]) -> Values:  # noqa: ANN401 - a document's value
    return {f"{place}.{language}": str((value or {}).get(language, "")).strip() for language in languages}


def _show_choices(place: str, value: Any, languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    labels = [choice.get("label") or {} for choice in value or ()]
    return {
        f"{place}.{language}": "\n".join(label.get(language, "") for label in labels).strip() for language in languages
    }


def _show_text(place: str, value: Any, _languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {place: "" if value is None else str(value)}


def _show_number(place: str, value: Any, _languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {place: f"{value:.10g}" if isinstance(value, int | float) else str(value or "")}


def _show_megabytes(place: str, value: Any, languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return _show_number(place, value / _MEGABYTE if isinstance(value, int | float) else value, languages)


def _show_moment(place: str, value: Any, _languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {place: shown_moment(value, HOME)}


def _show_tick(place: str, value: Any, _languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {place: "y"} if value else {}


def _show_set(place: str, value: Any, _languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {f"{place}.{name}": "y" for name in value or ()}


def _show_lines(place: str, value: Any, _languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {place: "\n".join(value or ())}


def _show_phrases(place: str, value: Any, languages: Sequence[str]) -> Values:  # noqa: ANN401 - as above
    return {f"{place}.{language}": "\n".join((value or {}).get(language, ())) for language in languages}


def _read_phrases(typed: Typed) -> dict[str, list[str]] | None:
    # What is listened for in a language that the page does not show stays.
    kept = {language: phrases for language, phrases in (typed.before or {}).items() if language not in typed.languages}
    lists = {language: text.split("\n") for language, text in typed.texts.items()}
    found = {language: [line.strip() for line in lines if line.strip()] for language, lines in lists.items()}
    return kept | found or None


def _read_words(typed: Typed) -> dict[str, str]:
    return typed.texts


def _read_choices(typed: Typed) -> list[dict[str, Any]]:
    columns = {language: text.split("\n") for language, text in typed.texts.items()}
    length = max((len(lines) for lines in columns.values()), default=0)
    labels = [
        {language: lines[at].strip() for language, lines in columns.items() if at < len(lines) and lines[at].strip()}
        for at in range(length)
    ]
    return _with_values([label for label in labels if label], typed.before or ())


def _with_values(labels: Sequence[dict[str, str]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each answer what it is kept under: what it had by its label, or by its place; else a new one."""
    old = [(str(choice["value"]), (choice.get("label") or {}).get(FIRST_LANGUAGE)) for choice in before]
    by_label = {label: value for value, label in old}
    words = [label.get(FIRST_LANGUAGE, "") for label in labels]
    kept = {at: by_label[word] for at, word in enumerate(words) if word in by_label}
    for at, (value, label) in enumerate(old):
        # Spelt anew: it is the same answer.
        if len(old) == len(labels) and label not in words and at not in kept:
            kept[at] = value
    return [
        {"value": kept.get(at) or short(word, "-") or f"voce-{at + 1}", "label": labels[at]}
        for at, word in enumerate(words)
    ]


def _read_text(typed: Typed) -> str | None:
    return typed.text or None


def _read_number(typed: Typed) -> float | str | None:
    try:
        number = float(typed.text.replace(",", "."))
    except ValueError:
        return typed.text or None
    return int(number) if number.is_integer() else number


def _read_megabytes(typed: Typed) -> float | str | None:
    number = _read_number(typed)
    return round(number * _MEGABYTE) if isinstance(number, int | float) and abs(number) < _MEGABYTE else number


def _read_moment(typed: Typed) -> str | None:
    if typed.text and typed.text == shown_moment(typed.before, typed.zone):
        # A form shows minutes; what it did not change keeps its seconds.
        return str(typed.before)
    try:
        moment = datetime.fromisoformat(typed.text)
    except ValueError:
        return typed.text or None
    return moment.replace(tzinfo=ZoneInfo(typed.zone)).isoformat() if moment.tzinfo is None else moment.isoformat()


def _read_tick(typed: Typed) -> bool | None:
    return True if typed.place in typed.values else None


def _read_set(typed: Typed) -> list[str] | None:
    chosen = [name for name, _label in typed.each.options if f"{typed.place}.{name}" in typed.values]
    # A form in which nothing is chosen leaves a document as it was in which nothing is said.
    return chosen or (None if typed.before is None else [])


def _read_lines(typed: Typed) -> list[str] | None:
    return [line.strip().lower() for line in typed.text.split("\n") if line.strip()] or None


SHOW: Final[Mapping[Kind, Callable[[str, Any, Sequence[str]], Values]]] = MappingProxyType(
    {
        Kind.WORDS: _show_words,
        Kind.LONG_WORDS: _show_words,
        Kind.CHOICES: _show_choices,
        Kind.LINE: _show_text,
        Kind.EMAIL: _show_text,
        Kind.NAME: _show_text,
        Kind.OPTION: _show_text,
        Kind.NUMBER: _show_number,
        Kind.MEGABYTES: _show_megabytes,
        Kind.MOMENT: _show_moment,
        Kind.TICK: _show_tick,
        Kind.SET: _show_set,
        Kind.PHRASES: _show_phrases,
        Kind.LINES: _show_lines,
    }
)

READ: Final[Mapping[Kind, Callable[[Typed], Any]]] = MappingProxyType(
    {
        Kind.WORDS: _read_words,
        Kind.LONG_WORDS: _read_words,
        Kind.CHOICES: _read_choices,
        Kind.LINE: _read_text,
        Kind.EMAIL: _read_text,
        Kind.NAME: _read_text,
        Kind.OPTION: _read_text,
        Kind.NUMBER: _read_number,
        Kind.MEGABYTES: _read_megabytes,
        Kind.MOMENT: _read_moment,
        Kind.TICK: _read_tick,
        Kind.SET: _read_set,
        Kind.PHRASES: _read_phrases,
        Kind.LINES: _read_lines,
    }
)
