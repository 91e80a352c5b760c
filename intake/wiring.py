"""The only place where a process gets its parts: engine, buckets, mailer and clock, built from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from intake.db.engine import make_engine
from intake.mail.outbox import Outbox
from intake.mail.smtp import SmtpMailer, read_smtp_url
from intake.storage.bucket import Objects, S3Bucket, Uploads
from intake.storage.client import S3Server
from intake.storage.links import KeepLinks, PublicLinks, ViewLinks

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from intake.mail.mailer import Mailer
    from intake.settings import Settings


class Clock(Protocol):
    """Tells the time. Leases do not ask it: they use the database's."""

    def __call__(self) -> datetime:
        """Return the present, aware, in UTC."""
        ...


class PrivateBucket(Uploads, ViewLinks, Protocol):
    """Holds what only the sender and staff may see."""

    def is_there(self) -> bool:
        """Tell whether the bucket answers."""
        ...


class GalleryBucket(Objects, PublicLinks, KeepLinks, Protocol):
    """Holds what everybody may see, and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts every process shares."""

    settings: Settings
    engine: Engine
    private: PrivateBucket
    gallery: GalleryBucket
    mailer: Mailer
    clock: Clock


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


def connect(settings: Settings) -> Services:
    """Build the parts; nothing is connected until it is used."""
    server = s3_server(settings)
    return Services(
        settings=settings,
        engine=make_engine(settings.database_url),
        private=S3Bucket(settings.private_bucket, server),
        gallery=S3Bucket(settings.gallery_bucket, server),
        mailer=make_mailer(settings),
        clock=utc_now,
    )


def make_mailer(settings: Settings) -> Mailer:
    """Build what takes our mails: the settings' mail server, or a folder where there is none."""
    if settings.smtp_url is None:
        return outbox(settings)
    return SmtpMailer(read_smtp_url(settings.smtp_url), our_name=settings.mail_host)


def outbox(settings: Settings) -> Outbox:
    """Return the folder that mails are kept in where no mail server is set."""
    return Outbox(settings.data_dir / "mail")


def s3_server(settings: Settings) -> S3Server:
    """Return where the settings' S3 server is, and as whom it is asked."""
    return S3Server(
        endpoint_url=settings.s3_endpoint_url,
        public_url=settings.s3_public_url,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
    )
