"""The list of what is looked at, in the order in which it is printed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import make_url

from intake.doctor import buckets, database, mail, pages, queue, settings, work
from intake.doctor.asking import DEADLINE_S, Check, examine
from intake.doctor.surroundings import is_in_container
from intake.domain.diagnosis import wrong
from intake.storage import keys
from intake.storage.bucket import S3Bucket
from intake.storage.examination import BucketExamination
from intake.wiring import s3_server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake.domain.diagnosis import Finding
    from intake.settings import Settings
    from intake.wiring import Services

PRIVATE: Final = "private bucket"
GALLERY: Final = "gallery bucket"


def examine_service(services: Services, *, mail_to: str | None = None, deadline_s: float = DEADLINE_S) -> list[Finding]:
    """Look at every part of the service; takes *deadline_s* seconds at most, whatever hangs.

    Args:
        mail_to: Whom to send a mail to by the mail server; nobody by default.
    """
    return examine(_checks(services, mail_to), deadline_s=deadline_s)


def problems_of_settings(problems: Iterable[str]) -> list[Finding]:
    """Say why nothing can be looked at: the settings do not describe a service."""
    return [
        wrong(settings.PART, problem, "Set it, then look again: nothing else was looked at.") for problem in problems
    ]


def _checks(services: Services, mail_to: str | None) -> list[Check]:
    chosen, is_inside = services.settings, is_in_container()
    site = pages.Site(
        public_url=chosen.public_url,
        media_url=chosen.s3_public_url,
        trusted_proxies=chosen.trusted_proxies,
        is_inside=is_inside,
        is_loopback=chosen.is_loopback,
    )
    # Built here, one after the other: making a client is not for several threads at once.
    private, gallery = _asked_private(chosen), _asked_gallery(chosen)
    probe = keys.probe(keys.PRIVATE_ROOT)
    checks = [
        Check(part=settings.PART, look=partial(settings.look, chosen)),
        Check(
            part=database.PART,
            look=partial(database.look, services.engine, _sqlite_file(chosen.database_url), clock=services.clock),
        ),
        Check(part=queue.PART, look=partial(queue.look, chosen.redis_url)),
        Check(part=PRIVATE, look=partial(buckets.look, private, clock=services.clock)),
        Check(part=GALLERY, look=partial(buckets.look, gallery, clock=services.clock)),
        Check(part=pages.MEDIA, look=partial(pages.look_at_media, site, private.bucket, probe)),
        Check(part=pages.PAGES, look=partial(pages.look_at_pages, site)),
        Check(part=mail.PART, look=partial(mail.look, chosen, mail_to=mail_to, is_inside=is_inside)),
        Check(part="free space", look=partial(work.look_at_space, chosen)),
        Check(part="workers", look=partial(work.look, services.engine)),
    ]
    # A trial on one machine needs none.
    if not chosen.is_loopback:
        checks.append(Check(part=work.BACKUPS, look=partial(work.look_at_backups, services.engine)))
    return checks


def _asked_private(chosen: Settings) -> buckets.Asked:
    server = s3_server(chosen)
    return buckets.Asked(
        part=PRIVATE,
        bucket=S3Bucket(chosen.private_bucket, server),
        examination=BucketExamination(chosen.private_bucket, server),
        endpoint_url=server.endpoint_url,
        probe=keys.probe(keys.PRIVATE_ROOT),
        is_public=False,
        pages=chosen.public_url,
        methods=("GET", "PUT"),
    )


def _asked_gallery(chosen: Settings) -> buckets.Asked:
    server = s3_server(chosen)
    return buckets.Asked(
        part=GALLERY,
        bucket=S3Bucket(chosen.gallery_bucket, server),
        examination=BucketExamination(chosen.gallery_bucket, server),
        endpoint_url=server.endpoint_url,
        probe=keys.probe(keys.GALLERY_ROOT),
        is_public=True,
        pages="*",
        methods=("GET",),
    )


def _sqlite_file(database_url: str) -> Path | None:
    url = make_url(database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
