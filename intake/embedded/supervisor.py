"""The only place that starts the Procfile's processes, and that stops every one of them."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import honcho.manager
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

STOP_WAIT_S: Final = 20
"""How long the processes may take to stop before they are killed.

The storage server takes up to 5 s, and what it holds must reach the disk; honcho's own limit is 5 s.
"""


def run_processes(procfile: Path, *, environ: Mapping[str, str], without: Collection[str] = ()) -> int:
    """Run every process of *procfile* but those *without*, until a signal comes or one of them ends.

    Returns:
        What to exit with: 0 after a signal, otherwise not 0.
    """
    honcho.manager.KILL_WAIT = STOP_WAIT_S
    supervisor = _Supervisor(Printer(_Unbuffered(sys.stdout.fileno())))
    for name, command in parse_procfile(procfile.read_text(encoding="utf-8")).processes.items():
        if name not in without:
            supervisor.add_process(name, command, env=dict(environ), cwd=str(procfile.parent))
    # A closed terminal is a reason to stop, not to leave the processes behind.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        supervisor.loop()
    finally:
        supervisor.kill_leftovers()
    return supervisor.exit_code()


class _Unbuffered:
    """A file that may be written to in the middle of being written to.

    The signal handler of honcho says that a signal came. Python's own files refuse that where a line is being written.
    """

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno

    def write(self, text: str) -> None:
        """Write all of *text* at once."""
        remaining = text.encode()
        while remaining:
            remaining = remaining[os.write(self._fileno, remaining) :]

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def isatty(self) -> bool:
        """Tell whether people watch."""
        return os.isatty(self._fileno)


class _Supervisor(Manager):  # type: ignore[misc]  # honcho ships no types
    """honcho's manager, which also knows who ended first and survives a signal while it still starts processes."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        self._ended_alone: list[str] = []
        self._stop_was_asked = False

    def terminate(self) -> None:
        """Ask every process to stop; remember which ones had ended by then."""
        if not super()._all_started():
            # honcho would stumble over a process whose id it does not know yet; see _all_started.
            self._stop_was_asked = True
            return
        if not self._terminating and not self._stop_was_asked:
            self._ended_alone = [name for name, process in self._processes.items() if "returncode" in process]
        super().terminate()

    def kill_leftovers(self) -> None:
        """Kill what is left of each process's group: children whose parent ended before them."""
        for process in self._processes.values():
            if (pid := process.get("pid")) is not None:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)

    def exit_code(self) -> int:
        """Say how it ended, and give the matching exit code."""
        if not self._ended_alone:
            print("Stopped; nothing is left running.", flush=True)
            return 0
        names = ", ".join(self._ended_alone)
        print(f"“{names}” ended by itself, so everything was stopped. Its last lines above say why.", file=sys.stderr)
        return int(self.returncode or 1)

    def _all_started(self) -> bool:
        started = bool(super()._all_started())
        if started and self._stop_was_asked:
            super().terminate()
        return started
