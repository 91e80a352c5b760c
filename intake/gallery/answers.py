"""How the public is answered: from memory while nothing has changed, kept for a second by whoever is between us.

Every view of this audience is answered by `for_everybody_alike`. What it gives back with `cacheable` is finished here:
compressed, with all its headers and a strong ETag over its very bytes, and kept. Errors, and pages that say that
something is gone, are never kept.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog
from flask import Response, current_app, make_response, render_template, request, url_for

from intake.db import gallery as shelves
from intake.db.engine import UNAVAILABLE, is_away, reading
from intake.gallery.memory import STALE_LIFE, Copy, Memory
from intake.web.compression import accepts_gzip, compress
from intake.web.security import forget_session, is_same_for_all, secure
from intake.web.services import services

if TYPE_CHECKING:
    from datetime import timedelta

    from flask import Flask
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response as AnyResponse

    from intake.web.routing import View

log = structlog.get_logger()

_KEY: Final = "intake.gallery.memory"
_OK: Final = 200
_ASKING: Final = frozenset({"GET", "HEAD"})

_MOST_QUERY_BYTES: Final = 300
"""Of an address whose answer is kept: a longer one is nobody's second visit."""


def set_up_memory(app: Flask) -> None:
    """Give *app* a memory of its own."""
    app.extensions[_KEY] = Memory()


def for_everybody_alike(view: View) -> View:
    """Answer with what *view* answers, or answered a moment ago if nothing has changed since."""

    @functools.wraps(view)
    def answer(**named: str) -> ResponseReturnValue:
        if request.method not in _ASKING:
            return view(**named)
        try:
            return _true_answer(view, named)
        except UNAVAILABLE as error:
            copy = _memory().find_stale(_asked(), now=services().clock())
            if copy is None or not is_away(error):
                raise
            return _stale(copy)

    return answer


def cacheable(page: str | Response) -> Response:
    """Answer with what is the same for everybody; a proxy may keep it for a second, so that a withdrawal shows."""
    response = make_response(page)
    forget_session()
    response.headers["Cache-Control"] = _kept_for(STALE_LIFE)
    return response


def unkept(page: str | AnyResponse, status: int = 200) -> Response:
    """Answer with what no cache keeps and no search engine lists: it is one visitor's, or true for a moment."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def for_everybody(response: Response) -> Response:
    """Let pages of other sites read what everybody may read, also those in a frame without an origin of its own."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def gone(call_slug: str, *, is_framed: bool = False) -> Response:
    """Answer quietly that a clip was withdrawn, with a way to the others.

    Args:
        is_framed: Whether other sites show the answer in a frame: a sandboxed one can open nothing else, and no frame
            may show our other pages.
    """
    gallery = "gallery.embed_gallery" if is_framed else "gallery.show_gallery"
    page = render_template("gallery/gone.html", gallery_url=url_for(gallery, call_slug=call_slug))
    response = make_response(page, 410)
    response.headers["Cache-Control"] = "no-store"
    return response


class _Asked(NamedTuple):
    """What tells one answer from another: nothing else of a request changes it."""

    path: str
    query: bytes
    is_compressed: bool


def _asked() -> _Asked:
    return _Asked(path=request.path, query=request.query_string, is_compressed=accepts_gzip())


def _true_answer(view: View, named: dict[str, str]) -> ResponseReturnValue:
    memory, asked, now = _memory(), _asked(), services().clock()
    with reading(services().engine) as connection:
        version = shelves.version(connection)
    memory.confirm(version, at=now)
    copy = memory.find(asked, now=now)
    if copy is not None:
        return _given(copy)
    response = make_response(view(**named))
    # A file is sent as it lies, and has an ETag of its own.
    if response.status_code != _OK or not is_same_for_all() or response.is_streamed:
        return response
    copy = Copy(body=_finished(response), headers=tuple(response.headers), made_at=now)
    if len(asked.query) <= _MOST_QUERY_BYTES:
        memory.keep(asked, copy, version=version)
    return _given(copy)


def _finished(response: Response) -> bytes:
    """Put the last hand to an answer, and return its bytes."""
    secure(response, services().settings)
    compress(response)
    body = response.get_data()
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return body


def _given(copy: Copy) -> Response:
    forget_session()
    response = Response(copy.body, headers=list(copy.headers))
    # The shipped proxy counts whole seconds, and keeps for up to two what may be kept for one: for it we name the
    # present one. After Cache-Control, or nginx 1.22 overlooks what that says of errors.
    response.headers["X-Accel-Expires"] = f"@{int(services().clock().timestamp())}"
    # Whoever has these very bytes gets 304 and no body.
    response.make_conditional(request)
    return response


def _stale(copy: Copy) -> Response:
    left = _memory().stale_left(now=services().clock())
    log.warning("stale_copy_given", endpoint=request.endpoint, left_s=round(left.total_seconds()))
    response = _given(copy)
    # Whoever keeps it in turn may not begin a minute of their own.
    response.headers["Cache-Control"] = _kept_for(left)
    return response


def _kept_for(stale: timedelta) -> str:
    return f"public, max-age=1, stale-if-error={int(stale.total_seconds())}"


def _memory() -> Memory:
    memory: Memory = current_app.extensions[_KEY]
    return memory
