"""Every sentence that a check, a state or an error says, in Italian, translated by the Babel catalogues.

No Flask here: workers say the same sentences. The sentences of the pages themselves stand in the templates.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.core import Locale
from babel.dates import format_date, format_datetime, get_timezone, get_timezone_name
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from intake.domain.calls import FIRST_LANGUAGE
from intake.domain.checks import Unit
from intake.wording import standing
from intake.wording.advice import CHECKS, REASONS
from intake.wording.standing import HEADLINES, STATES

if TYPE_CHECKING:
    from datetime import date, datetime

    from intake.domain.checks import Check
    from intake.domain.jobs import Progress
    from intake.domain.states import State

TIME_ZONE: Final = get_timezone("Europe/Rome")

TRANSLATIONS: Final = Path(__file__).parents[1] / "translations"

_BYTES_PER_MEGABYTE: Final = 1_000_000
_SECONDS_PER_MINUTE: Final = 60


@lru_cache
def languages() -> tuple[str, ...]:
    """Return the languages of our own sentences: Italian, in which they are written, and one for each catalogue."""
    catalogues = (path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo"))
    return (FIRST_LANGUAGE, *sorted(catalogues))


def say(text: str, language: str, **values: str) -> str:
    """Translate one of our sentences and fill in its values."""
    translated: str = catalogue(language).gettext(text)
    return translated.format(**values) if values else translated


def sentence(check: Check, language: str) -> str:
    """Say in one sentence how a check ended and what to do about it."""
    return say(REASONS[check.reason], language, measured=measured(check, language), limit=limit(check, language))


def check_title(check: Check, language: str) -> str:
    """Name what was checked."""
    return say(CHECKS[check.code], language)


def measured(check: Check, language: str) -> str:
    """Return what was measured as people write it; empty where nothing was."""
    return _figure(check.measured, check.unit, language)


def limit(check: Check, language: str) -> str:
    """Return what was asked for as people write it; empty where there is no single figure."""
    return _figure(check.limit, check.unit, language)


def headline(state: State, language: str) -> str:
    """Say to its sender where a submission stands."""
    return say(HEADLINES[state][0], language)


def explanation(state: State, language: str) -> str:
    """Say to its sender what that means and what comes next."""
    return say(HEADLINES[state][1], language)


def state_name(state: State, language: str) -> str:
    """Name a state to staff, in a word or two."""
    return say(STATES[state], language)


def duration(seconds: float, language: str) -> str:
    """Write a length of time: `8,2 s`, `45 s`, `2 min 5 s`."""
    if seconds < _SECONDS_PER_MINUTE:
        return f"{format_decimal(seconds, '0.#', locale=language)} s"
    minutes, rest = divmod(round(seconds), _SECONDS_PER_MINUTE)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def moment(moment: datetime, language: str) -> str:
    """Write a point in time as clocks in Pistoia show it: `28 novembre 2026, 10:32`."""
    return format_datetime(moment, "d MMMM y, HH:mm", tzinfo=TIME_ZONE, locale=language)


def meeting(starts_at: datetime, time_zone: str, language: str) -> str:
    """Write when a meeting starts, as clocks show it where it is held, and whose time that is."""
    zone = get_timezone(time_zone)
    when = format_datetime(starts_at, "d MMMM y, HH:mm", tzinfo=zone, locale=language)
    return f"{when} ({get_timezone_name(zone, width='long', zone_variant='generic', locale=language)})"


def language_name(code: str, language: str) -> str:
    """Name a language in another, or in itself."""
    return str(Locale.parse(language).languages.get(code, code))


@lru_cache(maxsize=8192)
def number(value: float, language: str) -> str:
    """Write a number. Remembered: tables hold the same ones over and over, and each takes Babel a while."""
    written: str = format_decimal(value, locale=language)
    return written


@lru_cache(maxsize=2048)
def day(day: date, language: str, *, pattern: str = "d MMM y") -> str:
    """Write a day; remembered as numbers are."""
    written: str = format_date(day, pattern, locale=language)
    return written


def remaining(progress: Progress, language: str) -> str | None:
    """Say how long something will still take; nothing where that cannot be said yet."""
    if progress.remaining_s is None:
        return None
    if progress.remaining_s < _SECONDS_PER_MINUTE:
        return say(standing.SOON, language)
    minutes = round(progress.remaining_s / _SECONDS_PER_MINUTE)
    return say(standing.A_MINUTE if minutes == 1 else standing.MINUTES, language, minutes=str(minutes))


def file_size(size_bytes: float, language: str) -> str:
    """Write a size as telephones do, in millions of bytes: `12,3 MB`; what would be none of them, in thousands."""
    if 0 < size_bytes < _BYTES_PER_MEGABYTE / 20:
        return f"{max(1, round(size_bytes / 1000))} kB"
    pattern = "0.#" if size_bytes < 100 * _BYTES_PER_MEGABYTE else "0"
    return f"{format_decimal(size_bytes / _BYTES_PER_MEGABYTE, pattern, locale=language)} MB"


def _figure(value: float | str | None, unit: Unit | None, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if unit is Unit.SECONDS:
        return duration(value, language)
    if unit is Unit.BYTES:
        return file_size(value, language)
    if unit is Unit.RATIO:
        return f"{format_decimal(value * 100, '0.##', locale=language)} %"
    return f"{format_decimal(value, '0.#', locale=language)} {unit or ''}".strip()


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """Return our sentences in *language*."""
    return Translations.load(TRANSLATIONS, [language])
