"""What every mailer promises, tried on the real ones and on the fake that other tests use."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from intake.domain.errors import MailRefused, MailUnavailable
from intake.mail.outbox import Outbox
from tests.builders import a_mail
from tests.fakes.mailer import MemoryMailer
from tests.mail_server import MailServer, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from intake.mail.mailer import Mailer


class ByServer:
    """The real thing, and a real server."""

    def __init__(self, _folder: Path) -> None:
        self._server = MailServer()
        self.mailer: Mailer = self._server.mailer()

    @contextmanager
    def answering(self) -> Iterator[None]:
        with running(self._server):
            yield

    @contextmanager
    def refusing(self) -> Iterator[None]:
        self._server.on_recipient = "550 5.1.1 <anna.rossi@example.org>: user unknown"
        with running(self._server):
            yield

    def taken(self) -> list[EmailMessage]:
        return self._server.taken


class ByFolder:
    """The folder of the embedded set-up; it is down while something else is in its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "mail"
        self._folder.write_text("in the way", encoding="utf-8")
        self._outbox = Outbox(self._folder)
        self.mailer: Mailer = self._outbox

    @contextmanager
    def answering(self) -> Iterator[None]:
        self._folder.unlink()
        yield

    def taken(self) -> list[EmailMessage]:
        return [kept.message for kept in self._outbox.mails()]


class InMemory:
    """The fake."""

    def __init__(self, _folder: Path) -> None:
        self._fake = MemoryMailer()
        self._fake.is_down = True
        self.mailer: Mailer = self._fake

    @contextmanager
    def answering(self) -> Iterator[None]:
        self._fake.is_down = False
        yield

    @contextmanager
    def refusing(self) -> Iterator[None]:
        self._fake.is_down, self._fake.refuses = False, True
        yield

    def taken(self) -> list[EmailMessage]:
        return self._fake.sent


def words_of(mail: EmailMessage) -> list[str]:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).splitlines()


EVERY = pytest.mark.parametrize("kind", [ByServer, ByFolder, InMemory])


@EVERY
def test_a_mail_that_was_taken_is_there_as_it_was_written(
    kind: Callable[[Path], ByServer | ByFolder | InMemory], tmp_path: Path
) -> None:
    post, mail = kind(tmp_path), a_mail()

    with post.answering():
        post.mailer.send(mail)

    [taken] = post.taken()
    assert (taken["Message-ID"], taken["Subject"]) == (mail["Message-ID"], mail["Subject"])
    assert words_of(taken) == words_of(mail) == ["Ciao Anna,", "", "è arrivato."]


@EVERY
def test_what_cannot_be_taken_now_can_be_taken_later(
    kind: Callable[[Path], ByServer | ByFolder | InMemory], tmp_path: Path
) -> None:
    post = kind(tmp_path)

    with pytest.raises(MailUnavailable):
        post.mailer.send(a_mail())


@pytest.mark.parametrize("kind", [ByServer, InMemory])
def test_what_will_never_be_taken_is_said_without_the_address(
    kind: Callable[[Path], ByServer | InMemory], tmp_path: Path
) -> None:
    post = kind(tmp_path)

    with post.refusing(), pytest.raises(MailRefused) as refusal:
        post.mailer.send(a_mail())

    assert str(refusal.value) == "recipient: 550 5.1.1"
    assert post.taken() == []
