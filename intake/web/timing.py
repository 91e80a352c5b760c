"""The only place that counts requests and takes their time, by route: addresses hold secrets, routes do not.

Where gunicorn runs several processes, each keeps its counts in a file and whoever is asked adds them up
(`intake.web.serving`). They begin at nothing with every start, as counters may.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from flask import current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from intake.web.serving import COUNTS_FOLDER

if TYPE_CHECKING:
    from flask import Flask, Response

_KEY: Final = "intake.counts"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_OTHER: Final = "other"

_EDGES_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""A page takes some hundredths of a second; a form with a video as long as it takes to file it."""


def set_up_timing(app: Flask) -> None:
    """Count every request of *app* and take its time, until its answer is ready to be sent."""
    own = CollectorRegistry()
    requests = Counter(
        "intake_http_requests",
        "Requests that the web processes answered, since they were started",
        ["route", "method", "status"],
        registry=own,
    )
    seconds = Histogram(
        "intake_http_request_seconds",
        "How long it took until an answer was ready to be sent, since the web processes were started",
        ["route"],
        buckets=_EDGES_S,
        registry=own,
    )
    app.extensions[_KEY] = own

    def begin() -> None:
        g.began_at = time.perf_counter()

    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else _OTHER
        # What a client writes there is its own; labels must not grow without end.
        method = request.method if request.method in _METHODS else _OTHER
        requests.labels(route, method, response.status_code).inc()
        seconds.labels(route).observe(time.perf_counter() - g.began_at)
        return response

    app.before_request(begin)
    app.after_request(count)


def counts() -> CollectorRegistry:
    """Return what was counted by all processes of this server."""
    own: CollectorRegistry = current_app.extensions[_KEY]
    if COUNTS_FOLDER not in os.environ:
        return own
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call] # it puts itself there
    return of_all
