"""The sandbox, tried from within."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from intake.domain.errors import LeaseLost, SandboxUnavailable, ToolFailed, ToolTimedOut
from workers.media.sandbox import MAX_STDOUT_BYTES, Level, Limits, Sandbox, ToolRun
from workers.media.sandbox.landlock import Landlock
from workers.media.sandbox.namespaces import Namespaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workers.media.sandbox.running import Walls

MEBIBYTE = 1024 * 1024
LIMITS = Limits(timeout_s=20, cpu_s=10, memory_bytes=512 * MEBIBYTE, output_bytes=MEBIBYTE)
REFUSED = "Permission denied|No such file|Read-only file system"
BRIEF = Limits(timeout_s=0.5, cpu_s=10, memory_bytes=512 * MEBIBYTE, output_bytes=MEBIBYTE)

A_WORKER = """
    import sys
    from pathlib import Path
    from workers.media.sandbox import Level, Limits, Sandbox
    limits = Limits(timeout_s=600, cpu_s=600, memory_bytes=2**29, output_bytes=2**20)
    sandbox = Sandbox.tested(levels=[Level(sys.argv[3])])
    print("ready", flush=True)
    sandbox.run(["sleep", sys.argv[2]], source=None, output=Path(sys.argv[1]), limits=limits)
"""

WHICH_LEVEL = """
import sys
from intake.domain.errors import SandboxUnavailable
from workers.media.sandbox import Level, Sandbox
try:
    print(Sandbox.tested(levels=[Level(word) for word in sys.argv[1:]]).level)
except SandboxUnavailable:
    print("none")
"""


@pytest.fixture(scope="module", params=Level)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each kind of walls in turn, whatever this machine would choose: every test here is a test of both."""
    return Sandbox.tested(levels=[request.param])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "mine.mp4"
    path.write_text("mine")
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    path = tmp_path / "out"
    path.mkdir()
    return path


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_a_tool_reads_its_input_and_writes_its_output(sandbox: Sandbox, source: Path, output: Path) -> None:
    sandbox.run(["cp", "/in/src", "/out/copy"], source=source, output=output, limits=LIMITS)

    assert (output / "copy").read_text() == "mine"


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(["cat", "/etc/passwd"], id="read-the-users"),
        pytest.param(["cat", "/proc/1/environ"], id="read-an-environment"),
        pytest.param(["ls", "/home"], id="see-a-home"),
        pytest.param(["cp", "/usr/bin/true", "/in/src"], id="change-its-input"),
        pytest.param(["touch", "/new"], id="write-at-the-root"),
        pytest.param(["touch", "/usr/new"], id="write-in-usr"),
        pytest.param(["sh", "-c", "cat /dev/null; true"], id="start-a-process"),
        pytest.param(["sh", "-c", f"kill -0 {os.getpid()}"], id="send-us-a-signal"),
        pytest.param(["renice", "5", "-p", str(os.getpid())], id="slow-us-down"),
        pytest.param(["prlimit", "--nofile=10", "--pid", str(os.getpid())], id="narrow-our-limits"),
        pytest.param(["setsid", "true"], id="leave-its-group"),
        pytest.param(["chmod", "777", "/in/src"], id="change-the-rights-of-its-input"),
        pytest.param(["touch", "-c", "/in/src"], id="change-the-date-of-its-input"),
        pytest.param(["truncate", "--size=0", "/in/src"], id="cut-its-input-short"),
        pytest.param(["ipcmk", "--shmem", "1048576"], id="keep-memory-behind"),
        pytest.param(["mv", "/out", "/tmp/out"], id="move-a-folder"),
        pytest.param(["ls", "/proc/self/"], id="see-processes"),
        pytest.param(["unshare", "--user", "true"], id="open-a-namespace"),
        pytest.param(["mount", "-t", "tmpfs", "none", "/tmp"], id="mount"),
        pytest.param(["dd", "if=/dev/zero", "of=/dev/null", "bs=600M", "count=1"], id="take-600-MiB"),
        pytest.param(["dd", "if=/dev/zero", "of=/out/big", "bs=2M", "count=1"], id="write-2-MiB"),
        pytest.param(["dd", "if=/dev/zero", "of=/tmp/big", "bs=20M", "count=1"], id="fill-its-tmp"),
    ],
)
def test_a_tool_cannot(sandbox: Sandbox, source: Path, output: Path, argv: list[str]) -> None:
    # Programs of which the walls are made complain in the walls' own words.
    with pytest.raises((ToolFailed, SandboxUnavailable)):
        sandbox.run(argv, source=source, output=output, limits=LIMITS)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that is not in `/usr`."""
    folder = tmp_path / "programs"
    folder.mkdir()
    shutil.copy("/usr/bin/cat", folder / "cat")
    return folder


def test_a_folder_of_programs_is_seen_where_it_is_given(
    sandbox: Sandbox, source: Path, output: Path, programs: Path
) -> None:
    argv = [str(programs / "cat"), "/in/src"]

    answer = sandbox.run(argv, source=source, output=output, limits=LIMITS, programs=[programs])

    assert answer.stdout == b"mine"


def test_a_folder_of_programs_is_not_seen_where_it_is_not_given(
    sandbox: Sandbox, source: Path, output: Path, programs: Path
) -> None:
    with pytest.raises((ToolFailed, SandboxUnavailable)):
        sandbox.run([str(programs / "cat"), "/in/src"], source=source, output=output, limits=LIMITS)


def test_a_tool_cannot_change_a_folder_of_programs(sandbox: Sandbox, output: Path, programs: Path) -> None:
    with pytest.raises(ToolFailed, match=REFUSED):
        sandbox.run(["rm", str(programs / "cat")], source=None, output=output, limits=LIMITS, programs=[programs])


def test_a_tool_cannot_read_a_neighbours_clip(sandbox: Sandbox, source: Path, output: Path) -> None:
    neighbour = source.with_name("other-customer.mp4")
    neighbour.write_text("theirs")

    with pytest.raises(ToolFailed, match=REFUSED):
        sandbox.run(["cat", str(neighbour)], source=source, output=output, limits=LIMITS)


def test_a_tool_cannot_follow_a_link_it_made(sandbox: Sandbox, source: Path, output: Path) -> None:
    (output / "way-out").symlink_to(source.parent)

    with pytest.raises(ToolFailed):
        sandbox.run(["cat", "/out/way-out/mine.mp4"], source=None, output=output, limits=LIMITS)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("ln -s /etc/passwd /out/still-01.jpg", id="link"),
        pytest.param("mkfifo /out/review.mp4", id="pipe"),
        pytest.param("mkdir /out/folder", id="folder"),
    ],
)
def test_a_tool_leaves_nothing_but_files(sandbox: Sandbox, output: Path, command: str) -> None:
    with pytest.raises(ToolFailed, match=f"not a file of its own|{REFUSED}"):
        sandbox.run(["sh", "-c", f"exec {command}"], source=None, output=output, limits=LIMITS)


def test_a_link_is_no_input(sandbox: Sandbox, source: Path, output: Path) -> None:
    link = source.parent / "link.mp4"
    link.symlink_to(source)

    with pytest.raises(ToolFailed, match="the input is a link"):
        sandbox.run(["cat", "/in/src"], source=link, output=output, limits=LIMITS)


def test_many_files_are_no_way_around_the_limit(sandbox: Sandbox, output: Path) -> None:
    for number in range(3):
        (output / f"earlier-{number}").write_bytes(b"x" * (LIMITS.output_bytes // 2))

    with pytest.raises(ToolFailed, match="left 3 files"):
        sandbox.run(["true"], source=None, output=output, limits=LIMITS)


@pytest.mark.parametrize("place", ["/dev/x", "/dev/shm/x"])
def test_there_is_no_memory_to_fill_outside_the_limit(sandbox: Sandbox, output: Path, place: str) -> None:
    with pytest.raises(ToolFailed, match=REFUSED):
        sandbox.run(["dd", "if=/dev/zero", f"of={place}", "count=1"], source=None, output=output, limits=LIMITS)


@pytest.mark.parametrize("scheme", ["tcp", "http", "udp"])
def test_a_tool_cannot_call_this_machine(sandbox: Sandbox, output: Path, server: socket.socket, scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"

    with pytest.raises(ToolFailed):
        sandbox.run(["ffprobe", "-v", "error", url], source=None, output=output, limits=LIMITS)

    with pytest.raises(BlockingIOError):
        server.accept()


def test_a_tool_sees_no_secret_of_ours(sandbox: Sandbox, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_SECRET_KEY", "hunter2")

    answer = sandbox.run(["env"], source=None, output=output, limits=LIMITS)

    assert b"hunter2" not in answer.stdout


def test_a_tool_has_threads(sandbox: Sandbox, output: Path) -> None:
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-threads", "4", "-c:v", "libx264"]

    sandbox.run([*argv, "/out/made.mp4"], source=None, output=output, limits=LIMITS)

    assert (output / "made.mp4").stat().st_size > 0


def test_a_failure_says_what_the_tool_said(sandbox: Sandbox, output: Path) -> None:
    with pytest.raises(ToolFailed, match=r"sh ended with 3: no such luck"):
        sandbox.run(["sh", "-c", "echo no such luck >&2; exit 3"], source=None, output=output, limits=LIMITS)


def test_a_tool_that_hangs_is_ended_at_its_deadline(sandbox: Sandbox, output: Path) -> None:
    started_at = time.monotonic()

    with pytest.raises(ToolTimedOut):
        sandbox.run(["sleep", "60"], source=None, output=output, limits=BRIEF)

    assert time.monotonic() - started_at < 3


def test_what_each_run_took_is_told_whatever_its_end(sandbox: Sandbox, output: Path) -> None:
    told: list[ToolRun] = []
    telling = sandbox.widened(1, tell=told.append)
    greedy = ["dd", "if=/dev/urandom", "of=/dev/null", "bs=100M"]

    telling.run(["sh", "-c", "exit 0"], source=None, output=output, limits=LIMITS)
    with pytest.raises(ToolFailed):
        telling.run(["sh", "-c", "exit 3"], source=None, output=output, limits=LIMITS)
    with pytest.raises(ToolTimedOut):
        telling.run(greedy, source=None, output=output, limits=replace(LIMITS, timeout_s=2))

    assert [(run.tool, run.exit_code) for run in told] == [("sh", 0), ("sh", 3), ("dd", None)]
    assert told[2].duration_s >= 2
    assert (told[2].peak_memory_bytes or 0) > 100 * MEBIBYTE * 0.95


def test_a_tool_that_closed_its_pipes_is_ended_too(sandbox: Sandbox, output: Path) -> None:
    with pytest.raises(ToolTimedOut):
        sandbox.run(["sh", "-c", "exec >&- 2>&-; exec sleep 60"], source=None, output=output, limits=BRIEF)


def test_a_tool_that_burns_its_processor_time_is_ended(sandbox: Sandbox, output: Path) -> None:
    limits = Limits(timeout_s=30, cpu_s=1, memory_bytes=512 * MEBIBYTE, output_bytes=MEBIBYTE)

    with pytest.raises(ToolFailed, match=r"ended with 1[35]"):
        sandbox.run(["sh", "-c", "while :; do :; done"], source=None, output=output, limits=limits)


def test_a_tool_may_take_as_many_times_more_as_it_is_granted(sandbox: Sandbox, output: Path) -> None:
    argv = ["sh", "-c", "ulimit -t; ulimit -v; ulimit -f"]

    said = [
        walls.run(argv, source=None, output=output, limits=LIMITS).stdout for walls in (sandbox, sandbox.widened(4))
    ]

    usual, granted = ([int(figure) for figure in answer.split()] for answer in said)
    assert granted == [4 * usual[0], 4 * usual[1], usual[2]]


def test_no_tool_is_waited_for_longer_than_a_task_may_last() -> None:
    long = replace(LIMITS, timeout_s=1800)

    assert (LIMITS.times(4).timeout_s, long.times(4).timeout_s) == (80, 3000)


def test_a_tool_that_never_stops_talking_is_ended(sandbox: Sandbox, output: Path) -> None:
    with pytest.raises(ToolFailed, match=str(MAX_STDOUT_BYTES)):
        sandbox.run(["yes"], source=None, output=output, limits=LIMITS)


def test_a_tool_may_talk_on_stderr_for_ever_in_bounded_memory(sandbox: Sandbox, output: Path) -> None:
    argv = ["sh", "-c", "exec >&2; i=0; while [ $i -lt 100000 ]; do echo line $i; i=$((i+1)); done"]

    answer = sandbox.run(argv, source=None, output=output, limits=LIMITS)

    assert answer.stderr.endswith("line 99999\n")
    assert len(answer.stderr) <= 64 * 1024


def test_what_a_tool_writes_is_handed_on_in_chunks(sandbox: Sandbox, output: Path) -> None:
    sizes: list[int] = []

    argv = ["dd", "if=/dev/zero", "bs=1M", "count=40", "status=none"]
    sandbox.stream(argv, source=None, output=output, limits=LIMITS, consume=lambda chunk: sizes.append(len(chunk)))

    assert (sum(sizes), max(sizes) <= MEBIBYTE) == (40 * MEBIBYTE, True)


def test_a_tool_whose_consumer_fails_is_ended(sandbox: Sandbox, output: Path) -> None:
    def refuse(_: bytes) -> None:
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        sandbox.stream(["yes"], source=None, output=output, limits=LIMITS, consume=refuse)


def test_a_tool_that_hangs_is_ended_by_whoever_watches_it(sandbox: Sandbox, output: Path) -> None:
    nap = "61.7"

    def give_up() -> None:
        if is_running("sleep", nap):
            raise ToolTimedOut("it hangs")

    with pytest.raises(ToolTimedOut, match="it hangs"):
        sandbox.stream(["sleep", nap], source=None, output=output, limits=LIMITS, consume=lambda _: None, watch=give_up)

    assert wait_until(lambda: not is_running("sleep", nap))


def test_a_lost_lease_stops_the_tool_within_half_a_second(sandbox: Sandbox, output: Path) -> None:
    stop = threading.Event()
    lost_at: list[float] = []

    def lose() -> None:
        lost_at.append(time.monotonic())
        stop.set()

    threading.Timer(0.3, lose).start()
    with pytest.raises(LeaseLost):
        sandbox.run(["sleep", "60"], source=None, output=output, limits=LIMITS, stop=stop)

    assert time.monotonic() - lost_at[0] < 0.5


@pytest.mark.parametrize(
    ("level", "delay_s"),
    [
        *((Level.LANDLOCK, delay_s) for delay_s in (0.0, 0.004, 0.016, 0.5)),
        # Between them lies the moment in which `unshare` has a child that does not know yet whom to follow.
        *((Level.BUBBLEWRAP, delay_s) for delay_s in (0.0, 0.5)),
    ],
)
def test_nothing_outlives_a_worker_that_is_killed(tmp_path: Path, level: Level, delay_s: float) -> None:
    nap = f"{600 + os.getpid()}.{int(delay_s * 1000)}5"
    argv = [sys.executable, "-c", textwrap.dedent(A_WORKER), tmp_path, nap, level]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(delay_s)
        worker.send_signal(signal.SIGKILL)

    ended = wait_until(lambda: not is_running("sleep", nap))
    end_leftovers(nap)
    assert ended


def test_no_sandbox_without_its_programs() -> None:
    with pytest.raises(SandboxUnavailable, match=r"bubblewrap: .*no-such-program.*landlock: .*no-such-program"):
        Sandbox.tested(needed=("no-such-program",))


def test_the_strongest_walls_that_hold_are_taken() -> None:
    assert Sandbox.tested().level is Level.BUBBLEWRAP


@pytest.mark.parametrize(
    ("levels", "answer"),
    [
        pytest.param(tuple(Level), "landlock", id="the-next-best"),
        pytest.param((Level.BUBBLEWRAP,), "none", id="fails-closed"),
    ],
)
def test_where_namespaces_are_closed(levels: tuple[Level, ...], answer: str) -> None:
    # In a user namespace of its own this machine's rules can be made as strict as a container's.
    closed = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    argv = [
        "unshare",
        "--user",
        "--map-root-user",
        "sh",
        "-c",
        closed,
        "sh",
        sys.executable,
        "-c",
        WHICH_LEVEL,
        *levels,
    ]

    said = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])

    assert said.stdout.strip() == answer


def test_where_a_container_has_few_processes() -> None:
    # There the numbers of the walls' processes are nobody's; on a whole machine they mostly are somebody's.
    world = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"]
    few = f"import subprocess; [subprocess.run('true') for _ in range(9)]\n{WHICH_LEVEL}"
    command = [*world, sys.executable, "-c", few, Level.BUBBLEWRAP]

    level = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert level == Level.BUBBLEWRAP


def test_no_walls_are_no_sandbox() -> None:
    with pytest.raises(SandboxUnavailable):
        Sandbox.tested(levels=[])


@pytest.mark.parametrize("walls", [Namespaces(), Landlock()], ids=lambda walls: str(walls.level))
def test_walls_that_cannot_be_built_are_not_the_files_fault(walls: Walls, output: Path) -> None:
    sandbox = Sandbox(walls=walls, seccomp_filter=b"no program")

    with pytest.raises(SandboxUnavailable, match="seccomp"):
        sandbox.run(["true"], source=None, output=output, limits=LIMITS)


def is_running(*command: str) -> bool:
    wanted = b"\x00".join(word.encode() for word in command) + b"\x00"
    return any(command_of(entry) == wanted for entry in Path("/proc").glob("[0-9]*"))


def end_leftovers(word: str) -> None:
    for entry in Path("/proc").glob("[0-9]*"):
        if word.encode() in command_of(entry) and entry.name != str(os.getpid()):
            os.kill(int(entry.name), signal.SIGKILL)


def command_of(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def wait_until(is_so: object, *, timeout_s: float = 5) -> bool:
    assert callable(is_so)
    ends_at = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.02)
    return True
