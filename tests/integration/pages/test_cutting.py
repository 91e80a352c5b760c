"""Cutting a clip from its page: what is asked for, what is refused in words, and what the page says meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.actions import cutting, jobs, operating
from intake.db.engine import writing
from intake.db.tables import submissions
from intake.domain.cutting import Cut
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import (
    REVIEWED,
    a_judged_receipt,
    a_submission,
    open_work,
    read,
    some_findings,
    some_levels,
    take_job,
    withdraw,
)
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services


def page_of(submission: Submission) -> str:
    return f"/moderate/{submission.id}"


def cut(desk: FlaskClient, submission: Submission, **fields: object) -> TestResponse:
    whole = {"start_s": "", "end_s": "", "rotate_deg": "0", "sound": "original", "reviewed_sha256": REVIEWED}
    return press(desk, page_of(submission), f"{page_of(submission)}/cut", **whole | fields)


def test_a_cut_goes_back_to_be_prepared(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)

    answer = cut(desk, submission, start_s="2,5", end_s="0:45", rotate_deg="90")

    asked = read(services, submission.id)
    assert answer.status_code == 303
    assert (asked.state, asked.wanted_cut) == (State.INSPECTED, Cut(start_s=2.5, end_s=45.0, rotate_deg=90))
    assert [job.kind for job in open_work(services)] == [JobKind.RECUT]
    assert "Stiamo preparando la copia nuova" in Page(desk.get(page_of(submission))).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"start_s": "40", "end_s": "30"}, "La fine deve venire dopo", id="backwards"),
        pytest.param({"start_s": "55"}, "Così resta troppo corto", id="too short"),
        pytest.param({"end_s": "9:00"}, "Il video finisce prima", id="beyond the end"),
        pytest.param({"start_s": "9:00"}, "Il video finisce prima", id="begins beyond the end"),
        pytest.param({"start_s": "due"}, "Scrivi i secondi", id="no number"),
        pytest.param({"start_s": "-3"}, "Scrivi i secondi", id="before the beginning"),
        pytest.param({"sound": "cleaner"}, "prima prova a pulirlo", id="not cleaned"),
        pytest.param({}, "Il video è già così", id="nothing"),
    ],
)
def test_what_cannot_be_cut_is_said_and_what_was_typed_stays(
    services: Services, desk: FlaskClient, fields: dict[str, str], words: str
) -> None:
    submission = a_submission(services)

    answer = cut(desk, submission, **fields)

    page = Page(answer)
    assert answer.status_code == 422
    assert words in page.text
    assert page.value("start_s") == fields.get("start_s", "")
    assert read(services, submission.id).state is State.AWAITING_REVIEW


def test_a_cut_of_another_file_is_not_made(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)

    answer = cut(desk, submission, start_s="2", reviewed_sha256="0" * 64)

    assert answer.status_code == 409
    assert "Il video è cambiato" in Page(answer).text
    assert read(services, submission.id).state is State.AWAITING_REVIEW


@pytest.mark.parametrize("state", [State.DECLINED, State.PUBLISHED, State.INSPECTED, State.WITHDRAWN])
def test_a_clip_that_somebody_decided_on_is_not_cut(services: Services, desk: FlaskClient, state: State) -> None:
    submission = a_submission(services, state=state)
    token = Page(desk.get("/moderate/")).value("csrf_token")
    form = {"start_s": "2", "end_s": "", "rotate_deg": "0", "sound": "original", "reviewed_sha256": REVIEWED}

    answer = desk.post(f"{page_of(submission)}/cut", data=form | {"csrf_token": token})

    assert answer.status_code in {409, 422}
    assert read(services, submission.id).state is state


def test_the_history_says_what_was_cut(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)

    cut(desk, submission, start_s="2.5", rotate_deg="180")

    text = Page(desk.get(page_of(submission))).text
    assert "Inizio: da 0.0 a 2.5 secondi" in text
    assert "Girato: da 0° a 180°" in text


def test_a_cut_that_died_can_be_left_alone(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)
    cut(desk, submission, rotate_deg="90")
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.RECUT)
        jobs.fail(connection, job, "ToolTimedOut: x", for_good=True)
        operating.call_operator(connection, submission.id, error="x", now=services.clock())
    offers = [Page(desk.get(path)).text for path in ("/moderate/", page_of(submission))]

    answer = press(desk, page_of(submission), f"{page_of(submission)}/leave-cut")

    page = Page(desk.get(answer.headers["Location"]))
    assert all("Lascia stare il taglio" in text for text in offers)
    assert "il video è com'era prima, e si può decidere" in page.text
    assert "Taglio lasciato stare" in page.text
    assert read(services, submission.id).state is State.AWAITING_REVIEW


def test_only_a_cut_is_left_alone(services: Services, desk: FlaskClient) -> None:
    stuck = a_submission(services, state=State.NEEDS_OPERATOR)

    press(desk, page_of(stuck), f"{page_of(stuck)}/leave-cut")

    assert "Non è più fermo" in Page(desk.get("/moderate/")).text
    assert "Lascia stare il taglio" not in Page(desk.get(page_of(stuck))).text
    assert read(services, stuck.id).state is State.NEEDS_OPERATOR


class TestCleaning:
    def test_is_asked_for_once(self, services: Services, desk: FlaskClient) -> None:
        submission = self._a_noisy_one(services)

        first, second = (press(desk, page_of(submission), f"{page_of(submission)}/clean") for _ in range(2))

        assert (first.status_code, second.status_code) == (303, 409)
        assert [job.kind for job in open_work(services)] == [JobKind.CLEAN_SOUND]
        assert "Stiamo pulendo il suono" in Page(desk.get(page_of(submission))).text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_is_not_offered_where_it_helps_nobody(self, services: Services, desk: FlaskClient) -> None:
        findings = some_findings(levels=some_levels(speech_to_noise_db=31.0))
        submission = read(services, a_judged_receipt(services, findings)[0])

        answer = press(desk, page_of(submission), f"{page_of(submission)}/clean")

        assert answer.status_code == 409
        assert "la voce si stacca già" in Page(answer).text
        assert "Prova a pulire il suono" not in Page(desk.get(page_of(submission))).text

    def test_is_heard_before_it_is_chosen(self, services: Services, desk: FlaskClient) -> None:
        submission = self._a_noisy_one(services)
        press(desk, page_of(submission), f"{page_of(submission)}/clean")
        with writing(services.engine) as connection:
            job = take_job(connection, submission.id, JobKind.CLEAN_SOUND)
            key = f"submissions/{submission.id}/{job.id}-1/cleaner.m4a"
            original_key = submission.original_key
            assert cutting.record_cleaning(connection, job, key, original_key=original_key, now=services.clock())

        page = Page(desk.get(page_of(submission)))
        answer = cut(desk, submission, sound="cleaner")

        assert len(page.all("audio")) == 2
        assert read(services, submission.id).wanted_cut == Cut(sound="cleaner")
        assert answer.status_code == 303

    @staticmethod
    def _a_noisy_one(services: Services) -> Submission:
        findings = some_findings(levels=some_levels(speech_to_noise_db=12.0))
        return read(services, a_judged_receipt(services, findings)[0])


def test_a_clip_withdrawn_while_it_is_cut_says_so(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)
    cut(desk, submission, start_s="2")

    withdraw(services, submission.id)

    assert "Stiamo preparando la copia nuova" not in Page(desk.get(page_of(submission))).text


def test_a_cut_clip_can_be_whole_again(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)
    with writing(services.engine) as connection:
        kept = {"start_s": 2.0, "end_s": None, "rotate_deg": 0, "sound": "original"}
        connection.execute(update(submissions).where(submissions.c.id == submission.id).values(cut=kept))

    page = Page(desk.get(page_of(submission)))
    answer = cut(desk, submission, start_s="0")

    assert "Torna all'originale intero" in page.text
    assert page.value("start_s") == "2"
    assert answer.status_code == 303
    assert read(services, submission.id).wanted_cut == Cut()
