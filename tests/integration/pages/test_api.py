"""What programs ask on a sender's behalf, in exactly the shapes of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.actions import jobs
from intake.db.engine import writing
from intake.domain.jobs import JobKind, Progress
from intake.domain.states import FINAL, State
from tests.builders import a_receipt, open_work, read, take_job

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.wiring import Services

CALL = "/api/v1/calls/pistoia2030"
SUBMISSION = "/api/v1/submission"
NEVER = "0" * 32

LEVELS = {
    "integrated_lufs",
    "range_lu",
    "true_peak_dbtp",
    "clipped_ratio",
    "silence_ratio",
    "noise_floor_dbfs",
    "speech_to_noise_db",
    "channels",
}
VIDEO = {
    "duration_s",
    "width_px",
    "height_px",
    "rotation_deg",
    "frame_rate",
    "video_codec",
    "audio_codec",
    "size_bytes",
}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(client: FlaskClient, services: Services, state: State) -> TestResponse:
    return client.get(SUBMISSION, headers=bearer(a_receipt(services, state=state)[1]))


class TestACall:
    def test_has_the_rules_of_the_contract(self, client: FlaskClient) -> None:
        answer = client.get(CALL).json

        assert {name: answer[name] for name in ("min_duration_s", "max_duration_s", "max_bytes", "formats")} == {
            "min_duration_s": 10,
            "max_duration_s": 180,
            "max_bytes": 500_000_000,
            "formats": ["mp4", "mov"],
        }

    def test_has_the_script_in_both_languages(self, client: FlaskClient) -> None:
        script = client.get(CALL).json["script"]

        assert len(script) == 4
        assert script[0]["title"] == {"it": "Presentati", "en": "Introduce yourself"}

    def test_has_its_consents_with_version_and_words(self, client: FlaskClient) -> None:
        asked = client.get(CALL).json["consents"]

        gallery = asked[0]
        assert [(consent["kind"], consent["required"]) for consent in asked] == [
            ("gallery", True),
            ("social", False),
            ("download", False),
        ]
        assert set(gallery["text"]) == {"it", "en"}
        assert gallery["version"]

    def test_sets_no_cookie(self, client: FlaskClient) -> None:
        assert "Set-Cookie" not in client.get(CALL).headers

    def test_that_nobody_loaded_is_a_problem_with_a_code(self, client: FlaskClient) -> None:
        answer = client.get("/api/v1/calls/nowhere")

        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert (answer.json["status"], answer.json["code"]) == (404, "not_found")


class TestASubmission:
    def test_has_exactly_the_fields_of_the_contract_and_a_reason(self, client: FlaskClient, services: Services) -> None:
        answer = ask(client, services, State.AWAITING_REVIEW)

        assert answer.status_code == 200
        assert set(answer.json) == {
            "state",
            "working",
            "position",
            "progress",
            "checks",
            "levels",
            "video",
            "clip_url",
            "reason",
        }

    @pytest.mark.parametrize("state", sorted(State))
    def test_says_its_state(self, client: FlaskClient, services: Services, state: State) -> None:
        assert ask(client, services, state).json["state"] == state.value

    def test_has_every_level_and_every_figure_of_the_video(self, client: FlaskClient, services: Services) -> None:
        answer = ask(client, services, State.AWAITING_REVIEW).json

        assert set(answer["levels"]) == LEVELS
        assert set(answer["video"]) == VIDEO

    def test_has_checks_with_verdict_figures_and_a_sentence(self, client: FlaskClient, services: Services) -> None:
        checks = {check["code"]: check for check in ask(client, services, State.REFUSED).json["checks"]}

        duration = checks["duration"]
        assert set(duration) >= {"code", "verdict", "measured", "limit", "unit", "message"}
        assert (duration["verdict"], duration["measured"], duration["limit"]) == ("fail", 4.2, 10)
        assert duration["message"].startswith("Il video dura 4,2")

    def test_speaks_english_when_asked(self, client: FlaskClient, services: Services) -> None:
        _, token = a_receipt(services, state=State.REFUSED)

        checks = client.get(f"{SUBMISSION}?lang=en", headers=bearer(token)).json["checks"]

        assert all("Il video" not in check["message"] for check in checks)

    def test_that_nobody_looked_at_yet_has_nothing_measured(self, client: FlaskClient, services: Services) -> None:
        answer = ask(client, services, State.UPLOADED).json

        assert (answer["checks"], answer["levels"], answer["video"], answer["clip_url"]) == ([], None, None, None)

    def test_that_waits_has_a_position_and_is_not_worked_on(self, client: FlaskClient, services: Services) -> None:
        ask(client, services, State.UPLOADED)

        answer = ask(client, services, State.UPLOADED).json

        assert (answer["working"], answer["position"]) == (False, 2)

    def test_that_waits_for_a_moderator_has_a_position_too(self, client: FlaskClient, services: Services) -> None:
        assert ask(client, services, State.AWAITING_REVIEW).json["position"] == 1

    def test_that_a_worker_holds_is_worked_on(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services)
        with writing(services.engine) as connection:
            take_job(connection, submission_id, JobKind.INSPECT)

        answer = client.get(SUBMISSION, headers=bearer(token)).json

        assert (answer["working"], answer["position"]) == (True, None)

    def test_that_is_encoded_says_how_far_that_is(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services, state=State.INSPECTED)
        with writing(services.engine) as connection:
            job = take_job(connection, submission_id, JobKind.ENCODE)
            jobs.show_progress(connection, job, Progress(percent=40, remaining_s=95))

        answer = client.get(SUBMISSION, headers=bearer(token)).json

        assert answer["progress"] == {"percent": 40, "remaining_s": 95}

    def test_that_a_dead_worker_encoded_says_nothing_of_it(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services, state=State.INSPECTED)
        with writing(services.engine) as connection:
            job = take_job(connection, submission_id, JobKind.ENCODE)
            jobs.show_progress(connection, job, Progress(percent=40, remaining_s=95))
            jobs.renew(connection, job, lease_s=-1)

        assert client.get(SUBMISSION, headers=bearer(token)).json["progress"] is None

    def test_that_a_dead_worker_held_is_not_worked_on(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services)
        with writing(services.engine) as connection:
            job = take_job(connection, submission_id, JobKind.INSPECT)
            jobs.renew(connection, job, lease_s=-1)

        assert client.get(SUBMISSION, headers=bearer(token)).json["working"] is False

    def test_that_is_published_links_its_clip(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services, state=State.PUBLISHED)

        answer = client.get(SUBMISSION, headers=bearer(token)).json

        clip_id = read(services, submission_id).clip_id
        assert answer["clip_url"] == f"{services.settings.public_url}/gallery/pistoia2030/{clip_id}"

    def test_gives_the_moderator_s_reason(self, client: FlaskClient, services: Services) -> None:
        assert ask(client, services, State.REDO_REQUESTED).json["reason"] == "Il volto è controluce."

    def test_is_kept_nowhere(self, client: FlaskClient, services: Services) -> None:
        answer = ask(client, services, State.UPLOADED)

        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize(
        "headers",
        [{}, bearer(NEVER), {"Authorization": "Bearer "}, {"Authorization": f"Basic {NEVER}"}, bearer("\u00e8")],
        ids=["no secret", "an unknown secret", "an empty secret", "another scheme", "a secret beyond ascii"],
    )
    def test_is_shown_to_nobody_without_its_secret(self, client: FlaskClient, headers: dict[str, str]) -> None:
        answer = client.get(SUBMISSION, headers=headers)

        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert answer.json["code"] == "unauthorized"

    def test_tells_a_program_without_secret_how_to_show_one(self, client: FlaskClient) -> None:
        assert client.get(SUBMISSION).headers["WWW-Authenticate"] == "Bearer"

    def test_is_not_opened_by_a_secret_in_the_address(self, client: FlaskClient, services: Services) -> None:
        _, token = a_receipt(services)

        assert client.get(f"{SUBMISSION}?token={token}").status_code == 401

    def test_may_be_asked_for_ten_times_a_second_and_no_more(self, client: FlaskClient) -> None:
        answers = [client.get(SUBMISSION) for _ in range(40)]

        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert refused[0].content_type == "application/problem+json"
        assert refused[0].json["code"] == "too_many_requests"
        assert int(refused[0].headers["Retry-After"]) >= 1


class TestTakingASubmissionBack:
    @pytest.mark.parametrize("state", sorted(set(State) - FINAL))
    def test_works_from_every_state_that_is_not_final(
        self, client: FlaskClient, services: Services, state: State
    ) -> None:
        submission_id, token = a_receipt(services, state=state)

        answer = client.delete(SUBMISSION, headers=bearer(token))

        assert (answer.status_code, answer.json["state"]) == (200, "withdrawn")
        assert read(services, submission_id).state is State.WITHDRAWN

    def test_may_be_repeated(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services, state=State.PUBLISHED)

        answers = [client.delete(SUBMISSION, headers=bearer(token)).status_code for _ in range(2)]

        assert answers == [200, 200]
        kinds = [job.kind for job in open_work(services)]
        assert sorted(kinds) == [JobKind.PURGE, JobKind.UNPUBLISH], submission_id

    def test_needs_the_secret(self, client: FlaskClient, services: Services) -> None:
        submission_id, _ = a_receipt(services)

        answer = client.delete(SUBMISSION, headers=bearer(NEVER))

        assert answer.status_code == 401
        assert read(services, submission_id).state is State.UPLOADED


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_method_that_is_not_known_is_a_problem_that_names_those_that_are(client: FlaskClient, method: str) -> None:
    answer = client.open(SUBMISSION, method=method)

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert {"GET", "DELETE"} <= set(answer.headers["Allow"].split(", "))


def test_an_address_that_is_not_known_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_problem_names_the_request_for_support(client: FlaskClient) -> None:
    problem = client.get("/api/v1/nothing").json

    assert set(problem) >= {"type", "title", "status", "detail", "code", "request_id"}
