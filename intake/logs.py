"""The only place that sets up logging: one JSON line for each thing that happened, for the web side and the workers.

Never in a line: e-mail addresses, names, file names, signed links, tokens.
"""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_logging(level: str) -> None:
    """Send every log line of this process to stderr, from *level* up."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s", force=True)
    # Their lines say nothing that a job's own line does not.
    for noisy in ("botocore", "boto3", "urllib3", "s3transfer", "alembic", "celery.app.trace", "celery.worker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
