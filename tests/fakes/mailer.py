"""A mailer in memory. `tests/integration/mail/test_mailer_contract.py` holds it to what the real ones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.domain.errors import MailRefused, MailUnavailable

if TYPE_CHECKING:
    from email.message import EmailMessage


class MemoryMailer:
    """Keeps what it takes; `is_down` makes it answer like a server that is gone, `refuses` like one that will never."""

    def __init__(self) -> None:
        self.is_down = False
        self.refuses = False
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        if self.is_down:
            raise MailUnavailable("no connection: ConnectionRefusedError")
        if self.refuses:
            raise MailRefused("recipient: 550 5.1.1")
        self.sent.append(message)
