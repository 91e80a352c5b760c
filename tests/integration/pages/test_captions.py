"""The pages of captions: staff write and check them, and everybody reads what somebody answers for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.actions import captioning
from intake.db.captions import captions_of
from intake.db.engine import reading, writing
from intake.db.tables import calls
from intake.domain.captions import Cue, Engine
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import REVIEWED, a_submission, open_work, read, take_job, withdraw
from tests.conftest import MODERATOR
from tests.integration.pages.browsing import File, Page, press

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.captions import Captions
    from intake.domain.submissions import Job, Submission
    from intake.wiring import Services
    from tests.integration.pages.conftest import LetIn

TYPED = "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\nMi chiamo Anna & sono <qui>.\n"
CUES = (Cue(start_ms=1000, end_ms=3500, text="Mi chiamo Anna & sono <qui>."),)


def address(submission: Submission) -> str:
    return f"/moderate/{submission.id}/captions"


def save(desk: FlaskClient, submission: Submission, text: str = TYPED, **fields: object) -> TestResponse:
    """Type captions and press the button, as a page just opened has it."""
    page = Page(desk.get(address(submission)))
    seen = {name: page.value(name) for name in ("language", "version", "of_sha256")}
    return press(desk, address(submission), address(submission), text=text, **(seen | fields))


def demand_captions(services: Services) -> None:
    """The call publishes nothing without checked captions from now on."""
    with writing(services.engine) as connection:
        document = connection.scalar(calls.select().with_only_columns(calls.c.document))
        connection.execute(calls.update().values(document=document | {"captions": {"required": True}}))


def kept(services: Services, submission: Submission, language: str = "it") -> Captions | None:
    with reading(services.engine) as connection:
        return captions_of(connection, submission.id).get(language)


def a_draft(services: Services, submission: Submission) -> None:
    """A machine wrote down what it heard."""
    with writing(services.engine) as connection:
        assert captioning.ask_for_draft(connection, submission.id)
        job = take_job(connection, submission.id, JobKind.TRANSCRIBE)
        captioning.jobs.finish(connection, job)
        assert submission.original_key is not None
        assert captioning.save_draft(
            connection,
            job,
            CUES,
            language="it",
            engine=Engine("faster-whisper base"),
            original_key=submission.original_key,
            now=services.clock(),
        )


class TestTheEditor:
    def test_begins_empty_and_says_so(self, desk: FlaskClient, services: Services) -> None:
        page = Page(desk.get(address(a_submission(services))))

        assert "nessun sottotitolo" in page.text
        assert "Nessun modello configurato" in page.text

    def test_keeps_what_was_typed(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        answer = save(desk, submission)

        found = kept(services, submission)
        page = desk.get(answer.headers["Location"])
        assert answer.status_code == 303
        assert found is not None
        assert (found.cues, found.updated_by) == (CUES, MODERATOR)
        assert "Sottotitoli salvati." in page.text
        assert "Mi chiamo Anna &amp;amp; sono &amp;lt;qui&amp;gt;." in page.text

    def test_marks_who_checked(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        save(desk, submission, is_checked="y")

        found = kept(services, submission)
        assert found is not None
        assert found.checked_by == MODERATOR
        assert "controllati da una persona" in desk.get(address(submission)).text

    def test_says_every_mistake_with_its_line_and_keeps_the_text(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        typed = "WEBVTT\n\n00:00:03.000 --> 00:00:01.000\nCiao\n\nniente tempi\n"

        answer = save(desk, submission, typed)

        assert answer.status_code == 422
        assert "Riga 3: questo sottotitolo finisce prima di iniziare." in answer.text
        assert "Riga 6: qui mancano i tempi" in answer.text
        assert "niente tempi" in answer.text
        assert kept(services, submission) is None

    def test_says_what_is_hard_to_read(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        save(
            desk, submission, "WEBVTT\n\n00:01.000 --> 00:02.000\nUna riga che nessuno riesce a leggere in un secondo\n"
        )

        page = Page(desk.get(address(submission)))
        assert "Sottotitolo 1, a 0:01: una riga è più lunga di 37 caratteri, troppo veloce da leggere" in page.text

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("anna.srt", "1\r\n00:00:01,000 --> 00:00:03,500\r\nPerché no?\r\n".encode("cp1252")),
            ("anna.vtt", "\ufeffWEBVTT\n\n00:01.000 --> 00:03.500\nPerché no?".encode()),
        ],
        ids=["subrip", "webvtt"],
    )
    def test_takes_a_file_in_place_of_the_text(
        self, desk: FlaskClient, services: Services, name: str, content: bytes
    ) -> None:
        submission = a_submission(services)

        save(desk, submission, file=File(name, content))

        found = kept(services, submission)
        assert found is not None
        assert found.cues == (Cue(start_ms=1000, end_ms=3500, text="Perché no?"),)

    def test_wraps_the_lines_of_a_file(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        content = b"1\n00:00:01,000 --> 00:00:05,000\nDa tre anni ripariamo biciclette con i ragazzi.\n"

        save(desk, submission, file=File("anna.srt", content))

        found = kept(services, submission)
        assert found is not None
        assert found.cues[0].lines == ["Da tre anni ripariamo", "biciclette con i ragazzi."]

    def test_refuses_a_file_that_is_no_text(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        answer = save(desk, submission, file=File("video.srt", b"\x00\x00\x00\x18ftypmp42"))

        assert answer.status_code == 422
        assert "Questo file non è un testo." in answer.text

    def test_tells_the_second_of_two_and_keeps_both(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        seen = {"version": "0"}
        save(desk, submission)

        answer = save(desk, submission, TYPED.replace("Anna", "Bianca"), **seen)

        page = Page(answer)
        found = kept(services, submission)
        assert answer.status_code == 409
        assert "Intanto qualcun altro ha salvato" in page.text
        assert "Mi chiamo Anna & sono <qui>." in page.text
        assert "Mi chiamo Bianca" in answer.text
        assert found is not None
        assert found.cues == CUES
        assert page.value("version") == "1"

    def test_saves_over_the_other_s_when_told_to_again(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        save(desk, submission)
        typed = TYPED.replace("Anna", "Bianca")

        told = Page(save(desk, submission, typed, version="0"))
        save(desk, submission, typed, version=told.value("version"))

        found = kept(services, submission)
        assert found is not None
        assert found.cues[0].text == "Mi chiamo Bianca & sono <qui>."

    def test_takes_nothing_for_a_clip_that_was_withdrawn_meanwhile(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        fields = {"language": "it", "version": "0", "of_sha256": submission.original_sha256, "text": TYPED}
        token = Page(desk.get(address(submission))).value("csrf_token")
        withdraw(services, submission.id)

        answer = desk.post(address(submission), data=fields | {"csrf_token": token})

        assert answer.status_code == 409
        assert "I sottotitoli non sono stati salvati" in answer.text
        assert "Mi chiamo Anna" in answer.text

    def test_says_why_those_that_the_call_demands_are_not_taken_away(
        self, desk: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services, state=State.PUBLISHED)
        save(desk, submission, is_checked="y")
        demand_captions(services)

        answer = save(desk, submission, TYPED.replace("Anna", "Bianca"), version="1")

        page, found = Page(answer), kept(services, submission)
        assert answer.status_code == 422
        assert "prima togli il video dalla galleria" in page.text
        assert "Mi chiamo Bianca" in page.text
        assert found is not None
        assert found.cues == CUES

    def test_has_a_page_for_each_language_of_the_call(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        page = Page(desk.get(f"{address(submission)}?of=en"))

        assert page.value("language") == "en"
        assert desk.get(f"{address(submission)}?of=xx").status_code == 404

    def test_gives_scripts_what_they_need(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        save(desk, submission)

        form = next(form for form in Page(desk.get(address(submission))).all("form") if "data-captions" in form)

        assert json.loads(form["data-cues"]) == [{"start_ms": 1000, "end_ms": 3500, "text": CUES[0].text}]
        assert json.loads(form["data-limits"])["characters"] == 37

    def test_shows_them_over_the_video(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        save(desk, submission)

        (track,) = Page(desk.get(address(submission))).all("track")

        answer = desk.get(track["src"])
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert "Mi chiamo Anna &amp; sono &lt;qui&gt;." in answer.text


class TestDrafts:
    def test_are_shown_as_a_machine_s(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        a_draft(services, submission)

        page = Page(desk.get(address(submission)))

        assert "scritti da una macchina" in page.text
        assert "Bozza di faster-whisper base" in page.text

    def test_cannot_be_asked_for_without_a_model(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        answer = press(desk, address(submission), f"{address(submission)}/draft")

        assert answer.status_code == 404


class TestADraftThatWasAskedFor:
    @pytest.fixture
    def services(self, services: Services, tmp_path: Path) -> Services:
        """The parts of a desk that offers drafts."""
        return replace(services, settings=replace(services.settings, asr_model_dir=tmp_path))

    @pytest.fixture
    def job(self, services: Services) -> Job:
        """A worker has begun with it."""
        submission = a_submission(services)
        with writing(services.engine) as connection:
            assert captioning.ask_for_draft(connection, submission.id)
            return take_job(connection, submission.id, JobKind.TRANSCRIBE)

    def test_is_said_to_be_under_way(self, desk: FlaskClient, job: Job) -> None:
        page = Page(desk.get(f"/moderate/{job.submission_id}/captions"))

        assert "Una macchina sta ascoltando il video" in page.text
        assert "Prepara una bozza" not in page.text

    def test_is_said_to_wait_where_the_model_is_away(self, desk: FlaskClient, services: Services, job: Job) -> None:
        with writing(services.engine) as connection:
            captioning.jobs.put_back(connection, job, "TranscriberUnavailable: the model is gone")

        page = Page(desk.get(f"/moderate/{job.submission_id}/captions"))

        assert "La bozza aspetta" in page.text
        assert "sta ascoltando" not in page.text

    def test_can_be_asked_for_again_where_it_failed(self, desk: FlaskClient, services: Services, job: Job) -> None:
        with writing(services.engine) as connection:
            captioning.jobs.fail(connection, job, "NoUseTrying: too long", for_good=True)

        page = Page(desk.get(f"/moderate/{job.submission_id}/captions"))

        assert "La bozza non è riuscita" in page.text
        assert "Prepara una bozza" in page.text

    def test_is_said_to_hold_nothing_where_nobody_speaks(self, desk: FlaskClient, services: Services, job: Job) -> None:
        with writing(services.engine) as connection:
            captioning.jobs.finish(connection, job)

        page = Page(desk.get(f"/moderate/{job.submission_id}/captions"))

        assert "La macchina non ha riconosciuto nessuna parola." in page.text


class TestWhoMay:
    @pytest.fixture
    def viewer(self, let_in: LetIn) -> FlaskClient:
        return let_in("guarda@example.org", "viewer")

    def test_a_viewer_reads_and_changes_nothing(
        self, desk: FlaskClient, viewer: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services)
        save(desk, submission)

        page = Page(viewer.get(address(submission)))

        assert "readonly" in page.field("text")
        assert "Salva i sottotitoli" not in page.text
        assert save(viewer, submission, version="1").status_code == 403


class TestTheClipsPage:
    def test_warns_beside_the_decision(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        page = Page(desk.get(f"/moderate/{submission.id}"))

        assert "il video esce senza sottotitoli" in page.text
        assert f"{address(submission)}?of=it" in page.links

    def test_is_quiet_once_they_are_checked(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        save(desk, submission, is_checked="y")

        assert "Se approvi ora" not in desk.get(f"/moderate/{submission.id}").text

    def test_refuses_an_approval_that_the_call_does_not_allow(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        demand_captions(services)

        page = f"/moderate/{submission.id}"
        answer = press(desk, page, f"{page}/decision", decision="approve", reviewed_sha256=REVIEWED)

        assert answer.status_code == 409
        assert "Questo invito pubblica solo video con sottotitoli controllati da una persona." in answer.text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_hints_which_steps_were_heard(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        save(desk, submission)

        page = Page(desk.get(f"/moderate/{submission.id}"))

        assert "sentito a 0:01" in page.text
        assert page.text.count("non sentito") == 3
        assert "Solo un suggerimento" in page.text

    def test_without_captions_hints_nothing(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        assert "La traccia, a orecchio" not in desk.get(f"/moderate/{submission.id}").text

    def test_tells_the_history_in_the_reader_s_language(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        save(desk, submission)

        assert "Captions changed." in desk.get(f"/moderate/{submission.id}?lang=en").text


class TestThePublicPage:
    @pytest.fixture
    def published(self, services: Services) -> Submission:
        return a_submission(services, state=State.PUBLISHED)

    def clip(self, submission: Submission) -> str:
        return f"/gallery/pistoia2030/{submission.clip_id}"

    def test_has_captions_and_a_transcript(
        self, desk: FlaskClient, stranger: FlaskClient, published: Submission
    ) -> None:
        save(desk, published)

        page = Page(stranger.get(self.clip(published)))

        (track,) = page.all("track")
        assert (track["kind"], track["srclang"], "default" in track) == ("captions", "it", True)
        assert "Mi chiamo Anna & sono <qui>." in page.text

    def test_gives_the_file_to_every_page(
        self, desk: FlaskClient, stranger: FlaskClient, published: Submission
    ) -> None:
        save(desk, published)

        answer = stranger.get(f"{self.clip(published)}/captions.it.vtt")

        assert answer.text == TYPED.replace("&", "&amp;").replace("<qui>", "&lt;qui&gt;")
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"
        assert "Set-Cookie" not in answer.headers

    def test_shows_a_change_at_once_and_has_it_filed(
        self, desk: FlaskClient, stranger: FlaskClient, published: Submission, services: Services
    ) -> None:
        save(desk, published)
        save(desk, published, TYPED.replace("Anna", "Bianca"))

        assert "Mi chiamo Bianca" in stranger.get(self.clip(published)).text
        assert [job.kind for job in open_work(services)] == [JobKind.CAPTION]

    def test_shows_no_draft(self, stranger: FlaskClient, published: Submission, services: Services) -> None:
        a_draft(services, published)

        assert Page(stranger.get(self.clip(published))).all("track") == []
        assert stranger.get(f"{self.clip(published)}/captions.it.vtt").status_code == 404

    def test_shows_nothing_of_a_withdrawn_clip(
        self, desk: FlaskClient, stranger: FlaskClient, published: Submission, services: Services
    ) -> None:
        save(desk, published)
        withdraw(services, published.id)

        assert stranger.get(f"{self.clip(published)}/captions.it.vtt").status_code == 410

    def test_shows_nothing_before_the_publication(
        self, desk: FlaskClient, stranger: FlaskClient, services: Services
    ) -> None:
        approved = a_submission(services, state=State.APPROVED)
        save(desk, approved)

        assert stranger.get(f"{self.clip(approved)}/captions.it.vtt").status_code == 404

    def test_has_them_in_frames_too(self, desk: FlaskClient, stranger: FlaskClient, published: Submission) -> None:
        save(desk, published)

        page = Page(stranger.get(f"/embed/{published.clip_id}"))

        assert [track["srclang"] for track in page.all("track")] == ["it"]
        assert page.all("video")[0]["crossorigin"] == "anonymous"

    def test_has_another_language_second(self, desk: FlaskClient, stranger: FlaskClient, published: Submission) -> None:
        save(desk, published)
        save(desk, published, language="en", version="0")

        tracks = Page(stranger.get(f"{self.clip(published)}?lang=en")).all("track")

        assert [(track["srclang"], "default" in track) for track in tracks] == [("it", True), ("en", False)]
