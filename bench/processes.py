"""The only place that starts our own processes to be measured: as the Procfile does, on servers of their own."""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from intake.actions import heartbeats
from intake.db.engine import reading
from intake.db.tables import heartbeats as heartbeats_table
from intake.settings import Settings
from intake.setup import prepare_buckets, prepare_database
from intake.wiring import connect
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intake.domain.jobs import Queue
    from intake.wiring import Services

PROCFILE: Final = Path(__file__).parent.parent / "Procfile"
_CONCURRENCY: Final = re.compile(r"--concurrency \d+")


class System:
    """A database, a bucket server, Redis, and the processes that were started on them so far."""

    def __init__(self, services: Services, environ: Mapping[str, str], folder: Path, stack: ExitStack) -> None:
        self.services = services
        self._environ, self._folder, self._stack = environ, folder, stack
        lines = PROCFILE.read_text(encoding="utf-8").splitlines()
        self._commands = dict(line.split(": ", 1) for line in lines if ": " in line)

    def start(self, name: str, *, concurrency: int | None = None) -> int:
        """Start a process under its name in the Procfile, for as long as the system lasts, and return its id.

        Args:
            concurrency: How many jobs a worker does at once; otherwise as many as the Procfile says.
        """
        command = self._commands[name]
        if concurrency is not None:
            command = _CONCURRENCY.sub(f"--concurrency {concurrency}", command)
        argv, log = ["/bin/sh", "-c", command], self._folder / f"{name}.log"
        return self._stack.enter_context(servers.serving(argv, environ=self._environ, log=log)).pid

    def await_workers(self, *queues: Queue) -> None:
        """Wait until the workers of these queues say that they live."""
        names = {heartbeats.worker(queue) for queue in queues}
        servers.wait_until(lambda: names <= self._beating(), what="the workers' start")

    def _beating(self) -> set[str]:
        with reading(self.services.engine) as connection:
            return set(connection.scalars(select(heartbeats_table.c.name)))


@contextmanager
def a_system(folder: Path, *, database_url: str | None = None, **settings: str) -> Iterator[System]:
    """Lend a system without processes of the service's own; all that is started ends with the block.

    Args:
        database_url: An empty database; otherwise SQLite in *folder*.
        settings: What is not as the Procfile has it.
    """
    with ExitStack() as stack:
        storage_url, _ = stack.enter_context(servers.storage_server(folder))
        redis_url, _ = stack.enter_context(servers.redis_server(folder))
        environ = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'intake.db'}",
            "REDIS_URL": redis_url,
            "S3_ENDPOINT_URL": servers.door_of(storage_url),
            "S3_ACCESS_KEY": servers.ACCESS_KEY,
            "S3_SECRET_KEY": servers.SECRET_KEY,
            "SECRET_KEY": "for the benchmark only, and longer than thirty-two",
            "DATA_DIR": str(folder / "data"),
            "LOG_LEVEL": "WARNING",
            **settings,
        }
        services = connect(Settings.from_env(environ))
        # Last in, first out: the processes end before their connections to this one's database are asked for.
        stack.callback(services.engine.dispose)
        prepare_database(services)
        prepare_buckets(services.settings)
        yield System(services, environ, folder, stack)
