"""The page a sender comes back to: what is wrong and where, how it will look, and what they agreed to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.domain.facts import Stretch, StretchKind
from intake.domain.states import State
from tests import media_factory
from tests.builders import CLIPPED, LONG_SILENCE, NOISY, some_findings, some_levels
from tests.people import ASKED_AGAIN, PATIENCE_MS, WAITING, WITHDRAWN, KeyboardSender

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from intake.actions.judging import Findings
    from tests.browser.staging import Stage
    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender

STRETCHES = (
    Stretch(kind=StretchKind.CLIPPING, starts_s=20.0, ends_s=20.02),
    Stretch(kind=StretchKind.NOISE, starts_s=30.0, ends_s=45.0),
    Stretch(kind=StretchKind.SILENCE, starts_s=4.0, ends_s=11.5),
)


@pytest.fixture
def warned() -> Findings:
    """A clip that is long silent, crackles once, and has a noisy pause."""
    return some_findings(checks=(LONG_SILENCE, CLIPPED, NOISY), levels=some_levels(stretches=STRETCHES))


def width_px(drawn: Locator) -> float:
    box = drawn.bounding_box()
    assert box is not None
    return box["width"]


def test_a_warned_sender_sees_and_hears_where_it_is_wrong(stage: Stage, sender: Sender, warned: Findings) -> None:
    # Given a clip with something wrong in three places
    sender.opens(stage.judged_submission("Bruni", warned).status_path)

    # Then each is marked where it is, wide enough to be seen, and named in words
    whole_px = width_px(sender.page.get_by_role("img", name="Forma d'onda"))
    crackle_px, noise_px, silence_px = (width_px(mark) for mark in sender.marks.all())
    assert noise_px / whole_px == pytest.approx(15 / 60, abs=0.02)
    assert silence_px / whole_px == pytest.approx(7.5 / 60, abs=0.02)
    assert crackle_px > 0
    expect(sender.page.locator(".marks li")).to_have_text(
        ["Dove è distorto: a 20 s", "Dove c'è rumore: da 30 s a 45 s", "Dove c'è silenzio: da 4 s a 11,5 s"]
    )


def test_the_page_reads_well_aloud(stage: Stage, sender: Sender, warned: Findings) -> None:
    sender.opens(stage.judged_submission("Sanna", warned).status_path)

    expect(sender.page.get_by_role("main")).to_match_aria_snapshot(
        f"""
        - status
        - region "{WAITING}":
          - heading "{WAITING}" [level=1]
          - list:
            - listitem: "Ricevuto (fatto)"
            - listitem: "Controllato (fatto)"
            - listitem: "Visto dalla redazione"
            - listitem: "In galleria"
          - paragraph:
            - link "Aggiorna adesso"
        - region "Che cosa abbiamo controllato":
          - heading "Che cosa abbiamo controllato" [level=2]
          - list
        - region "Ne hai uno migliore?"
        - region "Come si sente":
          - img /il volume della voce dall'inizio alla fine/
          - list:
            - listitem
            - listitem
            - listitem
        - region "Come si vedrà nella galleria"
        - region "Che cosa hai mandato"
        - region "Hai cambiato idea?"
        """
    )


def test_the_preview_is_the_gallery_s_own_card(stage: Stage, sender: Sender) -> None:
    sender.opens(stage.submission("Testa").status_path)

    preview = sender.page.get_by_role("region", name="Come si vedrà nella galleria")
    expect(preview).to_contain_text("Ada Testa")
    expect(preview).to_contain_text("Officina Rossi")
    expect(preview.get_by_role("link")).to_have_count(0)
    still = preview.locator("img")
    still.scroll_into_view_if_needed()
    expect(still).to_have_js_property("complete", value=True)
    assert still.evaluate("image => image.naturalWidth") > 0
    assert preview.evaluate("section => section.scrollHeight <= section.clientHeight")


def test_the_receipt_can_be_kept_and_checked(stage: Stage, sender: Sender, tmp_path: Path) -> None:
    # Given somebody who looks up what they agreed to
    sender.opens(stage.submission("Fiore").status_path)
    with sender.unfolding("I tuoi consensi"):
        sender.page.get_by_role("link", name="La ricevuta da conservare").click()

    # When they keep it
    with sender.page.expect_download() as download:
        sender.page.get_by_role("link", name="Scarica la ricevuta").click()
    download.value.save_as(tmp_path / "receipt.txt")

    # Then the hash in it is that of the words on the page
    shown = sender.page.locator(".agreed-words").first.inner_text()
    assert hashlib.sha256(shown.encode()).hexdigest() in (tmp_path / "receipt.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("has_javascript", [True, False], ids=["javascript", "no javascript"])
def test_a_better_video_takes_the_place_of_one_that_waits(
    stage: Stage, a_sender: Callable[..., Sender], warned: Findings, clip: MakeClip, *, has_javascript: bool
) -> None:
    # Given a clip that waits, with advice on how to do better
    waiting = stage.judged_submission("Lupi", warned)
    sender = a_sender(has_javascript=has_javascript)
    sender.opens(waiting.status_path)

    # When its sender sends another
    with sender.unfolding("Manda un video al posto di questo"):
        sender.sends_again(clip(media_factory.a_portrait_clip))

    # Then it is looked at from the start, and waits in its place
    sender.reloads_until(WAITING)
    expect(sender.page.get_by_text("Dove c'è rumore")).to_have_count(0)


def test_a_moderator_who_watches_the_old_one_is_told(
    stage: Stage, moderator: Moderator, sender: Sender, clip: MakeClip
) -> None:
    # Given a clip open on a desk
    waiting = stage.submission("Marini")
    moderator.opens_the_clip_of(waiting.name)

    # When its sender sends another, and the moderator decides on what they watched
    sender.opens(waiting.status_path)
    with sender.unfolding("Manda un video al posto di questo"):
        sender.sends_again(clip(media_factory.a_landscape_clip))
    moderator.decides("Approva e pubblica")

    # Then nothing was decided
    moderator.reads("La tua decisione non è stata registrata")


def test_a_video_is_taken_back_by_keyboard(open_browser: Callable[..., Page], stage: Stage, system: System) -> None:
    sender = KeyboardSender(open_browser(), system.url)
    sender.opens(stage.submission("Rizzi").status_path)

    sender.unfolds("Ritira il video")
    sender.strikes("Sì, ritira il mio video", "Enter")

    expect(sender.headline).to_have_text(WITHDRAWN)
    assert sender.unseen_stops == []


class TestThePageKeepsUp:
    def test_and_says_aloud_what_moderators_decided(self, stage: Stage, sender: Sender) -> None:
        # Given somebody who waits, with their consents unfolded
        waiting = stage.submission("Greco")
        sender.opens(waiting.status_path)
        sender.page.locator("summary", has_text="I tuoi consensi").click()

        # When a moderator asks again
        stage.asks_again(waiting, "Si sente il traffico.")
        sender.looks_now()

        # Then the page says so by itself, and leaves alone what was unfolded
        expect(sender.headline).to_have_text(ASKED_AGAIN)
        expect(sender.page.locator("[data-announce]")).to_contain_text(ASKED_AGAIN)
        expect(sender.page.get_by_role("button", name="Manda il nuovo video")).to_be_visible()
        expect(sender.page.get_by_role("link", name="La ricevuta da conservare")).to_be_visible()

    def test_and_keeps_the_focus_and_the_chosen_file(self, stage: Stage, sender: Sender) -> None:
        # Given somebody who waits behind another, chose a better file and rests on a link
        before, waiting = stage.submission("Primi"), stage.submission("Secondi")
        sender.opens(waiting.status_path)
        sender.page.locator("summary", has_text="Manda un video al posto di questo").click()
        sender.chooses(Path(__file__))
        reload = sender.page.get_by_role("link", name="Aggiorna adesso")
        reload.focus()
        queue_before = sender.page.locator(".doing").inner_text()

        # When the other one takes theirs back
        stage.withdraws(before)
        sender.looks_now()

        # Then only the queue is another
        expect(sender.page.locator(".doing")).not_to_have_text(queue_before)
        expect(reload).to_be_focused()
        expect(sender.page.get_by_text("test_the_status_page.py")).to_be_visible()

    def test_and_does_not_promise_it_while_it_cannot(self, stage: Stage, sender: Sender) -> None:
        # Given a page that promises to keep up
        waiting = stage.submission("Pace")
        sender.opens(waiting.status_path)
        promise = sender.page.get_by_text("La pagina si aggiorna da sola.")
        expect(promise).to_be_visible()

        # When the service is out of reach, and back
        sender.page.route("**/submissions/*", lambda route: route.fulfill(status=503, body=""))
        sender.looks_now()
        expect(promise).to_be_hidden()
        sender.page.unroute("**/submissions/*")
        stage.asks_again(waiting, "Si sente il traffico.")
        sender.looks_now()

        # Then nothing was missed
        expect(sender.headline).to_have_text(ASKED_AGAIN, timeout=PATIENCE_MS)

    def test_and_offers_no_second_sending_of_what_arrived_elsewhere(self, stage: Stage, sender: Sender) -> None:
        # Given a page left open on a file that was sent half
        half_sent = stage.submission("Costa", state=State.UPLOADING)
        sender.opens(half_sent.status_path)
        resume = sender.page.get_by_role("button", name="Riprendi l'invio")
        expect(resume).to_be_visible()
        expect(sender.page.get_by_text("Non hai ancora un video?")).to_have_count(0)

        # When the rest arrives from another window
        stage.receives(half_sent)
        sender.looks_now()

        # Then there is one form, for a better video
        sender.waits_for(WAITING)
        expect(resume).to_have_count(0)
        expect(sender.page.get_by_text("Ne hai uno migliore?")).to_be_visible()
        ids = sender.page.locator("[id]").evaluate_all("elements => elements.map(({ id }) => id)")
        assert len(ids) == len(set(ids))

    def test_and_a_chosen_file_does_not_go_in_the_place_of_one_that_arrived_elsewhere(
        self, stage: Stage, sender: Sender, clip: MakeClip
    ) -> None:
        # Given somebody who chose the rest of a half-sent file when it arrived from another window
        half_sent = stage.submission("Moro", state=State.UPLOADING)
        sender.opens(half_sent.status_path)
        sender.chooses(clip(media_factory.a_portrait_clip))
        stage.receives(half_sent)

        # When they send it
        sender.presses("Riprendi l'invio")

        # Then they are shown that it is there
        expect(sender.headline).to_have_text(WAITING)
        expect(sender.receipt).to_have_count(0)
        expect(sender.page.get_by_text("Ne hai uno migliore?")).to_be_visible()
