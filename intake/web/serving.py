"""How gunicorn runs the web side, beside what its command line says: `--config python:intake.web.serving`."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any, Final

COUNTS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which prometheus-client adds up what several processes count.

Source: client_python, "Multiprocess Mode (E.g. Gunicorn)".
"""

logconfig_dict: Final[dict[str, Any]] = {
    "formatters": {"json": {"()": "intake.logs.json_formatter"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"handlers": ["lines"]},
    "loggers": {"gunicorn.error": {"handlers": ["lines"], "propagate": False}},
}


def on_starting(_server: object) -> None:
    """Make an empty folder for the counts, before any process that counts begins."""
    os.environ[COUNTS_FOLDER] = tempfile.mkdtemp(prefix="intake-counts-")


def on_exit(_server: object) -> None:
    """Take it away. Who is killed leaves it; the next start counts from nothing all the same."""
    shutil.rmtree(os.environ[COUNTS_FOLDER], ignore_errors=True)
