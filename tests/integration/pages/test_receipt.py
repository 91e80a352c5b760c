"""The receipt of the consents: to be printed, to be kept, and to be checked by somebody who does not trust us."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.db.engine import writing
from intake.db.tables import calls, consent_texts
from intake.domain.states import State
from tests.builders import a_letter, a_receipt, a_sender, read
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.wiring import Services

AGREED = "Acconsento alla pubblicazione del mio video"
LINE = re.escape("-" * 40)
WORDS_AND_HASH = re.compile(rf"SHA-256[^\n]*: ([0-9a-f]{{64}})\n\n{LINE}\n(.*?)\n{LINE}", re.DOTALL)


def a_secret_page(services: Services, *, state: State = State.AWAITING_REVIEW, language: str = "it") -> str:
    letter = a_letter(sender=a_sender(language=language))
    return f"/submissions/{a_receipt(services, state=state, letter=letter)[1]}"


def reword_the_call(services: Services) -> None:
    """As an operator does: other words under the same consents, loaded anew."""
    with writing(services.engine) as connection:
        document = connection.scalar(select(calls.c.document))
        for consent in document["consents"]:
            consent["text"] = {"it": "Altre parole.", "en": "Other words."}
        connection.execute(update(calls).values(document=document))


def test_the_receipt_says_who_agreed_to_what_and_when(client: FlaskClient, services: Services) -> None:
    page = a_secret_page(services)

    text = Page(client.get(f"{page}/receipt")).text

    assert all(words in text for words in ("Anna Rossi", "Officina Rossi", "video.mp4", AGREED, "2026-11-23"))
    assert "Sì, acconsento" in text
    assert "No, non acconsento" in text


@pytest.mark.parametrize("path", ["receipt", "receipt.txt"])
def test_the_receipt_is_kept_by_nobody_on_the_way(client: FlaskClient, services: Services, path: str) -> None:
    headers = client.get(f"{a_secret_page(services)}/{path}").headers

    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


@pytest.mark.parametrize("path", ["receipt", "receipt.txt"])
def test_a_secret_nobody_has_opens_no_receipt(client: FlaskClient, path: str) -> None:
    assert client.get(f"/submissions/nobody/{path}").status_code == 404


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_hash_can_be_computed_from_the_words_in_the_file(
    client: FlaskClient, services: Services, language: str
) -> None:
    answer = client.get(f"{a_secret_page(services, language=language)}/receipt.txt")

    found = WORDS_AND_HASH.findall(answer.data.decode())
    assert [written for written, _ in found] == [hashlib.sha256(words.encode()).hexdigest() for _, words in found]
    assert len(found) == 3


def test_the_words_on_the_page_are_those_of_the_hash_beside_them(client: FlaskClient, services: Services) -> None:
    page = a_secret_page(services)

    html = client.get(f"{page}/receipt").text

    words = re.findall(r'class="agreed-words">(.*?)</span>', html, re.DOTALL)
    assert len(words) == 3
    assert all(hashlib.sha256(text.replace("&#39;", "'").encode()).hexdigest() in html for text in words)


def test_the_file_is_a_text_to_keep_and_holds_no_secret(client: FlaskClient, services: Services) -> None:
    page = a_secret_page(services)

    answer = client.get(f"{page}/receipt.txt")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert re.search(
        r'attachment; filename="ricevuta-consensi-[0-9a-f]{8}[.]txt"', answer.headers["Content-Disposition"]
    )
    assert page.rpartition("/")[2] not in answer.text


def test_the_words_stay_when_the_call_is_worded_anew(client: FlaskClient, services: Services) -> None:
    page = a_secret_page(services)

    reword_the_call(services)

    assert AGREED in Page(client.get(f"{page}/receipt")).text
    assert "Altre parole" not in client.get(f"{page}/receipt.txt").text


def test_words_that_nobody_kept_are_owned_up_to(client: FlaskClient, services: Services) -> None:
    page = a_secret_page(services)
    with writing(services.engine) as connection:
        connection.execute(consent_texts.delete())

    answer = client.get(f"{page}/receipt.txt")

    assert "che non abbiamo più" in answer.text


def test_after_a_withdrawal_the_receipt_says_when_it_was_taken_back(client: FlaskClient, services: Services) -> None:
    page = a_secret_page(services, state=State.PUBLISHED)

    press(client, page, f"{page}/withdraw", confirm="y")

    assert f"{page}/receipt" in Page(client.get(page)).links
    assert "Ritirato: 22 novembre 2026" in Page(client.get(f"{page}/receipt")).text
    assert "Consenso ritirato: 22 novembre 2026" in client.get(f"{page}/receipt.txt").text


def test_the_file_that_was_sent_is_named_by_its_hash(client: FlaskClient, services: Services) -> None:
    submission_id, token = a_receipt(services, state=State.AWAITING_REVIEW)

    text = client.get(f"/submissions/{token}/receipt.txt").text

    assert f"SHA-256 del file: {read(services, submission_id).original_sha256}" in text
