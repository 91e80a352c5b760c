"""Tell every story on containers of our own, and print what was seen.

    make test-compose
    make test-compose ARGS='--only killing'      one story, or several: from_nothing comes by itself
    make test-compose ARGS='--record'            write the table to docs/drill.md, too
    CLIPS=folder make test-compose               send these videos instead of a generated one
    FROM_COMMIT=v1.2 make test-compose           upgrade from that commit instead of the last with other images

Several may run side by side. Whatever happens, containers, volumes and images of the drill are taken away in the end;
killed by force it leaves them behind, under the name it prints first.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from deploy.drill import browsers, elsewhere, first_clip, keeping, killing, upgrading
from deploy.drill.engine import NoEngine, require_engine
from deploy.drill.installation import Site, commit_before
from deploy.drill.steps import Book, this_machine
from tests import media_factory
from tests.servers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

STORIES: Final = ("first_clip", "killing", "keeping", "elsewhere", "upgrading")
RECORD: Final = PROJECT / "docs" / "drill.md"


def main() -> int:
    """Tell the stories that were asked for."""
    asked = _asked()
    signal.signal(signal.SIGTERM, _ends)
    try:
        engine = require_engine()
    except NoEngine as error:
        sys.exit(str(error))
    book, machine = Book(), f"{this_machine()}; {engine}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browsers.chromium() as browser:
        site = Site.in_folder(Path(folder))
        print(f"{machine}\nEverything made here is called {site.name}-….", flush=True)
        Drill(book, site, browser, asked).tells_all()
    print(f"\n{book.table()}\n")
    if asked.record:
        RECORD.write_text(_page(book, machine), encoding="utf-8")
    return 0 if book.has_held else 1


class Drill:
    """The stories, and what they are told with."""

    def __init__(self, book: Book, site: Site, browser: Browser, asked: argparse.Namespace) -> None:
        self._book, self._site, self._browser, self._asked = book, site, browser, asked
        self._media = site.folder / "media"
        self._media.mkdir()

    def tells_all(self) -> None:
        """Tell the stories that were asked for, in their order."""
        kept = None
        if self._wants("first_clip", "killing", "keeping"):
            kept = self._on_the_first_machine()
        if kept is not None:
            with self._site.installation("restored") as empty, self._book.story("An empty machine"):
                keeping.is_restored(self._book, empty, self._browser, kept)
        if self._wants("elsewhere"):
            with self._book.story("Somebody else's parts"):
                elsewhere.is_served_from_elsewhere(self._book, self._site, self._browser, self._videos())
        if self._wants("upgrading"):
            commit = os.environ.get("FROM_COMMIT") or commit_before()
            with self._site.installation("upgraded", commit=commit) as old, self._book.story("An upgrade"):
                upgrading.upgrades(self._book, old, self._clips, commit=commit)

    def _on_the_first_machine(self) -> keeping.Kept | None:
        book, kept = self._book, None
        with self._site.installation("first") as first:
            with book.story("From nothing"):
                first_clip.starts_from_nothing(book, first)
            if not book.has_held:
                return None
            if self._wants("first_clip"):
                with book.story("A clip's way"):
                    first_clip.goes_all_the_way(book, first, self._browser, self._videos())
            if self._wants("killing"):
                with book.story("Killed in turn"):
                    killing.kills_each_in_turn(book, first, self._clips)
            if self._wants("keeping"):
                with book.story("A backup"):
                    kept = keeping.is_backed_up(
                        book,
                        first,
                        media_factory.a_landscape_clip(self._media, duration_s=10.5, size="320x240", rate=5),
                        count=self._asked.clips,
                        folder=self._site.folder / "backup",
                    )
        return kept

    def _wants(self, *stories: str) -> bool:
        return not self._asked.only or not set(stories).isdisjoint(self._asked.only)

    def _videos(self) -> Sequence[Path]:
        if folder := os.environ.get("CLIPS"):
            found = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in {".mp4", ".mov"})
            return found or sys.exit(f"CLIPS: no .mp4 and no .mov in {folder}.")
        return [media_factory.a_portrait_clip(self._media)]

    @functools.cached_property
    def _clips(self) -> killing.Clips:
        return killing.Clips(
            heavy=media_factory.a_heavy_clip(self._media), foreign=media_factory.a_long_foreign_clip(self._media)
        )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.drill", description="Bring the production shape up for real, and try to break it."
    )
    parser.add_argument("--only", choices=STORIES, action="append", help="tell this story; may be given several times")
    parser.add_argument("--clips", type=int, default=200, help="how many a backup holds (200)")
    parser.add_argument("--record", action="store_true", help="write the table to docs/drill.md, too")
    return parser.parse_args()


def _ends(number: int, _frame: object) -> NoReturn:
    # By way of everything that takes containers away.
    sys.exit(128 + number)


def _page(book: Book, machine: str) -> str:
    return (
        "# The drill\n\n"
        "What `make test-compose ARGS=--record` saw when it was last run: the production shape in containers, from\n"
        "nothing, with real browsers, killed, upgraded and restored.\n\n"
        f"{machine}\n\n{book.table()}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
