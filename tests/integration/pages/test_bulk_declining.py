"""Several clips declined at once: named before, each decided by itself, undone together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.domain.decisions import MAX_AT_ONCE
from intake.domain.states import State
from tests.builders import a_letter, a_sender, a_submission, read, the_call, withdraw
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission
    from intake.wiring import Services

REASON = "Questo file è arrivato per sbaglio."
BULK = "/moderate/bulk-decline"


def named(*names: str, services: Services, language: str = "it") -> list[Submission]:
    """Clips that wait, by these people."""
    return [
        a_submission(services, letter=a_letter(sender=a_sender(given_name=name, language=language))) for name in names
    ]


def asking(*chosen: Submission) -> str:
    return f"{BULK}?" + "&".join(f"id={one.id}" for one in chosen)


def clips_on(page: Page) -> list[str]:
    return [field["value"] for field in page.all("input") if field.get("name") == "clip"]


def test_the_queue_offers_to_choose(desk: FlaskClient, services: Services) -> None:
    [waiting] = named("Ada", services=services)

    boxes = [box for box in Page(desk.get("/moderate/")).all("input") if box.get("type") == "checkbox"]

    assert [box["value"] for box in boxes if box.get("name") == "id"] == [waiting.id]


def test_everybody_is_named_before_anything_is_decided(desk: FlaskClient, services: Services) -> None:
    chosen = named("Ada", "Bea", services=services)

    page = Page(desk.get(asking(*chosen)))

    assert ("Ada Rossi" in page.text, "Bea Rossi" in page.text) == (True, True)
    assert {read(services, one.id).state for one in chosen} == {State.AWAITING_REVIEW}


def test_all_are_declined_for_one_reason(desk: FlaskClient, services: Services) -> None:
    chosen = named("Ada", "Bea", services=services)
    clips = clips_on(Page(desk.get(asking(*chosen))))

    answer = press(desk, asking(*chosen), BULK, clip=clips, reason=REASON, note="Spam.")

    after = [read(services, one.id) for one in chosen]
    assert answer.headers["Location"] == "/moderate/"
    assert [(one.state, one.decision_reason) for one in after] == [(State.DECLINED, REASON)] * 2
    assert "Rifiutati: 2." in Page(desk.get("/moderate/")).text


def test_each_reads_a_canned_reason_in_their_own_language(desk: FlaskClient, services: Services) -> None:
    [italian], [english] = named("Ada", services=services), named("Bea", services=services, language="en")
    clips = clips_on(Page(desk.get(asking(italian, english))))
    reason = the_call(services).reason("not_a_message")
    assert reason is not None

    press(desk, asking(italian, english), BULK, clip=clips, reason_code="not_a_message")

    told = [read(services, one.id).decision_reason for one in (italian, english)]
    assert told == [reason.text.in_language("it"), reason.text.in_language("en")]


def test_those_that_changed_meanwhile_are_named_and_left_alone(desk: FlaskClient, services: Services) -> None:
    ada, bea = named("Ada", "Bea", services=services)
    clips = clips_on(Page(desk.get(asking(ada, bea))))
    withdraw(services, ada.id)

    press(desk, "/moderate/", BULK, clip=clips, reason=REASON)

    page = Page(desk.get("/moderate/"))
    assert "perché nel frattempo è cambiato qualcosa: Ada Rossi." in page.text
    assert [read(services, one.id).state for one in (ada, bea)] == [State.WITHDRAWN, State.DECLINED]


def test_a_file_that_is_another_by_now_is_left_alone(desk: FlaskClient, services: Services) -> None:
    [ada] = named("Ada", services=services)

    press(desk, "/moderate/", BULK, clip=[f"{ada.id}.{'0' * 64}"], reason=REASON)

    assert read(services, ada.id).state is State.AWAITING_REVIEW


def test_all_are_brought_back_by_one_undo(desk: FlaskClient, services: Services) -> None:
    chosen = named("Ada", "Bea", services=services)
    press(desk, "/moderate/", BULK, clip=clips_on(Page(desk.get(asking(*chosen)))), reason=REASON)
    moves = [field["value"] for field in Page(desk.get("/moderate/")).all("input") if field.get("name") == "move"]

    press(desk, "/moderate/", "/moderate/undo", move=moves)

    assert {read(services, one.id).state for one in chosen} == {State.AWAITING_REVIEW}
    assert "Annullato: è tutto come prima" in Page(desk.get("/moderate/")).text


def test_nobody_is_declined_without_a_reason(desk: FlaskClient, services: Services) -> None:
    chosen = named("Ada", services=services)
    clips = clips_on(Page(desk.get(asking(*chosen))))

    answer = press(desk, asking(*chosen), BULK, clip=clips, reason=" ", note="Da tenere.")

    page = Page(answer)
    assert (answer.status_code, page.has_id("reason-error")) == (422, True)
    assert "Da tenere." in page.text
    assert read(services, chosen[0].id).state is State.AWAITING_REVIEW


def test_no_more_than_a_page_of_the_queue_at_once(desk: FlaskClient, services: Services) -> None:
    chosen = named(*("Ada" for _ in range(MAX_AT_ONCE + 1)), services=services)
    values = [f"{one.id}.{one.review_sha256}" for one in chosen]

    page = Page(desk.get(asking(*chosen)))
    press(desk, "/moderate/", BULK, clip=values, reason=REASON)

    assert len(clips_on(page)) == MAX_AT_ONCE
    assert "Al massimo 50 per volta" in page.text
    assert [read(services, one.id).state for one in chosen].count(State.DECLINED) == MAX_AT_ONCE


def test_nothing_chosen_leads_back_to_the_queue(desk: FlaskClient, services: Services) -> None:
    published = a_submission(services, state=State.PUBLISHED)

    answers = [desk.get(query) for query in (BULK, f"{BULK}?id=nothing", asking(published))]

    assert [answer.headers["Location"] for answer in answers] == ["/moderate/"] * 3
