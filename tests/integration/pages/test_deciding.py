"""The staff's pages: canned reasons, the mail beforehand, the next clip, and what can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.actions import jobs
from intake.actions.looking import note_look
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.tables import consents
from intake.domain.decisions import UNDO_S
from intake.domain.desk import LOOK_LIFE
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import (
    FINE,
    NOISY,
    REVIEWED,
    a_judged_receipt,
    a_letter,
    a_receipt,
    a_sender,
    a_submission,
    open_jobs,
    read,
    some_findings,
    the_call,
)
from tests.integration.pages.browsing import File, Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

REASON = "Il rumore della strada copre la voce."
ENGLISH = a_letter(sender=a_sender(language="en"))


def page_of(submission: Submission) -> str:
    return f"/moderate/{submission.id}"


def decide(
    desk: FlaskClient, submission: Submission, decision: str, *, query: str = "", **fields: object
) -> TestResponse:
    form = {"decision": decision, "reviewed_sha256": submission.review_sha256} | fields
    return press(desk, page_of(submission), f"{page_of(submission)}/decision{query}", **form)


def preview(desk: FlaskClient, submission: Submission, **fields: object) -> Page:
    return Page(press(desk, page_of(submission), f"{page_of(submission)}/preview", **fields))


def undo(desk: FlaskClient, page_url: str) -> TestResponse:
    move = Page(desk.get(page_url)).value("move")
    return press(desk, page_url, "/moderate/undo", move=move)


def told(services: Services, code: str, language: str) -> str:
    """A canned reason's words."""
    reason = the_call(services).reason(code)
    assert reason is not None
    return reason.text.in_language(language)


class TestACannedReason:
    def test_reaches_the_sender_in_their_own_language(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, letter=ENGLISH)

        decide(desk, submission, "ask_again", reason_code="noise")

        assert read(services, submission.id).decision_reason == told(services, "noise", "en")

    def test_stands_before_what_was_written(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        decide(desk, submission, "decline", reason_code="advertising", reason=REASON)

        assert read(services, submission.id).decision_reason == f"{told(services, 'advertising', 'it')}\n{REASON}"

    def test_that_a_script_put_among_what_was_written_stands_there_once(
        self, desk: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services)
        written = f"{told(services, 'noise', 'it')}\n{REASON}"

        decide(desk, submission, "ask_again", reason_code="noise", reason=written)

        assert read(services, submission.id).decision_reason == written

    @pytest.mark.parametrize(
        ("decision", "code"), [("decline", "noise"), ("ask_again", "advertising"), ("decline", "nothing")]
    )
    def test_for_another_decision_is_not_taken(
        self, desk: FlaskClient, services: Services, decision: str, code: str
    ) -> None:
        submission = a_submission(services)

        answer = decide(desk, submission, decision, reason_code=code, note="Da tenere.")

        page = Page(answer)
        assert (answer.status_code, page.has_id("reason_code-error")) == (422, True)
        assert "Da tenere." in page.text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_chosen_by_mistake_does_not_keep_a_clip_from_being_approved(
        self, desk: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services)

        decide(desk, submission, "approve", reason_code="noise")

        approved = read(services, submission.id)
        assert (approved.state, approved.decision_reason) == (State.APPROVED, None)

    def test_is_offered_in_the_page_s_language_with_the_sender_s_words(
        self, desk: FlaskClient, services: Services
    ) -> None:
        page = Page(desk.get(page_of(a_submission(services, letter=ENGLISH))))

        assert "noise" in [option["value"] for option in page.all("option")]
        assert "Rumore di fondo" in page.text
        assert told(services, "noise", "en") in page.text

    @pytest.mark.parametrize("field", ["reason_code", "inserted_code"], ids=["without scripts", "with scripts"])
    def test_is_remembered_whatever_was_made_of_its_words(
        self, desk: FlaskClient, services: Services, field: str
    ) -> None:
        submission = a_submission(services)

        decide(desk, submission, "ask_again", reason=REASON, **{field: "noise"})

        with reading(services.engine) as connection:
            last = queries.history(connection, submission.id)[-1]
        assert (last.reason_code, REASON in (last.reason or "")) == ("noise", True)

    def test_that_a_script_put_in_is_not_put_in_twice(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        decide(desk, submission, "ask_again", reason=REASON, inserted_code="noise")

        assert read(services, submission.id).decision_reason == REASON

    def test_that_a_script_put_in_for_another_decision_is_refused_while_it_stands(
        self, desk: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services)
        words = told(services, "noise", "it")

        as_it_is = decide(desk, submission, "decline", reason=words, inserted_code="noise")
        page = Page(as_it_is)
        mended = decide(desk, submission, "decline", reason=REASON, inserted_code="noise")

        assert (as_it_is.status_code, mended.status_code) == (422, 303)
        assert "Questo motivo è scritto per un'altra decisione" in page.text
        assert page.has_id("reason_code-error")


class TestTheMailBeforehand:
    @pytest.mark.parametrize("language", ["it", "en"])
    def test_is_shown_in_the_sender_s_language_and_decides_nothing(
        self, desk: FlaskClient, services: Services, language: str
    ) -> None:
        submission = a_submission(services, letter=a_letter(sender=a_sender(language=language)))

        page = preview(desk, submission, reason_code="noise", reason=REASON, note="Da tenere.")

        assert " ".join(told(services, "noise", language).split())[:40] in page.text.replace("> ", "")
        assert {"it": "Ciao Anna,", "en": "Hello Anna,"}[language] in page.text
        assert "Da tenere." in page.text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_shows_what_each_decision_would_send(self, desk: FlaskClient, services: Services) -> None:
        page = preview(desk, a_submission(services), reason=REASON)

        subjects = (
            "Il tuo video è nella galleria",
            "Ti chiediamo di registrare di nuovo il tuo video",
            "La risposta sul tuo video",
        )
        assert [subject for subject in subjects if subject in page.text] == list(subjects)

    def test_without_a_reason_shows_the_one_that_needs_none(self, desk: FlaskClient, services: Services) -> None:
        page = preview(desk, a_submission(services))

        assert "Il tuo video è nella galleria" in page.text
        assert "La risposta sul tuo video" not in page.text

    def test_keeps_the_sender_s_secret_from_the_moderator(self, desk: FlaskClient, services: Services) -> None:
        page = preview(desk, a_submission(services), reason=REASON)

        assert "http://localhost/submissions/…" in page.text

    def test_is_not_for_clips_that_nobody_decides_on(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.WITHDRAWN)

        answer = press(desk, "/moderate/", f"{page_of(submission)}/preview", reason=REASON)

        assert answer.status_code == 200
        assert not Page(answer).has_id("mail-preview")


class TestAfterADecision:
    def test_the_next_clip_opens(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        first, second, third = a_row(services, clock)

        answer = decide(desk, second, "approve")

        assert answer.headers["Location"] == page_of(third)
        assert first.id != third.id

    def test_the_first_clip_opens_after_the_last(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        first, _, last = a_row(services, clock)

        assert decide(desk, last, "approve").headers["Location"] == page_of(first)

    def test_the_queue_opens_when_nothing_waits(self, desk: FlaskClient, services: Services) -> None:
        assert decide(desk, a_submission(services), "approve").headers["Location"] == "/moderate/"

    def test_a_moderator_who_reads_english_stays_in_english(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        following = a_submission(services)
        form = {"decision": "approve", "reviewed_sha256": REVIEWED}

        answer = press(desk, page_of(submission), f"{page_of(submission)}/decision?lang=en", **form)

        assert answer.headers["Location"] == f"{page_of(following)}?lang=en"

    def test_a_clip_leads_to_those_before_and_behind_it(
        self, desk: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        first, second, third = a_row(services, clock)

        links = Page(desk.get(page_of(second))).links

        assert {page_of(first), page_of(third)} <= set(links)


class TestAWalkThroughAView:
    """Whoever filtered the queue stays in what they filtered it for."""

    VIEW = "verdict=warned"

    def test_goes_on_to_the_next_of_that_view(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        noisy, _, another = a_mixed_row(services, clock)

        page = Page(desk.get(f"{page_of(noisy)}?{self.VIEW}"))
        answer = decide(desk, noisy, "approve", query=f"?{self.VIEW}")

        assert f"{page_of(another)}?{self.VIEW}" in page.links
        assert answer.headers["Location"] == f"{page_of(another)}?{self.VIEW}"

    def test_begins_at_the_queue_and_leads_back_there(
        self, desk: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        noisy, _, _ = a_mixed_row(services, clock)

        queue = Page(desk.get(f"/moderate/?{self.VIEW}&lang=en"))
        clip = Page(desk.get(f"{page_of(noisy)}?{self.VIEW}&lang=en"))

        assert f"{noisy.id}?{self.VIEW}&lang=en" in queue.links
        assert f"/moderate/?{self.VIEW}&lang=en" in clip.links

    def test_ends_at_the_queue_as_it_was_filtered(
        self, desk: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        _, fine, _ = a_mixed_row(services, clock)

        answer = decide(desk, fine, "approve", query="?verdict=good")

        assert answer.headers["Location"] == "/moderate/?verdict=good"

    def test_goes_the_other_way_where_the_newest_come_first(
        self, desk: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        oldest, middle, newest = a_row(services, clock)

        page = Page(desk.get(f"{page_of(middle)}?order=newest"))

        following, preceding = (page.pressed_by(key) for key in ("n", "p"))
        assert (following, preceding) == (
            f"{page_of(oldest)}?order=newest",
            f"{page_of(newest)}?order=newest",
        )

    def test_survives_an_undo(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        noisy, _, another = a_mixed_row(services, clock)
        decide(desk, noisy, "approve", query=f"?{self.VIEW}")
        page = Page(desk.get(f"{page_of(another)}?{self.VIEW}"))
        [action] = [form["action"] for form in page.all("form") if "undo" in form.get("action", "")]

        answer = press(desk, page_of(another), action, move=page.value("move"))

        assert answer.headers["Location"] == f"{page_of(noisy)}?{self.VIEW}"

    def test_takes_no_nonsense_along(self, desk: FlaskClient, services: Services) -> None:
        page = Page(desk.get(f"{page_of(a_submission(services))}?verdict=nonsense&x=y"))

        assert "/moderate/" in page.links


class TestTwoWhoWalkTheSameLine:
    def test_are_not_led_to_the_same_clip(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        first, second, third = a_row(services, clock)
        look_at(services, second)

        assert decide(desk, first, "approve").headers["Location"] == page_of(third)

    def test_are_where_there_is_no_other(self, desk: FlaskClient, services: Services) -> None:
        first, second = a_submission(services), a_submission(services)
        look_at(services, second)

        assert decide(desk, first, "approve").headers["Location"] == page_of(second)

    def test_are_once_the_other_has_left(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        first, second, _ = a_row(services, clock)
        look_at(services, second)
        clock.advance(seconds=LOOK_LIFE.total_seconds())

        assert decide(desk, first, "approve").headers["Location"] == page_of(second)


class TestAnUndo:
    def test_is_offered_on_every_page_of_the_desk_for_as_long_as_it_is_possible(
        self, desk: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        submission, another = a_submission(services), a_submission(services)
        decide(desk, submission, "approve")

        clock.advance(seconds=UNDO_S - 3)
        soon = [Page(desk.get(path)) for path in ("/moderate/", page_of(another))]
        clock.advance(seconds=3)
        late = Page(desk.get("/moderate/"))

        assert all("Approvato: fra poco il video di Anna Rossi" in page.text for page in soon)
        assert all("entro 3 secondi" in page.text for page in soon)
        assert "Approvato: fra poco" not in late.text

    @pytest.mark.parametrize("decision", ["approve", "decline", "ask_again"])
    def test_brings_the_clip_back(self, desk: FlaskClient, services: Services, decision: str) -> None:
        submission = a_submission(services)
        decide(desk, submission, decision, reason=REASON)

        answer = undo(desk, "/moderate/")

        page = Page(desk.get(answer.headers["Location"]))
        assert answer.headers["Location"] == page_of(submission)
        assert "Annullato: è tutto come prima" in page.text
        assert "Decisione annullata" in page.text
        assert page.text.count("entro") == 0
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_waits_for_who_is_at_its_button(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        submission = a_submission(services)
        decide(desk, submission, "approve")
        move = Page(desk.get("/moderate/")).value("move")
        clock.advance(seconds=UNDO_S - 1)

        answer = press(desk, "/moderate/", "/moderate/undo/hold", move=move)
        clock.advance(seconds=UNDO_S - 1)

        assert (answer.status_code, answer.text) == (200, str(UNDO_S))
        assert "entro 1 secondo" in Page(desk.get("/moderate/")).text

    def test_that_comes_too_late_is_told(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        decide(desk, submission, "decline", reason=REASON)
        move = Page(desk.get("/moderate/")).value("move")
        with writing(services.engine) as connection:
            [mail] = [job for job in open_jobs(services) if job.kind is JobKind.MAIL_VERDICT]
            connection.exec_driver_sql("UPDATE jobs SET run_after = 0")
            assert jobs.claim(connection, mail.id, lease_s=60) is not None

        answer = press(desk, "/moderate/", "/moderate/undo", move=move)

        assert answer.status_code == 409
        assert "Non si può più annullare" in Page(answer).text
        assert read(services, submission.id).state is State.DECLINED

    @pytest.mark.parametrize(
        ("move", "status"),
        [("nothing", 400), ("x.y", 400), ("9b2c1a58-0000-4000-8000-000000000000.1", 404), ("x.²", 400)],
    )
    def test_of_nonsense_is_refused(self, desk: FlaskClient, move: str, status: int) -> None:
        assert press(desk, "/moderate/", "/moderate/undo", move=move).status_code == status


class TestUntilADecisionStands:
    @pytest.mark.parametrize("decision", ["approve", "decline", "ask_again"])
    def test_its_sender_hears_nothing_of_it(
        self, desk: FlaskClient, services: Services, clock: FakeClock, decision: str
    ) -> None:
        # Given a sender whose video waits behind another's
        a_submission(services)
        clock.advance(minutes=1)
        submission_id, token = a_receipt(services, state=State.AWAITING_REVIEW)
        before = as_a_program(desk, token)
        clock.advance(minutes=1)
        a_submission(services)

        # When somebody decides on it
        decide(desk, read(services, submission_id), decision, reason=REASON)

        # Then everything is as it was, until the seconds are over
        assert as_a_program(desk, token) == before
        assert REASON not in Page(desk.get(f"/submissions/{token}")).text
        assert "Il tuo video aspetta di essere visto" in Page(desk.get(f"/submissions/{token}")).text
        clock.advance(seconds=UNDO_S)
        assert as_a_program(desk, token) != before

    def test_a_better_file_is_not_said_to_have_arrived(self, desk: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services, state=State.AWAITING_REVIEW)
        decide(desk, read(services, submission_id), "approve")
        page = f"/submissions/{token}"

        answer = press(desk, page, f"{page}/replace", video=File("nuovo.mp4"))

        assert answer.headers["Location"] == page
        assert read(services, submission_id).state is State.APPROVED


def test_a_form_that_comes_twice_opens_the_next_clip_and_offers_to_undo_twice(
    desk: FlaskClient, services: Services, clock: FakeClock
) -> None:
    first, second, _ = a_row(services, clock)

    answers = [decide(desk, first, "approve") for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [page_of(second)] * 2
    undo(desk, "/moderate/")
    assert read(services, first.id).state is State.AWAITING_REVIEW


class TestAPublicClip:
    def test_can_be_taken_down_with_a_note(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.PUBLISHED)

        answer = press(desk, page_of(submission), f"{page_of(submission)}/take-down", why="Una targa si legge.")

        page = Page(desk.get(answer.headers["Location"]))
        assert "Tolto dalla galleria" in page.text
        assert "Una targa si legge." in page.text
        assert read(services, submission.id).state is State.AWAITING_REVIEW
        assert desk.get(f"/embed/{submission.clip_id}").status_code == 410

    def test_is_not_taken_down_without_a_word(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.PUBLISHED)

        answer = press(desk, page_of(submission), f"{page_of(submission)}/take-down", why=" ")

        assert (answer.status_code, Page(answer).has_id("why-error")) == (422, True)
        assert read(services, submission.id).state is State.PUBLISHED

    def test_that_is_not_public_any_more_is_told(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.WITHDRAWN)

        answer = press(desk, "/moderate/", f"{page_of(submission)}/take-down", why="Una targa si legge.")

        assert answer.status_code == 409


def test_an_approval_without_consent_is_answered_with_a_sentence(desk: FlaskClient, services: Services) -> None:
    submission = a_submission(services)
    with writing(services.engine) as connection:
        connection.execute(update(consents).values(given=False))

    answer = decide(desk, submission, "approve")

    assert answer.status_code == 409
    assert "Non si può ancora approvare" in Page(answer).text


def a_mixed_row(services: Services, clock: FakeClock) -> list[Submission]:
    """Three clips that wait, of which the first and the last are noisy."""
    row = []
    for checks in ((NOISY,), (FINE,), (NOISY,)):
        clock.advance(minutes=1)
        submission_id, _ = a_judged_receipt(services, some_findings(checks=checks))
        row.append(read(services, submission_id))
    return row


def look_at(services: Services, submission: Submission) -> None:
    """Have somebody else's page of a clip be open."""
    with writing(services.engine) as connection:
        note_look(connection, submission.id, "altro@example.org", now=services.clock())


def as_a_program(client: FlaskClient, token: str) -> object:
    """What a program is told of a submission."""
    return client.get("/api/v1/submission", headers={"Authorization": f"Bearer {token}"}).json


def a_row(services: Services, clock: FakeClock) -> list[Submission]:
    """Three clips that wait, oldest first."""
    row = []
    for _ in range(3):
        clock.advance(minutes=1)
        row.append(a_submission(services))
    return row
