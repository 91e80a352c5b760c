"""What everybody who takes our mails promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from email.message import EmailMessage


class Mailer(Protocol):
    """Takes a mail and answers for it from then on.

    Guaranteed: after `send` the mail is no longer ours to lose. Not promised: that nobody gets it twice. Whoever is
    killed between the other side's yes and writing it down sends it again, under the same Message-ID.
    """

    def send(self, message: EmailMessage) -> None:
        """Hand over a mail to one recipient.

        Raises:
            MailUnavailable: It cannot be taken now; later it may.
            MailRefused: It will never be taken.
        """
        ...
