"""The only place that runs docker: whatever engine answers to that name here."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BUILD_PATIENCE_S: Final = 3600.0
"""An image is built from nothing on a slow line and a slow machine; all else takes minutes at most."""

_LAST_LINES: Final = 12
_NOT_OURS: Final = ("COMPOSE_", "HTTP_PORT", "MEDIA_PORT")
"""What the person at the keyboard may have set for an installation of their own."""


class NoEngine(Exception):
    """There is nothing here that could run a container."""


class CommandFailed(Exception):
    """A command of docker's did not end well; its last lines are in the sentence."""


def require_engine() -> str:
    """Return what answers here, by name and version.

    Raises:
        NoEngine: The program is missing, no server answers it, or it knows nothing of compose.
    """
    try:
        server = _run(["docker", "version", "--format", "{{.Server.Version}}"], timeout_s=30)
        compose = _run(["docker", "compose", "version", "--short"], timeout_s=30)
    except (CommandFailed, OSError) as error:
        raise NoEngine(
            f"This needs a container engine, and none answers here.\n  {error}\n"
            "Install Docker with its compose plugin (https://docs.docker.com/engine/install/) and start it, or say by "
            "DOCKER_HOST where one runs."
        ) from error
    return f"engine {server.strip()}, compose {compose.strip()}"


class Compose:
    """One project of compose: its containers, networks and volumes.

    Attributes:
        project: By which the engine tells it from others.
    """

    def __init__(self, folder: Path, project: str, settings: Mapping[str, str]) -> None:
        self.project = project
        self._folder = folder
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
        self._environ = {**inherited, **settings}
        # A file of settings that lies about is the person's own, and not for us.
        self._argv = ["docker", "compose", "--project-name", project, "--env-file", os.devnull]

    def build(self) -> None:
        """Build what is built here."""
        self._compose("--progress", "plain", "build", timeout_s=_BUILD_PATIENCE_S)

    def up(self) -> None:
        """Start what does not run, and replace what is not as the files say; build what has no image."""
        self._compose("up", "--detach", "--remove-orphans", timeout_s=_BUILD_PATIENCE_S)

    def up_only(self, *services: str) -> None:
        """Start these services alone and wait until they are healthy."""
        self._compose("up", "--detach", "--no-deps", "--wait", *services)

    def upgrade(self) -> None:
        """Do what an operator does with newer files."""
        self._compose("--progress", "plain", "up", "--detach", "--build", timeout_s=_BUILD_PATIENCE_S)

    def stop(self, *services: str) -> None:
        """Stop services politely."""
        self._compose("stop", *services)

    def start(self, service: str) -> None:
        """Start a container that was stopped or killed, and nothing else."""
        _run(["docker", "start", self._container(service)])

    def kill(self, service: str) -> None:
        """Kill a container as a machine does that loses its power; no policy restarts it."""
        _run(["docker", "kill", self._container(service)])

    def crash(self, service: str) -> None:
        """Kill all that runs in a container, from within: to the engine it ended by itself."""
        # The shell that asks goes down with the rest: how it ends says nothing.
        argv = [*self._argv, "exec", "--no-TTY", service, "sh", "-c", "kill -9 -1"]
        subprocess.run(argv, cwd=self._folder, env=self._environ, capture_output=True, timeout=60, check=False)

    def containers(self) -> set[str]:
        """Return the ids of all containers there are."""
        return set(self._compose("ps", "--all", "--quiet").split())

    def services(self) -> set[str]:
        """Name the services that have a container."""
        return set(self._compose("ps", "--all", "--format", "{{.Service}}").split())

    def restarts(self, service: str) -> int:
        """How often the engine has started a container again by itself."""
        return int(self._inspect(service, "{{.RestartCount}}"))

    def is_running(self, service: str) -> bool:
        """Whether a container runs."""
        return self._inspect(service, "{{.State.Running}}") == "true"

    def inside(self, service: str, *argv: str, typed: str = "") -> str:
        """Run a command in a running container and return what it wrote."""
        return self._compose("exec", "--no-TTY", service, *argv, typed=typed)

    def once(self, service: str, *argv: str, folder: Path | None = None, at: str = "/backup") -> str:
        """Run a command in a new container of a service, which is gone afterwards; *folder* is at *at* in it."""
        mounted = ["--volume", f"{folder}:{at}"] if folder else []
        return self._compose("run", "--rm", "--no-deps", "--no-TTY", *mounted, service, *argv)

    def fetch(self, service: str, path: str, folder: Path) -> None:
        """Copy a folder out of a container."""
        self._compose("cp", f"{service}:{path}", str(folder))

    def last_words(self, service: str) -> str:
        """Return the last lines of a service's log."""
        try:
            return self._compose("logs", "--no-color", "--no-log-prefix", "--tail", str(_LAST_LINES), service)
        except CommandFailed as error:
            return str(error)

    def images(self) -> list[str]:
        """Name the images of all services."""
        return sorted(set(self._compose("config", "--images").split()))

    def down(self) -> None:
        """Take everything away: containers, networks, and the volumes with all that is in them."""
        self._compose("down", "--volumes", "--remove-orphans", "--timeout", "5")

    def _container(self, service: str) -> str:
        found = self._compose("ps", "--all", "--quiet", service).split()
        if not found:
            raise CommandFailed(f"there is no container of {service}")
        return found[0]

    def _inspect(self, service: str, what: str) -> str:
        return _run(["docker", "inspect", "--format", what, self._container(service)]).strip()

    def _compose(self, *words: str, typed: str = "", timeout_s: float = 600) -> str:
        return _run([*self._argv, *words], cwd=self._folder, environ=self._environ, typed=typed, timeout_s=timeout_s)


def bridge_address() -> str:
    """Return the address of this machine by which containers reach it; browsers here do, too.

    Raises:
        CommandFailed: The engine has no bridge of its own.
    """
    return _run(["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]).strip()


def forget_images(names: list[str]) -> None:
    """Delete images that nothing uses any more; what is not there is gone already."""
    subprocess.run(["docker", "image", "rm", *names], capture_output=True, timeout=120, check=False)


def _run(
    argv: list[str],
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    typed: str = "",
    timeout_s: float = 600,
) -> str:
    try:
        ended = subprocess.run(
            argv, cwd=cwd, env=environ, input=typed, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{' '.join(argv[:8])} … had not ended after {timeout_s:.0f} s") from error
    if ended.returncode != 0:
        said = "\n".join((ended.stderr or ended.stdout).strip().splitlines()[-_LAST_LINES:])
        raise CommandFailed(f"{' '.join(argv)} ended with {ended.returncode}:\n{said}")
    return ended.stdout
