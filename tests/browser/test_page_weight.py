"""What the form costs somebody with a bad line: counted in Chromium, as it came over the wire, fonts aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

    from tests.people import Sender

MAX_BYTES: Final = 120_000
MAX_SCRIPT_BYTES: Final = 60_000


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
