"""The only place that builds a mail's headers and parts (RFC 5322, 2045, 3834, 2369).

Nothing a sender typed gets into a header but their address, which `email-validator` has read before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email

from intake.domain.errors import MailRefused

if TYPE_CHECKING:
    from datetime import datetime

    from intake.domain.submissions import Job


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail before it is one.

    Attributes:
        host: Whose name the Message-ID bears.
        unsubscribe: Where to write to get no more of this kind; None where it answers something the recipient did.
        one_click: The address that stops this kind of mail when a mail program posts to it (RFC 8058).
    """

    job: Job
    host: str
    mail_from: str
    to: str
    reply_to: str
    subject: str
    text: str
    html: str
    language: str
    written_at: datetime
    unsubscribe: str | None = None
    one_click: str | None = None


def read_mail_from(value: str) -> Address:
    """Read `Name <address>` or an address alone.

    Raises:
        ValueError: It is neither.
    """
    name, address = parseaddr(value)
    if "@" not in address or any(not character.isprintable() for character in value):
        raise ValueError("must look like Pistoia2030 <noreply@example.org>")
    return Address(display_name=name, addr_spec=address)


def build(letter: Letter) -> EmailMessage:
    """Build a mail that can be sent; the same job's mail has the same Message-ID whenever it is built.

    Raises:
        MailRefused: No mail can be addressed to what the sender wrote.
    """
    to = _addressable(letter.to)
    # Headers in UTF-8 only where an address needs it; its server must say that it knows SMTPUTF8 then.
    message = EmailMessage(policy=policy.SMTP if to.addr_spec.isascii() else policy.SMTPUTF8)
    message["Message-ID"] = f"<{_digest(letter.job)}@{letter.host}>"
    message["Date"] = letter.written_at
    message["From"] = read_mail_from(letter.mail_from)
    message["To"] = to
    message["Reply-To"] = letter.reply_to
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<mailto:{letter.unsubscribe}?subject={quote(letter.subject)}>"
    if letter.one_click:
        message["List-Unsubscribe"] = f"<{letter.one_click}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # Only now: each part that is set takes the headers about content with it.
    message["Content-Language"] = letter.language
    return message


def id_of(message: EmailMessage) -> str:
    """Return what tells this mail from every other: the first half of its Message-ID."""
    return str(message["Message-ID"]).strip("<>").partition("@")[0]


def _digest(job: Job) -> str:
    # What it is about as well: job ids begin again with a new database, and mailboxes drop what they think they have.
    about = job.errand_id or job.submission_id
    return hashlib.sha256(f"{about}/{job.id}".encode()).hexdigest()[:32]


def _addressable(address: str) -> Address:
    try:
        validated = validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise MailRefused("no mail can be addressed to what the sender wrote") from error
    # A domain with accents is spelled as every server knows it; a name before the @ cannot be.
    return Address(username=validated.local_part, domain=validated.ascii_domain or validated.domain)
