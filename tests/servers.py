"""Starts the real servers that tests talk to, each on a free loopback port, and stops them by pid."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import redis

from intake.embedded import ports
from intake.embedded.credentials import keep_secrets
from intake.storage.client import S3Server
from tests.databases import a_swift_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROJECT: Final = Path(__file__).parents[1]
PATIENCE_S: Final = 60.0
ACCESS_KEY: Final = "TESTACCESSKEY"
SECRET_KEY: Final = "a secret that only the tests know"


def free_port(address: str = "127.0.0.1") -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], object], *, patience_s: float = PATIENCE_S, what: str = "it") -> None:
    """Wait for something to become true; fail with *what* when it does not."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen in {patience_s} s")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether *url* answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


class Server:
    """A process of ours, with its whole process group."""

    def __init__(self, argv: list[str], *, environ: Mapping[str, str], log: Path, user: int | None = None) -> None:
        self._argv, self._environ, self._log, self._user = argv, dict(environ), log, user
        self.process = self._start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        """Everything it wrote so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and its children."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """Kill it and its children, as a power cut would."""
        self.signal(signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Start it again after it was killed or stopped."""
        self.process = self._start()

    def stop(self) -> None:
        """End it politely, then for certain."""
        if self.process.poll() is not None:
            return
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._argv,
                env=self._environ,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user,
            )


@contextmanager
def serving(argv: list[str], *, environ: Mapping[str, str], log: Path, user: int | None = None) -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    server = Server(argv, environ=environ, log=log, user=user)
    try:
        yield server
    finally:
        server.stop()


def our_path() -> str:
    """A PATH that finds this environment's programs first."""
    return f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"


@contextmanager
def storage_server(folder: Path) -> Iterator[tuple[str, Server]]:
    """SeaweedFS, with the flags that run in production, and small volumes: each test has buckets of its own."""
    keep_secrets(folder / "secrets")
    shift = _storage_shift()
    environ = {
        "PATH": our_path(),
        "STORAGE_DIR": str(folder / "storage"),
        "STORAGE_CONFIG_DIR": str(folder / "secrets" / "storage"),
        "STORAGE_PORT_SHIFT": str(shift),
        "STORAGE_VOLUME_MB": "64",
        "S3_ACCESS_KEY": ACCESS_KEY,
        "S3_SECRET_KEY": SECRET_KEY,
    }
    url = f"http://127.0.0.1:{ports.S3_PORT + shift}"
    with serving(["deploy/storage.sh"], environ=environ, log=folder / "storage.log") as server:
        wait_until(lambda: answers(f"{url}/healthz"), what="the S3 server's start")
        wait_until(lambda: answers(f"{door_of(url)}/healthz"), what="its other door's start")
        yield url, server


def s3_server(storage_url: str) -> S3Server:
    """The S3 server there, as the tests know it."""
    return S3Server(endpoint_url=storage_url, public_url=storage_url, access_key=ACCESS_KEY, secret_key=SECRET_KEY)


def door_of(storage_url: str) -> str:
    """The service's own door to the S3 server that browsers know as *storage_url*."""
    host, _, port = storage_url.rpartition(":")
    return f"{host}:{int(port) - ports.S3_PORT + ports.DOOR_PORT}"


def _storage_shift() -> int:
    """A shift at which all of its ports are free: far from the usual ones, and not where another run looks now."""
    while True:
        shift = 1000 + secrets.randbelow(7000)
        numbers = [port + shift for port in ports.STORAGE_PORTS]
        if ports.are_free(numbers) and ports.are_free(port + ports.STORAGE_RPC_DISTANCE for port in numbers):
            return shift


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, Server]]:
    """Redis without persistence: correctness must hold when it forgets everything."""
    port = free_port()
    argv = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    argv += ["--dir", str(folder), "--maxmemory-policy", "noeviction"]
    with serving(argv, environ={"PATH": our_path()}, log=folder / f"redis-{port}.log") as server:
        wait_until(lambda: _pings(port), what="Redis's start")
        yield f"redis://127.0.0.1:{port}/0", server


@contextmanager
def postgresql_server(*, flushes: bool = False) -> Iterator[str]:
    """PostgreSQL on a new cluster; answers the address of its maintenance database."""
    with postgresql_process(flushes=flushes) as (url, _):
        yield url


@contextmanager
def postgresql_process(*, flushes: bool = False) -> Iterator[tuple[str, Server]]:
    """As `postgresql_server`, with the process, to be killed and started again."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    # initdb refuses to run as root, and pytest shuts its own folder for everybody else, again with every run beside us.
    user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
    # Who wants to know what it costs to be careful wants a disk.
    disk = tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True)
    with disk if flushes else a_swift_folder() as place:
        folder = Path(place)
        if user is not None:
            shutil.chown(folder, "postgres")
        with _postgresql_process(programs, folder, user, flushes=flushes) as running:
            yield running


@contextmanager
def _postgresql_process(
    programs: Path, folder: Path, user: int | None, *, flushes: bool
) -> Iterator[tuple[str, Server]]:
    cluster, port = folder / "cluster", free_port()
    initdb = [str(programs / "initdb"), "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
    subprocess.run(
        initdb, check=True, user=user, capture_output=True, env={"PATH": our_path(), "LC_ALL": "C.UTF-8"}, cwd="/"
    )
    argv = [str(programs / "postgres"), "-D", str(cluster), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    argv += ["-c", f"unix_socket_directories={cluster}", "-c", "max_connections=200"]
    argv += [word for setting in (() if flushes else _CARELESS) for word in ("-c", setting)]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    with serving(argv, environ={"PATH": our_path()}, log=folder / "postgresql.log", user=user) as server:
        wait_until(lambda: connects(url), what="PostgreSQL's start")
        yield url, server


_CARELESS: Final = (
    # Nobody pulls the plug of a test's machine, and hundreds of databases live for a second each.
    *("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB"),
    "autovacuum=off",
)


def _pings(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port).ping())
    except redis.RedisError:
        return False


def connects(url: str) -> bool:
    """Whether the database at *url* takes a connection."""
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
