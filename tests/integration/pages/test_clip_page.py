"""A clip's page beside its picture: two files, moments to go to, what is said, others, sharing, copying, keeping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select, update

from intake.actions import captioning, consenting, moderating
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.tables import submissions
from intake.domain.calls import ConsentKind
from intake.domain.captions import Cue
from intake.domain.states import State
from tests.builders import CALL, MODERATOR, a_letter, a_sender, a_submission, withdraw
from tests.integration.pages.browsing import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

SAID = (
    Cue(start_ms=1500, end_ms=3000, text="Mi chiamo Anna Rossi."),
    Cue(start_ms=9000, end_ms=12_000, text="Ci occupiamo di biciclette."),
    Cue(start_ms=20_250, end_ms=22_000, text="Provateci anche voi."),
)


def published(services: Services, *, download: bool = False, **sender: str) -> Submission:
    letter = a_letter(sender=a_sender(**sender), download=download)
    return a_submission(services, state=State.PUBLISHED, letter=letter)


def page_of(submission: Submission) -> str:
    return f"/gallery/pistoia2030/{submission.clip_id}"


def captioned(services: Services, submission: Submission, *, language: str = "it") -> Submission:
    """Write down what is said, and answer for it."""
    edition = captioning.Edition(
        language=language, cues=SAID, seen_sha256=submission.original_sha256, seen_version=0, is_checked=True
    )
    with writing(services.engine) as connection:
        captioning.save(connection, submission.id, edition, moderator=MODERATOR, now=services.clock())
    return submission


def one_after_the_other(services: Services, clock: FakeClock, kinds: Sequence[str]) -> list[Submission]:
    """Clips of organisations of these kinds, each published a minute after the one before: Numero0, Numero1, …"""
    clips = []
    for number, kind in enumerate(kinds):
        clips.append(published(services, given_name=f"Numero{number}", organisation_kind=kind))
        clock.advance(seconds=60)
    return clips


def with_a_light_file(services: Services, submission: Submission) -> Submission:
    """As the publish step makes one, where the large file is too large for bad lines."""
    mine = submissions.c.id == submission.id
    with writing(services.engine) as connection:
        publication = connection.scalar(select(submissions.c.publication).where(mine))
        connection.execute(update(submissions).where(mine).values(publication=publication | {"small_size_bytes": 5}))
    return submission


def take_back(services: Services, submission: Submission, kind: ConsentKind) -> bool:
    with reading(services.engine) as connection:
        call = queries.find_call(connection, CALL)
    with writing(services.engine) as connection:
        return consenting.take_back(connection, call, submission.id, kind, now=services.clock())


def described(page: Page, html: str) -> dict[str, object]:
    """What machines read of the page."""
    assert page.elements
    written: dict[str, object] = json.loads(html.partition('<script type="application/ld+json">')[2].partition("<")[0])
    return written


class TestThePlayer:
    def test_has_both_files_the_light_one_first_for_narrow_windows(
        self, client: FlaskClient, services: Services
    ) -> None:
        submission = with_a_light_file(services, published(services))

        page = Page(client.get(page_of(submission)))

        light, large = page.all("source")
        assert (light["src"].rpartition("/")[2], light["media"]) == ("video-small.mp4", "(max-width: 30em)")
        assert (large["src"].rpartition("/")[2], "media" in large) == ("video.mp4", False)

    def test_fetches_nothing_of_it_before_play(self, client: FlaskClient, services: Services) -> None:
        (video,) = Page(client.get(page_of(published(services)))).all("video")

        assert (video["preload"], "autoplay" in video, "playsinline" in video) == ("none", False, True)

    @pytest.mark.parametrize("path", ["/gallery/pistoia2030/{}", "/embed/{}"])
    @pytest.mark.parametrize(("asked", "starts"), [("12", "12"), ("1.5", "1.5"), ("0:07", "7")])
    def test_begins_where_the_address_says_without_scripts(
        self, client: FlaskClient, services: Services, path: str, asked: str, starts: str
    ) -> None:
        submission = with_a_light_file(services, published(services))

        sources = Page(client.get(path.format(submission.clip_id), query_string={"t": asked})).all("source")

        assert [source["src"].partition("#")[2] for source in sources] == [f"t={starts}"] * 2

    @pytest.mark.parametrize("asked", ["", "0", "-3", "9999", "x", "1e3", "1:99999999"])
    def test_begins_at_the_beginning_where_there_is_no_such_moment(
        self, client: FlaskClient, services: Services, asked: str
    ) -> None:
        answer = client.get(page_of(published(services)), query_string={"t": asked})

        assert answer.status_code == 200
        assert "#t=" not in answer.text

    def test_keeps_nobody_from_keeping_the_page(self, client: FlaskClient, services: Services) -> None:
        answer = client.get(page_of(captioned(services, published(services))), query_string={"t": "3"})

        assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"
        assert "Set-Cookie" not in answer.headers
        assert Page(answer).inline_code == []


class TestMoments:
    def test_a_paragraph_has_a_link_to_its_moment(self, client: FlaskClient, services: Services) -> None:
        page = Page(client.get(page_of(captioned(services, published(services)))))

        moments = [link for link in page.all("a") if "data-at" in link]
        at = [float(link["data-at"]) for link in moments]
        assert at[-3:] == [1.5, 9.0, 20.25]
        assert parse_qs(urlsplit(moments[-1]["href"]).query)["t"] == ["20.25"]
        assert moments[-1]["href"].endswith("#player")

    def test_a_link_keeps_the_language_of_the_page(self, client: FlaskClient, services: Services) -> None:
        page = Page(client.get(page_of(captioned(services, published(services))) + "?lang=en"))

        asked = [parse_qs(urlsplit(link["href"]).query)["lang"] for link in page.all("a") if "data-at" in link]
        assert asked == [["en"]] * 6

    def test_chapters_are_called_as_the_call_says(self, client: FlaskClient, services: Services) -> None:
        submission = captioned(services, published(services))

        italian, english = (Page(client.get(page_of(submission) + query)).text for query in ("", "?lang=en"))

        assert "Chi parla dal momento 0:01 L'organizzazione dal momento 0:09 Un incoraggiamento" in italian
        assert "Who is speaking from the moment 0:01 The organisation" in english

    def test_a_player_can_read_them(self, client: FlaskClient, services: Services) -> None:
        submission = captioned(services, published(services))
        page = Page(client.get(page_of(submission) + "?lang=en"))

        (track,) = [track for track in page.all("track") if track["kind"] == "chapters"]
        answer = client.get(track["src"])

        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.text.startswith("WEBVTT\n\n00:00:01.500 --> 00:00:09.000\nWho is speaking\n")

    def test_machines_read_them(self, client: FlaskClient, services: Services) -> None:
        submission = captioned(services, published(services))
        answer = client.get(page_of(submission))

        parts = described(Page(answer), answer.text)["hasPart"]

        assert isinstance(parts, list)
        assert parts[1] == {
            "@type": "Clip",
            "name": "L'organizzazione",
            "startOffset": 9.0,
            "endOffset": 20.25,
            "url": f"{services.settings.public_url}{page_of(submission)}?t=9",
        }

    def test_without_captions_there_are_none(self, client: FlaskClient, services: Services) -> None:
        submission = published(services)

        answer = client.get(page_of(submission))

        assert "data-at" not in answer.text
        assert "hasPart" not in answer.text
        assert client.get(f"{page_of(submission)}/chapters.it.vtt").status_code == 404

    def test_captions_in_a_language_that_is_not_spoken_make_none(self, client: FlaskClient, services: Services) -> None:
        submission = captioned(services, published(services), language="en")

        assert "Capitoli" not in client.get(page_of(submission)).text

    def test_with_the_clip_they_are_gone(self, client: FlaskClient, services: Services) -> None:
        submission = captioned(services, published(services))
        withdraw(services, submission.id)

        assert client.get(f"{page_of(submission)}/chapters.it.vtt").status_code == 410

    @pytest.mark.parametrize("path", ["/gallery/other/{}/chapters.it.vtt", "/gallery/pistoia2030/{}/chapters.de.vtt"])
    def test_what_is_not_there_is_not_found(self, client: FlaskClient, services: Services, path: str) -> None:
        submission = captioned(services, published(services))

        assert client.get(path.format(submission.clip_id)).status_code == 404


class TestTheOthers:
    def test_of_the_same_kind_come_first_then_the_newest(
        self, client: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        kinds = ("scuola", "impresa", "scuola", "altro", "scuola", "impresa")
        clips = one_after_the_other(services, clock, kinds)

        text = Page(client.get(page_of(clips[0]))).text.partition("Altri messaggi")[2]

        assert [name for name in text.split() if name.startswith("Numero")] == [
            "Numero4",
            "Numero2",
            "Numero5",
            "Numero3",
        ]

    def test_an_only_clip_has_none(self, client: FlaskClient, services: Services) -> None:
        assert "Altri messaggi" not in client.get(page_of(published(services))).text


class TestSharing:
    def test_a_link_can_be_sent_without_anybody_s_script(self, client: FlaskClient, services: Services) -> None:
        submission = published(services)

        links = Page(client.get(page_of(submission))).links

        sent = [unquote(link) for link in links if link.startswith(("mailto:?", "https://wa.me/"))]
        assert len(sent) == 2
        assert all(link.endswith(f"{services.settings.public_url}{page_of(submission)}") for link in sent)

    def test_what_a_sender_typed_stays_one_argument(self, client: FlaskClient, services: Services) -> None:
        submission = published(services, given_name="A&body=x\r\nBcc: y@example.org")

        (mail,) = [link for link in Page(client.get(page_of(submission))).links if link.startswith("mailto:?")]

        assert set(parse_qs(urlsplit(mail).query)) == {"subject", "body"}

    def test_three_things_can_be_copied(self, client: FlaskClient, services: Services) -> None:
        submission = published(services)
        answer = client.get(page_of(submission))

        page = Page(answer)

        address = next(field for field in page.all("input") if field.get("id") == "embed-address")
        assert address["value"] == f"{services.settings.public_url}{page_of(submission)}"
        assert f'<iframe src="{services.settings.public_url}/embed/{submission.clip_id}"' in page.text
        assert '<video-testimonials call="pistoia2030">' in page.text
        assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]

    def test_without_scripts_a_link_shows_how_it_looks(self, client: FlaskClient, services: Services) -> None:
        submission = published(services)

        assert (
            f"{services.settings.public_url}/embed/{submission.clip_id}" in Page(client.get(page_of(submission))).links
        )


class TestACopy:
    def test_is_offered_where_its_sender_agrees(self, client: FlaskClient, services: Services) -> None:
        submission = published(services, download=True)

        page = Page(client.get(page_of(submission)))
        answer = client.get(f"{page_of(submission)}/download")

        assert f"{page_of(submission)}/download" in page.links
        assert "Puoi usare il video scaricato se dici di chi è: Anna Rossi, Officina Rossi" in page.text
        assert answer.status_code == 302
        assert f"/clips/{submission.clip_id}/1/video.mp4?" in answer.headers["Location"]
        assert answer.headers["Location"].endswith("as=anna-rossi-officina-rossi.mp4")
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(
        ("given_name", "saved_as"),
        [
            ("Zoë “;\r\n", "zoe-rossi-officina-rossi.mp4"),
            ("王", "rossi-officina-rossi.mp4"),
            ("a" * 100, f"{'a' * 80}.mp4"),
        ],
    )
    def test_is_called_so_that_every_header_takes_it(
        self, client: FlaskClient, services: Services, given_name: str, saved_as: str
    ) -> None:
        submission = published(services, download=True, given_name=given_name)

        location = client.get(f"{page_of(submission)}/download").headers["Location"]

        assert location.endswith(f"as={saved_as}")

    def test_is_not_offered_otherwise(self, client: FlaskClient, services: Services) -> None:
        submission = published(services)

        assert "Scarica" not in client.get(page_of(submission)).text
        assert client.get(f"{page_of(submission)}/download").status_code == 404

    def test_is_not_to_be_had_once_that_was_taken_back(self, client: FlaskClient, services: Services) -> None:
        submission = published(services, download=True)

        assert take_back(services, submission, ConsentKind.DOWNLOAD)

        assert "Scarica" not in client.get(page_of(submission)).text
        assert client.get(f"{page_of(submission)}/download").status_code == 404
        assert client.get(page_of(submission)).status_code == 200

    def test_is_gone_with_the_clip(self, client: FlaskClient, services: Services) -> None:
        submission = published(services, download=True)
        withdraw(services, submission.id)

        assert client.get(f"{page_of(submission)}/download").status_code == 410

    def test_is_gone_while_the_clip_is_looked_at_again(self, client: FlaskClient, services: Services) -> None:
        submission = published(services, download=True)
        with writing(services.engine) as connection:
            moderating.take_down(connection, submission.id, moderator=MODERATOR, note="x", now=services.clock())

        assert client.get(f"{page_of(submission)}/download").status_code == 410

    def test_of_another_call_is_not_found(self, client: FlaskClient, services: Services) -> None:
        submission = published(services, download=True)

        assert client.get(f"/gallery/other/{submission.clip_id}/download").status_code == 404


def test_what_the_video_cannot_be_there_without_is_not_taken_back(services: Services) -> None:
    submission = published(services)

    assert not take_back(services, submission, ConsentKind.GALLERY)
    assert not take_back(services, submission, ConsentKind.DOWNLOAD)
