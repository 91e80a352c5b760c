"""The service's own processes, as the Procfile starts them."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import psutil

from tests.servers import Server, answers, free_port, our_path, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOOLS = frozenset({"bwrap", "prlimit", "ffmpeg", "ffprobe"})


class System:
    """Starts processes on one set of settings, and stops what is left of them at the end."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = {**environ, "PATH": our_path()}
        self._folder = folder
        self._numbers = itertools.count(1)
        self._servers: list[Server] = []

    def worker(self, *, concurrency: int = 1) -> Server:
        """A Celery worker that takes every kind of job."""
        name = f"worker{next(self._numbers)}"
        argv = [sys.executable, "-m", "celery", "--quiet", "-A", "workers.celery_app", "worker"]
        argv += ["--queues", "quick,heavy", "--hostname", f"{name}@test", "--concurrency", str(concurrency)]
        argv += ["--pool", "prefork", "--without-mingle", "--without-gossip", "--loglevel", "WARNING"]
        return self._start(name, argv)

    def dispatcher(self) -> Server:
        """A dispatcher."""
        return self._start("dispatcher", [sys.executable, "-m", "workers.dispatcher"])

    def web(self, *, threads: int = 16, workers: int = 1) -> tuple[str, Server]:
        """gunicorn, when it answers, and its address."""
        port = free_port()
        argv = [sys.executable, "-m", "gunicorn", "intake.app:from_environment()", "--bind", f"127.0.0.1:{port}"]
        argv += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads), "--timeout", "120"]
        argv += ["--no-control-socket", "--log-level", "warning", "--config", "python:intake.web.serving"]
        server = self._start("web", argv)
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/_health"), what="gunicorn's start")
        return f"http://127.0.0.1:{port}", server

    def stop(self) -> None:
        """Stop everything that still runs."""
        for server in self._servers:
            if server.process.poll() is None:
                server.kill()

    def _start(self, name: str, argv: list[str]) -> Server:
        server = Server(argv, environ=self._environ, log=self._folder / f"{name}.log")
        self._servers.append(server)
        return server


def tools_of(pid: int) -> list[psutil.Process]:
    """The tools that a process runs now."""
    try:
        children = psutil.Process(pid).children(recursive=True)
        return [child for child in children if child.name() in TOOLS]
    except psutil.NoSuchProcess:
        return []


def are_gone(processes: list[psutil.Process]) -> bool:
    """Whether none of them runs any more; one that only waits for its parent's notice does not."""
    return all(not one.is_running() or _is_zombie(one) for one in processes)


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
