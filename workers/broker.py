"""The only place that sets up Celery, for sender and taker. It carries job ids and nothing else; the rows decide.

Each value was tried; the reasons are in `docs/architecture.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from celery import Celery

from intake.domain.jobs import Queue

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN_JOB: Final = "run_job"
"""The name of the one task; never a module path, so that code can move."""

HARD_LIMIT_S: Final = 3600
"""Last resort. Tools have their own deadlines, and a job its lease."""


def make_celery(redis_url: str, *, socket_timeout_s: float = 10) -> Celery:
    """Make a Celery object for the broker at *redis_url*.

    Args:
        socket_timeout_s: How long one exchange with Redis may take. Without it, a frozen Redis holds its user for ever.
    """
    app = Celery("intake", broker=redis_url, include=["workers.tasks"])
    app.conf.update(_settings(socket_timeout_s))
    return app


def _settings(socket_timeout_s: float) -> Mapping[str, object]:
    return {
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": Queue.QUICK,
        # After the work: a message lost with its worker costs nothing, the dispatcher sends another.
        "task_acks_late": True,
        # With True a clip that kills its worker would come back for ever: Redis counts no deliveries. We do.
        "task_reject_on_worker_lost": False,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 50,
        "task_time_limit": HARD_LIMIT_S,
        "broker_connection_retry_on_startup": True,
        # None: never give up. The default of 100 leaves a worker without a queue after a long outage.
        "broker_connection_max_retries": None,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "broker_transport_options": {
            # Far above the hard limit and never relied on: a second delivery finds the job leased or done.
            "visibility_timeout": 2 * HARD_LIMIT_S,
            "socket_timeout": socket_timeout_s,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "health_check_interval": 15,
        },
    }
