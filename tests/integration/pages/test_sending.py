"""Sending a video with the form: the receipt, and every way it can be refused."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from intake.app import create_app
from intake.db.engine import reading
from intake.db.tables import metadata
from intake.domain.calls import ConsentKind
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import open_jobs, the_call
from tests.integration.pages.browsing import CALL_PAGE, VIDEO, File, Page, a_form, a_secret, filled, send
from tests.integration.pages.rows import all_submissions, submission_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.bucket import MemoryBucket


def test_a_video_gets_a_receipt_on_a_secret_page(client: FlaskClient) -> None:
    answer = send(client)

    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Ricevuto. Conserva questo link" in Page(page).text


def test_what_was_sent_is_in_the_private_bucket(client: FlaskClient, services: Services, private: MemoryBucket) -> None:
    token = a_secret(client)

    submission = submission_of(services, token)
    assert private.held[submission.original_key or ""].content == VIDEO
    assert (submission.state, submission.original_bytes) == (State.UPLOADED, len(VIDEO))


def test_of_two_inputs_the_last_that_holds_a_video_counts(client: FlaskClient, services: Services) -> None:
    fields = filled(a_form(client, video=None))
    picked, taken = (io.BytesIO(VIDEO), "picked.mp4"), (io.BytesIO(VIDEO), "camera.mp4")

    both = client.post(CALL_PAGE, data=fields | {"video": [picked, taken]})

    assert both.status_code == 303
    assert [submission.file_name for submission in all_submissions(services)] == ["camera.mp4"]


def test_an_input_that_was_left_empty_takes_nothing_away(client: FlaskClient, services: Services) -> None:
    fields = filled(a_form(client, video=None))
    picked, none = (io.BytesIO(VIDEO), "picked.mp4"), (io.BytesIO(), "")

    answer = client.post(CALL_PAGE, data=fields | {"video": [picked, none]})

    assert answer.status_code == 303
    assert [submission.file_name for submission in all_submissions(services)] == ["picked.mp4"]


def test_a_receipt_comes_with_a_job_to_inspect_the_file_and_a_mail(client: FlaskClient, services: Services) -> None:
    a_secret(client)

    assert [job.kind for job in open_jobs(services)] == [JobKind.INSPECT, JobKind.MAIL_RECEIPT]


@pytest.mark.parametrize("language", ["it", "en"])
def test_consents_are_kept_with_the_hash_of_the_words_that_were_shown(
    client: FlaskClient, services: Services, language: str
) -> None:
    token = a_secret(client, query=f"?lang={language}")

    answers = submission_of(services, token).consents
    shown = {consent.kind: consent.text.in_language(language) for consent in the_call(services).consents}
    hashes = {kind: hashlib.sha256(words.encode()).hexdigest() for kind, words in shown.items()}
    assert {answer.kind: answer.text_sha256 for answer in answers} == hashes
    assert {answer.kind for answer in answers if answer.given} == {ConsentKind.GALLERY}
    assert {answer.language for answer in answers} == {language}


def test_a_consent_that_is_optional_is_kept_when_it_is_given(client: FlaskClient, services: Services) -> None:
    token = a_secret(client, consent_social="y")

    assert submission_of(services, token).has_consent(ConsentKind.SOCIAL)


def test_a_sender_who_asked_in_english_reads_the_answer_in_english(client: FlaskClient) -> None:
    token = a_secret(client, query="?lang=en")

    assert Page(client.get(f"/submissions/{token}")).lang == "en"


def test_only_the_hash_of_the_secret_is_in_the_database(client: FlaskClient, services: Services) -> None:
    token = a_secret(client)

    with reading(services.engine) as connection:
        dump = "\n".join(str(connection.execute(select(table)).all()) for table in metadata.sorted_tables)
    assert hashlib.sha256(token.encode()).hexdigest() in dump
    assert token not in dump


@pytest.mark.parametrize("name", ["film.mp4", "FILM.MP4", "IMG_0001.MOV", "a.b.c.mp4"])
def test_files_of_the_call_s_formats_are_taken(client: FlaskClient, name: str) -> None:
    assert send(client, video=File(name)).status_code == 303


WRONG_FIELDS = [
    pytest.param({"given_name": ""}, "given_name", "Compila questo campo.", id="no given name"),
    pytest.param({"given_name": " \u200b\t "}, "given_name", "Compila questo campo.", id="an invisible given name"),
    pytest.param({"given_name": "a" * 101}, "given_name", "Al massimo 100 caratteri.", id="a long given name"),
    pytest.param({"family_name": ""}, "family_name", "Compila questo campo.", id="no family name"),
    pytest.param({"role": None}, "role", "Compila questo campo.", id="no role"),
    pytest.param({"role": "a" * 151}, "role", "Al massimo 150 caratteri.", id="a long role"),
    pytest.param({"organisation": ""}, "organisation", "Compila questo campo.", id="no organisation"),
    pytest.param({"organisation": "a" * 201}, "organisation", "Al massimo 200 caratteri.", id="a long organisation"),
    pytest.param({"organisation_kind": ""}, "organisation_kind", "Scegli una voce.", id="no kind"),
    pytest.param({"organisation_kind": "banca"}, "organisation_kind", "", id="a kind the call does not know"),
    pytest.param({"email": ""}, "email", "Compila questo campo.", id="no e-mail"),
    pytest.param({"email": "anna"}, "email", "Controlla l'indirizzo", id="no at sign"),
    pytest.param({"email": "a@b"}, "email", "Controlla l'indirizzo", id="no domain"),
    pytest.param({"email": "anna@x.it\r\nBcc: b@x.it"}, "email", "Controlla l'indirizzo", id="a second header"),
    pytest.param({"consent_gallery": None}, "consent_gallery", "Spunta la casella del consenso", id="no consent"),
    pytest.param({"video": None}, "video", "Scegli il video da mandare.", id="no file"),
    pytest.param({"video": File("")}, "video", "Scegli il video da mandare.", id="a file without a name"),
    pytest.param({"video": File("clip.avi")}, "video", "Qui si mandano file .mp4 / .mov.", id="another format"),
    pytest.param({"video": File("clip")}, "video", "Scegli il video come esce dal telefono.", id="no extension"),
    pytest.param(
        {"video": File("clip.mp4.php")}, "video", "Scegli il video come esce dal telefono.", id="two extensions"
    ),
    pytest.param({"video": File("v.mp4", b"")}, "video", "Il file è vuoto.", id="an empty file"),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), WRONG_FIELDS)
def test_what_is_wrong_is_said_at_its_field_and_leaves_nothing_behind(
    client: FlaskClient, services: Services, changes: dict[str, object], field: str, sentence: str
) -> None:
    answer = send(client, **changes)

    page = Page(answer)
    assert answer.status_code == 422
    assert page.has_id(f"{field}-error")
    assert sentence in page.text
    assert all_submissions(services) == []


def test_what_was_typed_is_kept_on_an_error(client: FlaskClient) -> None:
    page = Page(send(client, video=None, consent_social="y"))

    typed = {name: page.value(name) for name in ("given_name", "family_name", "role", "organisation", "email")}
    assert typed == {
        "given_name": "Anna",
        "family_name": "Rossi",
        "role": "Titolare",
        "organisation": "Officina Rossi",
        "email": "anna.rossi@example.org",
    }
    assert [option["value"] for option in page.all("option") if "selected" in option] == ["impresa"]
    assert "checked" in page.field("consent_gallery")
    assert "checked" in page.field("consent_social")


def test_every_problem_is_named_at_once(client: FlaskClient) -> None:
    page = Page(send(client, given_name="", email="anna", video=None))

    assert all(page.has_id(f"{name}-error") for name in ("given_name", "email", "video"))


def test_an_error_in_english_is_said_in_english(client: FlaskClient) -> None:
    answer = send(client, query="?lang=en", given_name="")

    assert "Compila questo campo." not in answer.text
    assert Page(answer).lang == "en"


def test_a_form_without_its_token_is_refused_with_what_was_typed(client: FlaskClient, services: Services) -> None:
    answer = send(client, csrf_token=None)

    page = Page(answer)
    assert answer.status_code == 422
    assert page.value("given_name") == "Anna"
    assert "La pagina è rimasta aperta troppo a lungo" in page.text
    assert all_submissions(services) == []


def test_the_form_that_came_back_without_its_token_can_be_sent_again(client: FlaskClient) -> None:
    page = Page(send(client, csrf_token="stale"))

    answer = client.post(CALL_PAGE, data=filled(a_form(client, csrf_token=page.value("csrf_token"))))

    assert answer.status_code == 303


def test_a_token_of_another_visitor_is_refused(app: Flask, client: FlaskClient) -> None:
    theirs = Page(app.test_client().get(CALL_PAGE)).value("csrf_token")

    assert send(client, csrf_token=theirs).status_code == 422


def test_a_form_sent_twice_is_one_submission(client: FlaskClient, services: Services) -> None:
    form = a_form(client)
    first = client.post(CALL_PAGE, data=filled(form))
    second = client.post(CALL_PAGE, data=filled(form))

    assert first.headers["Location"] == second.headers["Location"]
    assert len(all_submissions(services)) == 1


def test_another_video_from_a_page_that_came_back_is_another_submission(
    client: FlaskClient, services: Services
) -> None:
    form = a_form(client)
    first = client.post(CALL_PAGE, data=filled(form | {"video": File("primo.mp4")}))
    second = client.post(CALL_PAGE, data=filled(form | {"video": File("secondo.mp4")}))

    assert first.headers["Location"] != second.headers["Location"]
    assert sorted(submission.file_name for submission in all_submissions(services)) == ["primo.mp4", "secondo.mp4"]


def test_a_bucket_that_is_down_costs_the_sender_nothing_that_was_typed(
    client: FlaskClient, private: MemoryBucket
) -> None:
    form = a_form(client)
    private.is_down = True
    refused = client.post(CALL_PAGE, data=filled(form))
    private.is_down = False
    received = client.post(CALL_PAGE, data=filled(form))

    assert refused.status_code == 503
    assert Page(refused).value("given_name") == "Anna"
    assert "scegli di nuovo il video e riprova" in Page(refused).text
    assert received.status_code == 303


def test_a_video_sent_again_after_the_bucket_came_back_is_one_submission(
    client: FlaskClient, services: Services, private: MemoryBucket
) -> None:
    form = a_form(client)
    private.is_down = True
    client.post(CALL_PAGE, data=filled(form))
    private.is_down = False
    client.post(CALL_PAGE, data=filled(form))

    assert [submission.state for submission in all_submissions(services)] == [State.UPLOADED]


def test_a_body_beyond_the_call_s_limit_is_too_large(client: FlaskClient, services: Services) -> None:
    answer = client.post(CALL_PAGE, data=b"x", environ_overrides={"CONTENT_LENGTH": "600000000"})

    assert answer.status_code == 413
    assert "troppo grande" in Page(answer).text
    assert all_submissions(services) == []


@pytest.mark.parametrize(
    "path",
    ["/moderate/login", "/submissions/abc/withdraw", "/moderate/9b2c1a58-0000-4000-8000-000000000000/decision"],
)
def test_forms_without_a_video_stay_small(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data={"email": "x" * 1_100_000})

    assert answer.status_code == 413


def test_a_field_is_not_a_way_to_fill_our_memory(client: FlaskClient) -> None:
    answer = send(client, role="x" * 300_000)

    assert answer.status_code == 413


def test_a_thousand_fields_are_too_many(client: FlaskClient) -> None:
    answer = send(client, **{f"field{number}": "x" for number in range(1000)})

    assert answer.status_code == 413


@pytest.fixture
def full(services: Services) -> FlaskClient:
    """A browser at a service whose disk is full."""
    settings = replace(services.settings, min_free_bytes=10**18)
    return create_app(replace(services, settings=settings)).test_client()


def test_a_full_disk_is_said_before_anything_is_kept(full: FlaskClient, services: Services) -> None:
    answer = send(full)

    assert answer.status_code == 503
    assert "Riprova fra poco" in Page(answer).text
    assert all_submissions(services) == []


def test_a_full_disk_reads_the_video_away_so_that_its_sender_reads_the_answer(full: FlaskClient) -> None:
    body = io.BytesIO(b"x" * 200_000)

    full.post(CALL_PAGE, input_stream=body, content_length=200_000, content_type="multipart/form-data; boundary=x")

    assert body.tell() == 200_000


def test_names_are_composed_and_lose_what_nobody_sees(client: FlaskClient, services: Services) -> None:
    token = a_secret(client, given_name="  Nicolo\u0300 \u202e ", family_name="D\u2019Este\u0000")

    sender = submission_of(services, token).sender
    assert (sender.given_name, sender.family_name) == ("Nicol\u00f2", "D\u2019Este")
