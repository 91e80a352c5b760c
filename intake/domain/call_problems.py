"""The only list of what can be wrong with a call's document, each at its place.

`read_call` asks here before it believes a document; the staff's page shows each problem at its field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from intake.domain.colours import is_colour, is_readable
from intake.domain.spoken import SPOKEN_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
FIRST_LANGUAGE: Final = "it"

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HOST: Final = re.compile(
    r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(:\d{1,5})?"
)
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")

MOST_WORDS: Final = 10_000
"""Characters of one text of a call."""


class Flaw(StrEnum):
    """What is wrong with a value, as the commands say it."""

    MISSING = "is missing"
    TOO_LONG = "is too long"
    BAD_SLUG = "must be 2 to 40 of a-z, 0-9 and “-”"
    BAD_NAME = "must begin with a letter and have no more than 40 of a-z, 0-9 and “_”"
    BAD_ADDRESS = "is no e-mail address"
    BAD_NUMBER = "is no number above zero"
    NOT_ABOVE = "must be above the one before"
    BAD_MOMENT = "is no date and time with a time zone"
    BAD_ZONE = "is no time zone of the tz database"
    EMPTY = "must not be empty"
    TWICE = "is there twice"
    BAD_COLOUR = "is no colour like #16543f"
    PALE = "is too pale: words need a contrast of 4.5 : 1"
    BAD_LANGUAGE = "is no language that we know, like it or en"
    BAD_HOST = "is no host name like www.example.org"


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """Something wrong, and where: `steps.2.title.en`, `consents.gallery.text.it`."""

    place: str
    flaw: Flaw

    def __str__(self) -> str:
        """Return it as a sentence for whoever wrote the file."""
        return f"{self.place} {self.flaw}"


def problems_of(document: Mapping[str, Any]) -> list[Problem]:
    """Return everything that is wrong with a call's document, in its own order."""
    found = (
        *_identity(document),
        *_words(document),
        *_rules(document.get("rules") or {}),
        *_dates(document),
        *_lists(document),
        *_event(document.get("event")),
        *_look(document),
    )
    return [Problem(place=place, flaw=flaw) for place, flaw in found]


def texts_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Go through all texts of a document, each with its place."""
    for name in ("title", "brief", "noise_advice"):
        yield name, document.get(name) or {}
    for at, step in enumerate(document.get("steps") or ()):
        yield f"steps.{at}.title", step.get("title") or {}
        yield f"steps.{at}.text", step.get("text") or {}
        if step.get("chapter"):
            yield f"steps.{at}.chapter", step["chapter"]
    for consent in document.get("consents") or ():
        yield f"consents.{consent.get('kind')}.text", consent.get("text") or {}
    yield from _labels("organisation_kinds", document.get("organisation_kinds") or ())
    for at, field in enumerate(document.get("fields") or ()):
        yield f"fields.{at}.label", field.get("label") or {}
        yield from _labels(f"fields.{at}.choices", field.get("choices") or ())
    for at, reason in enumerate(document.get("reasons") or ()):
        yield f"reasons.{at}.text", reason.get("text") or {}
        if "label" in reason:
            yield f"reasons.{at}.label", reason["label"]
    if document.get("event"):
        yield "event.agenda", document["event"].get("agenda") or {}


_Found = tuple[str, Flaw]


def _labels(place: str, entries: Any) -> Iterator[tuple[str, Mapping[str, str]]]:  # noqa: ANN401 - not checked yet
    for at, entry in enumerate(entries):
        yield f"{place}.{at}.label", entry.get("label") or {}


def _identity(document: Mapping[str, Any]) -> Iterator[_Found]:
    if not SLUG.fullmatch(str(document.get("slug", ""))):
        yield "slug", Flaw.BAD_SLUG
    if not _ADDRESS.fullmatch(str(document.get("contact_email", ""))):
        yield "contact_email", Flaw.BAD_ADDRESS
    if document.get("spoken_language", FIRST_LANGUAGE) not in SPOKEN_LANGUAGES:
        yield "spoken_language", Flaw.BAD_LANGUAGE


def _words(document: Mapping[str, Any]) -> Iterator[_Found]:
    texts = list(texts_of(document))
    spoken = {FIRST_LANGUAGE}.union(*(_spoken(words) for _, words in texts))
    for place, words in texts:
        for language in sorted(spoken - _spoken(words), key=lambda code: (code != FIRST_LANGUAGE, code)):
            yield f"{place}.{language}", Flaw.MISSING
        for language, text in words.items():
            if len(str(text)) > MOST_WORDS:
                yield f"{place}.{language}", Flaw.TOO_LONG


def _spoken(words: Mapping[str, str]) -> set[str]:
    return {language for language, text in words.items() if str(text).strip()}


def _rules(rules: Mapping[str, Any]) -> Iterator[_Found]:
    numbers = ("min_duration_s", "max_duration_s", "max_bytes", "min_short_side_px", "max_long_side_px")
    bad = [name for name in numbers if not _is_above_zero(rules.get(name))]
    for name in bad:
        yield f"rules.{name}", Flaw.BAD_NUMBER
    if not _is_above_zero(rules.get("warn_short_side_px", 1)):
        yield "rules.warn_short_side_px", Flaw.BAD_NUMBER
    for less, more in (("min_duration_s", "max_duration_s"), ("min_short_side_px", "max_long_side_px")):
        if {less, more}.isdisjoint(bad) and float(rules[less]) >= float(rules[more]):
            yield f"rules.{more}", Flaw.NOT_ABOVE
    if not rules.get("formats"):
        yield "rules.formats", Flaw.EMPTY


def _is_above_zero(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _dates(document: Mapping[str, Any]) -> Iterator[_Found]:
    opens_at, closes_at = (moment_or_none(document.get(name)) for name in ("opens_at", "closes_at"))
    for name, moment in (("opens_at", opens_at), ("closes_at", closes_at)):
        if document.get(name) is not None and moment is None:
            yield name, Flaw.BAD_MOMENT
    if opens_at and closes_at and opens_at >= closes_at:
        yield "closes_at", Flaw.NOT_ABOVE


def moment_or_none(value: object) -> datetime | None:
    """Return the aware point in time that *value* says; None where it says none."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _lists(document: Mapping[str, Any]) -> Iterator[_Found]:
    for name in ("steps", "organisation_kinds"):
        if not document.get(name):
            yield name, Flaw.EMPTY
    yield from _twice("organisation_kinds", document.get("organisation_kinds") or (), "value")
    reasons = document.get("reasons") or ()
    yield from _twice("reasons", reasons, "code")
    yield from ((f"reasons.{at}.for", Flaw.EMPTY) for at, reason in enumerate(reasons) if not reason.get("for"))
    fields = document.get("fields") or ()
    yield from _twice("fields", fields, "name")
    for at, field in enumerate(fields):
        if not _NAME.fullmatch(str(field.get("name", ""))):
            yield f"fields.{at}.name", Flaw.BAD_NAME
        if not field.get("choices"):
            yield f"fields.{at}.choices", Flaw.EMPTY
        yield from _twice(f"fields.{at}.choices", field.get("choices") or (), "value")


def _twice(place: str, entries: Any, name: str) -> Iterator[_Found]:  # noqa: ANN401 - not checked yet
    values = [entry.get(name) for entry in entries]
    for at, value in enumerate(values):
        if value in values[:at]:
            yield f"{place}.{at}.{name}", Flaw.TWICE


def _event(event: Mapping[str, Any] | None) -> Iterator[_Found]:
    if event is None:
        return
    if moment_or_none(event.get("starts_at")) is None:
        yield "event.starts_at", Flaw.BAD_MOMENT
    if not is_zone(str(event.get("time_zone", ""))):
        yield "event.time_zone", Flaw.BAD_ZONE


def is_zone(name: str) -> bool:
    """Tell whether the tz database knows *name*."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # OSError: the name of a folder of the database, such as `Europe`.
        return False
    return True


def _look(document: Mapping[str, Any]) -> Iterator[_Found]:
    accent = str((document.get("look") or {}).get("accent") or "")
    if accent and not is_colour(accent):
        yield "look.accent", Flaw.BAD_COLOUR
    elif accent and not is_readable(accent):
        yield "look.accent", Flaw.PALE
    if not all(_HOST.fullmatch(str(host)) for host in document.get("embed_hosts") or ()):
        yield "embed_hosts", Flaw.BAD_HOST
