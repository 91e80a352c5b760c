"""The supervisor on processes of our own: what it says, what it answers, and that nothing outlives it."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = "SUPERVISOR_TEST"

SUPERVISE: Final = """
import os, sys
from pathlib import Path
from intake.embedded.supervisor import run_processes
sys.exit(run_processes(Path(sys.argv[1]), environ=os.environ))
"""

STUBBORN: Final = "stubborn: trap '' TERM; echo up; while true; do sleep 1; done"
WITH_CHILD: Final = "parent: sleep 300 & echo up; wait"
QUIET: Final = "quiet: echo up; exec sleep 300"


@pytest.fixture
def mark() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def supervise(tmp_path: Path, mark: str) -> Iterator[Supervise]:
    supervision = Supervise(tmp_path, mark)
    yield supervision
    for pid in marked(mark):
        os.kill(pid, signal.SIGKILL)


class Supervise:
    """Starts a supervisor on the lines of a Procfile."""

    def __init__(self, folder: Path, mark: str) -> None:
        self.folder = folder
        self.environ = {**os.environ, MARK: mark}

    def __call__(self, *lines: str) -> subprocess.Popen[str]:
        procfile = self.folder / "Procfile"
        procfile.write_text("\n".join(lines) + "\n")
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SUPERVISE), str(procfile)],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # Whoever runs the tests in the background has them ignore Ctrl-C, and all they start with them. Undone
            # before it starts: a test may send its signal at once.
            preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )


def marked(mark: str) -> set[int]:
    wanted = f"{MARK}={mark}".encode()
    return {int(folder.name) for folder in Path("/proc").glob("[0-9]*") if wanted in environment(folder)}


def environment(folder: Path) -> bytes:
    try:
        return (folder / "environ").read_bytes()
    except OSError:
        return b""


def wait_for_lines(process: subprocess.Popen[str], text: str, count: int) -> None:
    assert process.stdout is not None
    while count:
        count -= text in process.stdout.readline()


def test_a_terminal_s_ctrl_c_stops_everything(supervise: Supervise, mark: str) -> None:
    supervisor = supervise(QUIET, WITH_CHILD)
    wait_for_lines(supervisor, "| up", 2)

    os.killpg(supervisor.pid, signal.SIGINT)
    said, _ = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0, said
    assert "nothing is left running" in said
    assert marked(mark) == set()


@pytest.mark.parametrize("reason", [signal.SIGTERM, signal.SIGHUP], ids=["terminate", "closed terminal"])
def test_other_requests_to_stop_do_the_same(supervise: Supervise, mark: str, reason: signal.Signals) -> None:
    supervisor = supervise(QUIET, WITH_CHILD)
    wait_for_lines(supervisor, "| up", 2)

    supervisor.send_signal(reason)
    said, _ = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0, said
    assert marked(mark) == set()


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_a_signal_during_the_start_is_not_lost(supervise: Supervise, mark: str, after_s: float) -> None:
    supervisor = supervise(*[f"p{number}: exec sleep 300" for number in range(6)])
    time.sleep(after_s)

    os.killpg(supervisor.pid, signal.SIGINT)
    supervisor.communicate(timeout=20)

    assert marked(mark) == set()


def test_one_crash_stops_the_rest_and_is_named(supervise: Supervise, mark: str) -> None:
    supervisor = supervise(QUIET, WITH_CHILD, "weak: sleep 0.5; echo I am ill; exit 7")

    said, _ = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 7, said
    assert "I am ill" in said
    assert "“weak” ended by itself" in said
    assert marked(mark) == set()


def test_a_process_that_ends_well_ended_all_the_same(supervise: Supervise) -> None:
    supervisor = supervise(QUIET, "done: exit 0")

    said, _ = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 1, said
    assert "“done” ended by itself" in said


@pytest.mark.slow
def test_who_does_not_listen_is_killed(supervise: Supervise, mark: str) -> None:
    supervisor = supervise(QUIET, STUBBORN)
    wait_for_lines(supervisor, "| up", 2)

    os.killpg(supervisor.pid, signal.SIGINT)
    supervisor.communicate(timeout=60)

    assert marked(mark) == set()
