"""The public's pages: only what is public, and nothing that keeps a proxy from caching it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.actions import submitting
from intake.db.engine import writing
from intake.domain.states import State
from tests.builders import a_letter, a_sender, a_submission, read
from tests.integration.pages.browsing import Page

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

GALLERY = "/gallery/pistoia2030"


def published(services: Services, **sender: str) -> Submission:
    return a_submission(services, state=State.PUBLISHED, letter=a_letter(sender=a_sender(**sender)))


def withdrawn(services: Services) -> Submission:
    """A submission that was public and was taken back."""
    submission = published(services)
    with writing(services.engine) as connection:
        submitting.withdraw(connection, submission.id, actor="sender", now=services.clock())
    return read(services, submission.id)


def paths_of(submission: Submission) -> tuple[str, str]:
    return f"{GALLERY}/{submission.clip_id}", f"/embed/{submission.clip_id}"


def names_on(client: FlaskClient, query: str = "") -> list[str]:
    page = Page(client.get(GALLERY + query))
    return [name for name in ("Anna Rossi", "Bruno Neri", "Carla Gialli") if name in page.text]


def test_an_empty_gallery_invites(client: FlaskClient) -> None:
    assert "Il prossimo può essere il tuo" in Page(client.get(GALLERY)).text


def test_a_published_clip_is_listed_with_name_and_organisation(client: FlaskClient, services: Services) -> None:
    submission = published(services)

    page = Page(client.get(GALLERY))

    assert "Anna Rossi" in page.text
    assert "Officina Rossi" in page.text
    assert paths_of(submission)[0] in "\n".join(page.links)


@pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED}))
def test_nothing_else_is_listed(client: FlaskClient, services: Services, state: State) -> None:
    a_submission(services, state=state)

    assert names_on(client) == []


@pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED, State.WITHDRAWN}))
def test_a_clip_that_is_not_public_is_not_found(client: FlaskClient, services: Services, state: State) -> None:
    submission = a_submission(services, state=state)

    assert [client.get(path).status_code for path in paths_of(submission)] == [404, 404]


def test_a_clip_plays_from_the_gallery_bucket(client: FlaskClient, services: Services) -> None:
    submission = published(services)

    sources = [Page(client.get(path)).all("source")[-1]["src"] for path in paths_of(submission)]

    assert sources == [f"http://bucket.invalid/gallery/clips/{submission.clip_id}/1/video.mp4"] * 2


def test_a_clip_under_another_call_is_not_found(client: FlaskClient, services: Services) -> None:
    assert client.get(f"/gallery/other/{published(services).clip_id}").status_code == 404


@pytest.mark.parametrize("path", ["/gallery/nowhere", f"{GALLERY}/2222222222", "/embed/2222222222", "/embed/%00"])
def test_what_never_was_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_clip_that_was_taken_back_is_gone_at_once(client: FlaskClient, services: Services) -> None:
    submission = withdrawn(services)

    answers = [client.get(path) for path in paths_of(submission)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store", "no-store"]
    assert "Anna" not in "".join(answer.text for answer in answers)
    assert names_on(client) == []


def test_a_clip_taken_back_before_it_was_ever_public_is_not_found(client: FlaskClient, services: Services) -> None:
    submission = a_submission(services, state=State.APPROVED)
    with writing(services.engine) as connection:
        submitting.withdraw(connection, submission.id, actor="sender", now=services.clock())

    assert [client.get(path).status_code for path in paths_of(submission)] == [404, 404]


def test_nobody_s_e_mail_address_is_public(client: FlaskClient, services: Services) -> None:
    submission = published(services)

    pages = "".join(client.get(path).text for path in (GALLERY, *paths_of(submission)))

    assert "anna.rossi@example.org" not in pages
    assert submission.id not in pages


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Anna Rossi", "Bruno Neri", "Carla Gialli"]),
        ("?q=neri", ["Bruno Neri"]),
        ("?q=BRUNO+neri", ["Bruno Neri"]),
        ("?q=bruno+rossi", []),
        ("?q=%25", []),
        ("?q=_", []),
        ("?kind=scuola", ["Carla Gialli"]),
        ("?kind=scuola&q=anna", []),
        ("?kind=nothing", []),
        ("?after=nothing", []),
    ],
)
def test_clips_are_searched_and_filtered(client: FlaskClient, services: Services, query: str, names: list[str]) -> None:
    published(services)
    published(services, given_name="Bruno", family_name="Neri", organisation="Scoperta")
    published(services, given_name="Carla", family_name="Gialli", organisation="Liceo", organisation_kind="scuola")

    assert names_on(client, query) == names


@pytest.mark.parametrize(
    "words",
    ["'", '"', "*", "&|!", "a & !b", "\\", "NEAR(a b)", "words:anna", "{{ 7 * 7 }}", "<b>", "x" * 10_000, "\U0001e900"],
    ids=lambda words: ascii(words[:12]),
)
@pytest.mark.parametrize("path", [GALLERY, "/api/v1/gallery/pistoia2030", "/embed/gallery/pistoia2030"])
def test_whatever_is_searched_for_is_answered(client: FlaskClient, services: Services, path: str, words: str) -> None:
    published(services)

    answer = client.get(path, query_string={"q": words})

    assert answer.status_code == 200
    assert "Anna" not in answer.text


@pytest.mark.parametrize("query", ["?q=%00", "?kind=%00", "?after=%00"])
def test_a_search_no_database_understands_finds_no_page(client: FlaskClient, query: str) -> None:
    assert client.get(GALLERY + query).status_code == 404


def test_a_gallery_goes_on_where_its_first_page_ended(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    clips = []
    for _ in range(25):
        clock.advance(seconds=1)
        clips.append(published(services).clip_id)

    first = Page(client.get(GALLERY))
    (following,) = [link for link in first.links if "after=" in link]
    second = Page(client.get(following))

    assert [clip for clip in reversed(clips) if f"{GALLERY}/{clip}" in "\n".join(first.links)] == clips[:0:-1]
    assert [clip for clip in clips if f"{GALLERY}/{clip}" in "\n".join(second.links)] == clips[:1]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["gallery", "clip", "embed"])
def test_public_pages_can_be_cached(client: FlaskClient, services: Services, which: int) -> None:
    answer = client.get((GALLERY, *paths_of(published(services)))[which])

    assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "nonce" not in answer.headers["Content-Security-Policy"]
    assert "nonce" not in answer.text


@pytest.mark.parametrize("which", [0, 1, 2], ids=["gallery", "clip", "embed"])
def test_public_pages_are_the_same_for_somebody_who_is_logged_in(
    desk: FlaskClient, stranger: FlaskClient, services: Services, which: int
) -> None:
    path = (GALLERY, *paths_of(published(services)))[which]

    assert desk.get(path).text == stranger.get(path).text
    assert "Set-Cookie" not in desk.get(path).headers


def test_what_a_sender_typed_is_shown_and_never_run(client: FlaskClient, services: Services) -> None:
    submission = published(
        services, given_name="<script>alert(1)</script>", organisation='"><img src=x onerror=alert(1)>'
    )

    pages = [Page(client.get(path)) for path in (GALLERY, *paths_of(submission))]

    assert all("<script>alert(1)</script>" in page.text for page in pages)
    assert [page.inline_code for page in pages] == [[], [], []]
    assert not [attributes for page in pages for _, attributes in page.elements if "onerror" in attributes]
