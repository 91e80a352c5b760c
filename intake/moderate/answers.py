"""How the staff's pages are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response

if TYPE_CHECKING:
    from flask import Response


def private(page: str | Response, status: int = 200) -> Response:
    """Answer with a page, or a file, that nobody between us and its reader may keep."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
