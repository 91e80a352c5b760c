"""The mail server: does it answer, is the line private, does it take our password, and a mail where that is wanted."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Final

from intake.doctor.http import trouble
from intake.domain.diagnosis import ok, unknown, warning, wrong
from intake.domain.errors import MailRefused, MailUnavailable
from intake.mail.letters import read_mail_from
from intake.mail.smtp import Privacy, SmtpMailer, read_smtp_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.domain.diagnosis import Finding
    from intake.mail.smtp import SmtpServer
    from intake.settings import Settings

PART: Final = "mail"
PATIENCE_S: Final = 5.0


def look(
    settings: Settings, *, mail_to: str | None, is_inside: bool, tls: ssl.SSLContext | None = None
) -> Iterator[Finding]:
    """Greet the mail server.

    Args:
        mail_to: Whom to send a mail to; nobody by default.
        is_inside: Whether we look from a container's network, from which it may not be reached.
        tls: Whom to trust; whom this machine trusts by default.
    """
    if settings.smtp_url is None:
        where = settings.data_dir / "mail"
        yield warning(
            PART, f"no SMTP_URL: mails are kept in {where}, nobody gets any", "Fine for a trial; else set it."
        )
        return
    server = read_smtp_url(settings.smtp_url)
    mailer = SmtpMailer(server, our_name=settings.mail_host, tls=tls, timeout_s=PATIENCE_S)
    try:
        if mail_to is None:
            mailer.greet()
        else:
            mailer.send(_trial(settings, mail_to))
    except (MailUnavailable, MailRefused) as error:
        yield judge_trouble(server, error, is_inside=is_inside)
    else:
        yield judge_success(server, mail_to)


def judge_success(server: SmtpServer, mail_to: str | None) -> Finding:
    """Say what the server did."""
    line = "without TLS" if server.privacy is Privacy.NONE else "over TLS"
    login = f", logged in as {server.user}" if server.user else ""
    sent = f", took a mail to {mail_to}: see whether it arrives, and where" if mail_to else ""
    return ok(PART, f"{server.host}:{server.port} answers {line}{login}{sent}")


def judge_trouble(server: SmtpServer, error: MailUnavailable | MailRefused, *, is_inside: bool) -> Finding:
    """Say what an error on the way to the mail server, or its refusal, means."""
    where, cause = f"{server.host}:{server.port}", error.__cause__
    if isinstance(cause, smtplib.SMTPAuthenticationError):
        mend = "Mend user and password in SMTP_URL; escape what is special in the password (@ is %40)."
        return wrong(PART, f"{where} refuses our user or password ({error})", mend)
    if isinstance(cause, smtplib.SMTPNotSupportedError):
        mend = "Use its port with TLS (smtps://, or port 587); a relay on your own machine: ?starttls=never"
        return wrong(PART, f"{where} offers no TLS, or no login", mend)
    if isinstance(cause, ssl.SSLError):
        mend = "Use the name that its certificate has; for an authority of your own set SSL_CERT_FILE."
        return wrong(PART, f"{where}: {trouble(cause)}", mend)
    if isinstance(cause, smtplib.SMTPException) and not isinstance(cause, smtplib.SMTPServerDisconnected):
        return wrong(PART, f"{where} refuses: {error}", "Look up the code in your mail server's log; check MAIL_FROM.")
    why = trouble(cause) if isinstance(cause, OSError) else "it hangs up"
    if is_inside:
        found = f"{where} cannot be reached from this container ({why})"
        return unknown(PART, found, "Only worker-quick sends mails: docker compose exec worker-quick intake doctor")
    mend = "Look at host and port in SMTP_URL, and whether a firewall is between. Mails wait meanwhile; none is lost."
    return wrong(PART, f"{where}: {why}", mend)


def _trial(settings: Settings, mail_to: str) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = make_msgid(domain=settings.mail_host)
    message["Date"] = formatdate()
    message["From"] = read_mail_from(settings.mail_from)
    message["To"] = mail_to
    message["Subject"] = "intake doctor"
    message.set_content(f"This mail was sent by “intake doctor” of {settings.public_url}. It arrived.\n")
    return message
