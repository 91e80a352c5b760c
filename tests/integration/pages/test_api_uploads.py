"""What programs ask to send a file in parts: each answer of the contract, and each refusal with its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from intake.db.engine import writing
from intake.domain.calls import ConsentKind
from intake.domain.jobs import JobKind
from intake.domain.states import REPLACEABLE, State
from intake.domain.uploads import MIN_PART_BYTES
from intake.web.services import provide
from tests.builders import a_letter, a_receipt, a_sender, open_work, read
from tests.integration.pages.rows import all_submissions, submission_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.wiring import Services
    from tests.fakes.bucket import MemoryBucket
    from tests.fakes.clock import FakeClock

CREATE = "/api/v1/calls/pistoia2030/submissions"
SUBMISSION = "/api/v1/submission"
UPLOAD = f"{SUBMISSION}/upload"
FIRST, LAST = bytes(MIN_PART_BYTES), b"the rest"
SIZE_BYTES = MIN_PART_BYTES + len(LAST)
FILE = {"name": "video.mp4", "size_bytes": SIZE_BYTES, "type": "video/mp4"}
LETTER: dict[str, Any] = {**vars(a_sender()), "consent_gallery": True, "consent_social": False, "file": FILE}
KEY = {"Idempotency-Key": "the program's own"}
ASKING = [
    pytest.param("GET", UPLOAD, None, id="what-arrived"),
    pytest.param("DELETE", UPLOAD, None, id="giving-up"),
    pytest.param("POST", f"{UPLOAD}/sign", {"part_numbers": [1]}, id="signing"),
]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def create(client: FlaskClient, headers: dict[str, str] | None = None, **changes: object) -> TestResponse:
    return client.post(CREATE, json=LETTER | changes, headers=headers)


def begun(client: FlaskClient, **changes: object) -> str:
    """The secret of a submission whose file is awaited in parts."""
    answer = create(client, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json["token"])


def sign(client: FlaskClient, token: str, *numbers: object) -> TestResponse:
    return client.post(f"{UPLOAD}/sign", json={"part_numbers": list(numbers)}, headers=bearer(token))


def complete(client: FlaskClient, token: str) -> TestResponse:
    return client.post(f"{UPLOAD}/complete", headers=bearer(token))


def send(client: FlaskClient, services: Services, bucket: MemoryBucket, token: str, *parts: bytes) -> None:
    """Put *parts* into the bucket, from the first, as a browser does by their links."""
    assert sign(client, token, *range(1, len(parts) + 1)).status_code == 200
    upload_id = submission_of(services, token).upload_id
    assert upload_id is not None
    for number, content in enumerate(parts, 1):
        bucket.put_part(upload_id, number, content)


def places(answer: TestResponse) -> list[str]:
    return [error["pointer"] for error in answer.json["errors"]]


class TestAnnouncing:
    def test_saves_details_and_consents_before_any_byte(self, client: FlaskClient, services: Services) -> None:
        token = begun(client, consent_social=True, consent_download=True)

        submission = submission_of(services, token)
        assert (submission.state, submission.sender) == (State.UPLOADING, a_sender())
        assert {answer.kind for answer in submission.consents if answer.given} == set(ConsentKind)

    def test_answers_the_secret_the_status_page_and_how_to_send(
        self, client: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        answer = create(client)

        assert (answer.status_code, set(answer.json)) == (201, {"token", "status_url", "upload"})
        assert answer.json["status_url"] == f"{services.settings.public_url}/submissions/{answer.json['token']}"
        assert answer.json["upload"] == {
            "part_bytes": MIN_PART_BYTES,
            "expires_at": (clock() + timedelta(hours=72)).isoformat(),
        }
        assert answer.headers["Cache-Control"] == "no-store"

    def test_asks_the_storage_nothing(self, client: FlaskClient, private: MemoryBucket) -> None:
        private.is_down = True

        assert create(client).status_code == 201

    def test_sets_no_cookie(self, client: FlaskClient) -> None:
        assert "Set-Cookie" not in create(client).headers

    def test_takes_what_phones_say_of_their_files(self, client: FlaskClient, services: Services) -> None:
        token = begun(client, file={"name": "IMG_0001.MOV", "size_bytes": 7, "type": "video/quicktime"})

        assert submission_of(services, token).file_name == "IMG_0001.MOV"

    @pytest.mark.parametrize("file_type", ["", "application/octet-stream", None])
    def test_takes_a_file_whose_type_the_device_does_not_know(self, client: FlaskClient, file_type: str | None) -> None:
        assert create(client, file=FILE | {"type": file_type}).status_code == 201

    def test_cleans_what_is_shown(self, client: FlaskClient, services: Services) -> None:
        token = begun(client, given_name=" An\u202ena ", file=FILE | {"name": "vi\x00deo\ud800.mp4"})

        submission = submission_of(services, token)
        assert (submission.sender.given_name, submission.file_name) == ("Anna", "video.mp4")

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"given_name": ""}, "#/given_name"),
            ({"family_name": None}, "#/family_name"),
            ({"role": "x" * 151}, "#/role"),
            ({"organisation": 7}, "#/organisation"),
            ({"organisation_kind": "no such kind"}, "#/organisation_kind"),
            ({"email": "not an address"}, "#/email"),
            ({"email": ["a@example.org"]}, "#/email"),
            ({"language": {}}, "#/language"),
            ({"consent_gallery": False}, "#/consent_gallery"),
            ({"consent_gallery": "y"}, "#/consent_gallery"),
            ({"consent_social": 1}, "#/consent_social"),
            ({"file": None}, "#/file"),
            ({"file": []}, "#/file"),
            ({"file": {}}, "#/file/name"),
            ({"file": FILE | {"name": "video.avi"}}, "#/file"),
            ({"file": FILE | {"name": 7}}, "#/file/name"),
            ({"file": FILE | {"size_bytes": 0}}, "#/file"),
            ({"file": FILE | {"size_bytes": -1}}, "#/file/size_bytes"),
            ({"file": FILE | {"size_bytes": 1.5}}, "#/file/size_bytes"),
            ({"file": FILE | {"size_bytes": "7"}}, "#/file/size_bytes"),
            ({"file": FILE | {"size_bytes": True}}, "#/file/size_bytes"),
            ({"file": FILE | {"size_bytes": 10**30}}, "#/file/size_bytes"),
            ({"file": FILE | {"type": "image/png"}}, "#/file/type"),
            ({"file": FILE | {"type": 7}}, "#/file/type"),
            ({"file": FILE | {"fingerprint": "x" * 65}}, "#/file/fingerprint"),
            ({"file": FILE | {"fingerprint": 7}}, "#/file/fingerprint"),
        ],
    )
    def test_names_the_place_of_a_mistake(
        self, client: FlaskClient, services: Services, changes: dict[str, object], place: str
    ) -> None:
        answer = create(client, **changes)

        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert answer.json["code"] == "invalid"
        assert place in places(answer)
        assert all_submissions(services) == []

    def test_names_every_mistake_at_once(self, client: FlaskClient) -> None:
        assert len(places(client.post(CREATE, json={}))) >= 7

    def test_says_mistakes_in_the_sender_s_language(self, client: FlaskClient) -> None:
        [error] = create(client, language="en", given_name="").json["errors"]

        assert error["detail"] == "Fill in this field."

    def test_refuses_a_file_that_is_too_large_as_the_page_does(self, client: FlaskClient) -> None:
        answer = create(client, file=FILE | {"size_bytes": 500_000_001})

        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
        assert places(answer) == ["#/file/size_bytes"]

    def test_is_refused_while_no_room_is_left(self, client: FlaskClient, services: Services) -> None:
        full = replace(services, settings=replace(services.settings, min_free_bytes=2**62))
        provide(client.application, full)

        answer = create(client)

        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")

    def test_is_refused_for_a_call_nobody_loaded(self, client: FlaskClient) -> None:
        answer = client.post("/api/v1/calls/nowhere/submissions", json=LETTER)

        assert (answer.status_code, answer.json["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        ("body", "content_type", "status", "code"),
        [
            ("{", "application/json", 400, "bad_request"),
            ("", "application/json", 400, "bad_request"),
            ("\xff", "application/json", 400, "bad_request"),
            ("[" * 100_000, "application/json", 400, "bad_request"),
            ('{"file": ' + "9" * 5000 + "}", "application/json", 400, "bad_request"),
            ("[]", "application/json", 422, "invalid"),
            ("null", "application/json", 422, "invalid"),
            ("{}", "text/plain", 415, "unsupported_media_type"),
            ("a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
            ("{" + " " * 1024 * 1024 + "}", "application/json", 413, "too_large"),
        ],
        ids=["malformed", "empty", "no-utf-8", "deep", "a-huge-number", "a-list", "null", "text", "a-form", "huge"],
    )
    def test_refuses_what_is_no_json_object(
        self, client: FlaskClient, body: str, content_type: str, status: int, code: str
    ) -> None:
        answer = client.post(CREATE, data=body.encode("latin-1"), content_type=content_type)

        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
        assert answer.json["code"] == code


class TestTheSameKey:
    def test_with_the_same_body_answers_the_same_submission(self, client: FlaskClient, services: Services) -> None:
        first, again = create(client, KEY), create(client, KEY)

        assert again.status_code == 201
        assert again.json == first.json
        assert len(all_submissions(services)) == 1

    def test_keeps_the_parts_that_arrived(self, client: FlaskClient, services: Services, private: MemoryBucket) -> None:
        token = create(client, KEY).json["token"]
        send(client, services, private, token, FIRST)

        create(client, KEY)

        assert client.get(UPLOAD, headers=bearer(token)).json["parts"] == [
            {"part_number": 1, "size_bytes": MIN_PART_BYTES}
        ]

    @pytest.mark.parametrize(
        "change", [{"role": "Socia"}, {"consent_social": True}, {"file": FILE | {"size_bytes": 7}}], ids=str
    )
    def test_with_another_body_is_refused(
        self, client: FlaskClient, services: Services, change: dict[str, object]
    ) -> None:
        create(client, KEY)

        answer = create(client, KEY, **change)

        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
        assert len(all_submissions(services)) == 1

    @pytest.mark.parametrize("change", [{"name": "altro.mp4"}, {"size_bytes": 7}, {"fingerprint": "another"}], ids=str)
    def test_is_refused_once_another_file_is_awaited(self, client: FlaskClient, change: dict[str, object]) -> None:
        token = create(client, KEY).json["token"]
        client.post(UPLOAD, json={"file": FILE | change}, headers=bearer(token))

        answer = create(client, KEY)

        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")

    def test_answers_after_the_receipt_with_no_upload(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = create(client, KEY).json["token"]
        send(client, services, private, token, FIRST, LAST)
        complete(client, token)

        again = create(client, KEY)

        assert (again.status_code, again.json["token"], again.json["upload"]) == (201, token, None)

    def test_makes_another_submission_once_the_first_was_taken_back(self, client: FlaskClient) -> None:
        token = create(client, KEY).json["token"]
        client.delete(SUBMISSION, headers=bearer(token))

        again = create(client, KEY)

        assert again.status_code == 201
        assert again.json["token"] != token

    def test_takes_over_a_form_whose_bytes_never_came(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(
            services, state=State.UPLOADING, letter=a_letter(submission_key=KEY["Idempotency-Key"])
        )

        answer = create(client, KEY)

        assert answer.json["token"] == token
        assert read(services, submission_id).part_plan is not None

    def test_without_one_every_request_is_another_submission(self, client: FlaskClient, services: Services) -> None:
        begun(client)
        begun(client)

        assert len(all_submissions(services)) == 2

    @pytest.mark.parametrize("key", ["", "   ", "x" * 65])
    def test_must_be_short_and_must_be_something(self, client: FlaskClient, key: str) -> None:
        answer = create(client, {"Idempotency-Key": key})

        assert (answer.status_code, answer.json["code"]) == (422, "invalid")
        assert answer.json["errors"][0]["header"] == "Idempotency-Key"


class TestSigning:
    def test_answers_a_link_for_each_part_with_its_size(self, client: FlaskClient) -> None:
        token = begun(client)

        answer = sign(client, token, 2, 1)

        assert answer.status_code == 200
        assert [(part["part_number"], part["size_bytes"]) for part in answer.json["parts"]] == [
            (1, MIN_PART_BYTES),
            (2, len(LAST)),
        ]
        assert all(set(part) == {"part_number", "size_bytes", "url", "headers"} for part in answer.json["parts"])

    def test_opens_one_upload_however_often_it_is_asked(self, client: FlaskClient, private: MemoryBucket) -> None:
        token = begun(client)

        sign(client, token, 1)
        sign(client, token, 2)

        assert len(private.opened) == 1

    @pytest.mark.parametrize("number", [0, -1, 3, 10_001, 10**30])
    def test_refuses_a_part_the_file_does_not_have(self, client: FlaskClient, number: int) -> None:
        answer = sign(client, begun(client), 1, number)

        assert (answer.status_code, answer.json["code"]) == (422, "no_such_part")

    @pytest.mark.parametrize(
        "body",
        [{}, *({"part_numbers": wrong} for wrong in (None, 1, "1", ["1"], [1.0], [True], [[1]], [], [1] * 101))],
        ids=lambda body: str(body)[:40],
    )
    def test_refuses_what_is_no_list_of_up_to_a_hundred_numbers(
        self, client: FlaskClient, body: dict[str, object]
    ) -> None:
        token = begun(client)

        answer = client.post(f"{UPLOAD}/sign", json=body, headers=bearer(token))

        assert (answer.status_code, answer.json["code"], places(answer)) == (422, "invalid", ["#/part_numbers"])

    def test_waits_for_a_storage_that_is_down(self, client: FlaskClient, private: MemoryBucket) -> None:
        token = begun(client)
        private.is_down = True

        answer = sign(client, token, 1)

        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        private.is_down = False
        assert sign(client, token, 1).status_code == 200


class TestWhatHasArrived:
    def test_names_the_parts_the_file_and_the_time_left(
        self, client: FlaskClient, services: Services, private: MemoryBucket, clock: FakeClock
    ) -> None:
        token = begun(client, file=FILE | {"fingerprint": "by which I know it"})
        send(client, services, private, token, FIRST)

        assert client.get(UPLOAD, headers=bearer(token)).json == {
            "part_bytes": MIN_PART_BYTES,
            "expires_at": (clock() + timedelta(hours=72)).isoformat(),
            "file": {"name": "video.mp4", "size_bytes": SIZE_BYTES, "fingerprint": "by which I know it"},
            "parts": [{"part_number": 1, "size_bytes": MIN_PART_BYTES}],
        }

    def test_is_nothing_before_a_link_was_asked_for(self, client: FlaskClient) -> None:
        assert client.get(UPLOAD, headers=bearer(begun(client))).json["parts"] == []

    def test_is_everything_when_the_parts_were_put_together_and_nobody_was_told(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST, LAST)
        put_together(services, private, token)

        parts = client.get(UPLOAD, headers=bearer(token)).json["parts"]

        assert [part["part_number"] for part in parts] == [1, 2]
        assert complete(client, token).status_code == 200

    def test_is_nothing_when_the_storage_lost_it_and_the_next_links_are_good(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST)
        private.opened.clear()

        parts = client.get(UPLOAD, headers=bearer(token)).json["parts"]
        send(client, services, private, token, FIRST, LAST)

        assert parts == []
        assert complete(client, token).status_code == 200


class TestCompleting:
    def test_gives_the_receipt_and_writes_the_job_that_follows(
        self, client: FlaskClient, services: Services, private: MemoryBucket, clock: FakeClock
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST, LAST)

        answer = complete(client, token)

        submission = submission_of(services, token)
        assert (answer.status_code, answer.json) == (
            200,
            {
                "id": submission.id,
                "state": "uploaded",
                "received_at": clock().isoformat(),
                "file": {"name": "video.mp4", "size_bytes": SIZE_BYTES},
            },
        )
        assert private.held[submission.original_key or ""].content == FIRST + LAST
        assert [job.kind for job in open_work(services)] == [JobKind.INSPECT]

    def test_gives_the_same_receipt_again(
        self, client: FlaskClient, services: Services, private: MemoryBucket, clock: FakeClock
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST, LAST)
        first = complete(client, token)
        clock.advance(hours=1)

        again = complete(client, token)

        assert (again.status_code, again.json) == (200, first.json)
        assert len(open_work(services)) == 1

    def test_gives_the_receipt_when_the_first_answer_died_before_the_row(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST, LAST)
        put_together(services, private, token)

        assert complete(client, token).status_code == 200
        assert submission_of(services, token).state is State.UPLOADED

    @pytest.mark.parametrize(
        ("parts", "missing"),
        [([], [1, 2]), ([FIRST], [2]), ([b"short", LAST], [1]), ([FIRST, LAST + b"!"], [2])],
        ids=["nothing", "not-the-last", "a-short-one", "a-long-one"],
    )
    def test_names_what_is_missing(
        self, client: FlaskClient, services: Services, private: MemoryBucket, parts: list[bytes], missing: list[int]
    ) -> None:
        token = begun(client)
        send(client, services, private, token, *parts or [b"x"])
        private.opened[submission_of(services, token).upload_id or ""].parts.update(enumerate(parts, 1))

        answer = complete(client, token)

        assert (answer.status_code, answer.json["code"], answer.json["missing"]) == (409, "upload_incomplete", missing)
        assert submission_of(services, token).state is State.UPLOADING

    def test_names_everything_before_a_link_was_asked_for(self, client: FlaskClient) -> None:
        answer = complete(client, begun(client))

        assert (answer.status_code, answer.json["missing"]) == (409, [1, 2])

    def test_waits_for_a_storage_that_is_down(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST, LAST)
        private.is_down = True

        assert complete(client, token).status_code == 503
        private.is_down = False
        assert complete(client, token).status_code == 200

    def test_gives_no_receipt_for_what_was_taken_back(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST, LAST)
        client.delete(SUBMISSION, headers=bearer(token))

        answer = complete(client, token)

        assert (answer.status_code, answer.json["code"]) == (410, "submission_withdrawn")


class TestBeginningAgain:
    def test_starts_from_nothing_and_throws_the_parts_away(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST)
        other = {"name": "altro.mp4", "size_bytes": 7, "type": "video/mp4", "fingerprint": "another"}

        answer = client.post(UPLOAD, json={"file": other}, headers=bearer(token))

        upload = client.get(UPLOAD, headers=bearer(token)).json
        assert (answer.status_code, set(answer.json)) == (201, {"upload"})
        assert upload["parts"] == []
        assert upload["file"] == {"name": "altro.mp4", "size_bytes": 7, "fingerprint": "another"}
        assert private.opened == {}

    def test_gives_it_three_days_again(self, client: FlaskClient, clock: FakeClock) -> None:
        token = begun(client)
        clock.advance(hours=71)

        answer = client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))

        assert answer.json["upload"]["expires_at"] == (clock() + timedelta(hours=72)).isoformat()

    @pytest.mark.parametrize("state", sorted(REPLACEABLE))
    def test_sends_another_file_instead_of_one_that_would_not_do(
        self, client: FlaskClient, services: Services, private: MemoryBucket, state: State
    ) -> None:
        submission_id, token = a_receipt(services, state=state)

        client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))
        send(client, services, private, token, FIRST, LAST)
        answer = complete(client, token)

        assert (answer.status_code, answer.json["id"], answer.json["state"]) == (200, submission_id, "uploaded")

    def test_is_refused_for_a_file_that_will_not_do(self, client: FlaskClient, services: Services) -> None:
        token = begun(client)

        answer = client.post(UPLOAD, json={"file": FILE | {"name": "x.avi"}}, headers=bearer(token))

        assert (answer.status_code, places(answer)) == (422, ["#/file"])
        assert submission_of(services, token).file_name == "video.mp4"

    def test_takes_over_what_a_form_began(self, client: FlaskClient, services: Services) -> None:
        _, token = a_receipt(services, state=State.UPLOADING)

        assert client.post(UPLOAD, json={"file": FILE}, headers=bearer(token)).status_code == 201
        assert sign(client, token, 1).status_code == 200


class TestGivingUp:
    def test_ends_a_first_upload_with_its_submission(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        token = begun(client)
        send(client, services, private, token, FIRST)

        answer = client.delete(UPLOAD, headers=bearer(token))

        assert (answer.status_code, answer.json) == (200, {"state": "abandoned"})
        assert private.opened == {}
        assert [job.kind for job in open_work(services)] == [JobKind.PURGE]

    def test_takes_a_replacement_back_to_where_it_came_from(self, client: FlaskClient, services: Services) -> None:
        _, token = a_receipt(services, state=State.REFUSED)
        client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))

        answer = client.delete(UPLOAD, headers=bearer(token))

        assert (answer.status_code, answer.json) == (200, {"state": "refused"})

    @pytest.mark.parametrize("state", sorted(REPLACEABLE))
    def test_leaves_no_receipt_for_what_never_came(self, client: FlaskClient, services: Services, state: State) -> None:
        _, token = a_receipt(services, state=state)
        client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))
        client.delete(UPLOAD, headers=bearer(token))

        answer = complete(client, token)

        assert (answer.status_code, answer.json["code"]) == (409, "upload_not_started")

    def test_leaves_the_receipt_of_what_came_after_it(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        submission_id, token = a_receipt(services, state=State.REFUSED)
        client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))
        client.delete(UPLOAD, headers=bearer(token))
        client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))
        send(client, services, private, token, FIRST, LAST)
        complete(client, token)

        again = complete(client, token)

        assert (again.status_code, again.json["id"], again.json["file"]["name"]) == (200, submission_id, "video.mp4")


WITHOUT_UPLOAD = {
    State.REFUSED: (409, "upload_not_started"),
    State.REDO_REQUESTED: (409, "upload_not_started"),
    State.UPLOADED: (409, "upload_finished"),
    State.AWAITING_REVIEW: (409, "upload_finished"),
    State.PUBLISHED: (409, "upload_finished"),
    State.DECLINED: (409, "upload_finished"),
    State.ABANDONED: (410, "upload_expired"),
    State.WITHDRAWN: (410, "submission_withdrawn"),
}


class TestWithoutAnAwaitedFile:
    @pytest.mark.parametrize(("method", "path", "body"), ASKING)
    @pytest.mark.parametrize(("state", "expected"), WITHOUT_UPLOAD.items())
    def test_a_code_says_why(  # noqa: PLR0917
        self,
        client: FlaskClient,
        services: Services,
        method: str,
        path: str,
        body: object,
        state: State,
        expected: tuple[int, str],
    ) -> None:
        _, token = a_receipt(services, state=state)

        answer = client.open(path, method=method, json=body, headers=bearer(token))

        assert (answer.status_code, answer.content_type) == (expected[0], "application/problem+json")
        assert answer.json["code"] == expected[1]

    @pytest.mark.parametrize(
        ("state", "expected"),
        [(state, answer) for state, answer in WITHOUT_UPLOAD.items() if state not in REPLACEABLE],
    )
    def test_no_other_file_is_taken(
        self, client: FlaskClient, services: Services, state: State, expected: tuple[int, str]
    ) -> None:
        _, token = a_receipt(services, state=state)

        answer = client.post(UPLOAD, json={"file": FILE}, headers=bearer(token))

        assert (answer.status_code, answer.json["code"]) == expected

    def test_nothing_is_signed_for_a_form_s_file(self, client: FlaskClient, services: Services) -> None:
        _, token = a_receipt(services, state=State.UPLOADING)

        answer = sign(client, token, 1)

        assert (answer.status_code, answer.json["code"]) == (409, "upload_not_started")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *ASKING,
        pytest.param("POST", UPLOAD, {"file": FILE}, id="beginning"),
        pytest.param("POST", f"{UPLOAD}/complete", None, id="completing"),
    ],
)
def test_nothing_of_an_upload_is_answered_without_the_secret(
    client: FlaskClient, method: str, path: str, body: object
) -> None:
    answer = client.open(path, method=method, json=body, headers=bearer("0" * 32))

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert (answer.json["code"], answer.headers["WWW-Authenticate"]) == ("unauthorized", "Bearer")


class TestHowOften:
    def test_twenty_submissions_an_hour_come_from_one_address(self, client: FlaskClient) -> None:
        statuses = [create(client).status_code for _ in range(21)]

        assert statuses == [201] * 20 + [429]

    def test_the_twenty_first_is_told_when_to_come_back(self, client: FlaskClient) -> None:
        last = [create(client) for _ in range(21)][-1]

        assert (last.content_type, last.json["code"]) == ("application/problem+json", "too_many_requests")
        assert int(last.headers["Retry-After"]) >= 1

    def test_mistakes_do_not_count(self, client: FlaskClient) -> None:
        mistaken = {create(client, given_name="").status_code for _ in range(30)}

        assert (mistaken, create(client).status_code) == ({422}, 201)

    def test_every_address_counts_for_itself(self, client: FlaskClient) -> None:
        assert [create(client).status_code for _ in range(21)][-1] == 429

        elsewhere = client.post(CREATE, json=LETTER, environ_base={"REMOTE_ADDR": "192.0.2.7"})

        assert elsewhere.status_code == 201

    def test_signing_keeps_up_with_a_fast_line(self, client: FlaskClient) -> None:
        token = begun(client)

        assert {sign(client, token, 1).status_code for _ in range(200)} == {200}


def put_together(services: Services, bucket: MemoryBucket, token: str) -> None:
    """Complete in the bucket alone: the web process died before the row said so."""
    submission = submission_of(services, token)
    assert submission.upload_key is not None
    assert submission.upload_id is not None
    parts = bucket.arrived_parts(submission.upload_key, submission.upload_id)
    bucket.complete_upload(submission.upload_key, submission.upload_id, parts)


# PostgreSQL keeps nobody waiting for who writes something else.
@pytest.mark.only_on("sqlite")
def test_a_database_that_is_busy_for_too_long_is_a_reason_to_come_back(client: FlaskClient, services: Services) -> None:
    with writing(services.engine):
        answer = create(client, KEY)

    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert create(client, KEY).status_code == 201
