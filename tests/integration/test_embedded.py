"""`make run`'s system, started for real: what it leaves behind, what it refuses, where it moves."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from intake.embedded import ports

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
MARK: Final = "EMBEDDED_TEST"
PATIENCE_S: Final = 120
CHANGING_TABLES: Final = {"heartbeats", "sqlite_sequence"}


@dataclass(kw_only=True)
class System:
    """A started system, known by a mark that every one of its processes inherits."""

    data_dir: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: subprocess.Popen[bytes] | None = None
    ready_after_s: float = 0.0

    def start(self, **environ: str) -> System:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "intake.embedded", "--without", "demo"],
                cwd=ROOT,
                env={**inherited, "DATA_DIR": str(self.data_dir), MARK: self.mark, **environ},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    @property
    def log(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def wait_until_ready(self) -> System:
        begun = time.monotonic()
        while not self.answers():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - begun < PATIENCE_S, self.log.read_text()
            time.sleep(0.1)
        self.ready_after_s = time.monotonic() - begun
        return self

    def answers(self) -> bool:
        with suppress(OSError, urllib.error.URLError):
            return bool(urllib.request.urlopen(f"{self.run_file('PUBLIC_URL')}/_ready", timeout=5).status == 200)
        return False

    def run_file(self, name: str) -> str:
        return (self.data_dir / "run" / name).read_text().strip()

    def press_ctrl_c(self) -> int:
        """Do what a terminal does: signal the whole foreground group."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=60)

    def pids(self, program: str = "") -> set[int]:
        return {pid for pid, command in marked_processes(self.mark) if program in command}

    def rows(self) -> dict[str, int]:
        with sqlite3.connect(self.data_dir / "intake.db") as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            counts = {
                name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for (name,) in tables
                if name not in CHANGING_TABLES
            }
        database.close()
        return counts

    def kept_files(self) -> dict[str, str]:
        paths = [self.data_dir / "first-moderator.txt", *(self.data_dir / "secrets").rglob("*")]
        return {str(path): path.read_text() for path in paths if path.is_file()}


def marked_processes(mark: str) -> list[tuple[int, str]]:
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes():
                found.append((int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
    return found


@dataclass(frozen=True, kw_only=True)
class Story:
    """What was seen while one system was started, stopped, started again and hurt."""

    taken_ports: set[int]
    ports: set[int]
    moderator: list[str]
    moderator_mode: int
    second_copy: subprocess.CompletedProcess[str]
    first_exit: int
    left_after_ctrl_c: set[int]
    rows_before: dict[str, int]
    rows_after: dict[str, int]
    files_before: dict[str, str]
    files_after: dict[str, str]
    second_start_s: float
    load: float
    crash_exit: int
    crash_log: str
    left_after_crash: set[int]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    system = System(data_dir=tmp_path_factory.mktemp("embedded") / "data")
    with ExitStack() as cleanup:
        cleanup.callback(kill_leftovers, system)
        yield live(system, taken={listen(port, cleanup) for port in usual_ports()})


def live(system: System, *, taken: set[int]) -> Story:
    system.start().wait_until_ready()
    chosen = {urlsplit(system.run_file(name)).port or 0 for name in ("PUBLIC_URL", "REDIS_URL", "S3_ENDPOINT_URL")}
    second_copy = refused_start(DATA_DIR=str(system.data_dir))
    moderator = system.data_dir / "first-moderator.txt"
    first_exit = system.press_ctrl_c()
    left_after_ctrl_c = system.pids()
    rows_before, files_before = system.rows(), system.kept_files()

    system.start().wait_until_ready()
    second_start_s = system.ready_after_s
    rows_after, files_after = system.rows(), system.kept_files()

    assert system.process is not None
    os.kill(min(system.pids("workers.dispatcher")), signal.SIGKILL)
    crash_exit = system.process.wait(timeout=60)

    return Story(
        taken_ports=taken,
        ports=chosen,
        moderator=moderator.read_text().splitlines(),
        moderator_mode=moderator.stat().st_mode & 0o777,
        second_copy=second_copy,
        first_exit=first_exit,
        left_after_ctrl_c=left_after_ctrl_c,
        rows_before=rows_before,
        rows_after=rows_after,
        files_before=files_before,
        files_after=files_after,
        second_start_s=second_start_s,
        load=os.getloadavg()[0] / (os.cpu_count() or 1),
        crash_exit=crash_exit,
        crash_log=system.log.read_text(),
        left_after_crash=system.pids(),
    )


def usual_ports() -> set[int]:
    return {ports.WEB_PORT, ports.REDIS_PORT, ports.S3_PORT}


def listen(port: int, cleanup: ExitStack) -> int:
    """Take *port*; another program may have done so already, which is as good."""
    with suppress(OSError):
        cleanup.enter_context(socket.create_server(("127.0.0.1", port)))
    return port


def kill_leftovers(system: System) -> None:
    for pid in system.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def refused_start(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "intake.embedded", "--without", "demo"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_taken_ports_are_left_alone(story: Story) -> None:
    assert story.ports.isdisjoint(story.taken_ports)


def test_the_first_moderator_is_written_down_for_its_owner_alone(story: Story) -> None:
    email, password = story.moderator

    assert "@" in email
    assert len(password) >= 15
    assert story.moderator_mode == 0o600


def test_a_second_copy_is_refused(story: Story) -> None:
    assert story.second_copy.returncode == 1
    assert "another copy is running" in story.second_copy.stderr


def test_ctrl_c_leaves_no_process(story: Story) -> None:
    assert story.first_exit == 0
    assert story.left_after_ctrl_c == set()


def test_a_second_start_adds_nothing(story: Story) -> None:
    assert story.rows_before["calls"] == 1
    assert story.rows_after == story.rows_before
    assert story.files_after == story.files_before


def test_a_second_start_is_quick(story: Story) -> None:
    # Ten seconds on a machine that has nothing else to do; a busy one may take its time.
    assert story.second_start_s < 10 * max(1.0, story.load)


def test_one_crash_stops_the_rest(story: Story) -> None:
    assert story.crash_exit != 0
    assert "“dispatcher” ended by itself" in story.crash_log
    assert story.left_after_crash == set()


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])

        refused = refused_start(DATA_DIR=str(tmp_path / "data"), PORT=port)

    assert refused.returncode == 1
    assert f"PORT is {port}" in refused.stderr
