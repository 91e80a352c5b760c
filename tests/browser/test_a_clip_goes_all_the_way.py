"""A sender's phone clip: sent, judged, approved, seen by everybody everywhere, and taken back."""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.actions import captioning
from intake.db.captions import captions_of
from intake.db.engine import writing
from intake.domain.captions import Cue
from intake.domain.submissions import SubmissionId
from tests import media_factory
from tests.browser.staging import let_the_undo_pass
from tests.browser.system import MODERATORS
from tests.builders import read
from tests.people import COPY_LIFE_MS, PATIENCE_MS, PUBLISHED, WAITING, WITHDRAWN, is_upright, plays
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.conftest import PublishedClip
    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender, Visitor


@pytest.fixture
def another_site() -> Iterator[Callable[[str], str]]:
    """Somebody else's site, of another origin; give it the body of its page, get its address."""
    pages: list[str] = []

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><link rel=icon href=data:,><h1>Noi</h1>{pages[-1]}".encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def publish(body: str) -> str:
        pages.append(body)
        return f"http://localhost:{server.server_port}/"

    yield publish
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_portrait_clip_is_sent_judged_published_and_taken_back(
    sender: Sender,
    moderator: Moderator,
    visitor: Visitor,
    clip: MakeClip,
    system: System,
) -> None:
    # Given a clip filmed upright, sent from a phone
    sender.sends(clip(media_factory.a_portrait_clip), Nome="Gaia", Cognome="Verdi")

    # When the workers have looked at it, the page says so by itself, with advice
    sender.waits_for(WAITING)
    expect(sender.warnings.filter(has_text="Grandezza dell'immagine")).to_contain_text("meglio almeno 480 px")

    # And when a moderator watches it, chooses a poster and approves
    moderator.opens_the_clip_of("Gaia Verdi")
    moderator.watches()
    moderator.chooses_the_poster(2)
    moderator.decides("Approva e pubblica")
    moderator.has_decided("Approvato: fra poco il video di Gaia Verdi sarà nella galleria.")
    let_the_undo_pass(system.services)

    # Then it is in the gallery, upright, and plays
    sender.comes_back()
    sender.waits_for(PUBLISHED)
    visitor.opens_the_gallery()
    visitor.opens_the_clip_of("Gaia Verdi")
    plays(visitor.video)
    assert is_upright(visitor.video)

    # And when its sender takes it back
    clip_url, media_url = visitor.page.url, visitor.film_url
    sender.withdraws()

    # Then every page says that it is gone, and soon the file is gone too
    visitor.page.wait_for_timeout(COPY_LIFE_MS)
    assert visitor.goes_to(clip_url).status == 410
    visitor.reads("Questo video non è più qui")
    assert visitor.opens(f"/embed/{clip_url.rpartition('/')[2]}").status == 410
    visitor.reads("Questo video non è più qui")
    visitor.opens_the_gallery()
    expect(visitor.clips.filter(has_text="Gaia Verdi")).to_have_count(0)
    wait_until(lambda: _is_missing(media_url), what="the deletion of the file")


def test_a_clip_that_a_chat_has_been_through_plays_in_the_gallery(visitor: Visitor, published: PublishedClip) -> None:
    visitor.opens_the_gallery()

    visitor.opens_the_clip_of(published.name)

    plays(visitor.video)


def test_a_sender_without_javascript_learns_the_same_and_can_take_it_back(
    a_sender: Callable[..., Sender], clip: MakeClip
) -> None:
    sender = a_sender(has_javascript=False)
    sender.sends(clip(media_factory.a_portrait_clip), Nome="Livia", Cognome="Neri")
    expect(sender.page.get_by_text("La pagina si aggiorna da sola.")).to_be_hidden()

    sender.reloads_until(WAITING)
    expect(sender.warnings).not_to_have_count(0)

    sender.withdraws()
    sender.comes_back()
    expect(sender.headline).to_have_text(WITHDRAWN)


@pytest.mark.parametrize("sandbox", ["", 'sandbox="allow-scripts"'], ids=["plain", "sandboxed"])
def test_a_published_clip_plays_in_the_page_of_another_site(
    visitor: Visitor,
    published: PublishedClip,
    system: System,
    another_site: Callable[[str], str],
    sandbox: str,
) -> None:
    embed_url = system.url + published.embed_path
    page = another_site(f'<iframe src="{embed_url}" width="640" height="430" title="Video" {sandbox}></iframe>')

    visitor.goes_to(page)

    plays(visitor.page.frame_locator("iframe").locator("video"))


def test_a_frame_without_an_origin_of_its_own_has_captions_too(
    visitor: Visitor, published: PublishedClip, system: System, another_site: Callable[[str], str]
) -> None:
    writes_captions(system, published)
    embed_url = system.url + published.embed_path
    page = another_site(f'<iframe src="{embed_url}" width="640" height="430" title="Video" sandbox="allow-scripts">')

    visitor.goes_to(page)
    frame = visitor.page.frame_locator("iframe")
    plays(frame.locator("video"))

    # 2 is LOADED: for a stranger's page both the video and its captions must be readable.
    expect(frame.locator("track[default]")).to_have_js_property("readyState", 2, timeout=PATIENCE_MS)


def writes_captions(system: System, published: PublishedClip) -> None:
    submission = read(system.services, SubmissionId(published.desk_path.rpartition("/")[2]))
    with writing(system.services.engine) as connection:
        known = captions_of(connection, submission.id).get("it")
        edition = captioning.Edition(
            language="it",
            cues=(Cue(start_ms=0, end_ms=2000, text="Buongiorno."),),
            seen_sha256=submission.original_sha256,
            seen_version=known.version if known else 0,
            is_checked=True,
        )
        now = system.services.clock()
        saved = captioning.save(connection, submission.id, edition, moderator=MODERATORS[0], now=now)
    assert saved is captioning.Saved.DONE


def _is_missing(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError as answer:
        return answer.code == 404
    return False
