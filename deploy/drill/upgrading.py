"""The commit before is replaced by this one in the middle of somebody's upload."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import requests

from deploy.drill.desk import Desk
from deploy.drill.killing import PUBLISHED, WAITS
from deploy.drill.phone import Phone
from deploy.drill.steps import require, until

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from deploy.drill.installation import Installation
    from deploy.drill.killing import Clips
    from deploy.drill.steps import Book

_PAUSE_S: Final = 6.0
"""Between two parts: a slow line, so that the upload goes on through all of the upgrade."""

_LOOK_EVERY_S: Final = 0.25
_CONCERNED: Final = ("init", "web", "proxy", "worker-quick", "worker-heavy")


def upgrades(book: Book, installation: Installation, clips: Clips, *, commit: str) -> None:
    """Start *commit*, begin to send, replace it by the files that lie here, and finish."""
    compose = installation.compose
    with book.step(f"build and start {commit}", *_CONCERNED, of=compose) as note:
        compose.build()
        compose.up()
        installation.is_whole()
        note.says("every part is well")
    public, waiting = (Phone(installation.url, clips.heavy, family_name=name) for name in ("Prima", "Dopo"))
    sending = Phone(installation.url, clips.heavy, family_name="Durante")
    looked_at = Phone(installation.url, clips.foreign, family_name="Adesso")
    with book.step("one video is public, another waits, a third is half sent", *_CONCERNED, of=compose) as note:
        installation.has_a_moderator()
        for phone in (public, waiting):
            phone.sends()
            until(phone.stands, WAITS.__eq__, expected=f"{phone.name}'s video is judged")
        Desk(installation).approves(public.submission_id)
        until(public.stands, PUBLISHED.__eq__, expected="the approved video is public")
        sending.announces()
        note.says(f"{sending.sends_parts(2)} of 6 parts are there")
    with (
        book.step("upgrade while a slow line goes on sending", *_CONCERNED, of=compose) as note,
        Watch(installation.url) as watch,
        ThreadPoolExecutor(1) as line,
    ):
        before = compose.containers()
        going_on = line.submit(sending.sends_the_rest, pause_s=_PAUSE_S)
        looked_at.sends()
        installation.becomes(None)
        compose.upgrade()
        installation.is_whole()
        going_on.result(timeout=300)
        replaced = len(compose.containers() - before)
        require(replaced, expected="another version's containers", seen=f"those of {commit}")
        note.says(f"{replaced} containers replaced, the upload has its receipt; no page for {watch.longest_s:.0f} s")
    with book.step("all of them are where they should be", *_CONCERNED, of=compose) as note:
        for phone in (sending, looked_at, waiting):
            until(phone.stands, WAITS.__eq__, expected=f"{phone.name}'s video waits to be watched")
        Desk(installation).approves(waiting.submission_id)
        for phone in (public, waiting):
            until(phone.stands, PUBLISHED.__eq__, expected=f"{phone.name}'s video is public")
        require(not installation.dead_jobs(), expected="no dead job", seen=installation.dead_jobs())
        note.says("judged by the new version, decided on it, still public")


class Watch:
    """Asks for a page all the time, as visitors do.

    Attributes:
        longest_s: For how long nobody answered, at the longest.
    """

    def __init__(self, url: str) -> None:
        self.longest_s = 0.0
        self._url = f"{url}/_health"
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        answered_at = time.monotonic()
        while not self._is_over.wait(_LOOK_EVERY_S):
            if _answers(self._url):
                answered_at = time.monotonic()
            self.longest_s = max(self.longest_s, time.monotonic() - answered_at)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
