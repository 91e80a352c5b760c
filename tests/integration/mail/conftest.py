"""A real mail server for each test, and parts that hand their mails to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests import mail_server
from tests.mail_server import Certificates, MailServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.wiring import Services


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server.running(MailServer()) as server:
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return mail_server.make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def post(services_on_each: Services, server: MailServer) -> Services:
    """All the parts, on each database, with a real mail server."""
    return replace(services_on_each, mailer=server.mailer())
