"""Start the whole system on this machine: `python -m intake.embedded`, which `make run` calls."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.embedded import ports
from intake.embedded.credentials import STORAGE_CONFIG, first_moderator, keep_secrets
from intake.embedded.errors import CannotStartError
from intake.embedded.supervisor import run_processes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

PROJECT: Final = Path(__file__).resolve().parents[2]
FOLDERS: Final = ("run", "redis", "storage", "work")


def main(arguments: list[str] | None = None) -> int:
    """Prepare the data folder, then run every process until somebody stops it."""
    parser = argparse.ArgumentParser(prog="python -m intake.embedded", description="The whole system on this machine.")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="leave out a Procfile process")
    without = set(parser.parse_args(arguments).without)
    # What people send is under the data folder: nobody else on this machine reads any of it.
    os.umask(0o077)
    try:
        return _start(os.environ, without)
    except CannotStartError as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before anything was started.", file=sys.stderr)
        return 1


def _start(given: Mapping[str, str], without: set[str]) -> int:
    data_dir = Path(given.get("DATA_DIR") or "var").absolute()
    with _only_copy(data_dir):
        environ = _environment(given, data_dir)
        # A server that somebody else runs is not started again.
        theirs = {name for name, setting in _SERVERS.items() if _is_given(setting, given)}
        _say(f"Data folder {data_dir}; pages on {environ['PUBLIC_URL']}; storage on {environ['S3_PUBLIC_URL']}.")
        _say("Bringing the database up to date and loading the calls.")
        _run(["intake", "database"], environ)
        if first_moderator(data_dir, environ):
            _say("Created the first moderator.")
        _say("Starting every process; Ctrl-C stops them all.")
        return run_processes(PROJECT / "Procfile", environ=environ, without=without | theirs)


_SERVERS: Final = {"redis": "REDIS_URL", "storage": "S3_ENDPOINT_URL"}


def _only_copy(data_dir: Path) -> TextIO:
    """Make the data folder and keep a second copy out of it.

    The processes' guardians inherit the lock, so that it also holds while a killed copy's processes are still alive.

    Raises:
        CannotStartError: Another copy runs on this data folder.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FOLDERS:
        (data_dir / name).mkdir(mode=0o700, exist_ok=True)
    lock = (data_dir / "run" / "lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStartError(
            f"another copy is running on {data_dir}. Stop it, or choose another folder: DATA_DIR=… make run"
        ) from None
    return lock


def _environment(given: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    """Build the settings of every process, and leave them in `run/` for commands typed in another terminal."""
    port = ports.chosen_web_port(given.get("PORT"))
    redis_port = ports.next_free_port(ports.REDIS_PORT)
    shift = ports.storage_port_shift()
    found = {
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{ports.DOOR_PORT + shift}",
    }
    found |= {name: given[name] for name in found if given.get(name)}
    ours = f"http://127.0.0.1:{ports.S3_PORT + shift}"
    found["S3_PUBLIC_URL"] = given.get("S3_PUBLIC_URL") or given.get("S3_ENDPOINT_URL") or ours
    for name, value in found.items():
        (data_dir / "run" / name).write_text(f"{value}\n", encoding="utf-8")
    secrets = keep_secrets(data_dir / "secrets")
    kept = {f"{name}_FILE": str(path) for name, path in secrets.items() if not _is_given(name, given)}
    servers = {
        "REDIS_PORT": str(redis_port),
        "STORAGE_PORT_SHIFT": str(shift),
        "STORAGE_DIR": str(data_dir / "storage"),
        "STORAGE_CONFIG_DIR": str(data_dir / "secrets" / STORAGE_CONFIG),
    }
    path = f"{Path(sys.executable).parent}:{given.get('PATH', os.defpath)}"
    fixed = {"DATA_DIR": str(data_dir), "PATH": path, "PYTHONUNBUFFERED": "1"}
    return {**kept, **given, **found, **servers, **fixed}


def _is_given(name: str, given: Mapping[str, str]) -> bool:
    return bool(given.get(name) or given.get(f"{name}_FILE"))


def _run(command: list[str], environ: Mapping[str, str]) -> None:
    if subprocess.run(command, env=environ, cwd=PROJECT, check=False).returncode != 0:
        raise CannotStartError(f"“{' '.join(command)}” failed; the reason is above.")


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
