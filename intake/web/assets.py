"""The only place that knows under which names the built assets lie, and that sends them: compressed, where possible.

They are compressed once, when they are built, as hard as it goes: nobody waits for it, and no proxy is needed for it.
"""

from __future__ import annotations

import json
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import current_app, request, send_from_directory, url_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

STATIC: Final = Path(__file__).parents[1] / "static"
DIST: Final = STATIC / "dist"

_CODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Content codings and how files in them end, the smallest first."""

_SEND_CURRENT: Final = "intake.send_current_asset"


def set_up_assets(app: Flask) -> None:
    """Let templates ask for `asset('submit.css')`. Hashed names are cached for a year.

    Raises:
        FileNotFoundError: The assets were not built; `make run` and `make test` do that.
    """
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    compressed = frozenset(f"dist/{path.name}" for _, ending in _CODINGS for path in DIST.glob(f"*{ending}"))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000

    def asset(name: str) -> str:
        return url_for("static", filename=f"dist/{names[name]}")

    def send(filename: str) -> Response:
        return _send(filename, compressed)

    def send_current(name: str, max_age_s: int) -> Response:
        # The name that was built says what is in it, on every machine that built it.
        return _send(f"dist/{names[name]}", compressed, etag=names[name], max_age=max_age_s)

    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = send
    app.extensions[_SEND_CURRENT] = send_current


def send_current_asset(name: str, *, max_age_s: int) -> Response:
    """Send a built asset under the address of this request, which stays the same whatever was built."""
    send: Callable[[str, int], Response] = current_app.extensions[_SEND_CURRENT]
    return send(name, max_age_s)


def _send(filename: str, compressed: frozenset[str], *, etag: str = "", max_age: int | None = None) -> Response:
    response = _chosen(filename, compressed, etag=etag, max_age=max_age)
    # Frames of ours may have no origin of their own, and other pages take our web component: modules and fonts ask.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _chosen(filename: str, compressed: frozenset[str], *, etag: str, max_age: int | None) -> Response:
    codings = {coding: f"{filename}{ending}" for coding, ending in _CODINGS if f"{filename}{ending}" in compressed}
    if not codings:
        return send_from_directory(STATIC, filename)
    coding = next((coding for coding in codings if request.accept_encodings.quality(coding) > 0), "")
    response = send_from_directory(
        STATIC,
        codings.get(coding, filename),
        mimetype=guess_type(filename)[0],
        etag=f"{etag}{coding}" if etag else True,
        max_age=max_age,
    )
    response.vary.add("Accept-Encoding")
    if coding:
        response.content_encoding = coding
    return response
