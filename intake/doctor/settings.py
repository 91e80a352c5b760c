"""Settings that let the service start and are not wise, or contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from intake.domain.diagnosis import ok, warning, wrong
from intake.settings import LOOPBACK, secret_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.domain.diagnosis import Finding
    from intake.settings import Settings

PART: Final = "settings"

MIN_KEY_CHARACTERS: Final = 16
"""Shortest key that nobody tries out, typed by hand or made."""

_READ_BY_OTHERS: Final = 0o004
_ENTERED_BY_OTHERS: Final = 0o001
_MOUNTED: Final = "/run/secrets/"
"""Where containers find theirs: nobody else is in there, and compose mounts the files as they are."""


@dataclass(frozen=True, kw_only=True)
class SettingsFacts:
    """What is known of the settings before anybody is asked."""

    settings: Settings
    open_files: tuple[Path, ...]


def look(settings: Settings) -> Iterator[Finding]:
    """Look at the settings and at the files that hold secrets."""
    open_files = tuple(path for path in secret_files(settings.data_dir) if _is_open(path))
    return judge(SettingsFacts(settings=settings, open_files=open_files))


def judge(facts: SettingsFacts) -> Iterator[Finding]:
    """Say what is not wise."""
    findings = [*_addresses(facts.settings), *_secrets(facts)]
    yield from findings
    if not findings:
        yield ok(PART, f"nothing is missing; pages are at {facts.settings.public_url}")


def _addresses(settings: Settings) -> Iterator[Finding]:
    media = urlsplit(settings.s3_public_url)
    if settings.is_loopback:
        return
    if media.hostname in LOOPBACK:
        yield wrong(
            PART,
            f"S3_PUBLIC_URL is {settings.s3_public_url}: browsers would look for the videos on their own machine",
            "Set S3_PUBLIC_URL to the address under which browsers reach the S3 server.",
        )
    if not settings.is_https:
        yield wrong(
            PART,
            f"PUBLIC_URL is {settings.public_url}: passwords and secret links would cross the network readable",
            "Put TLS in front and set PUBLIC_URL to the https address.",
        )
    elif media.scheme != "https":
        yield wrong(
            PART,
            "PUBLIC_URL is https and S3_PUBLIC_URL is not: browsers load no http video into an https page",
            "Put TLS in front of the S3 server too and set S3_PUBLIC_URL to its https address.",
        )


def _secrets(facts: SettingsFacts) -> Iterator[Finding]:
    settings = facts.settings
    keys = {"S3_SECRET_KEY": settings.s3_secret_key, "METRICS_TOKEN": settings.metrics_token or ""}
    for name, value in keys.items():
        if value and len(value) < MIN_KEY_CHARACTERS:
            yield warning(
                PART,
                f"{name} has only {len(value)} characters: it can be tried out",
                f"Make another one of at least {MIN_KEY_CHARACTERS}: openssl rand -hex 24",
            )
    for path in facts.open_files:
        yield warning(PART, f"everybody on this machine can read {path}", f"chmod 600 {path}")


def _is_open(path: Path) -> bool:
    if str(path).startswith(_MOUNTED):
        return False
    try:
        can_be_read = bool(path.stat().st_mode & _READ_BY_OTHERS)
        return can_be_read and all(parent.stat().st_mode & _ENTERED_BY_OTHERS for parent in path.absolute().parents)
    except OSError:
        return False
