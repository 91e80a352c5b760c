"""The only place for what a call may have beside its brief, script, rules and consents: an event, fields, reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from intake.domain.decisions import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from intake.domain.calls import LocalText

    ReadText = Callable[[Mapping[str, str]], LocalText]
    ReadMoment = Callable[[datetime | str | None], datetime | None]


_FIRST_SENTENCE: Final = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer to a field of a call's own."""

    value: str
    label: LocalText


@dataclass(frozen=True, kw_only=True)
class ChoiceField:
    """A question of a call's own, with its answers to choose from: “Which city?”. Every sender answers it.

    Attributes:
        name: What the answer is kept under; never changes, whatever its label says.
    """

    name: str
    label: LocalText
    choices: tuple[Choice, ...]

    def label_of(self, value: str, language: str) -> str:
        """Return an answer's label; the value itself where the call no longer has it."""
        labels = {choice.value: choice.label.in_language(language) for choice in self.choices}
        return labels.get(value, value)


@dataclass(frozen=True, kw_only=True)
class CannedReason:
    """A reason for a decision, ready to be sent.

    Attributes:
        decisions: Which decisions it is written for; never an approval.
        label: What moderators choose it by.
        text: What the sender reads.
    """

    code: str
    decisions: tuple[Decision, ...]
    label: LocalText
    text: LocalText


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """A meeting that a call belongs to.

    Attributes:
        starts_at: Aware.
        time_zone: Where it is held, as the tz database calls it: `Europe/Rome`.
        agenda: A line for each point.
    """

    starts_at: datetime
    time_zone: str
    agenda: LocalText

    @property
    def local_start(self) -> datetime:
        """When it starts, as clocks show it there."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))


def read_fields(tables: list[Mapping[str, Any]], read_text: ReadText) -> tuple[ChoiceField, ...]:
    """Read a call's own fields from its document."""
    return tuple(
        ChoiceField(
            name=str(table["name"]),
            label=read_text(table["label"]),
            choices=tuple(
                Choice(value=str(choice["value"]), label=read_text(choice["label"])) for choice in table["choices"]
            ),
        )
        for table in tables
    )


def read_reasons(tables: Iterable[Mapping[str, Any]], read_text: ReadText) -> tuple[CannedReason, ...]:
    """Read a call's ready-made reasons from its document; what has no label is called by its first sentence."""
    return tuple(_read_reason(table, read_text) for table in tables)


def read_event(table: Mapping[str, Any] | None, read_text: ReadText, read_moment: ReadMoment) -> CallEvent | None:
    """Read a call's event from its document, where it has one."""
    if table is None:
        return None
    starts_at = read_moment(table["starts_at"])
    if starts_at is None:
        raise KeyError("event.starts_at")
    time_zone = str(table["time_zone"])
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"event.time_zone: there is no “{time_zone}”") from error
    return CallEvent(starts_at=starts_at, time_zone=time_zone, agenda=read_text(table["agenda"]))


def _read_reason(table: Mapping[str, Any], read_text: ReadText) -> CannedReason:
    text = read_text(table["text"])
    beginnings = {language: _FIRST_SENTENCE.split(words)[0] for language, words in text.words.items()}
    return CannedReason(
        code=str(table["code"]),
        decisions=tuple(Decision(decision) for decision in table["for"]),
        label=read_text(table.get("label", beginnings)),
        text=text,
    )
