"""What the gallery is worth to a telephone on a bad line: Lighthouse's mobile profile, and how soon a clip plays.

The real service as the Procfile starts it, behind no proxy; clips that were sent, judged, approved and published by it.
Lighthouse brings its own slow line. For the clip Chromium's own limit of the line is used: 1.5 Mbit/s and 150 ms, for
everything that the page asks for. A stall is a moment in which the player waits for bytes, once it has begun.

    python -m bench.public_pages [--runs 3]
"""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from playwright.sync_api import sync_playwright

from bench.clips import work_folder
from bench.page_speed import CHROMIUM, visit
from bench.tables import Machine, Report, Spread, Target, publish
from intake.actions import moderating
from intake.db import desk
from intake.db.engine import reading, writing
from intake.domain.decisions import Decision
from intake.domain.states import State
from tests import builders, media_factory, servers
from tests.browser.staging import let_the_undo_pass
from tests.browser.system import running_system
from tests.faults.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from bench.page_speed import Visit
    from intake.domain.submissions import Submission
    from tests.browser.system import System

MISSING_POINTS: Final = {"performance": 5, "accessibility": 0, "seo": 0}
"""Of a hundred, how many each category may want."""

MAX_SCRIPT_KB: Final = 20
MAX_KB: Final = {"gallery": 60, "clip": 60, "embed": 25}
"""Compressed, without pictures, films and fonts."""

MAX_FIRST_FRAME_S: Final = 2.5
MAX_STALLS: Final = 0
WATCHED_S: Final = 30
CLIP_S: Final = 45

SCREENS: Final = {"a telephone": (360, 740), "a desk": (1280, 800)}

LINE: Final = {"offline": False, "latency": 150, "downloadThroughput": 1_500_000 / 8, "uploadThroughput": 750_000 / 8}
"""As Chromium wants to be told: bytes a second."""

_WATCH: Final = """
async ({watchedMs}) => {
  const video = document.querySelector('video')
  let stalls = 0
  const begun = performance.now()
  const first = new Promise((seen) => video.requestVideoFrameCallback(() => seen(performance.now() - begun)))
  await video.play()
  const firstFrameMs = await first
  video.addEventListener('waiting', () => stalls++)
  await new Promise((over) => setTimeout(over, watchedMs))
  return {firstFrameMs, stalls, playedS: video.currentTime, source: video.currentSrc}
}
"""

_MS_PER_S: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Playing:
    """How a clip played."""

    first_frame_s: float
    stalls: int
    played_s: float
    file: str


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="What the gallery is worth to a telephone on a bad line.")
    parser.add_argument("--runs", type=int, default=3, help="visits to take the median of (3)")
    runs: int = parser.parse_args().runs
    machine = Machine.here()
    with work_folder() as folder, pages(folder) as urls:
        visits = {name: [_visit(name, url, folder) for _ in range(runs)] for name, url in urls.items()}
        played = {screen: [play(urls["clip"], size) for _ in range(runs)] for screen, size in SCREENS.items()}
    return publish(_report(machine, visits, played))


@contextmanager
def pages(folder: Path) -> Iterator[dict[str, str]]:
    """Run the service, with two clips in its gallery; give the pages' addresses."""
    with servers.storage_server(folder) as (storage_url, _), running_system(folder, storage_url) as system:
        portrait = media_factory.a_portrait_clip(folder)
        lying = media_factory.a_landscape_clip(folder, duration_s=CLIP_S, size="1280x720")
        _, clip_id = (_published(system, video) for video in (portrait, lying))
        yield {
            "gallery": f"{system.url}/gallery/{builders.CALL}",
            "clip": f"{system.url}/gallery/{builders.CALL}/{clip_id}",
            "embed": f"{system.url}/embed/{clip_id}",
        }


def play(url: str, size: tuple[int, int]) -> Playing:
    """Press play on a page as soon as it is there, and watch."""
    width_px, height_px = size
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = _page_behind_the_line(browser, width_px, height_px)
        page.goto(url, wait_until="networkidle")
        seen = page.evaluate(_WATCH, {"watchedMs": WATCHED_S * _MS_PER_S})
        browser.close()
    return Playing(
        first_frame_s=seen["firstFrameMs"] / _MS_PER_S,
        stalls=seen["stalls"],
        played_s=seen["playedS"],
        file=seen["source"].rpartition("/")[2],
    )


def _page_behind_the_line(browser: Browser, width_px: int, height_px: int) -> Page:
    context = browser.new_context(viewport={"width": width_px, "height": height_px})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    # Nobody presses a button here.
    page.add_init_script("HTMLMediaElement.prototype.muted = true")
    return page


def _published(system: System, video: Path) -> str:
    """Send a video, approve it, and wait until everybody sees it; return the clip's id."""
    services = system.services
    program = Program(system.url, video)
    program.announces()
    program.puts_at_once(1)
    program.completes()
    waiting = desk.Wanted(states=(State.AWAITING_REVIEW,))
    servers.wait_until(lambda: _first(system, waiting), patience_s=120, what="a clip to be judged")
    found = _first(system, waiting)
    assert found is not None
    ruling = builders.a_ruling(found, Decision.APPROVE)
    with writing(services.engine) as connection:
        assert moderating.decide(connection, found.id, ruling, now=services.clock()) is moderating.Outcome.DONE
    let_the_undo_pass(services)
    published = lambda: builders.read(services, found.id).state is State.PUBLISHED  # noqa: E731 - one question, asked here
    servers.wait_until(published, patience_s=300, what="a clip to be published")
    return str(builders.read(services, found.id).clip_id)


def _first(system: System, wanted: desk.Wanted) -> Submission | None:
    with reading(system.services.engine) as connection:
        return next(iter(desk.page(connection, wanted, limit=1)), None)


def _visit(name: str, url: str, folder: Path) -> Visit:
    return visit(url, folder / f"{name}.json", categories=tuple(MISSING_POINTS))


def _report(machine: Machine, visits: dict[str, list[Visit]], played: dict[str, list[Playing]]) -> Report:
    findings = (
        f"Not perfect: {name}: {finding}" for name in ("gallery", "clip") for finding in visits[name][-1].findings
    )
    files = (f"Played on {screen}: {seen[-1].file}, {seen[-1].played_s:.1f} s." for screen, seen in played.items())
    return Report(
        name="public_pages",
        title="The gallery on a telephone",
        machine=machine,
        targets=(
            *(target for name, seen in visits.items() for target in _of_page(name, seen)),
            *(target for screen, seen in played.items() for target in _of_clip(screen, seen)),
        ),
        notes=(
            "Pictures, films and fonts are not counted in the kB.",
            *files,
            *findings,
        ),
    )


def _of_page(page: str, seen: list[Visit]) -> Iterator[Target]:
    # A frame in somebody else's page is not to be found by itself, and says so.
    for name, at_most in MISSING_POINTS.items() if page != "embed" else ():
        measured = Spread.of(one.missing[name] for one in seen)
        yield Target(name=f"{page}: points missing of 100, {name}", measured=measured, at_most=at_most)
    bare = Spread.of(one.bare_kb for one in seen)
    yield Target(name=f"{page}: kB", measured=bare, at_most=MAX_KB[page])
    yield Target(name=f"{page}: kB of script", measured=Spread.of(one.script_kb for one in seen), at_most=MAX_SCRIPT_KB)


def _of_clip(screen: str, seen: list[Playing]) -> Iterator[Target]:
    first = Spread.of(one.first_frame_s for one in seen)
    yield Target(name=f"a clip on {screen}: first frame after play, s", measured=first, at_most=MAX_FIRST_FRAME_S)
    stalls = Spread.of(one.stalls for one in seen)
    yield Target(name=f"a clip on {screen}: stalls in {WATCHED_S} s", measured=stalls, at_most=MAX_STALLS)
    # A player that stands still does not stall.
    missing = Spread.of(max(0.0, WATCHED_S - one.played_s) for one in seen)
    yield Target(name=f"a clip on {screen}: s not played of {WATCHED_S}", measured=missing, at_most=1)


if __name__ == "__main__":
    sys.exit(main())
