"""A telephone sends, a moderator approves, everybody watches, and the sender takes it back."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import requests
from playwright.sync_api import expect

from deploy.drill import browsers
from deploy.drill.installation import MODERATOR, PARTS
from deploy.drill.steps import Unmet, require, until
from tests.people import ANNA, PATIENCE_MS, PUBLISHED, REFUSED, WAITING, Moderator, Sender, Visitor, is_upright, plays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from deploy.drill.installation import Installation
    from deploy.drill.steps import Book

PAGES_GONE_S: Final = 1.0
MEDIA_GONE_S: Final = 60.0
"""For how long what was withdrawn may still be seen. Source: docs/decisions/0018-gone-within-a-minute.md."""

_SHOWN: Final = frozenset({200, 206})
_VERDICT: Final = re.compile("|".join(map(re.escape, (WAITING, REFUSED))))


def starts_from_nothing(book: Book, installation: Installation) -> None:
    """Build, start, and wait until every part says that it is well."""
    compose = installation.compose
    with book.step("build the images", of=compose):
        compose.build()
    with book.step("start everything from nothing", *_ALL, of=compose):
        compose.up()
    with book.step("every part is well", *_ALL, of=compose) as note:
        parts = installation.is_whole()
        note.says(f"{len(PARTS)} of {len(PARTS)} ok, sandbox_level {parts['sandbox_level']}")
    with book.step("somebody may log in as a moderator", "web", of=compose) as note:
        note.says(installation.has_a_moderator())


_ALL: Final = ("init", "web", "dispatcher", "worker-quick", "worker-heavy", "proxy", "storage")


def goes_all_the_way(book: Book, installation: Installation, browser: Browser, clips: Sequence[Path]) -> None:
    """Follow the first clip that is accepted from a telephone to the gallery and out of it again."""
    compose = installation.compose
    sender = Sender(browsers.phone(browser), installation.url)
    for number, clip in enumerate(clips):
        family_name = f"Prova{number}"
        with book.step(f"a telephone sends {clip.name}", "proxy", "web", "storage", of=compose) as note:
            sender = Sender(browsers.phone(browser), installation.url)
            sender.sends(clip, Cognome=family_name)
            note.says(f"{clip.stat().st_size / 1e6:.1f} MB, the receipt is on the screen")
        with book.step("its page says by itself what was found", "worker-quick", "worker-heavy", of=compose) as note:
            expect(sender.headline).to_have_text(_VERDICT, timeout=4 * PATIENCE_MS)
            note.says(f"“{sender.headline.inner_text()}”")
        if sender.headline.inner_text() == WAITING:
            break
    _finds_the_link(book, installation, browser, sender)
    _is_approved(book, installation, browser, f"{ANNA['Nome']} {family_name}")
    visitor = _is_watched(book, installation, browser, sender, f"{ANNA['Nome']} {family_name}")
    _is_taken_back(book, installation, sender, visitor)


def _finds_the_link(book: Book, installation: Installation, browser: Browser, sender: Sender) -> None:
    with book.step("the link of the mail opens the page in another browser", "worker-quick", of=installation.compose):
        mails = until(
            lambda: installation.mails_to(ANNA["E-mail"]), bool, expected="a mail in the quick worker's /data/mail"
        )
        bodies = [body.get_content() for mail in mails if (body := mail.get_body(("plain",)))]
        links = re.findall(rf"{re.escape(installation.url)}/submissions/\S+", "\n".join(bodies))
        require(sender.status_url in links, expected="the receipt's own link in a mail", seen=f"{len(links)} others")
        elsewhere = Sender(browsers.phone(browser), installation.url)
        elsewhere.status_url = sender.status_url
        elsewhere.comes_back()
        elsewhere.waits_for(WAITING)


def _is_approved(book: Book, installation: Installation, browser: Browser, name: str) -> None:
    moderator = Moderator(browsers.desk(browser), installation.url)
    with book.step("a moderator logs in, watches it and approves", "web", "storage", of=installation.compose):
        moderator.logs_in(MODERATOR, installation.password)
        moderator.opens_the_clip_of(name)
        moderator.watches()
        moderator.decides("Approva e pubblica")
        moderator.has_decided("Approvato")


def _is_watched(book: Book, installation: Installation, browser: Browser, sender: Sender, name: str) -> Visitor:
    visitor = Visitor(browsers.phone(browser), installation.url)
    with book.step("the sender reads that it is in the gallery", "worker-heavy", "dispatcher", of=installation.compose):
        sender.comes_back()
        expect(sender.headline).to_have_text(PUBLISHED, timeout=2 * PATIENCE_MS)
    with book.step("a visitor's telephone plays it", "web", "proxy", "storage", of=installation.compose) as note:
        visitor.opens_the_gallery()
        visitor.opens_the_clip_of(name)
        plays(visitor.video)
        note.says("the picture moves" + (", upright" if is_upright(visitor.video) else ""))
    return visitor


def _is_taken_back(book: Book, installation: Installation, sender: Sender, visitor: Visitor) -> None:
    clip_url, film_url = visitor.page.url, visitor.film_url
    embed_url = f"{installation.url}/embed/{clip_url.rpartition('/')[2]}"
    compose = installation.compose
    with book.step("the sender takes it back", "web", of=compose):
        # Both are in the proxy's cache a moment before.
        require(_is_shown(clip_url) and _is_shown(embed_url), expected="the page and its frame", seen="not both")
        require(_is_shown(film_url), expected="the film", seen="none")
        sender.withdraws()
    withdrawn_at = time.monotonic()
    with book.step("no page shows it", "web", "proxy", of=compose) as note:
        lasted_s = max(_shown_for_s(url, since=withdrawn_at, at_most_s=PAGES_GONE_S) for url in (clip_url, embed_url))
        note.says(f"last seen {lasted_s:.1f} s after")
        require(requests.get(clip_url, timeout=30).status_code == requests.codes.gone, expected="410", seen="another")
        visitor.opens_the_gallery()
        expect(visitor.clips).to_have_count(0)
    with book.step("nobody is given the film", "worker-quick", "worker-heavy", "proxy", "storage", of=compose) as note:
        lasted_s = _shown_for_s(film_url, since=withdrawn_at, at_most_s=MEDIA_GONE_S)
        note.says(f"last seen {lasted_s:.0f} s after")
        require(not installation.dead_jobs(), expected="no job was given up", seen=installation.dead_jobs())


def _shown_for_s(url: str, *, since: float, at_most_s: float) -> float:
    """Ask until it is not shown; return how long after *since* it was last asked for and shown.

    Raises:
        Unmet: It was shown for longer than *at_most_s*.
    """
    lasted_s, asked_s = 0.0, time.monotonic() - since
    while _is_shown(url):
        lasted_s = asked_s
        if lasted_s > at_most_s:
            raise Unmet(expected=f"{url} gone after {at_most_s:.0f} s", seen=f"still there after {lasted_s:.1f} s")
        time.sleep(0.2)
        asked_s = time.monotonic() - since
    return lasted_s


def _is_shown(url: str) -> bool:
    return requests.get(url, headers={"Range": "bytes=0-1"}, timeout=30).status_code in _SHOWN
