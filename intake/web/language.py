"""The only place that knows which language a page speaks, and how figures are written in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from babel.core import Locale, get_global
from flask import g, request
from flask_babel import Babel

from intake import wording
from intake.domain import moments
from intake.domain.calls import FIRST_LANGUAGE
from intake.wording import history
from intake.wording import staff as staff_words

if TYPE_CHECKING:
    from datetime import date, datetime

    from flask import Flask

    from intake.domain.calls import LocalText
    from intake.domain.checks import Check
    from intake.domain.staff import StaffRole
    from intake.domain.states import State


@dataclass(frozen=True, kw_only=True)
class OtherLanguage:
    """A language this page can also be read in: its code, its name in itself, and where."""

    code: str
    name: str
    url: str


def set_up_language(app: Flask) -> None:
    """Teach *app* and its templates to speak the page's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(wording.TRANSLATIONS)
    Babel(app, default_locale=_locale_of(FIRST_LANGUAGE), default_timezone="Europe/Rome", locale_selector=_locale)
    app.url_defaults(_keep_language)
    app.context_processor(_language_of_page)
    app.jinja_env.filters.update(duration=_duration, filesize=_file_size, moment=_moment, utc=_utc, number=_number)
    app.jinja_env.filters.update(clock=moments.clock, seconds=moments.written_seconds)
    # Not `_(…)`: what that returns counts as markup, and these words may be somebody's.
    app.jinja_env.filters["translated"] = _translated
    app.jinja_env.filters["noted_by_program"] = _noted_by_program
    app.jinja_env.filters.update(meeting=_meeting, language_name=_language_name, day=_day, short_day=_short_day)
    app.jinja_env.globals.update(
        local=_local,
        verdict_sentence=_sentence,
        check_title=_check_title,
        measured=_measured,
        limit=_limit,
        state_name=_state_name,
        role_name=_role_name,
    )


def page_language() -> str:
    """Return the language of this page: as asked for, or the submission's, or Italian."""
    return _asked_for() or g.get("language", FIRST_LANGUAGE)


def answer_as_if_asked_in(untrusted_language: str) -> None:
    """Speak a language, and keep it in every link, as if this page's address had asked for it; if we speak it."""
    if untrusted_language in wording.languages():
        g.language_asked_for = untrusted_language


def _asked_for() -> str | None:
    asked: str = g.get("language_asked_for") or request.args.get("lang", "")
    return asked if asked in wording.languages() else None


def _translated(text: str) -> str:
    return wording.say(text, page_language())


def _noted_by_program(note: str) -> str:
    return history.noted_by_program(note, page_language())


def _locale() -> str:
    return _locale_of(page_language())


def _locale_of(language: str) -> str:
    # Flask-Security names its catalogues by country (`it_IT`), ours are named by language: both are found this way.
    likely: str = get_global("likely_subtags").get(language, language)
    parts = likely.split("_")
    return f"{parts[0]}_{parts[-1]}" if len(parts) > 1 else language


def language_name(code: str) -> str:
    """Return what a language calls itself."""
    name = Locale.parse(code).get_language_name(code) or code
    return name[0].upper() + name[1:]


def prefer_language(language: str) -> None:
    """Speak *language* on this page unless the address asks for another."""
    g.language = language if language in wording.languages() else FIRST_LANGUAGE


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    # Who asked for English stays in English from page to page; no cookie needed.
    asked = _asked_for()
    if endpoint != "static" and asked:
        values.setdefault("lang", asked)


def _language_of_page() -> dict[str, Any]:
    language = page_language()
    others = (other for other in wording.languages() if other != language)
    return {"language": language, "other_languages": [_other_language(code) for code in others]}


def _other_language(code: str) -> OtherLanguage:
    return OtherLanguage(code=code, name=language_name(code), url=_same_page_in(code))


def _same_page_in(language: str) -> str:
    # A query alone keeps the path; url_for would take a visitor's `_scheme` or `endpoint` for its own arguments.
    arguments = request.args.to_dict() if request.method == "GET" else {}
    return "?" + urlencode(arguments | {"lang": language})


def _duration(seconds: float) -> str:
    return wording.duration(seconds, page_language())


def _file_size(size_bytes: float) -> str:
    return wording.file_size(size_bytes, page_language())


def _moment(moment: datetime) -> str:
    return wording.moment(moment, page_language())


def _meeting(starts_at: datetime, time_zone: str) -> str:
    return wording.meeting(starts_at, time_zone, page_language())


def _day(day: date) -> str:
    return wording.day(day, page_language())


def _short_day(day: date) -> str:
    return wording.day(day, page_language(), pattern="d MMM")


def _language_name(code: str) -> str:
    return wording.language_name(code, page_language())


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(value: float) -> str:
    return wording.number(value, page_language())


def _local(text: LocalText) -> str:
    return text.in_language(page_language())


def _sentence(check: Check) -> str:
    return wording.sentence(check, page_language())


def _check_title(check: Check) -> str:
    return wording.check_title(check, page_language())


def _measured(check: Check) -> str:
    return wording.measured(check, page_language())


def _limit(check: Check) -> str:
    return wording.limit(check, page_language())


def _state_name(state: State) -> str:
    return wording.state_name(state, page_language())


def _role_name(role: StaffRole | None) -> str:
    return wording.say(staff_words.ROLES[role] if role else staff_words.NO_ROLE, page_language())
