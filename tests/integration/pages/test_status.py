"""The secret page: where a submission stands, a new file, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.actions import housekeeping, jobs, judging, submitting, uploading
from intake.db.engine import writing
from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import VideoRefused
from intake.domain.facts import Stretch, StretchKind
from intake.domain.jobs import JobKind, Progress
from intake.domain.states import AWAITING_FILE, FINAL, REPLACEABLE, State
from intake.domain.verdict import refused_by
from tests.builders import (
    LONG_SILENCE,
    NOISY,
    REVIEWED,
    a_judged_receipt,
    a_letter,
    a_receipt,
    a_sender,
    open_work,
    read,
    some_findings,
    some_levels,
    take_job,
)
from tests.fakes.bucket import MemoryBucket
from tests.integration.pages.browsing import VIDEO, File, Page, filled, press
from tests.integration.pages.rows import submission_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import ObjectKey
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

HEADLINES = [
    (State.UPLOADING, "Aspettiamo il tuo video"),
    (State.UPLOADED, "Il tuo video è arrivato"),
    (State.INSPECTED, "Il tuo video va bene"),
    (State.AWAITING_REVIEW, "Il tuo video aspetta di essere visto"),
    (State.APPROVED, "Il tuo video è approvato"),
    (State.PUBLISHED, "Il tuo video è nella galleria"),
    (State.REFUSED, "Questo file non va bene, ma puoi rimediare"),
    (State.REDO_REQUESTED, "Ti chiediamo di registrare di nuovo"),
    (State.DECLINED, "Il tuo video non entrerà nella galleria"),
    (State.NEEDS_OPERATOR, "Ci serve un po' più di tempo"),
    (State.ABANDONED, "Il video non è mai arrivato"),
    (State.WITHDRAWN, "Hai ritirato il tuo video"),
]


def path_of(services: Services, state: State) -> str:
    return f"/submissions/{a_receipt(services, state=state)[1]}"


@pytest.mark.parametrize(("state", "headline"), HEADLINES)
def test_the_page_says_where_a_submission_stands(
    client: FlaskClient, services: Services, state: State, headline: str
) -> None:
    answer = client.get(path_of(services, state))

    assert (answer.status_code, headline in Page(answer).text) == (200, True)


def test_the_verdict_is_shown_before_the_review_copy_is_there(client: FlaskClient, services: Services) -> None:
    submission_id, token = a_receipt(services)
    with writing(services.engine) as connection:
        job = take_job(connection, submission_id, JobKind.INSPECT)
        judging.tell_findings(connection, job, some_findings(), lease_s=60)

    text = Page(client.get(f"/submissions/{token}")).text

    assert "Abbiamo già controllato il formato e l'audio" in text
    assert "Che cosa abbiamo controllato" in text


def test_every_state_has_its_page() -> None:
    assert {state for state, _ in HEADLINES} == set(State)


def test_the_page_is_kept_nowhere_and_found_by_no_search(client: FlaskClient, services: Services) -> None:
    headers = client.get(path_of(services, State.UPLOADED)).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00", "..%2f..%2fetc"])
def test_a_secret_nobody_has_opens_nothing(client: FlaskClient, token: str) -> None:
    assert client.get(f"/submissions/{token}").status_code == 404


def test_a_refusal_says_what_was_measured_what_is_asked_and_what_to_do(client: FlaskClient, services: Services) -> None:
    text = Page(client.get(path_of(services, State.REFUSED))).text

    assert "servono almeno 10" in text
    assert "mandalo di nuovo" in text


def test_what_the_workers_noted_of_a_refused_file_is_not_for_its_sender(
    client: FlaskClient, services: Services
) -> None:
    submission_id, token = a_receipt(services)
    refusal = refused_by(VideoRefused(CheckCode.CONTAINER, Reason.INCOMPLETE, measured="no moov"))
    with writing(services.engine) as connection:
        job = take_job(connection, submission_id, JobKind.INSPECT)
        assert judging.record_refusal(connection, job, refusal, now=services.clock())

    text = Page(client.get(f"/submissions/{token}")).text

    assert "Il file è incompleto" in text
    assert "no moov" not in text


@pytest.mark.parametrize("state", [State.DECLINED, State.REDO_REQUESTED])
def test_a_moderator_s_reason_is_shown(client: FlaskClient, services: Services, state: State) -> None:
    assert "Il volto è controluce." in Page(client.get(path_of(services, state))).text


def test_a_published_clip_is_linked(client: FlaskClient, services: Services) -> None:
    submission_id, token = a_receipt(services, state=State.PUBLISHED)

    links = Page(client.get(f"/submissions/{token}")).links

    assert f"/gallery/pistoia2030/{read(services, submission_id).clip_id}" in links


def test_the_page_speaks_the_language_of_its_sender(client: FlaskClient, services: Services) -> None:
    _, token = a_receipt(services, letter=a_letter(sender=a_sender(language="en")))

    assert Page(client.get(f"/submissions/{token}")).lang == "en"
    assert Page(client.get(f"/submissions/{token}?lang=it")).lang == "it"


def test_no_address_makes_a_receipt_of_a_video_that_never_came(client: FlaskClient, services: Services) -> None:
    page = path_of(services, State.UPLOADING)

    assert "Ricevuto. Conserva" not in client.get(f"{page}?received=1").text


@pytest.mark.parametrize(
    ("language", "remaining_s", "words"),
    [
        ("it", 95, "Preparazione del video: 40 % · tempo che manca: circa 2 minuti"),
        ("it", 20, "Preparazione del video: 40 % · tempo che manca: meno di un minuto"),
        ("en", 70, "Preparing the video: 40 % · time left: about a minute"),
        ("en", None, "Preparing the video: 40 %"),
    ],
)
def test_an_encode_shows_how_far_it_is(
    client: FlaskClient, services: Services, language: str, remaining_s: int | None, words: str
) -> None:
    submission_id, token = a_receipt(
        services, state=State.INSPECTED, letter=a_letter(sender=a_sender(language=language))
    )
    with writing(services.engine) as connection:
        job = take_job(connection, submission_id, JobKind.ENCODE)
        jobs.show_progress(connection, job, Progress(percent=40, remaining_s=remaining_s))

    answer = client.get(f"/submissions/{token}")

    assert 'max="100"' in answer.text
    assert 'value="40"' in answer.text
    assert words in " ".join(Page(answer).text.split())


def test_what_waits_shows_no_progress(client: FlaskClient, services: Services) -> None:
    assert "<progress" not in client.get(path_of(services, State.INSPECTED)).text


@pytest.mark.parametrize("state", sorted(set(State) - AWAITING_FILE))
def test_a_new_file_is_not_asked_for_where_none_is_needed(
    client: FlaskClient, services: Services, state: State
) -> None:
    assert 'name="video"' not in client.get(path_of(services, state)).text


class TestTheQueue:
    def test_is_told_to_who_waits_for_a_check(self, client: FlaskClient, services: Services) -> None:
        a_receipt(services)
        a_receipt(services)
        _, token = a_receipt(services)

        assert "In coda: prima del tuo ci sono 2 video." in Page(client.get(f"/submissions/{token}")).text

    def test_is_told_to_who_waits_to_be_watched(
        self, client: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        a_receipt(services, state=State.AWAITING_REVIEW)
        clock.advance(minutes=1)
        _, token = a_receipt(services, state=State.AWAITING_REVIEW)
        clock.advance(minutes=1)
        a_receipt(services, state=State.AWAITING_REVIEW)

        assert "In coda: prima del tuo c'è 1 video." in Page(client.get(f"/submissions/{token}")).text

    def test_ends_at_the_next(self, client: FlaskClient, services: Services) -> None:
        assert "In coda: il prossimo è il tuo." in Page(client.get(path_of(services, State.AWAITING_REVIEW))).text

    @pytest.mark.parametrize(
        ("state", "kind", "words"),
        [
            (State.UPLOADED, JobKind.INSPECT, "In questo momento controlliamo il formato"),
            (State.INSPECTED, JobKind.ENCODE, "In questo momento prepariamo il video per tutti i dispositivi."),
            (State.APPROVED, JobKind.PUBLISH, "In questo momento prepariamo il video per la galleria."),
        ],
    )
    def test_gives_way_to_what_is_done_now(
        self, client: FlaskClient, services: Services, state: State, kind: JobKind, words: str
    ) -> None:
        submission_id, token = a_receipt(services, state=state)
        with writing(services.engine) as connection:
            take_job(connection, submission_id, kind)

        text = Page(client.get(f"/submissions/{token}")).text

        assert words in text
        assert "In coda" not in text

    @pytest.mark.parametrize("state", sorted(FINAL | {State.PUBLISHED, State.REFUSED, State.DECLINED}))
    def test_is_not_spoken_of_where_nobody_waits(self, client: FlaskClient, services: Services, state: State) -> None:
        assert "In coda" not in Page(client.get(path_of(services, state))).text


class TestTheWaveform:
    def test_is_marked_where_a_check_complains(self, client: FlaskClient, services: Services) -> None:
        stretches = (
            Stretch(kind=StretchKind.SILENCE, starts_s=4.0, ends_s=11.5),
            Stretch(kind=StretchKind.NOISE, starts_s=30.0, ends_s=45.0),
            Stretch(kind=StretchKind.NOISE, starts_s=50.0, ends_s=50.02),
        )
        findings = some_findings(checks=(LONG_SILENCE, NOISY), levels=some_levels(stretches=stretches))
        _, token = a_judged_receipt(services, findings)

        page = Page(client.get(f"/submissions/{token}"))

        marks = [
            (rect["x"], rect["width"])
            for rect in page.all("rect")
            if rect.get("class") == "mark mark-noise" and "x" in rect
        ]
        assert marks == [("50.0%", "25.0%"), ("83.33%", "0.03%")]
        assert "Dove c'è silenzio: da 4 s a 11,5 s" in page.text
        assert "Dove c'è rumore: da 30 s a 45 s, a 50 s" in page.text

    def test_bears_no_mark_of_what_is_fine(self, client: FlaskClient, services: Services) -> None:
        page = client.get(path_of(services, State.AWAITING_REVIEW)).text

        assert 'class="waveform"' in page
        assert "mark-" not in page

    def test_speaks_the_language_of_the_page(self, client: FlaskClient, services: Services) -> None:
        silence = Stretch(kind=StretchKind.SILENCE, starts_s=0.0, ends_s=64.0)
        findings = some_findings(checks=(LONG_SILENCE,), levels=some_levels(stretches=(silence,)))
        _, token = a_judged_receipt(services, findings)

        assert "from 0 s to 1 min 4 s" in Page(client.get(f"/submissions/{token}?lang=en")).text


class TestThePreview:
    @pytest.mark.parametrize("state", [State.AWAITING_REVIEW, State.APPROVED])
    def test_shows_the_gallery_s_card(self, client: FlaskClient, services: Services, state: State) -> None:
        page = Page(client.get(path_of(services, state)))

        assert "Come si vedrà nella galleria" in page.text
        assert any(element.get("class") == "clip-card is-landscape" for _, element in page.elements)
        assert "Impresa" in page.text

    @pytest.mark.parametrize("state", sorted(set(State) - {State.INSPECTED, State.AWAITING_REVIEW, State.APPROVED}))
    def test_is_not_promised_to_what_is_not_on_its_way(
        self, client: FlaskClient, services: Services, state: State
    ) -> None:
        assert "Come si vedrà" not in client.get(path_of(services, state)).text

    def test_sends_on_to_a_signed_link_of_the_best_still(self, client: FlaskClient, services: Services) -> None:
        submission_id, token = a_receipt(services, state=State.AWAITING_REVIEW)
        (image,) = Page(client.get(f"/submissions/{token}")).all("img")

        answer = client.get(image["src"])

        still = read(services, submission_id).stills[0]
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"http://bucket.invalid/private/{still}?X-Amz-Signature=")
        assert answer.headers["Cache-Control"] == "no-store"

    def test_has_the_same_address_at_every_look(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.AWAITING_REVIEW)

        assert Page(client.get(page)).all("img") == Page(client.get(page)).all("img")

    def test_has_no_picture_before_one_was_taken(self, client: FlaskClient, services: Services) -> None:
        assert client.get(f"{path_of(services, State.UPLOADED)}/poster").status_code == 404


class TestAFirstFileThatNeverCame:
    def test_is_asked_for_by_its_name(self, client: FlaskClient, services: Services) -> None:
        answer = client.get(path_of(services, State.UPLOADING))

        assert "Riprendi l'invio" in Page(answer).text
        assert "video.mp4" in Page(answer).text

    def test_is_taken_all_at_once_where_parts_cannot_be_sent(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        page = path_of(services, State.UPLOADING)

        answer = press(client, page, f"{page}/replace", video=File("nuovo.mp4"))

        submission = submission_of(services, page.rpartition("/")[2])
        assert answer.status_code == 303
        assert (submission.state, submission.file_name) == (State.UPLOADED, "nuovo.mp4")
        assert private.held[submission.original_key or ""].content == VIDEO

    def test_is_still_awaited_when_the_bucket_was_down(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        page = path_of(services, State.UPLOADING)

        private.is_down = True
        answer = press(client, page, f"{page}/replace", video=File())

        assert answer.status_code == 503
        assert "scegli di nuovo il video e riprova" in Page(answer).text
        assert submission_of(services, page.rpartition("/")[2]).state is State.UPLOADING

    def test_that_is_wrong_is_said_at_its_field(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.UPLOADING)

        answer = press(client, page, f"{page}/replace", video=File("clip.avi"))

        assert (answer.status_code, "come esce dal telefono" in Page(answer).text) == (422, True)


def keep(client: FlaskClient, page: str) -> TestResponse:
    return press(client, page, f"{page}/keep")


class TestKeepingTheVideoBefore:
    @pytest.mark.parametrize("state", sorted(REPLACEABLE))
    def test_gives_the_new_one_up(self, client: FlaskClient, services: Services, state: State) -> None:
        page = path_of(services, state)
        before = submission_of(services, page.rpartition("/")[2])
        with writing(services.engine) as connection:
            submitting.replace_file(
                connection, before.id, submitting.Declared(name="nuovo.mp4", size_bytes=7), now=services.clock()
            )

        answer = keep(client, page)

        after = submission_of(services, page.rpartition("/")[2])
        assert (answer.status_code, answer.headers["Location"]) == (303, page)
        assert (after.state, after.file_name, after.original_key) == (state, "video.mp4", before.original_key)

    @pytest.mark.parametrize("state", [State.UPLOADING, State.AWAITING_REVIEW, State.NEEDS_OPERATOR])
    def test_changes_nothing_where_none_is_on_its_way(
        self, client: FlaskClient, services: Services, state: State
    ) -> None:
        page = path_of(services, state)

        answer = keep(client, page)

        assert (answer.status_code, submission_of(services, page.rpartition("/")[2]).state) == (303, state)

    def test_without_the_page_s_token_changes_nothing(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.AWAITING_REVIEW)

        assert client.post(f"{page}/keep").status_code == 400


class Overtaken(MemoryBucket):
    """A bucket so slow that something else happens while it takes a file."""

    meanwhile: Callable[[], object] | None = None

    def put_stream(self, key: ObjectKey, stream: BinaryIO, *, content_type: str) -> int:
        size_bytes = super().put_stream(key, stream, content_type=content_type)
        if self.meanwhile is not None:
            self.meanwhile()
        return size_bytes


class TestAFileThatIsOvertaken:
    @pytest.fixture
    def private(self) -> Overtaken:
        return Overtaken("private")

    def test_is_deleted_where_another_was_begun(
        self, client: FlaskClient, services: Services, private: Overtaken
    ) -> None:
        submission_id, token = a_receipt(services, state=State.REFUSED)
        held = set(private.held)

        def begin_another() -> None:
            with writing(services.engine) as connection:
                file = submitting.Declared(name="altro.mp4", size_bytes=7)
                uploading.begin_upload(connection, submission_id, file, now=services.clock())

        private.meanwhile = begin_another
        press(client, f"/submissions/{token}", f"/submissions/{token}/replace", video=File())

        assert set(private.held) == held
        assert read(services, submission_id).state is State.UPLOADING

    def test_stays_where_housekeeping_gave_the_receipt(
        self, client: FlaskClient, services: Services, private: Overtaken, clock: FakeClock
    ) -> None:
        submission_id, token = a_receipt(services, state=State.UPLOADING)

        def settle() -> None:
            clock.advance(minutes=16)
            housekeeping.settle_uploads(services.engine, private, now=clock())

        private.meanwhile = settle
        press(client, f"/submissions/{token}", f"/submissions/{token}/replace", video=File())

        submission = read(services, submission_id)
        assert submission.state is State.UPLOADED
        assert private.held[submission.original_key or ""].content == VIDEO


class TestANewFile:
    @pytest.mark.parametrize("state", sorted(REPLACEABLE))
    def test_is_taken_where_one_was_asked_for(
        self, client: FlaskClient, services: Services, private: MemoryBucket, state: State
    ) -> None:
        page = path_of(services, state)

        answer = press(client, page, f"{page}/replace", video=File("nuovo.mp4"))

        submission = submission_of(services, page.rpartition("/")[2])
        assert answer.status_code == 303
        assert (submission.state, submission.file_name) == (State.UPLOADED, "nuovo.mp4")
        assert private.held[submission.original_key or ""].content == VIDEO

    def test_takes_the_place_of_one_that_waits_to_be_watched(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.AWAITING_REVIEW)

        text = Page(client.get(page)).text

        assert "Manda un video al posto di questo" in text

    def test_that_is_wrong_leaves_the_one_that_waits(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.AWAITING_REVIEW)

        answer = press(client, page, f"{page}/replace", video=File("clip.avi"))

        submission = submission_of(services, page.rpartition("/")[2])
        assert answer.status_code == 422
        assert (submission.state, submission.review_sha256) == (State.AWAITING_REVIEW, REVIEWED)

    def test_keeps_the_secret_and_asks_for_a_new_inspection(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.REFUSED)

        press(client, page, f"{page}/replace", video=File())

        assert [job.kind for job in open_work(services)] == [JobKind.INSPECT]
        assert client.get(page).status_code == 200

    def test_takes_the_old_verdict_away(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.REFUSED)

        press(client, page, f"{page}/replace", video=File())

        assert submission_of(services, page.rpartition("/")[2]).checks == ()

    @pytest.mark.parametrize(
        ("video", "sentence"),
        [
            (None, "Scegli il video da mandare."),
            (File("clip.avi"), "Scegli il video come esce dal telefono."),
            (File("clip.mp4", b""), "Il file è vuoto."),
        ],
        ids=["no file", "another format", "an empty file"],
    )
    def test_that_is_wrong_is_said_at_its_field(
        self, client: FlaskClient, services: Services, video: File | None, sentence: str
    ) -> None:
        page = path_of(services, State.REFUSED)

        answer = press(client, page, f"{page}/replace", video=video)

        assert (answer.status_code, sentence in Page(answer).text) == (422, True)
        assert submission_of(services, page.rpartition("/")[2]).state is State.REFUSED

    def test_without_the_page_s_token_changes_nothing(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.REFUSED)

        answer = client.post(f"{page}/replace", data=filled({"video": File()}))

        assert answer.status_code == 422
        assert submission_of(services, page.rpartition("/")[2]).state is State.REFUSED

    @pytest.mark.parametrize("state", [State.APPROVED, State.PUBLISHED, State.NEEDS_OPERATOR])
    def test_that_nobody_asked_for_changes_nothing(self, client: FlaskClient, services: Services, state: State) -> None:
        page = path_of(services, state)

        answer = press(client, page, f"{page}/replace", video=File())

        assert answer.status_code == 303
        assert submission_of(services, page.rpartition("/")[2]).state is state

    def test_can_be_sent_again_after_the_bucket_was_down(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        page = path_of(services, State.REDO_REQUESTED)

        private.is_down = True
        refused = press(client, page, f"{page}/replace", video=File())
        private.is_down = False
        received = press(client, page, f"{page}/replace", video=File())

        assert (refused.status_code, received.status_code) == (503, 303)
        assert submission_of(services, page.rpartition("/")[2]).state is State.UPLOADED

    def test_that_meets_a_bucket_that_is_down_is_told_so_on_the_page(
        self, client: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        page = path_of(services, State.REDO_REQUESTED)

        private.is_down = True
        answer = press(client, page, f"{page}/replace", video=File())

        assert "scegli di nuovo il video e riprova" in Page(answer).text
        assert submission_of(services, page.rpartition("/")[2]).state is State.REDO_REQUESTED

    def test_beyond_the_call_s_limit_is_too_large(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.REFUSED)

        answer = client.post(
            f"{page}/replace",
            data={"video": (b"x", "v.mp4")},
            content_type="multipart/form-data",
            environ_overrides={"CONTENT_LENGTH": "600000000"},
        )

        assert answer.status_code == 413


class TestTakingItBack:
    @pytest.mark.parametrize("state", sorted(set(State) - FINAL))
    def test_works_from_every_state_that_is_not_final(
        self, client: FlaskClient, services: Services, state: State
    ) -> None:
        page = path_of(services, state)

        answer = press(client, page, f"{page}/withdraw", confirm="y")

        assert answer.status_code == 303
        assert submission_of(services, page.rpartition("/")[2]).state is State.WITHDRAWN

    def test_takes_every_consent_back(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.PUBLISHED)

        press(client, page, f"{page}/withdraw", confirm="y")

        submission = submission_of(services, page.rpartition("/")[2])
        assert not any(consent.stands for consent in submission.consents)

    def test_asks_for_the_files_to_go(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.PUBLISHED)

        press(client, page, f"{page}/withdraw", confirm="y")

        assert {job.kind for job in open_work(services)} == {JobKind.UNPUBLISH, JobKind.PURGE}

    @pytest.mark.parametrize("confirm", [None, "", "n", "yes"])
    def test_needs_a_confirmation(self, client: FlaskClient, services: Services, confirm: str | None) -> None:
        page = path_of(services, State.PUBLISHED)

        press(client, page, f"{page}/withdraw", confirm=confirm)

        assert submission_of(services, page.rpartition("/")[2]).state is State.PUBLISHED

    def test_needs_the_page_s_token(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.PUBLISHED)

        answer = client.post(f"{page}/withdraw", data={"confirm": "y"})

        assert answer.status_code == 400
        assert submission_of(services, page.rpartition("/")[2]).state is State.PUBLISHED

    def test_twice_is_no_error(self, client: FlaskClient, services: Services) -> None:
        page = path_of(services, State.PUBLISHED)
        token = Page(client.get(page)).value("csrf_token")

        client.post(f"{page}/withdraw", data={"confirm": "y", "csrf_token": token})
        again = client.post(f"{page}/withdraw", data={"confirm": "y", "csrf_token": token})

        assert again.status_code == 303

    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_is_not_offered_where_nothing_is_left(self, client: FlaskClient, services: Services, state: State) -> None:
        assert "/withdraw" not in client.get(path_of(services, state)).text
