"""The only place that asks HTTP servers as a stranger would: without keys, and without following anything."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S: Final = 5.0
MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered; of a long body the beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """Ask once.

    Raises:
        OSError: Nobody answers there, or nobody who may be trusted; `trouble` says it in words.
        http.client.HTTPException: Whoever answers does not speak HTTP.
    """
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.netloc.rpartition("@")[2], timeout=TIMEOUT_S)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(status=answer.status, headers=named, body=answer.read(MOST_BYTES))
    finally:
        connection.close()


def trouble(error: OSError | http.client.HTTPException) -> str:
    """Say in words why nobody answered."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    known = next((words for kind, words in _TROUBLES if isinstance(error, kind)), None)
    strerror = error.strerror if isinstance(error, OSError) else None
    return known or (strerror or type(error).__name__).lower()


_TROUBLES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (socket.gaierror, "its name is not known here"),
    (ConnectionRefusedError, "nothing listens there"),
    (ssl.SSLError, "it does not speak TLS"),
    (TimeoutError, "it does not answer"),
    (http.client.HTTPException, "what answers there does not speak HTTP"),
)
