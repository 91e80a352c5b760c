"""The one table from our errors to an answer: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from flask import abort, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from intake import wording
from intake.db.engine import is_unavailable
from intake.domain.errors import CallClosed, Gone, KeyReused, NotFound, StorageFull, TryAgainLater
from intake.logs import begin_request, end_request
from intake.web.language import page_language
from intake.web.problems import Problem, ProblemCode, about
from intake.web.routing import API_PREFIX
from intake.web.uploads import REFUSED_BODY_BYTES, drain
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

log = structlog.get_logger()

REQUEST_ID_HEADER: Final = "X-Request-ID"

QUOTED_CHARACTERS: Final = 12
"""How much of a request's id a person is asked to quote: enough to find its lines by."""

_STATUS: Final[dict[type[Exception], int]] = {
    Gone: 410,
    CallClosed: 410,
    KeyReused: 422,
    NotFound: 404,
    StorageFull: 503,
    TryAgainLater: 503,
}

_CODES: Final[dict[type[Exception], ProblemCode]] = {
    CallClosed: ProblemCode.CALL_CLOSED,
    KeyReused: ProblemCode.IDEMPOTENCY_KEY_REUSED,
}
"""Those of which a program is told more than the status says."""

_TEXTS: Final[dict[int, tuple[str, str, str]]] = {
    400: ("bad_request", N_("Richiesta non valida"), N_("Ricarica la pagina e riprova.")),
    401: ("unauthorized", N_("Serve l'accesso"), N_("Questa pagina è riservata.")),
    403: ("forbidden", N_("Accesso negato"), N_("Questa pagina è riservata alla redazione.")),
    404: ("not_found", N_("Pagina non trovata"), N_("L'indirizzo è sbagliato o la pagina non c'è più.")),
    405: ("method_not_allowed", N_("Richiesta non valida"), N_("Questa pagina non si usa così.")),
    409: ("conflict", N_("Qualcuno è arrivato prima"), N_("Ricarica la pagina per vedere come stanno le cose.")),
    410: ("gone", N_("Non c'è più"), N_("Quello che cerchi è stato ritirato o è chiuso.")),
    413: ("too_large", N_("Il file è troppo grande"), N_("Accorcia il video o registra in Full HD, poi riprova.")),
    415: (
        "unsupported_media_type",
        N_("Richiesta non valida"),
        N_("Qui si manda JSON: Content-Type application/json."),
    ),
    422: ("invalid", N_("Controlla i dati"), N_("Qualcosa manca o non va bene.")),
    429: ("too_many_requests", N_("Troppe richieste"), N_("Aspetta un momento e riprova.")),
    500: ("internal", N_("Qualcosa è andato storto"), N_("L'errore è nostro. Riprova fra poco.")),
    503: ("unavailable", N_("Torniamo subito"), N_("In questo momento non possiamo ricevere video. Riprova fra poco.")),
}


def set_up_errors(app: Flask) -> None:
    """Answer every error of *app* in words."""
    app.before_request(_name_request)
    app.before_request(_refuse_nul)
    app.after_request(_tell_name)
    app.teardown_request(lambda _error: end_request())
    app.register_error_handler(Exception, _answer)


def problem(status: int) -> Response:
    """Answer a program: what went wrong, with a stable code."""
    code, title, sentence = _texts(status)
    return _problem(status, code=code, title=title, detail=sentence)


def error_page(status: int, *, sentence: str | None = None) -> ResponseReturnValue:
    """Answer a person: what went wrong, and what to do."""
    _, title, default_sentence = _texts(status)
    page = render_template(
        "errors/error.html",
        status=status,
        title=title,
        sentence=sentence or default_sentence,
        code=g.request_id[:QUOTED_CHARACTERS],
    )
    return page, status


def _name_request() -> None:
    # By the name that the proxy gave it, so that its line and ours are found together.
    g.request_id = begin_request(request.headers.get(REQUEST_ID_HEADER))


def _tell_name(response: Response) -> Response:
    response.headers[REQUEST_ID_HEADER] = g.request_id
    return response


def _refuse_nul() -> None:
    # No address of ours holds one. SQLite's LIKE ends at it and finds everything, PostgreSQL refuses the query.
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        abort(404)


def _answer(error: Exception) -> ResponseReturnValue:
    status = _status_of(error)
    if isinstance(error, HTTPException) and error.response is not None:
        # Redirects and the answers of libraries bear their own response.
        return error.response
    if isinstance(error, RequestEntityTooLarge | StorageFull):
        drain(request, at_most_bytes=REFUSED_BODY_BYTES)
    if status == 500:  # noqa: PLR2004
        log.error("request_failed", endpoint=request.endpoint, exc_info=error)
    elif isinstance(error, TryAgainLater) or is_unavailable(error):
        log.warning("part_unavailable", cause=str(error), kind=type(error).__name__)
    answer = _to_program(error, status) if request.path.startswith(API_PREFIX) else error_page(status)
    if isinstance(error, HTTPException):
        return _with_headers(answer, error)
    return answer


def _to_program(error: Exception, status: int) -> Response:
    if isinstance(error, Problem):
        return _about(error)
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
    return _about(Problem(code)) if code else problem(status)


def _about(error: Problem) -> Response:
    status, title, sentence = about(error.code)
    language = page_language()
    response = _problem(
        status,
        code=error.code,
        title=wording.say(title, language),
        detail=wording.say(sentence, language),
        **error.members,
    )
    response.headers.update(error.headers)
    return response


def _problem(status: int, **members: object) -> Response:
    response = jsonify(type="about:blank", status=status, request_id=g.request_id, **members)
    response.status_code = status
    response.content_type = "application/problem+json"
    # Some of them say something about a submission.
    response.headers["Cache-Control"] = "no-store"
    return response


def _with_headers(answer: ResponseReturnValue, error: HTTPException) -> ResponseReturnValue:
    from flask import make_response

    response = make_response(answer)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _status_of(error: Exception) -> int:
    if isinstance(error, CSRFError):
        return 400
    if isinstance(error, Problem):
        return about(error.code)[0]
    if isinstance(error, HTTPException):
        return error.code or 500
    if is_unavailable(error):
        return 503
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def _texts(status: int) -> tuple[str, str, str]:
    code, title, sentence = _TEXTS.get(status, _TEXTS[400] if status < 500 else _TEXTS[500])  # noqa: PLR2004
    return code, wording.say(title, page_language()), wording.say(sentence, page_language())
