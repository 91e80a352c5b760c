"""The only place that sets security headers.

Form and desk pages may run scripts that bear this answer's nonce. Gallery and embed pages hold no inline code, no
nonce and no cookie, so that a proxy can cache them.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import g, request, session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask, Response

    from intake.settings import Settings


NOBODY: Final = "'none'"


def set_up_security_headers(app: Flask, settings: Settings) -> None:
    """Send the headers with every answer of *app*."""

    def add_headers(response: Response) -> Response:
        secure(response, settings)
        if is_same_for_all():
            session.accessed = False
        return response

    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def secure(response: Response, settings: Settings) -> None:
    """Give an answer the headers it has none of yet, as the page that was made asked for them."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy(_origin(settings.s3_public_url)))
    if request.blueprint == "security":
        # Flask-Security writes `no-store=True`, which no cache understands; these pages hold a login or its secret.
        headers["Cache-Control"] = "no-store"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", _permissions())
    if settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def csp_nonce() -> str:
    """Return the nonce of this answer; asking for it puts it into the policy."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def allow_frames(hosts: Sequence[str] = ()) -> None:
    """Let pages of these hosts show this answer in a frame, and our own; every page where none is named.

    That is said by not speaking of it: `*` stands for every host, and a page in a sandbox or in a file has none.

    A host without a port stands for its default one, `*.example.org` for all below it.
    Source: W3C, "Content Security Policy Level 3", 2.3.1 (source lists).
    """
    g.ancestors = " ".join(("'self'", *hosts)) if hosts else None


def allow_frames_of_ours() -> None:
    """Let this answer show another page of ours in a frame."""
    g.may_frame = True


def allow_recording() -> None:
    """Let this answer use camera and microphone, and play what was recorded or chosen."""
    g.may_record = True


def forget_session() -> None:
    """Promise that this answer is the same for everybody.

    Looking for somebody who is logged in opens the session, and the answer would vary by cookie: a proxy would keep a
    copy of its own for each visitor.
    """
    g.is_same_for_all = True


def is_same_for_all() -> bool:
    """Tell whether that was promised of this answer."""
    return "is_same_for_all" in g


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _permissions() -> str:
    who = "(self)" if g.get("may_record") else "()"
    return f"camera={who}, microphone={who}, geolocation=(), payment=(), usb=()"


def _policy(media_origin: str) -> str:
    scripts = "'self'" + (f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "")
    frames = "'self'" if g.get("may_frame") else "'none'"
    # Captions come from us, what they are captions of from the bucket.
    media = f"'self' {media_origin}" + (" blob:" if g.get("may_record") else "")
    ancestors = g.get("ancestors", NOBODY)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src {scripts}",
            f"img-src 'self' data: {media_origin}",
            f"media-src {media}",
            "font-src 'self'",
            f"connect-src 'self' {media_origin}",
            f"frame-src {frames}",
            "form-action 'self'",
            "base-uri 'none'",
            *((f"frame-ancestors {ancestors}",) if ancestors else ()),
        )
    )
