"""The only place that knows which language a page speaks, and how figures are written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import g, request
from flask_babel import Babel

from intake import wording
from intake.domain.calls import LANGUAGES

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from intake.domain.calls import LocalText
    from intake.domain.checks import Check
    from intake.domain.states import State

# Flask-Security names its Italian catalogue by country, ours are named by language: both are found this way.
_LOCALES: Final = {"it": "it_IT", "en": "en"}


def set_up_language(app: Flask) -> None:
    """Teach *app* and its templates to speak the page's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(wording.TRANSLATIONS)
    Babel(app, default_locale=_LOCALES[LANGUAGES[0]], default_timezone="Europe/Rome", locale_selector=_locale)
    app.url_defaults(_keep_language)
    app.context_processor(_language_of_page)
    app.jinja_env.filters.update(duration=_duration, filesize=_file_size, moment=_moment, number=_number)
    app.jinja_env.globals.update(
        local=_local,
        verdict_sentence=_sentence,
        check_title=_check_title,
        measured=_measured,
        limit=_limit,
        state_name=_state_name,
    )


def page_language() -> str:
    """Return the language of this page: as asked for, or the submission's, or Italian."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else g.get("language", LANGUAGES[0])


def _locale() -> str:
    return _LOCALES[page_language()]


def prefer_language(language: str) -> None:
    """Speak *language* on this page unless the address asks for another."""
    g.language = language if language in LANGUAGES else LANGUAGES[0]


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    # Who asked for English stays in English from page to page; no cookie needed.
    if endpoint != "static" and "lang" in request.args and request.args["lang"] in LANGUAGES:
        values.setdefault("lang", request.args["lang"])


def _language_of_page() -> dict[str, str]:
    language = page_language()
    other = next(name for name in LANGUAGES if name != language)
    return {"language": language, "other_language": other, "other_language_url": _same_page_in(other)}


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


def _number(value: float) -> str:
    return format_decimal(value, locale=page_language())


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
