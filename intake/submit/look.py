"""A call's own colour, as a style sheet of its own: the pages' policy takes no style that stands in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template

from intake.domain.colours import is_colour, is_readable
from intake.domain.errors import NotFound
from intake.web.security import forget_session

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_look(accent: str) -> ResponseReturnValue:
    """Answer the styles of an accent, named by its six hexadecimal digits."""
    colour = f"#{accent}"
    if not is_colour(colour) or not is_readable(colour):
        raise NotFound(accent)
    forget_session()
    response = Response(render_template("submit/look.css", accent=colour), content_type="text/css; charset=utf-8")
    # The address holds all there is to say.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
