"""The only place that sets up logging: one JSON line for each thing that happened, for the web side and the workers.

Each line bears the id of the request that it goes back to, where there is one: the proxy gives it, jobs keep it.

Never in a line: e-mail addresses, names, file names, signed links, tokens.
"""

from __future__ import annotations

import logging
import re
import sys
import uuid
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

_REQUEST_ID: Final = re.compile(r"[0-9a-f-]{16,36}")
"""What a proxy may call a request; deploy/nginx.conf holds the same. Nothing that can be read fits into it."""

_STAMP: Final = structlog.processors.TimeStamper(fmt="iso", utc=True)

_ADDRESS: Final = re.compile(r"(?<![\w/])(/[^/\s]*)/\S*|\bip=\S+")
"""In gunicorn's lines: what follows the first word of an address, and where a request came from."""


def set_up_logging(level: str) -> None:
    """Send every log line of this process to stderr, from *level* up."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(json_formatter())
    logging.basicConfig(level=level, handlers=[lines], force=True)
    logging.captureWarnings(capture=True)
    # Their lines say nothing that a job's own line does not.
    for noisy in ("botocore", "boto3", "urllib3", "s3transfer", "alembic", "celery.app.trace", "celery.worker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _STAMP,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def json_formatter() -> logging.Formatter:
    """Put what others log, gunicorn and Celery among them, into the same kind of line."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        _STAMP,
        _hide_addresses,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


def begin_request(untrusted_id: str | None) -> str:
    """Have all lines of this thread bear a request's id, the given one if it is well-formed; return it."""
    request_id = untrusted_id if untrusted_id and _REQUEST_ID.fullmatch(untrusted_id) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def end_request() -> None:
    """Have what this thread does next bear nobody's id."""
    structlog.contextvars.clear_contextvars()


def current_request_id() -> str | None:
    """Return the id of the request that what is done now goes back to."""
    request_id: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return request_id


def _hide_addresses(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    # It quotes the address of what it could not answer, and a status page's address is a secret.
    if str(line.get("logger", "")).startswith("gunicorn"):
        line["event"] = _ADDRESS.sub(r"\1", str(line["event"]))
    return line
