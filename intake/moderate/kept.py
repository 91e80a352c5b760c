"""What staff typed into a form that came without a good token: shown again, to be sent with a new one.

Their session ended while they typed, or they logged in anew in another tab. Nothing was done, and nothing is lost but a
file that was chosen. A form that another site sent is not shown: pressing its button would do what that site wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import make_response, render_template, request
from flask_security.decorators import default_unauthn_handler

from intake import wording
from intake.moderate.answers import private
from intake.web.errors import error_page
from intake.web.language import page_language
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response
    from flask_wtf.csrf import CSRFError

_TOKEN: Final = "csrf_token"  # noqa: S105 - a field's name

_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "given_name": N_("Nome"),
        "family_name": N_("Cognome"),
        "role": N_("Ruolo"),
        "organisation": N_("Organizzazione"),
        "email": N_("E-mail"),
        "title": N_("Titolo del video"),
        "quote": N_("Una frase di chi parla"),
        "reason": N_("Motivo, per chi ha mandato il video"),
        "note": N_("Nota interna"),
        "why": N_("Perché lo togli?"),
        "text": N_("I sottotitoli, in WebVTT"),
    }
)
"""Of what people write at length; whatever else a form holds is kept as well, and not shown."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """Something that was typed."""

    label: str
    words: str


def answer_without_token(_error: CSRFError) -> Response:
    """Answer a form of the desk whose token is not good (any more)."""
    return _kept_page() if _is_ours() else make_response(error_page(400))


def answer_stranger(mechanisms: list[str], headers: dict[str, str] | None) -> Response:
    """Ask whoever is not logged in (any more) to log in."""
    if request.method == "POST" and _is_ours():
        return _kept_page()
    return make_response(default_unauthn_handler(mechanisms, headers))  # type: ignore[no-untyped-call] # ships no types


def typed_words() -> list[Typed]:
    """Return what was typed at length into the form that this request brings."""
    language = page_language()
    return [
        Typed(label=wording.say(_LABELS[name], language), words=value)
        for name, value in request.form.items(multi=True)
        if name in _LABELS and value.strip()
    ]


def _is_ours() -> bool:
    # Browsers say with every form where it comes from.
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _kept_page() -> Response:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != _TOKEN]
    page = render_template(
        "moderate/kept.html",
        action=request.full_path.removesuffix("?"),
        fields=fields,
        typed=typed_words(),
        had_file=any(file.filename for file in request.files.values()),
    )
    return private(page, 400)
