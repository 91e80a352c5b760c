"""The words of a clip on its page, and what went to its sender by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.db.engine import writing
from intake.domain.states import State
from tests.builders import a_letter, a_sender, a_submission, read, withdraw
from tests.integration.mail.sending import send_mails
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services

ANNA = {
    "given_name": "Anna",
    "family_name": "Rossi",
    "role": "Titolare",
    "organisation": "Officina Rossi",
    "title": "",
    "quote": "",
    "spoken_language": "it",
}
SEEN = {f"seen_{name}": words for name, words in ANNA.items()}


def page_of(submission: Submission) -> str:
    return f"/moderate/{submission.id}"


def save(desk: FlaskClient, submission: Submission, **words: str) -> TestResponse:
    """Fill the form in on the page and press its button."""
    fields: dict[str, object] = {**ANNA, **SEEN, **words}
    return press(desk, page_of(submission), f"{page_of(submission)}/words", **fields)


def test_the_form_holds_the_words_as_they_stand(services: Services, desk: FlaskClient) -> None:
    page = Page(desk.get(page_of(a_submission(services))))

    typed = set(ANNA) - {"quote", "spoken_language"}
    assert {name: page.value(name) for name in typed} == {name: ANNA[name] for name in typed}
    assert {name: page.value(name) for name in SEEN} == SEEN


def test_mended_words_are_kept_and_the_page_says_what_was_there(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)

    answer = save(desk, submission, given_name="  Hanna ", title="Un tornio\u200b per tutti")

    after, page = read(services, submission.id), Page(desk.get(page_of(submission)))
    assert answer.status_code == 303
    assert (after.sender.given_name, after.title) == ("Hanna", "Un tornio per tutti")
    assert "Le parole del video sono salvate." in page.text
    assert "Come scritto da chi ha inviato: Anna" in page.text
    assert "Nome: da “Anna” a “Hanna”" in page.text
    assert "Titolo del video: ora c'è “Un tornio per tutti”" in page.text


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        pytest.param({"family_name": " "}, "Compila questo campo.", id="no name"),
        pytest.param({"title": "a" * 121}, "Al massimo 120 caratteri.", id="long title"),
        pytest.param({"quote": "a" * 201}, "Al massimo 200 caratteri.", id="long quote"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_what_was_typed_stays(
    services: Services, desk: FlaskClient, words: dict[str, str], mistake: str
) -> None:
    submission = a_submission(services)

    answer = save(desk, submission, given_name="Hanna", **words)

    page = Page(answer)
    (name,) = words
    assert answer.status_code == 422
    assert mistake in page.text
    assert page.field(name)["aria-invalid"] == "true"
    assert page.value("given_name") == "Hanna"
    assert page.value("seen_given_name") == "Anna"
    assert read(services, submission.id) == submission


def test_words_of_a_clip_that_was_withdrawn_meanwhile_are_not_written(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)
    token = Page(desk.get(page_of(submission))).value("csrf_token")
    withdraw(services, submission.id)

    answer = desk.post(f"{page_of(submission)}/words", data=ANNA | SEEN | {"title": "Un tornio", "csrf_token": token})

    assert answer.status_code == 409
    assert "non c'è più niente da correggere" in Page(answer).text
    assert read(services, submission.id).title == ""


def test_what_is_typed_here_is_shown_and_never_run(services: Services, desk: FlaskClient) -> None:
    nasty = "<script>alert(1)</script>"
    submission = a_submission(services, letter=a_letter(sender=a_sender(role=nasty)))

    save(desk, submission, seen_role=nasty, role="Sarta", title=nasty, quote=nasty)

    page = Page(desk.get(page_of(submission)))
    assert f"Come scritto da chi ha inviato: {nasty}" in page.text
    assert f"Titolo del video: ora c'è “{nasty}”" in page.text
    assert page.inline_code == []


def test_the_gallery_shows_a_clip_s_own_words_at_once(
    services: Services, desk: FlaskClient, client: FlaskClient
) -> None:
    submission = a_submission(services, state=State.PUBLISHED)

    save(desk, submission, given_name="Hanna", title="Un tornio per tutti", quote="Si impara facendo.")

    gallery = "/gallery/pistoia2030"
    texts = [Page(client.get(path)).text for path in (gallery, f"{gallery}/{submission.clip_id}")]
    clip = client.get("/api/v1/gallery/pistoia2030").get_json()["clips"][0]
    assert all("Hanna Rossi" in text and "Un tornio per tutti" in text for text in texts)
    assert all("“Si impara facendo.”" in text for text in texts)
    assert not any("Anna Rossi" in text for text in texts)
    assert (clip["title"], clip["quote"]) == ("Un tornio per tutti", "Si impara facendo.")


def test_a_clip_without_words_of_its_own_has_no_empty_places(services: Services, client: FlaskClient) -> None:
    submission = a_submission(services, state=State.PUBLISHED)

    page = Page(client.get(f"/gallery/pistoia2030/{submission.clip_id}"))

    assert page.all("blockquote") == []
    assert "“”" not in page.text


def test_the_mails_to_the_sender_are_listed_in_words(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services, state=State.DECLINED)
    with writing(services.engine) as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'dead', ended_at = 1796000000 WHERE kind = 'mail_receipt'")

    text = Page(desk.get(page_of(submission))).text

    assert "Il video è arrivato: non è partita" in text
    assert "Che cosa si è deciso, o che cosa non va nel file: in attesa di partire" in text


def test_a_mail_that_was_overtaken_does_not_read_as_sent(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services, state=State.DECLINED)
    withdraw(services, submission.id)
    send_mails(services)

    text = Page(desk.get(page_of(submission))).text

    assert "Il video è arrivato: non spedita, perché intanto il video è stato ritirato" in text
    assert "spedita" not in text.replace("non spedita", "")
