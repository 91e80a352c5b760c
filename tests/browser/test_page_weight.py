"""What our pages cost somebody with a bad line: counted in Chromium, as it came over the wire, fonts aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.domain.calls import CallSlug

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

    from tests.browser.exhibition import Exhibition
    from tests.people import Sender, Visitor

MAX_BYTES: Final = 120_000
MAX_SCRIPT_BYTES: Final = 60_000
MAX_GALLERY_BYTES: Final = 60_000
MAX_GALLERY_SCRIPT_BYTES: Final = 20_000
MAX_FRAME_BYTES: Final = 25_000

A_FULL_PAGE: Final = 24


def size_of(request: Request) -> int:
    return int(request.sizes()["responseBodySize"])


def requests_of(page: Page) -> list[Request]:
    """Every request of a page that ends from now on."""
    ended: list[Request] = []

    def note(request: Request) -> None:
        ended.append(request)

    page.on("requestfinished", note)
    return ended


def test_the_form_page_is_light_whatever_a_sender_does_on_it(sender: Sender) -> None:
    # Given somebody who reads the call and picks a file, which may ask for more scripts
    requests = requests_of(sender.page)
    sender.opens_the_call()
    sender.chooses(Path(__file__))
    sender.page.wait_for_load_state("networkidle")

    # Then little was sent, as compressed as it came
    sent = {request.url: (request.resource_type, size_of(request)) for request in requests}
    assert sum(size for kind, size in sent.values() if kind != "font") <= MAX_BYTES
    assert 0 < sum(size for kind, size in sent.values() if kind == "script") <= MAX_SCRIPT_BYTES


def test_styles_and_scripts_come_compressed(sender: Sender) -> None:
    requests = requests_of(sender.page)

    sender.opens_the_call()
    sender.page.wait_for_load_state("networkidle")

    texts = [request for request in requests if request.resource_type in {"stylesheet", "script"}]
    headers = [request.response().headers for request in texts]  # type: ignore[union-attr]
    assert {header.get("content-encoding") for header in headers} <= {"br", "gzip"}
    assert len(texts) >= 2


def weight_of(requests: list[Request], *kinds: str) -> int:
    """What came of these kinds, in bytes; of all but pictures and fonts where none is named."""
    return sum(
        size_of(request)
        for request in requests
        if (request.resource_type in kinds if kinds else request.resource_type not in {"image", "font"})
    )


def test_a_full_gallery_is_light_and_holds_no_video(visitor: Visitor, exhibition: Exhibition) -> None:
    # Given a whole page of clips
    for number in range(A_FULL_PAGE):
        exhibition.hangs(f"Voce {number}", call=CallSlug("breve"))
    requests = requests_of(visitor.page)

    # When somebody looks at it
    visitor.opens("/gallery/breve")
    visitor.page.wait_for_load_state("networkidle")

    # Then little was sent beside the faces, and not a byte of video
    assert weight_of(requests) <= MAX_GALLERY_BYTES
    assert 0 < weight_of(requests, "script") <= MAX_GALLERY_SCRIPT_BYTES
    assert weight_of(requests, "media") == 0


def test_a_gallery_in_a_frame_is_light(visitor: Visitor) -> None:
    requests = requests_of(visitor.page)

    visitor.opens("/embed/gallery/breve")
    visitor.page.wait_for_load_state("networkidle")

    assert 0 < weight_of(requests) <= MAX_FRAME_BYTES
