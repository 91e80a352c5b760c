"""A real SMTP server in this process, which answers as a test wishes and keeps what it took."""

from __future__ import annotations

import ipaddress
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from intake.mail.smtp import SmtpMailer, read_smtp_url
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

OK = "250 OK"
USER, PASSWORD = "intake", "open sesame @ home"


@dataclass
class MailServer:
    """What the server answers, and what it took."""

    port: int = field(default_factory=free_port)
    on_sender: str = OK
    on_recipient: str = OK
    on_data: str = OK
    on_goodbye: str = "221 Bye"
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    tries: int = 0

    @property
    def url(self) -> str:
        """Where it is, for those who need no TLS."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def mailer(self) -> SmtpMailer:
        """What hands mails to it."""
        return SmtpMailer(read_smtp_url(self.url), our_name="localhost")

    async def handle_MAIL(  # noqa: N802 - the names aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.on_sender

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.on_recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.on_recipient

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.on_data == OK:
            content = envelope.original_content or b""
            self.raw.append(content)
            self.taken.append(message_from_bytes(content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
            self.senders.append(envelope.mail_from or "")
        return self.on_data

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - as above
        return self.on_goodbye


@contextmanager
def running(server: MailServer, **options: Any) -> Iterator[MailServer]:  # noqa: ANN401 - aiosmtpd's own
    """Answer at the server's port until the block ends; may be entered again."""
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def knows_the_password(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, untrusted_login: object
) -> AuthResult:
    """Let in who knows the one password there is."""
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=untrusted_login == known, handled=False)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """A certificate for 127.0.0.1, as its server shows it and as a client trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    """Make a certificate that only its own client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
    return Certificates(server=server, client=client)
