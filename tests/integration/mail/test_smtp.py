"""Handing mails to a real SMTP server: privately, with what each of its answers means."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from intake.domain.errors import MailRefused, MailUnavailable
from intake.mail.smtp import REST_S, SmtpMailer, read_smtp_url
from tests.builders import a_mail
from tests.mail_server import PASSWORD, USER, Certificates, MailServer, knows_the_password, running

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"


def a_mailer(url: str, tls: ssl.SSLContext | None = None) -> SmtpMailer:
    return SmtpMailer(read_smtp_url(url), our_name="localhost", tls=tls, timeout_s=5)


@pytest.fixture
def careful(certificates: Certificates) -> Iterator[MailServer]:
    """A server that takes nothing before STARTTLS and a login."""
    options = {"tls_context": certificates.server, "require_starttls": True, "auth_required": True}
    with running(MailServer(), authenticator=knows_the_password, **options) as server:
        yield server


def test_a_mail_has_one_recipient_and_a_way_back(server: MailServer) -> None:
    server.mailer().send(a_mail())

    assert (server.recipients, server.senders) == ([["anna.rossi@example.org"]], ["noreply@example.org"])


def test_what_is_sent_is_fit_for_every_server_on_the_way(server: MailServer) -> None:
    server.mailer().send(a_mail(text="perché sì " * 200))

    [raw] = server.raw
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


class TestPrivacy:
    def test_a_mail_goes_by_starttls_after_a_login(self, careful: MailServer, certificates: Certificates) -> None:
        mailer = a_mailer(f"smtp://{LOGIN}@127.0.0.1:{careful.port}", certificates.client)

        mailer.send(a_mail())

        assert len(careful.taken) == 1

    def test_a_mail_goes_by_tls_from_the_first_byte(self, certificates: Certificates) -> None:
        # aiosmtpd counts only STARTTLS as private, so this one is not asked to log in.
        with running(MailServer(), ssl_context=certificates.server) as server:
            a_mailer(f"smtps://127.0.0.1:{server.port}", certificates.client).send(a_mail())

        assert len(server.taken) == 1

    def test_a_server_without_starttls_gets_nothing(self, server: MailServer) -> None:
        with pytest.raises(MailUnavailable):
            a_mailer(f"smtp://{LOGIN}@127.0.0.1:{server.port}").send(a_mail())

        assert server.tries == 0

    def test_a_server_that_nobody_vouches_for_gets_nothing(self, careful: MailServer) -> None:
        with pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
            a_mailer(f"smtp://{LOGIN}@127.0.0.1:{careful.port}").send(a_mail())

        assert careful.tries == 0

    def test_a_wrong_password_is_for_somebody_to_mend(self, careful: MailServer, certificates: Certificates) -> None:
        with pytest.raises(MailUnavailable, match=r"greeting or login: 535 5\.7\.8"):
            a_mailer(f"smtp://{USER}:wrong@127.0.0.1:{careful.port}", certificates.client).send(a_mail())


class TestAnswers:
    @pytest.mark.parametrize(
        ("step", "answer", "cause"),
        [
            ("on_recipient", "451 4.7.1 greylisted, come back", "recipient: 451 4.7.1"),
            ("on_recipient", "452 mailbox of anna.rossi@example.org is full", "recipient: 452"),
            ("on_data", "421 4.3.2 going down", "content: 421 4.3.2"),
            ("on_sender", "553 5.7.1 noreply@example.org is not yours", "MAIL_FROM: 553 5.7.1"),
        ],
    )
    def test_what_may_change_is_tried_again(self, server: MailServer, step: str, answer: str, cause: str) -> None:
        setattr(server, step, answer)

        with pytest.raises(MailUnavailable) as refusal:
            server.mailer().send(a_mail())

        assert str(refusal.value) == cause

    @pytest.mark.parametrize(
        ("step", "answer", "cause"),
        [
            ("on_recipient", "550 5.1.1 anna.rossi@example.org: no such user", "recipient: 550 5.1.1"),
            ("on_data", "554 5.6.0 looks like spam", "content: 554 5.6.0"),
        ],
    )
    def test_what_is_final_is_not(self, server: MailServer, step: str, answer: str, cause: str) -> None:
        setattr(server, step, answer)

        with pytest.raises(MailRefused) as refusal:
            server.mailer().send(a_mail())

        assert str(refusal.value) == cause

    def test_a_rude_goodbye_does_not_undo_a_yes(self, server: MailServer) -> None:
        server.on_goodbye = "421 4.4.2 too slow"

        server.mailer().send(a_mail())

        assert len(server.taken) == 1

    def test_an_address_with_accents_goes_where_they_are_known(self) -> None:
        with running(MailServer(), enable_SMTPUTF8=True) as server:
            server.mailer().send(a_mail(to="però@example.org"))

        assert server.recipients == [["però@example.org"]]

    def test_an_address_with_accents_goes_nowhere_else(self) -> None:
        with running(MailServer(), enable_SMTPUTF8=False) as server, pytest.raises(MailRefused, match="SMTPUTF8"):
            server.mailer().send(a_mail(to="però@example.org"))


class TestRest:
    """A server that cannot be reached is left alone for a while: whoever sends mails has other work too."""

    def test_nobody_waits_for_it_again_and_again(self) -> None:
        now, server = [0.0], MailServer()
        mailer = SmtpMailer(read_smtp_url(server.url), our_name="localhost", monotonic=lambda: now[0])
        with pytest.raises(MailUnavailable, match="no connection: ConnectionRefusedError"):
            mailer.send(a_mail())

        with running(server):
            now[0] = REST_S - 1
            with pytest.raises(MailUnavailable, match="a moment ago"):
                mailer.send(a_mail())
            now[0] = REST_S
            mailer.send(a_mail())

        assert len(server.taken) == 1

    def test_one_refused_mail_does_not_hold_up_the_next(self, server: MailServer) -> None:
        mailer = server.mailer()
        server.on_recipient = "451 4.7.1 come back"
        with pytest.raises(MailUnavailable):
            mailer.send(a_mail())

        server.on_recipient = "250 OK"
        mailer.send(a_mail())

        assert len(server.taken) == 1
