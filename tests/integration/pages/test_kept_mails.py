"""The mails that were kept instead of sent: there for whoever sits at this machine, and for nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.app import create_app
from intake.domain.jobs import JobId
from intake.mail.outbox import KEPT, Outbox
from tests.builders import a_job, a_mail
from tests.integration.pages.browsing import Page

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from intake.wiring import Services


@pytest.fixture
def kept(services: Services) -> str:
    """The address of a mail that was kept."""
    services.mailer.send(a_mail())
    return "/_mail/" + next((services.settings.data_dir / "mail").iterdir()).stem


def at(services: Services, **settings: object) -> FlaskClient:
    """A browser at a service with other settings."""
    changed = replace(services.settings, **settings)  # type: ignore[arg-type]
    return create_app(replace(services, settings=changed)).test_client()


def test_mails_are_listed_newest_first(services: Services, stranger: FlaskClient) -> None:
    services.mailer.send(a_mail(subject="Il primo"))
    services.mailer.send(a_mail(subject="Il secondo", job=a_job(id=JobId(8))))

    text = stranger.get("/_mail").text

    assert "anna.rossi@example.org" in text
    assert 0 < text.index("Il secondo") < text.index("Il primo")


def test_an_empty_folder_is_said_in_words(stranger: FlaskClient) -> None:
    assert "Nessuna e-mail, per ora." in stranger.get("/_mail").text


def test_a_mail_can_be_read(stranger: FlaskClient, kept: str) -> None:
    page = stranger.get(kept)

    assert "È arrivato: il tuo video" in Page(page).text
    assert "Pistoia2030 &lt;noreply@example.org&gt;" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_its_html_may_do_nothing_but_be_looked_at(stranger: FlaskClient, kept: str) -> None:
    body = stranger.get(f"{kept}/body")

    policy = body.headers["Content-Security-Policy"]
    assert "<p>è arrivato.</p>" in body.text
    assert {"default-src 'none'", "frame-ancestors 'self'"} <= {part.strip() for part in policy.split(";")}
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


def test_its_page_may_show_it_in_a_frame_and_other_pages_may_not(stranger: FlaskClient, kept: str) -> None:
    framing, other = stranger.get(kept), stranger.get("/_mail")

    assert "frame-src 'self'" in framing.headers["Content-Security-Policy"]
    assert "frame-src 'none'" in other.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["", "/body"])
@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "Via"])
def test_they_are_not_for_those_who_came_through_a_proxy(
    stranger: FlaskClient, kept: str, path: str, name: str
) -> None:
    assert stranger.get(kept + path, headers={name: "203.0.113.9"}).status_code == 404


@pytest.mark.parametrize("address", ["/_mail", "kept"])
def test_they_are_not_there_where_the_service_is_for_others(services: Services, kept: str, address: str) -> None:
    browser = at(services, public_url="https://video.example.org")

    assert browser.get(kept if address == "kept" else address).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.0.2.7:8000"])
def test_they_are_not_there_under_a_name_that_somebody_made_point_to_us(
    stranger: FlaskClient, kept: str, host: str
) -> None:
    assert stranger.get(kept, headers={"Host": host}).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_has_several_names(stranger: FlaskClient, kept: str, host: str) -> None:
    assert stranger.get(kept, headers={"Host": host}).status_code == 200


def test_there_is_nothing_to_see_where_mails_are_sent(services: Services, kept: str) -> None:
    elsewhere = create_app(replace(services, mailer=ToSomewhere())).test_client()

    assert [elsewhere.get(address).status_code for address in ("/_mail", kept)] == [404, 404]


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2fintake.db", "%2e%2e"])
def test_no_other_file_can_be_read(stranger: FlaskClient, kept: str, name: str) -> None:
    assert kept
    assert stranger.get(f"/_mail/{name}").status_code == 404


class TestFolder:
    def test_only_its_owner_reads_it(self, tmp_path: Path) -> None:
        folder = tmp_path / "mail"

        Outbox(folder).send(a_mail())

        [file] = folder.iterdir()
        assert [oct(path.stat().st_mode & 0o777) for path in (folder, file)] == ["0o700", "0o600"]

    def test_a_mail_that_comes_again_takes_the_place_of_the_first(self, tmp_path: Path) -> None:
        outbox = Outbox(tmp_path / "mail")

        outbox.send(a_mail(subject="Prima"))
        outbox.send(a_mail(subject="Dopo"))

        assert [kept.message["Subject"] for kept in outbox.mails()] == ["Dopo"]

    def test_what_a_killed_attempt_left_is_no_mail_and_goes_with_the_next(self, tmp_path: Path) -> None:
        folder = tmp_path / "mail"
        outbox = Outbox(folder)
        outbox.send(a_mail())
        [file] = folder.iterdir()
        file.rename(folder / f"{file.stem}.killed.part")

        before = list(outbox.mails())
        outbox.send(a_mail())

        assert before == []
        assert list(folder.iterdir()) == [file]

    def test_it_does_not_grow_for_ever(self, tmp_path: Path) -> None:
        folder = tmp_path / "mail"
        folder.mkdir()
        for number in range(KEPT):
            (folder / f"{number:032x}.eml").write_bytes(b"Subject: old\r\n\r\n")

        Outbox(folder).send(a_mail())

        assert len(list(folder.iterdir())) == KEPT


class ToSomewhere:
    """A mailer that keeps nothing."""

    def send(self, message: object) -> None:
        raise AssertionError(message)
