"""The only place that speaks SMTP, and that translates its answers.

What a server says is never passed on: it quotes addresses, and causes are logged. The codes say enough (RFC 3463).
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from intake.domain.errors import MailRefused, MailUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from urllib.parse import SplitResult

TIMEOUT_S: Final = 15.0
"""How long the server may take for one answer."""

REST_S: Final = 60.0
"""How long a server that could not be reached is left alone.

The workers that send mails also look at clips. With a thousand mails waiting for a server that swallows every packet,
they would otherwise do little but wait for it.
"""

_FIRST_FINAL: Final = 500
_SUBMISSION_PORT: Final = 587
_SUBMISSIONS_PORT: Final = 465
_ENHANCED: Final = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")


class Privacy(StrEnum):
    """How the line to the mail server is kept private."""

    TLS = "tls"
    """From the first byte (`smtps://`)."""
    STARTTLS = "starttls"
    """Asked for, and required: a server without it gets no mail."""
    NONE = "none"
    """Not at all; for a relay on the same machine or network."""


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mails are handed over."""

    host: str
    port: int
    privacy: Privacy
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_smtp_url(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:587`, `smtps://…`, or `smtp://relay:25?starttls=never`.

    Raises:
        ValueError: It is no such address; the message says why and quotes no password.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must look like smtp://user:password@host:587 or smtps://user:password@host")
    privacy = _privacy(parts.scheme, parts.query)
    if parts.password and privacy is Privacy.NONE:
        raise ValueError("must not send a password without TLS: leave starttls=never or the password out")
    user, password = (unquote(value) if value else None for value in (parts.username, parts.password))
    if not f"{user}{password}".isascii():
        raise ValueError("must have a user and a password without accents: SMTP knows no others")
    return SmtpServer(
        host=parts.hostname,
        port=_port(parts) or (_SUBMISSIONS_PORT if privacy is Privacy.TLS else _SUBMISSION_PORT),
        privacy=privacy,
        user=user,
        password=password,
    )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        # The cause quotes what stands there: a piece of the password, where one was not escaped.
        raise ValueError("has a port that is no number; what is special in a password must be escaped") from None


def _privacy(scheme: str, query: str) -> Privacy:
    if scheme == "smtps" and not query:
        return Privacy.TLS
    wish = {"": Privacy.STARTTLS, "starttls=required": Privacy.STARTTLS, "starttls=never": Privacy.NONE}
    if scheme == "smtps" or query not in wish:
        raise ValueError("knows no option but starttls=required and starttls=never, and those only for smtp://")
    return wish[query]


class SmtpMailer:
    """Hands mails to an SMTP server, one connection each; certificates are verified."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        our_name: str,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._our_name = our_name
        self._tls = tls
        self._timeout_s = timeout_s
        self._monotonic = monotonic
        self._rests_until = float("-inf")

    def send(self, message: EmailMessage) -> None:
        """Hand over a mail; see `Mailer`."""
        if self._monotonic() < self._rests_until:
            raise MailUnavailable("the mail server could not be reached a moment ago")
        connection = self._open()
        try:
            self._hand_over(connection, message)
            # It said yes: whatever goes wrong with the goodbye, the mail is on its way.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()

    def greet(self) -> None:
        """Connect, log in and leave, without a mail: for whoever wants to know whether one would go.

        Raises:
            MailUnavailable: It would not now. The cause tells why.
        """
        connection = self._open()
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
        connection.close()

    def _open(self) -> smtplib.SMTP:
        try:
            return self._connect()
        except smtplib.SMTPResponseException as error:
            self._rests_until = self._monotonic() + REST_S
            raise MailUnavailable(f"greeting or login: {_codes(error.smtp_code, error.smtp_error)}") from error
        except (smtplib.SMTPException, OSError) as error:
            self._rests_until = self._monotonic() + REST_S
            raise MailUnavailable(f"no connection: {type(error).__name__}") from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        tls = self._tls or ssl.create_default_context()
        connection: smtplib.SMTP
        if server.privacy is Privacy.TLS:
            connection = smtplib.SMTP_SSL(
                server.host, server.port, self._our_name, timeout=self._timeout_s, context=tls
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, self._our_name, timeout=self._timeout_s)
        try:
            if server.privacy is Privacy.STARTTLS:
                connection.starttls(context=tls)
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except (smtplib.SMTPException, OSError):
            connection.close()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, text)] = error.recipients.values()
            raise _refusal("recipient", code, text) from error
        except smtplib.SMTPSenderRefused as error:
            # Our own address: somebody mends MAIL_FROM, and then the same mail goes.
            raise MailUnavailable(f"MAIL_FROM: {_codes(error.smtp_code, error.smtp_error)}") from error
        except smtplib.SMTPDataError as error:
            raise _refusal("content", error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("the mail server takes no addresses with accents (SMTPUTF8)") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"connection lost: {type(error).__name__}") from error


def _refusal(what: str, code: int, text: bytes | str) -> MailUnavailable | MailRefused:
    kind = MailRefused if code >= _FIRST_FINAL else MailUnavailable
    return kind(f"{what}: {_codes(code, text)}")


def _codes(code: int, text: bytes | str) -> str:
    found = _ENHANCED.search(text if isinstance(text, bytes) else text.encode())
    return f"{code} {found[0].decode()}" if found else str(code)
