"""The Celery object that `celery --app workers.celery_app` looks for, made from the settings of this process."""

from __future__ import annotations

import warnings

from celery.platforms import SecurityWarning

from intake.settings import Settings
from workers.broker import make_celery

# It says not to run as root. Whoever does, runs a container or tries things out; senders' files are in the sandbox.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = make_celery(Settings.from_env().redis_url)
