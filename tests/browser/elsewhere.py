"""A site that is not ours and shows what is: it knows nothing of us but what it pasted."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE: Final = """<!DOCTYPE html>
<html lang="it"><head><meta charset="utf-8"><title>Un altro sito</title><link rel="icon" href="data:,"></head>
<body><h1>Un altro sito</h1>{}</body></html>"""


class Site:
    """Pages by their paths, which a test writes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, str] = {}

    def pastes(self, path: str, html: str) -> str:
        """Have a page hold *html*; returns the page's address."""
        self.pages[path] = _PAGE.format(html)
        return self.url + path


@contextmanager
def another_site() -> Iterator[Site]:
    """Serve a site on an origin of its own for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.pages.get(self.path)
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://localhost:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()
