"""Redis, which carries the jobs' numbers: does it answer, and does it throw nothing away to make room.

Spoken by hand, a few lines: only the workers know Celery and its client, and a client that helps by trying again is no
use to somebody who wants to know what is wrong.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from intake.doctor.http import TIMEOUT_S, trouble
from intake.domain.diagnosis import ok, unknown, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedRWPair

    from intake.domain.diagnosis import Finding

PART: Final = "redis"
_PORT: Final = 6379
_NO_EVICTION: Final = "noeviction"


class _Refused(Exception):
    """Redis answered with an error."""


def look(url: str) -> Iterator[Finding]:
    """Ask the Redis at *url*, whose password is never shown."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        yield unknown(PART, f"REDIS_URL is a “{parts.scheme}” address, which this check cannot speak")
        return
    where = f"{parts.hostname}:{parts.port or _PORT}"
    try:
        said = _ask(url)
    except _Refused as error:
        yield judge_refusal(where, str(error))
    except OSError as error:
        mend = "Start Redis, and look at REDIS_URL. Nothing is lost meanwhile: what waits is picked up afterwards."
        yield wrong(PART, f"{where}: {trouble(error)}", mend)
    else:
        yield judge(where, said)


def judge_refusal(where: str, said: str) -> Finding:
    """Say what an error of Redis means."""
    if said.startswith(("NOAUTH", "WRONGPASS", "ERR invalid password", "ERR AUTH")):
        return wrong(
            PART, f"{where} refuses our password", "Mend the password in REDIS_URL: redis://:PASSWORD@HOST:6379/0"
        )
    if said.startswith("LOADING"):
        return warning(PART, f"{where} is still reading its file", "Wait a moment and look again.")
    return wrong(PART, f"{where} answers with an error: {said}", "Look at Redis's own log.")


def judge(where: str, said: Mapping[str, str]) -> Finding:
    """Say what Redis's own figures mean."""
    policy = said.get("maxmemory_policy", "")
    if policy and policy != _NO_EVICTION:
        return wrong(
            PART,
            f"{where} throws queued messages away when its memory is full (maxmemory-policy {policy})",
            "Set in its configuration: maxmemory-policy noeviction",
        )
    keeps = (
        "keeps a file" if said.get("aof_enabled") == "1" else "keeps no append-only file: a restart costs time, no job"
    )
    return ok(PART, f"Redis {said.get('redis_version', '?')} at {where}, evicts nothing, {keeps}")


def _ask(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or _PORT), timeout=TIMEOUT_S) as plain:
        line = _tls(plain, parts.hostname or "") if parts.scheme == "rediss" else plain
        with line.makefile("rwb") as stream:
            if parts.password:
                user = [unquote(parts.username)] if parts.username else []
                _say(stream, "AUTH", *user, unquote(parts.password))
            info = _say(stream, "INFO")
    return dict(pair for entry in info.splitlines() if len(pair := entry.split(":", 1)) == 2)  # noqa: PLR2004 - a pair


def _tls(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _say(stream: BufferedRWPair, *words: str) -> str:
    """Give one command; return its answer.

    Raises:
        _Refused: The answer is an error.
    """
    # Source: redis.io, "Redis serialization protocol specification", RESP2.
    stream.write(
        b"".join([b"*%d\r\n" % len(words), *(b"$%d\r\n%s\r\n" % (len(w.encode()), w.encode()) for w in words)])
    )
    stream.flush()
    head = stream.readline().decode(errors="replace").rstrip()
    if head.startswith("-"):
        raise _Refused(head[1:])
    if not head.startswith("$"):
        return head[1:]
    return stream.read(int(head[1:]) + 2).decode(errors="replace")
