"""PostgreSQL, Redis and S3 are somebody else's: the service brings none of them and goes all the way with theirs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from deploy.drill import first_clip
from deploy.drill.engine import bridge_address
from deploy.drill.steps import require
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from deploy.drill.installation import Installation, Site
    from deploy.drill.steps import Book

_THEIRS: Final = ("database", "redis", "storage")


def is_served_from_elsewhere(book: Book, site: Site, browser: Browser, clips: Sequence[Path]) -> None:
    """Start the three alone, then a service that is only told where they are, and send it a clip."""
    address = bridge_address()
    ports = {f"{name.upper()}_PORT": str(free_port(address)) for name in _THEIRS}
    opened = {"COMPOSE_FILE": "docker-compose.yml:deploy/drill/elsewhere.yml", "ELSEWHERE": address, **ports}
    with site.installation("elsewhere", settings=opened) as elsewhere:
        with book.step("somebody else runs PostgreSQL, Redis and S3", *_THEIRS, of=elsewhere.compose):
            elsewhere.compose.up_only(*_THEIRS)
        with _told_where(site, elsewhere, address, ports) as told:
            first_clip.starts_from_nothing(book, told)
            with book.step("none of the three runs here", of=told.compose) as note:
                ours = told.compose.services()
                require(ours.isdisjoint(_THEIRS), expected="only what is ours", seen=ours)
                note.says(", ".join(sorted(ours)))
            first_clip.goes_all_the_way(book, told, browser, clips)


@contextmanager
def _told_where(site: Site, elsewhere: Installation, address: str, ports: dict[str, str]) -> Iterator[Installation]:
    storage_url = f"http://{address}:{ports['STORAGE_PORT']}"
    settings = {
        "COMPOSE_FILE": "docker-compose.yml:compose.external.yml",
        "S3_ENDPOINT_URL": storage_url,
        "S3_PUBLIC_URL": storage_url,
    }
    with site.installation("told", settings=settings) as told:
        password = elsewhere.secret("database_password")
        told.keeps_secrets(
            {
                "database_url": f"postgresql+psycopg://intake:{password}@{address}:{ports['DATABASE_PORT']}/intake",
                "redis_url": f"redis://{address}:{ports['REDIS_PORT']}/0",
                "s3_access_key": elsewhere.secret("s3_access_key"),
                "s3_secret_key": elsewhere.secret("s3_secret_key"),
            }
        )
        yield told
