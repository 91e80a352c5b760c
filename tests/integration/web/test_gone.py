"""Gone means gone: from everything the public can ask for, through the shipped proxy that had all of it warm."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
import requests
from sqlalchemy import update

from intake.actions import captioning, moderating
from intake.app import create_app
from intake.db.engine import writing
from intake.db.tables import consents
from intake.domain.calls import ConsentKind
from intake.domain.captions import Cue
from intake.domain.states import State
from tests import builders
from tests.builders import MODERATOR, a_letter, a_sender, a_submission
from tests.faults.system import System
from tests.proxy import Proxy, proxy_before
from tests.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from intake.domain.submissions import Submission
    from intake.wiring import Services

GALLERY: Final = "/gallery/pistoia2030"
EMBEDDED: Final = "/embed/gallery/pistoia2030"
LISTED: Final = "/api/v1/gallery/pistoia2030"

SURFACES: Final[dict[str, tuple[str, ...]]] = {
    "gallery.show_gallery": (
        GALLERY,
        f"{GALLERY}?lang=en",
        f"{GALLERY}?q=rossi",
        f"{GALLERY}?kind=impresa",
        f"{GALLERY}?after={{newer}}",
    ),
    "gallery.show_clip": (f"{GALLERY}/{{clip}}", f"{GALLERY}/{{clip}}?lang=en"),
    "gallery.show_captions": (f"{GALLERY}/{{clip}}/captions.it.vtt",),
    "gallery.embed_clip": ("/embed/{clip}", "/embed/{clip}?from=gallery"),
    "gallery.embed_gallery": (EMBEDDED, f"{EMBEDDED}?after={{newer}}"),
    "gallery.describe_embed": (
        f"/oembed?url=http://localhost{GALLERY}/{{clip}}",
        "/oembed?url=http://localhost/embed/{clip}&format=json",
    ),
    "gallery.media_rss": (f"{GALLERY}/feed.xml",),
    "gallery.json_feed": (f"{GALLERY}/feed.json",),
    "gallery.video_sitemap": ("/sitemap.xml",),
    "gallery.list_clips": (LISTED, f"{LISTED}?q=anna", f"{LISTED}?after={{newer}}"),
}
"""Every page of the public's that shows a clip, by its route: where it must be before, and may not be after."""

NEIGHBOURS: Final = (f"{GALLERY}/{{newer}}", f"{GALLERY}/{{older}}", "/embed/{newer}")
"""Pages of other clips, which may name this one."""

ITS_OWN: Final[dict[str, tuple[str, ...]]] = {
    "gallery.show_chapters": (f"{GALLERY}/{{clip}}/chapters.it.vtt",),
    "gallery.download_clip": (f"{GALLERY}/{{clip}}/download",),
    "gallery.ask_what_is_wrong": (f"{GALLERY}/{{clip}}/report",),
}
"""What else lies under a clip's address: it does not say whose it is, or no cache keeps it."""

SHOW_NO_CLIP: Final = {"gallery.robots", "gallery.send_report", "gallery.video_testimonials"}

ANSWERS_OF_ITS_OWN: Final = {
    "gallery.show_chapters": 410,
    "gallery.download_clip": 410,
    "gallery.ask_what_is_wrong": 410,
    "gallery.show_clip": 410,
    "gallery.show_captions": 410,
    "gallery.embed_clip": 410,
    "gallery.describe_embed": 404,
}
"""What lies under the clip's own addresses afterwards."""

CUE: Final = "Mi chiamo Anna e faccio scarpe."

_addresses = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A clip that everybody sees, between two others."""

    clip: Submission
    older: Submission
    newer: Submission

    def at(self, *patterns: str) -> list[str]:
        """Addresses of pages about it."""
        ids = {"clip": self.clip.clip_id, "older": self.older.clip_id, "newer": self.newer.clip_id}
        return [pattern.format(**ids) for pattern in patterns]

    @property
    def everywhere(self) -> list[str]:
        return self.at(*(pattern for patterns in SURFACES.values() for pattern in patterns))

    def is_in(self, answer: requests.Response) -> bool:
        """Whether anything of it is to be seen. An error may repeat the address that was asked for."""
        is_named = any(words in answer.text for words in ("Anna Rossi", CUE))
        return is_named or (answer.ok and str(self.clip.clip_id) in answer.text)


@pytest.fixture
def proxy(services: Services, environ: dict[str, str], storage: str, tmp_path: Path) -> Iterator[Proxy]:
    media = free_port()
    behind = {"TRUSTED_PROXIES": "1", "S3_PUBLIC_URL": f"http://127.0.0.1:{media}"}
    system = System(environ | behind | {"DATA_DIR": str(services.settings.data_dir)}, tmp_path)
    with proxy_before(system.web(threads=4)[0], storage, tmp_path, media=media) as running:
        yield running
    system.stop()


@pytest.fixture
def shown(services: Services) -> Shown:
    older, clip, newer = (a_public_clip(services, name) for name in ("Bruno", "Anna", "Carla"))
    cue = Cue(start_ms=0, end_ms=2000, text=CUE)
    edition = captioning.Edition(
        language="it", cues=(cue,), seen_sha256=clip.original_sha256, seen_version=0, is_checked=True
    )
    with writing(services.engine) as connection:
        captioning.save(connection, clip.id, edition, moderator=MODERATOR, now=services.clock())
    return Shown(clip=clip, older=older, newer=newer)


def a_public_clip(services: Services, given_name: str) -> Submission:
    services.clock.advance(seconds=1)  # type: ignore[attr-defined] # the tests' own
    sender = a_sender(given_name=given_name, family_name="Rossi" if given_name == "Anna" else "Neri")
    return a_submission(services, state=State.PUBLISHED, letter=a_letter(sender=sender))


def ask(proxy: Proxy, path: str) -> requests.Response:
    """Ask as somebody new, so that nobody's limit is reached."""
    visitor = {"X-Forwarded-For": f"198.51.100.{next(_addresses) % 250}", "Cookie": "session=somebody-s"}
    return requests.get(proxy.url + path, headers=visitor, timeout=60)


def is_warm(proxy: Proxy, path: str) -> bool:
    answer = ask(proxy, path)
    return answer.status_code == 200 and answer.headers["X-Cache"] == "HIT"


def warm(proxy: Proxy, paths: list[str]) -> None:
    for path in paths:
        wait_until(lambda path=path: is_warm(proxy, path), what=f"a copy of {path}")  # type: ignore[misc]


def wait_for_the_next_second() -> None:
    time.sleep(1.01 - time.time() % 1)


def naming(proxy: Proxy, shown: Shown, paths: list[str]) -> list[str]:
    """Those of *paths* at which anything of the clip is to be seen."""
    return [path for path in paths if shown.is_in(ask(proxy, path))]


def withdraw(services: Services, clip: Submission) -> None:
    builders.withdraw(services, clip.id)


def take_down(services: Services, clip: Submission) -> None:
    with writing(services.engine) as connection:
        assert moderating.take_down(connection, clip.id, moderator=MODERATOR, note="x", now=services.clock())


def take_consent_back(services: Services, clip: Submission) -> None:
    to_the_gallery = (consents.c.submission_id == clip.id, consents.c.kind == ConsentKind.GALLERY)
    with writing(services.engine) as connection:
        connection.execute(update(consents).where(*to_the_gallery).values(taken_back_at=services.clock()))


def test_every_route_of_the_public_s_is_among_these(services: Services) -> None:
    app = create_app(services)

    answering = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("gallery.")}

    assert answering == {*SURFACES, *ITS_OWN, *SHOW_NO_CLIP}


@pytest.mark.parametrize("end", [withdraw, take_down, take_consent_back])
def test_within_a_second_a_clip_is_gone_from_everything(
    services: Services, proxy: Proxy, shown: Shown, end: Callable[[Services, Submission], None]
) -> None:
    warm(proxy, [*shown.everywhere, *shown.at(*NEIGHBOURS)])
    before = naming(proxy, shown, shown.everywhere)

    end(services, shown.clip)
    wait_for_the_next_second()

    after = naming(proxy, shown, [*shown.everywhere, *shown.at(*NEIGHBOURS)])
    own = {(name, ask(proxy, shown.at((SURFACES | ITS_OWN)[name][0])[0]).status_code) for name in ANSWERS_OF_ITS_OWN}
    assert before == shown.everywhere
    assert after == []
    assert own == set(ANSWERS_OF_ITS_OWN.items())


def test_copies_are_the_same_for_everybody_and_set_no_cookie(proxy: Proxy, shown: Shown) -> None:
    answers = [ask(proxy, path) for path in shown.everywhere]

    assert [answer.url for answer in answers if "Set-Cookie" in answer.headers] == []
    assert [answer.url for answer in answers if "Cookie" in answer.headers.get("Vary", "")] == []


@pytest.mark.parametrize("path", ["/moderate/login", "/moderate/", "/calls/pistoia2030", "/api/v1/calls/pistoia2030"])
def test_nobody_s_own_pages_are_kept(proxy: Proxy, path: str) -> None:
    ask(proxy, path)

    assert "X-Cache" not in ask(proxy, path).headers
