"""The only place that compresses pages on their way out: they are a third as long then, and come a round trip sooner.

nginx would do the same, and leaves alone what is compressed already; but `make run` has no nginx. Nothing is given away
by it: cookies are `SameSite`, so no other site can have a page with somebody's tokens made, to guess them by its size.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Flask, Response

MIN_BYTES: Final = 1000
"""Below this it fits into one packet anyway."""

_LEVEL: Final = 5
"""Half a millisecond for the longest page; the levels above take twice as long for a hundredth less."""


_TEXTS: Final = frozenset({"application/json", "application/feed+json", "application/rss+xml", "application/xml"})
"""What is text, beside what says so in its type."""


def set_up_compression(app: Flask) -> None:
    """Compress the pages of *app* for browsers that read that."""
    app.after_request(_compress_page)


def accepts_gzip() -> bool:
    """Tell whether whoever asks reads what is compressed."""
    return request.accept_encodings.quality("gzip") > 0


def compress(response: Response) -> None:
    """Compress any text for whoever reads that, if it is long enough to be worth it."""
    kind = response.mimetype or ""
    is_text = kind.startswith("text/") or kind in _TEXTS
    if not is_text or response.content_encoding or response.is_streamed:
        return
    response.vary.add("Accept-Encoding")
    page = response.get_data()
    if len(page) < MIN_BYTES or not accepts_gzip():
        return
    response.set_data(gzip.compress(page, _LEVEL, mtime=0))
    response.content_encoding = "gzip"


def _compress_page(response: Response) -> Response:
    # Of what programs ask for, only the public's is worth it, and it comes compressed.
    if response.mimetype == "text/html":
        compress(response)
    return response
