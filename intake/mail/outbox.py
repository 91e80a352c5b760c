"""The only place that keeps mails in a folder: what the embedded set-up does with them instead of sending them."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.domain.errors import MailUnavailable, NotFound
from intake.mail.letters import id_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

KEPT: Final = 500
"""How many mails the folder keeps: it stands in for a mailbox, and nobody empties it."""

_NAME: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class KeptMail:
    """A mail in the folder, and the name it has there."""

    name: str
    message: EmailMessage


class Outbox:
    """Keeps each mail as a file, readable by its owner alone: mails hold secret links.

    A mail that comes twice replaces its file. Killed while writing, nothing that ends in `.eml` is half there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Keep a mail; see `Mailer`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(id_of(message), message.as_bytes())
            self._forget_old()
        except OSError as error:
            raise MailUnavailable(f"the folder for mails: {error.strerror}") from error

    def mails(self) -> Iterator[KeptMail]:
        """Return what is kept, newest first."""
        for path in self._newest_first():
            yield self.read(path.stem)

    def read(self, untrusted_name: str) -> KeptMail:
        """Return the mail kept under this name.

        Raises:
            NotFound: There is none.
        """
        if not _NAME.fullmatch(untrusted_name):
            raise NotFound("mail")
        try:
            content = self._path(untrusted_name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("mail") from error
        return KeptMail(name=untrusted_name, message=message_from_bytes(content, policy=policy.default))

    def _write(self, name: str, content: bytes) -> None:
        handle, temporary = tempfile.mkstemp(prefix=f"{name}.", suffix=".part", dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        Path(temporary).replace(self._path(name))
        # What a killed attempt left of the same mail.
        for stray in self._folder.glob(f"{name}.*.part"):
            stray.unlink(missing_ok=True)

    def _forget_old(self) -> None:
        for path in self._newest_first()[KEPT:]:
            path.unlink(missing_ok=True)

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"
