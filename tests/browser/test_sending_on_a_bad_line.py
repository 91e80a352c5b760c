"""A video goes from a phone in parts: on a slow line, over a lost one, out of a closed tab, and only once."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.actions import tokens
from intake.db import queries
from intake.db.engine import reading
from intake.domain.states import State
from tests import media_factory
from tests.browser.inspection import barriers
from tests.faults.line import Weather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Request

    from tests.browser.staging import Stage
    from tests.browser.system import System
    from tests.faults.line import Line
    from tests.media_factory import MakeClip
    from tests.people import Sender

PART_BYTES = 5 * 1024 * 1024
OVERHEAD_BYTES = 40 * 2000
"""Addresses and headers of everything that is asked of the bucket during an upload."""

SLOW = Weather(bytes_per_s=3_000_000)
MEDIUM_PHONE_LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_000_000, "uploadThroughput": 3_000_000}


@pytest.fixture
def video(clip: MakeClip) -> Path:
    return clip(media_factory.a_heavy_clip)


def throttle(page: Page) -> None:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", MEDIUM_PHONE_LINE)


@pytest.fixture
def is_held(system: System, tmp_path: Path) -> Callable[[Sender, Path], bool]:
    """Whether the bucket holds exactly what a sender, who has a receipt, has on their phone."""

    def look(sender: Sender, video: Path) -> bool:
        with reading(system.services.engine) as connection:
            token_sha256 = tokens.hash_of(sender.status_url.rpartition("/")[2])
            submission = queries.submission_by_token(connection, token_sha256)
        assert submission.original_key is not None
        system.services.private.fetch(submission.original_key, tmp_path / "fetched.mp4")
        return sha256(tmp_path / "fetched.mp4") == sha256(video)

    return look


class PartsUnderWay:
    """Counts the parts that a page has under way to the bucket."""

    def __init__(self, page: Page) -> None:
        self.now = self.most = 0
        page.on("request", lambda request: self._count(request, 1))
        page.on("response", lambda response: self._count(response.request, -1))
        page.on("requestfailed", lambda request: self._count(request, -1))

    def _count(self, request: Request, change: int) -> None:
        self.now += change * (request.method == "PUT")
        self.most = max(self.most, self.now)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_on_a_phone_line_the_page_says_how_far_it_is_and_leaving_warns(
    sender: Sender, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    warnings: list[str] = []
    sender.page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.dismiss()))
    throttle(sender.page)
    parts = PartsUnderWay(sender.page)

    # When the video is on its way
    sender.begins_to_send(video)
    sender.waits_until_sent(40)

    # Then the page says how much, how fast and how long
    expect(sender.journey.get_by_role("heading")).to_have_text("Il tuo video è in viaggio")
    expect(sender.journey).to_contain_text(re.compile(r"\d\d %\s+\d+(,\d)? MB di 28 MB"))
    expect(sender.journey).to_contain_text(re.compile(r"\d,\d MB/s · tempo che manca: circa \d+ secondi"))
    # And whoever listens hears the quarters
    expect(sender.journey.get_by_role("status")).to_have_text("Inviato il 25 %")

    # And when somebody wants to leave, the browser asks
    sender.page.evaluate("location.reload()")
    sender.has_a_receipt()
    assert warnings == ["beforeunload"]
    # And a line that carries it has been given four parts at a time
    assert parts.most == 4
    assert is_held(sender, video)


def test_a_lost_line_is_waited_for_and_nothing_that_arrived_is_sent_again(
    sender: Sender, line: Line, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    line.turns(SLOW)
    sender.begins_to_send(video)
    sender.waits_until_sent(30)

    line.goes_down()
    expect(sender.journey.get_by_role("heading")).to_have_text("La linea è caduta")
    line.comes_back()
    sender.has_a_receipt()

    assert is_held(sender, video)
    assert line.record.up_bytes - video.stat().st_size <= line.record.lost_bytes + OVERHEAD_BYTES
    assert line.record.lost_bytes <= line.record.drops * PART_BYTES


def test_a_device_without_a_line_says_so_at_once_and_goes_on_when_it_is_back(
    sender: Sender, line: Line, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    line.turns(SLOW)
    sender.begins_to_send(video)
    sender.waits_until_sent(20)

    sender.page.context.set_offline(offline=True)
    expect(sender.journey.get_by_role("heading")).to_have_text("La linea è caduta", timeout=3_000)
    sender.page.context.set_offline(offline=False)
    sender.has_a_receipt()

    assert is_held(sender, video)


def test_fifty_drops_in_one_upload_lose_nothing(
    sender: Sender, line: Line, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    sender.is_in_a_hurry()
    line.turns(Weather(drops=50), seed=4)

    sender.begins_to_send(video)
    sender.hurries_until(sender.receipt)
    sender.has_a_receipt()

    assert line.record.drops == 50
    assert is_held(sender, video)
    assert line.record.up_bytes - video.stat().st_size <= line.record.lost_bytes + OVERHEAD_BYTES


def test_a_closed_tab_is_gone_on_with_from_what_arrived(
    sender: Sender, line: Line, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    # Given a tab that was closed at 60 %
    line.turns(SLOW)
    sender.begins_to_send(video)
    sender.waits_until_sent(60)

    # When the call is opened again
    again = sender.closes_the_tab_and_comes_back()
    again.opens_the_call()
    again.page.get_by_role("link", name="Riprendi l'invio").click()

    # Then the page says what arrived, and the same video goes on from there
    expect(again.headline).to_have_text("Aspettiamo il tuo video")
    again.reads(re.compile(r"È già arrivato il \d\d %: \d+(,\d)? MB di 28 MB"))
    again.chooses(video)
    again.presses("Riprendi l'invio")
    again.has_a_receipt()
    assert is_held(again, video)
    assert line.record.up_bytes - video.stat().st_size <= line.record.lost_bytes + OVERHEAD_BYTES

    # And nothing is offered any more
    again.opens_the_call()
    expect(again.page.get_by_role("link", name="Riprendi l'invio")).to_be_hidden()


def test_another_file_is_noticed_and_starts_over_only_when_its_sender_says_so(
    sender: Sender, line: Line, clip: MakeClip, is_held: Callable[[Sender, Path], bool]
) -> None:
    # Given an upload that was left half-way
    line.turns(SLOW)
    sender.begins_to_send(clip(media_factory.a_heavy_clip))
    sender.waits_until_sent(40)
    again = sender.closes_the_tab_and_comes_back()
    again.opens_the_call()
    again.page.get_by_role("link", name="Riprendi l'invio").click()

    # When the file chosen is another, of the same size
    another = clip(media_factory.another_heavy_clip)
    again.chooses(another)
    again.presses("Riprendi l'invio")

    # Then it says so, and starts over when it is told to
    expect(again.mistakes).to_contain_text("Questo non è lo stesso file")
    again.presses("Manda questo dall'inizio")
    again.has_a_receipt()
    assert is_held(again, another)


def test_whoever_is_asked_again_sends_the_new_video_in_parts(
    sender: Sender, stage: Stage, line: Line, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    asked_again = stage.submission("Da Capo", state=State.REDO_REQUESTED)
    sender.opens(asked_again.status_path)

    sender.sends_again(video)

    assert is_held(sender, video)
    assert line.record.up_bytes > video.stat().st_size


def test_pausing_and_going_on_sends_nothing_twice_but_what_was_under_way(
    sender: Sender, line: Line, video: Path, is_held: Callable[[Sender, Path], bool]
) -> None:
    line.turns(SLOW)
    sender.begins_to_send(video)
    sender.waits_until_sent(30)

    sender.presses("Metti in pausa")
    expect(sender.journey.get_by_role("heading")).to_have_text("Invio in pausa")
    assert barriers(sender.page) == []
    sender.presses("Riprendi")
    sender.has_a_receipt()

    assert is_held(sender, video)
    assert line.record.up_bytes - video.stat().st_size < 4 * PART_BYTES


def test_cancelling_asks_first_and_gives_the_form_back_as_it_was(sender: Sender, line: Line, video: Path) -> None:
    line.turns(SLOW)
    sender.begins_to_send(video)
    sender.waits_until_sent(10)

    sender.presses("Annulla l'invio")
    expect(sender.page.get_by_role("button", name="No, continua")).to_be_focused()
    sender.presses("Sì, annulla")

    expect(sender.field("Nome")).to_have_value("Anna")
    expect(sender.page.get_by_role("button", name="Manda il video")).to_be_focused()
    line.turns(Weather())
    sender.presses("Manda il video")
    sender.has_a_receipt()


def test_a_network_that_forbids_the_bucket_still_has_the_plain_way(
    sender: Sender, line: Line, clip: MakeClip, is_held: Callable[[Sender, Path], bool]
) -> None:
    video = clip(media_factory.a_portrait_clip)
    sender.is_in_a_hurry()
    line.goes_down()

    sender.begins_to_send(video)
    sender.hurries_until(sender.page.get_by_role("heading", name="La tua rete non lascia passare il video a pezzi"))
    sender.presses("Manda tutto in una volta")

    sender.has_a_receipt()
    assert is_held(sender, video)


def test_mistakes_come_back_before_a_byte_is_sent_and_the_video_stays_chosen(
    sender: Sender, line: Line, clip: MakeClip
) -> None:
    video = clip(media_factory.a_portrait_clip)

    sender.begins_to_send(video, Ruolo="  ")
    expect(sender.mistakes).to_contain_text("Ruolo: Compila questo campo.")
    sender.field("Ruolo").fill("Titolare")
    sender.presses("Manda il video")

    sender.has_a_receipt()
    assert line.record.drops == 0
