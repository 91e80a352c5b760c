"""One copy of the service on this machine: files, secrets, ports, containers and volumes of its own."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import requests

from deploy.drill.engine import CommandFailed, Compose, forget_images
from deploy.drill.steps import until
from tests.servers import PROJECT, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import EmailMessage

PARTS: Final = ("database", "bucket", "free_space", "redis", "dispatcher", "workers", "sandbox")
"""What `/_ready` tells of."""

_IN_THE_IMAGES: Final = ("Dockerfile", "docker-compose.yml", "requirements", "templates", "intake", "workers")

MODERATOR: Final = "lucia@example.org"
_START_PATIENCE_S: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A copy of the service.

    Attributes:
        folder: Where its files lie, as after a clone.
        url: Of its pages, through the proxy.
        password: The moderator's.
    """

    folder: Path
    compose: Compose
    url: str
    password: str

    def ready(self) -> dict[str, Any]:
        """Ask how every part is; where nobody answers, nothing is known."""
        try:
            answer = requests.get(f"{self.url}/_ready", timeout=10)
            parts: dict[str, Any] = answer.json()
        except requests.RequestException as error:
            return {"proxy": type(error).__name__}
        return parts

    def is_whole(self) -> dict[str, Any]:
        """Wait until every part is well, and return what `/_ready` says then.

        Raises:
            Unmet: One of them is not.
        """
        return until(self.ready, _is_whole, expected="/_ready says ok of every part", patience_s=_START_PATIENCE_S)

    def has_a_moderator(self) -> str:
        """Let somebody log in who may decide; return what the command answers."""
        command = ("intake", "staff", "add", MODERATOR, "--role", "admin", "--password-stdin")
        return self.compose.inside("web", *command, typed=f"{self.password}\n").strip()

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Return the mails to somebody, which the quick worker keeps where no mail server is named."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                self.compose.fetch("worker-quick", "/data/mail", Path(folder) / "mail")
            except CommandFailed:
                # No mail was kept yet.
                return []
            messages = [
                message_from_bytes(path.read_bytes(), policy=policy.default) for path in Path(folder).rglob("*.eml")
            ]
        return [message for message in messages if address in str(message["To"])]

    def dead_jobs(self) -> list[str]:
        """List the background jobs that were given up."""
        return [
            line for line in self.compose.inside("web", "intake", "jobs", "list").splitlines() if "\tdead\t" in line
        ]

    def secret(self, name: str) -> str:
        """Return one of the secrets that were made for it."""
        return (self.folder / "deploy" / "secrets" / name).read_text(encoding="utf-8").strip()

    def keeps_secrets(self, secrets_: Mapping[str, str]) -> None:
        """Write what an operator was given by others into the files for it."""
        for name, secret in secrets_.items():
            (self.folder / "deploy" / "secrets" / name).write_text(secret, encoding="utf-8")

    def becomes(self, commit: str | None) -> None:
        """Have other files, as after `git pull`; the secrets stay, and those that are new are made."""
        for path in self.folder.iterdir():
            if path.name != "deploy":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        lay_out(self.folder, commit)
        make_secrets(self.folder)


@dataclass(frozen=True, kw_only=True)
class Site:
    """What all installations of one run of the drill share.

    Attributes:
        name: By which everything it makes is known to the engine.
    """

    name: str
    folder: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Take a name that no other run has."""
        return cls(name=f"drill-{secrets.token_hex(3)}", folder=folder)

    @contextmanager
    def installation(
        self, name: str, *, commit: str | None = None, settings: Mapping[str, str] | None = None
    ) -> Iterator[Installation]:
        """Lay out an installation with nothing in it, and take all of it away in the end.

        Args:
            name: One word, which no other installation of this run has.
            commit: Whose files it has; the working tree's where none is named.
            settings: What an operator would write into `.env` beside what each installation here has.
        """
        folder = self.folder / name
        folder.mkdir()
        lay_out(folder, commit)
        make_secrets(folder)
        pages, media = free_port(), free_port()
        chosen = {
            # Not by name: to a browser `localhost` may be ::1 first.
            "HTTP_PORT": f"127.0.0.1:{pages}",
            "MEDIA_PORT": f"127.0.0.1:{media}",
            "PUBLIC_URL": f"http://127.0.0.1:{pages}",
            "S3_PUBLIC_URL": f"http://127.0.0.1:{media}",
            "CREATE_PER_HOUR": "100000",
            "TAG": f"{self.name}-{name}",
            **(settings or {}),
        }
        compose = Compose(folder, f"{self.name}-{name}", chosen)
        try:
            yield Installation(
                folder=folder, compose=compose, url=chosen["PUBLIC_URL"], password=secrets.token_urlsafe(16)
            )
        finally:
            made_here = [image for image in compose.images() if chosen["TAG"] in image]
            compose.down()
            forget_images(made_here)


def commit_before() -> str:
    """Return the commit before the last one that changed what the images hold: the newest to upgrade from.

    Raises:
        CommandFailed: There is none.
    """
    argv = ["git", "log", "-1", "--format=%h", "--", *_IN_THE_IMAGES]
    last = subprocess.run(argv, cwd=PROJECT, capture_output=True, text=True, check=False).stdout.strip()
    if not last:
        raise CommandFailed("git knows no commit to upgrade from; name one by FROM_COMMIT")
    return f"{last}~1"


def make_secrets(folder: Path) -> None:
    """Make the secrets that are missing, as operators are told to."""
    subprocess.run(["sh", "deploy/make-secrets.sh"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def lay_out(folder: Path, commit: str | None) -> None:
    """Put a version's files into *folder*.

    Args:
        commit: The working tree as it stands, what is new and not ignored included, where none is named.

    Raises:
        CommandFailed: There is no such commit.
    """
    if commit is not None:
        archive = subprocess.run(["git", "archive", commit], cwd=PROJECT, capture_output=True, check=False)
        if archive.returncode != 0:
            raise CommandFailed(f"git knows no commit {commit}: {archive.stderr.decode().strip()}")
        subprocess.run(["tar", "--extract"], cwd=folder, input=archive.stdout, check=True)
        return
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        # What was deleted and not committed yet is still listed.
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


def _is_whole(parts: dict[str, Any]) -> bool:
    return all(parts.get(part) == "ok" for part in PARTS)
