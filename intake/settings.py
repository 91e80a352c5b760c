"""The only place that reads the environment.

Every setting may be given as `NAME` or, for secrets kept in files, as `NAME_FILE`. Where no `DATABASE_URL` is set the
service is *embedded*: `make run` keeps its secrets and the ports it found under `DATA_DIR`, and commands typed in
another terminal find them there.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from intake.domain.errors import BadSettings
from intake.mail.letters import read_mail_from
from intake.mail.smtp import read_smtp_url

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_SECRET_CHARACTERS: Final = 32
"""Shortest `SECRET_KEY`: 128 bits even where somebody typed hexadecimal digits."""

GIBIBYTE: Final = 1024**3

_SECRETS: Final = "secrets"
_RUN: Final = "run"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""What this machine calls itself."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may choose.

    Attributes:
        s3_public_url: Where browsers reach the buckets; signed links are made for it.
        s3_region: What the S3 server calls the place it stands in; part of every signature.
        public_url: Where browsers reach the pages, without a slash at the end.
        lease_s: How long a job stays with a worker that says nothing.
        sweep_s: How often the dispatcher looks for what fell through.
        hint_s: How often the dispatcher turns due jobs into messages.
        min_free_bytes: Below this much free space no upload is taken.
        smtp_url: Where mails are handed over; None where they are kept in `DATA_DIR/mail` instead.
        mail_from: Whose name and address mails bear, and where bounces go.
        create_per_hour: How many submissions one address may begin through the API in an hour.
        asr_model_dir: Folder of the model that drafts captions; None where no machine drafts any.
        media_max_age_s: For how long caches may keep a published file; what is withdrawn outlives it by no more.
        views_log: Where the proxy writes which published clips were begun; None where views are not counted.
        trusted_proxies: How many proxies of ours stand before the web side; only their word on who asks is taken.
    """

    database_url: str
    redis_url: str
    s3_endpoint_url: str
    s3_public_url: str
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    s3_region: str
    private_bucket: str
    gallery_bucket: str
    secret_key: str = field(repr=False)
    public_url: str
    smtp_url: str | None = field(repr=False)
    mail_from: str
    data_dir: Path
    port: int
    log_level: str
    metrics_token: str | None = field(repr=False)
    lease_s: float
    sweep_s: float
    hint_s: float
    min_free_bytes: int
    trusted_proxies: int
    create_per_hour: int
    asr_model_dir: Path | None
    media_max_age_s: int
    views_log: Path | None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from *environ*, the process's own by default.

        Raises:
            BadSettings: Something is missing or makes no sense; every problem is named at once.
        """
        reader = _Reader(os.environ if environ is None else environ)
        settings = _read(reader)
        if reader.problems:
            raise BadSettings(reader.problems)
        return settings

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over TLS, so that cookies may say so."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine's browsers are meant to reach us."""
        return urlsplit(self.public_url).hostname in LOOPBACK

    @property
    def mail_host(self) -> str:
        """The name we go by among mail servers."""
        return _mail_host(self.public_url)


def secret_files(data_dir: Path, environ: Mapping[str, str] | None = None) -> list[Path]:
    """Return the files that settings are read from: those that somebody named, and the embedded set-up's own."""
    given = os.environ if environ is None else environ
    named = [Path(path) for name in sorted(_KEPT_IN_FILES) if (path := given.get(f"{name}_FILE"))]
    kept = [data_dir / _SECRETS / name for name in sorted(_KEPT_IN_FILES)]
    return [path for path in (*named, *kept) if path.is_file()]


_KEPT_IN_FILES: Final = frozenset(
    {"DATABASE_URL", "REDIS_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "SECRET_KEY", "SMTP_URL", "METRICS_TOKEN"}
)
"""Settings that are or hold secrets."""


def _mail_host(public_url: str) -> str:
    host = urlsplit(public_url).hostname or ""
    return "localhost" if host in LOOPBACK or ":" in host else host


class _Reader:
    """Reads one setting after the other and remembers what is wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []
        self.data_dir = Path(environ.get("DATA_DIR") or "var")
        self.is_embedded = not self._given("DATABASE_URL")

    def text(self, name: str, default: str | None = None) -> str:
        value = self._given(name) or (self._kept(name) if self.is_embedded else None) or default
        if value is None:
            self.problems.append(f"{name} is not set (neither {name} nor {name}_FILE).")
            return ""
        return value

    def number(self, name: str, default: float, *, least: float = 0) -> float:
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not least <= number < math.inf:
            self.problems.append(f"{name} must be a number of at least {least:g}, not “{value}”.")
            return default
        return number

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        if not value.startswith(("http://", "https://")):
            self.problems.append(f"{name} must begin with http:// or https://, not “{value}”.")
        return value

    def log_level(self) -> str:
        value = self.text("LOG_LEVEL", "INFO").upper()
        if value not in logging.getLevelNamesMapping():
            self.problems.append(f"LOG_LEVEL must be one of DEBUG, INFO, WARNING and ERROR, not “{value}”.")
        return value

    def secret(self, name: str) -> str:
        value = self.text(name)
        if value and len(value) < MIN_SECRET_CHARACTERS:
            self.problems.append(f"{name} must have at least {MIN_SECRET_CHARACTERS} characters.")
        return value

    def smtp_url(self, *, is_needed: bool) -> str | None:
        value = self._given("SMTP_URL")
        if value is None and is_needed:
            self.problems.append(
                "SMTP_URL is not set (neither SMTP_URL nor SMTP_URL_FILE): senders at PUBLIC_URL wait for our mails. "
                "For example smtp://user:password@mail.example.org:587."
            )
        try:
            read_smtp_url(value or "smtp://localhost")
        except ValueError as error:
            # Not the value: it may hold a password.
            self.problems.append(f"SMTP_URL {error}.")
        return value

    def mail_from(self, *, default: str | None) -> str:
        value = self.text("MAIL_FROM", default)
        try:
            read_mail_from(value or "noreply@localhost")
        except ValueError as error:
            self.problems.append(f"MAIL_FROM {error}, not “{value}”.")
        return value

    def optional(self, name: str) -> str | None:
        return self._given(name)

    def _given(self, name: str) -> str | None:
        if path := self._environ.get(f"{name}_FILE"):
            return self._content(name, Path(path))
        return self._environ.get(name) or None

    def _content(self, name: str, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8").strip() or None
        except OSError as error:
            self.problems.append(f"{name}_FILE cannot be read: {error}.")
            return None

    def _kept(self, name: str) -> str | None:
        for folder in (_SECRETS, _RUN):
            path = self.data_dir / folder / name
            if path.is_file():
                return self._content(name, path)
        return None


def _read(reader: _Reader) -> Settings:
    endpoint = reader.url("S3_ENDPOINT_URL", "http://127.0.0.1:8333")
    port = int(reader.number("PORT", 8000))
    public_url = reader.url("PUBLIC_URL", f"http://127.0.0.1:{port}")
    is_at_home = reader.is_embedded or urlsplit(public_url).hostname in LOOPBACK
    smtp_url = reader.smtp_url(is_needed=not is_at_home)
    noreply = f"Pistoia2030 <noreply@{_mail_host(public_url)}>"
    return Settings(
        database_url=reader.text("DATABASE_URL", f"sqlite:///{(reader.data_dir / 'intake.db').absolute()}"),
        redis_url=reader.text("REDIS_URL", "redis://127.0.0.1:6379/0"),
        s3_endpoint_url=endpoint,
        s3_public_url=reader.url("S3_PUBLIC_URL", endpoint),
        s3_access_key=reader.text("S3_ACCESS_KEY"),
        s3_secret_key=reader.text("S3_SECRET_KEY"),
        s3_region=reader.text("S3_REGION", "us-east-1"),
        private_bucket=reader.text("PRIVATE_BUCKET", "intake-private"),
        gallery_bucket=reader.text("GALLERY_BUCKET", "intake-gallery"),
        secret_key=reader.secret("SECRET_KEY"),
        public_url=public_url,
        smtp_url=smtp_url,
        # No name of ours is good enough for a real mail server: it would refuse it, or worse, file it under spam.
        mail_from=reader.mail_from(default=None if smtp_url else noreply),
        data_dir=reader.data_dir.absolute(),
        port=port,
        log_level=reader.log_level(),
        metrics_token=reader.optional("METRICS_TOKEN"),
        lease_s=reader.number("LEASE_S", 60, least=0.05),
        sweep_s=reader.number("SWEEP_S", 15, least=0.05),
        hint_s=reader.number("HINT_S", 1, least=0.05),
        min_free_bytes=int(reader.number("MIN_FREE_BYTES", 2 * GIBIBYTE)),
        trusted_proxies=int(reader.number("TRUSTED_PROXIES", 0)),
        create_per_hour=int(reader.number("CREATE_PER_HOUR", 20, least=1)),
        asr_model_dir=Path(folder).absolute() if (folder := reader.optional("ASR_MODEL_DIR")) else None,
        # Less than a minute by what a worker takes to delete the file, and by the whole seconds that caches count.
        media_max_age_s=int(reader.number("MEDIA_MAX_AGE_S", 50, least=1)),
        views_log=Path(file).absolute() if (file := reader.optional("VIEWS_LOG")) else None,
    )
