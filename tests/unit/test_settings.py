"""Reading the environment: defaults, files, and every problem at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.domain.errors import BadSettings
from intake.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "for tests only, and longer than thirty-two characters"
NEEDED = {
    "DATABASE_URL": "postgresql://db/intake",
    "S3_ACCESS_KEY": "access",
    "S3_SECRET_KEY": "secret",
    "SECRET_KEY": SECRET,
    "SMTP_URL": "smtps://intake:open%40sesame@mail.example.org",
    "MAIL_FROM": "Pistoia2030 <noreply@example.org>",
}


def an_embedded_folder(folder: Path, **kept: str) -> dict[str, str]:
    """A folder as `make run` leaves it."""
    secrets = {"SECRET_KEY": SECRET, "S3_ACCESS_KEY": "access", "S3_SECRET_KEY": "secret"} | kept
    (folder / "secrets").mkdir()
    (folder / "run").mkdir()
    for name, value in secrets.items():
        (folder / ("run" if name in kept else "secrets") / name).write_text(f"{value}\n", encoding="utf-8")
    return {"DATA_DIR": str(folder)}


def test_with_nothing_set_the_embedded_defaults_hold(tmp_path: Path) -> None:
    settings = Settings.from_env(an_embedded_folder(tmp_path))

    assert settings.database_url == f"sqlite:///{tmp_path}/intake.db"
    assert (settings.port, settings.public_url) == (8000, "http://127.0.0.1:8000")
    assert (settings.lease_s, settings.sweep_s, settings.hint_s) == (60, 15, 1)
    assert (settings.private_bucket, settings.gallery_bucket) == ("intake-private", "intake-gallery")


def test_commands_in_another_terminal_find_the_ports_that_were_found(tmp_path: Path) -> None:
    environ = an_embedded_folder(tmp_path, PORT="8017", REDIS_URL="redis://127.0.0.1:6400/0")

    settings = Settings.from_env(environ)

    assert (settings.port, settings.redis_url) == (8017, "redis://127.0.0.1:6400/0")
    assert settings.public_url == "http://127.0.0.1:8017"


def test_what_is_set_comes_before_what_was_found(tmp_path: Path) -> None:
    assert Settings.from_env(an_embedded_folder(tmp_path, PORT="8017") | {"PORT": "9000"}).port == 9000


def test_a_service_with_a_database_of_its_own_ignores_the_embedded_secrets(tmp_path: Path) -> None:
    environ = an_embedded_folder(tmp_path) | {"DATABASE_URL": "postgresql://db/intake"}

    with pytest.raises(BadSettings) as problems:
        Settings.from_env(environ)

    assert len(problems.value.problems) == 3


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as problems:
        Settings.from_env(
            {"DATABASE_URL": "postgresql://db/intake", "SECRET_KEY": "short", "PORT": "http", "LEASE_S": "a minute"}
        )

    text = str(problems.value)
    assert all(name in text for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY", "SECRET_KEY", "PORT", "LEASE_S"))
    assert len(problems.value.problems) == 5


@pytest.mark.parametrize("secret", ["", "x" * 31], ids=["none", "one character short"])
def test_no_service_starts_without_a_secret_nobody_guesses(secret: str) -> None:
    with pytest.raises(BadSettings, match="SECRET_KEY"):
        Settings.from_env(NEEDED | {"SECRET_KEY": secret})


def test_a_secret_of_thirty_two_characters_is_long_enough() -> None:
    assert Settings.from_env(NEEDED | {"SECRET_KEY": "x" * 32}).secret_key == "x" * 32


@pytest.mark.parametrize(
    "name",
    ["DATABASE_URL", "REDIS_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "SECRET_KEY", "PUBLIC_URL", "METRICS_TOKEN"],
)
def test_every_setting_may_be_kept_in_a_file(tmp_path: Path, name: str) -> None:
    value = "https://a.value.in.a.file/which-is-longer-than-thirty-two-characters"
    (tmp_path / "value").write_text(f"{value}\n", encoding="utf-8")
    environ = {key: text for key, text in NEEDED.items() if key != name} | {f"{name}_FILE": str(tmp_path / "value")}

    assert getattr(Settings.from_env({"DATABASE_URL": "postgresql://db/x"} | environ), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEASE_S", "nan"),
        ("SWEEP_S", "-3"),
        ("PORT", "inf"),
        ("TRUSTED_PROXIES", "-1"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "video.example.org"),
        ("SMTP_URL", "mail.example.org:587"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail.example.org:post"),
        ("SMTP_URL", "smtp://mail.example.org?starttls=maybe"),
        ("SMTP_URL", "smtps://mail.example.org?starttls=never"),
        ("SMTP_URL", "smtp://intake:sesame@mail.example.org?starttls=never"),
        ("SMTP_URL", "smtp://intake:ses%C3%A0mo@mail.example.org"),
        ("MAIL_FROM", "Pistoia2030"),
        ("MAIL_FROM", "Pistoia2030 <noreply@example.org>\nBcc: everybody@example.org"),
    ],
)
def test_what_makes_no_sense_is_a_problem(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_env(NEEDED | {name: value})


def test_a_file_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(BadSettings, match="SECRET_KEY_FILE cannot be read"):
        Settings.from_env(NEEDED | {"SECRET_KEY_FILE": "/not/there"})


def test_addresses_lose_the_slash_at_their_end() -> None:
    settings = Settings.from_env(
        NEEDED | {"PUBLIC_URL": "https://video.example.org/", "S3_PUBLIC_URL": "https://media.example.org/"}
    )

    assert (settings.public_url, settings.s3_public_url) == ("https://video.example.org", "https://media.example.org")


@pytest.mark.parametrize(
    ("url", "is_https", "is_loopback"),
    [
        ("http://127.0.0.1:8000", False, True),
        ("http://localhost", False, True),
        ("http://[::1]:8000", False, True),
        ("https://video.example.org", True, False),
        ("http://127.0.0.1.example.org", False, False),
        ("http://0.0.0.0:8000", False, False),
    ],
)
def test_an_address_says_how_browsers_reach_it(*, url: str, is_https: bool, is_loopback: bool) -> None:
    settings = Settings.from_env(NEEDED | {"PUBLIC_URL": url})

    assert (settings.is_https, settings.is_loopback) == (is_https, is_loopback)


def test_settings_that_are_printed_show_no_secret() -> None:
    settings = Settings.from_env(NEEDED | {"METRICS_TOKEN": "a token", "S3_SECRET_KEY": "hush"})

    assert not [secret for secret in (SECRET, "a token", "hush", "sesame") if secret in repr(settings)]


def test_a_password_for_mail_is_not_in_the_problem_it_makes() -> None:
    with pytest.raises(BadSettings) as problems:
        Settings.from_env(NEEDED | {"SMTP_URL": "smtp://intake:sesame@mail.example.org?starttls=never"})

    assert "sesame" not in str(problems.value)


class TestWithoutAMailServer:
    def test_a_service_that_others_reach_does_not_start(self) -> None:
        environ = NEEDED | {"PUBLIC_URL": "https://video.example.org", "SMTP_URL": ""}

        with pytest.raises(BadSettings, match="SMTP_URL is not set"):
            Settings.from_env(environ)

    def test_a_trial_on_this_machine_does(self) -> None:
        settings = Settings.from_env(NEEDED | {"PUBLIC_URL": "http://localhost:8080", "SMTP_URL": "", "MAIL_FROM": ""})

        assert (settings.smtp_url, settings.mail_from) == (None, "Pistoia2030 <noreply@localhost>")

    def test_the_embedded_system_does_wherever_it_is_reached(self, tmp_path: Path) -> None:
        environ = an_embedded_folder(tmp_path) | {"PUBLIC_URL": "http://192.0.2.7:8000"}

        assert Settings.from_env(environ).smtp_url is None


def test_a_mail_server_wants_to_know_from_whom() -> None:
    with pytest.raises(BadSettings, match="MAIL_FROM is not set"):
        Settings.from_env(NEEDED | {"MAIL_FROM": ""})


@pytest.mark.parametrize(
    ("public_url", "name"),
    [
        ("https://video.example.org", "video.example.org"),
        ("http://127.0.0.1:8000", "localhost"),
        ("http://[2001:db8::7]:8000", "localhost"),
    ],
)
def test_our_name_among_mail_servers_is_that_of_the_pages(public_url: str, name: str) -> None:
    assert Settings.from_env(NEEDED | {"PUBLIC_URL": public_url}).mail_host == name
