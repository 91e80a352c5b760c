"""The queue's page: what it shows of each clip, what it keeps out, who looks, and what an operator can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from sqlalchemy import select, update

from intake.actions import calling, looking, operating
from intake.db import backlog, queries
from intake.db.engine import reading, writing
from intake.db.tables import calls, consents, jobs, submissions
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from tests.builders import (
    CLIPPED,
    FINE,
    LONG_SILENCE,
    NOISY,
    a_judged_receipt,
    a_letter,
    a_sender,
    a_submission,
    open_jobs,
    read,
    some_findings,
)
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.integration.pages.conftest import LetIn

REASON = "Il file si apre solo a metà: mandane un altro, per favore."
CHIARA = "chiara.bianchi@example.org"


def shown(desk: FlaskClient, query: str = "") -> list[str]:
    """The submissions that the queue lists."""
    return Page(desk.get(f"/moderate/{query}")).rows


def a_stuck_one(services: Services, error: str) -> Submission:
    """A submission whose inspection died of *error*."""
    submission = a_submission(services, state=State.UPLOADED)
    with writing(services.engine) as connection:
        mine = (jobs.c.submission_id == submission.id, jobs.c.kind == JobKind.INSPECT)
        connection.execute(update(jobs).where(*mine).values(state=JobState.DEAD, last_error=error))
        operating.call_operator(connection, submission.id, error=error, now=services.clock())
    return read(services, submission.id)


def in_italian(document: Any) -> Any:  # noqa: ANN401 - any part of a call
    """A call's document without its English words."""
    if isinstance(document, dict):
        return {name: in_italian(part) for name, part in document.items() if name != "en"}
    return [in_italian(part) for part in document] if isinstance(document, list) else document


class TestARow:
    def test_says_at_a_glance_how_it_sounds_and_what_is_worst(self, desk: FlaskClient, services: Services) -> None:
        a_judged_receipt(services, some_findings(checks=(FINE, LONG_SILENCE, NOISY, CLIPPED)))

        page = Page(desk.get("/moderate/"))

        assert "avvisi sull'audio l'audio gracchia" in page.text

    def test_says_that_nothing_is_wrong(self, desk: FlaskClient, services: Services) -> None:
        a_submission(services)

        assert "audio buono" in Page(desk.get("/moderate/")).text

    def test_fills_in_what_was_measured(self, desk: FlaskClient, services: Services) -> None:
        a_judged_receipt(services, some_findings(checks=(FINE, LONG_SILENCE)))

        assert "silenzio di 7,5 s" in Page(desk.get("/moderate/")).text

    def test_says_for_how_long_it_waits(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        a_submission(services)
        seen = [Page(desk.get("/moderate/")).text]
        for _ in range(3):
            clock.advance(days=1)
        seen.append(Page(desk.get("/moderate/")).text)

        assert ["da poco" in seen[0], "da 3 giorni" in seen[1]] == [True, True]

    def test_speaks_english_as_well(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        a_judged_receipt(services, some_findings(checks=(FINE, NOISY)))
        clock.advance(hours=2)

        text = Page(desk.get("/moderate/?lang=en")).text

        assert all(words in text for words in ("sound warnings", "noise behind the voice", "for 2 hours"))

    def test_says_in_which_language_a_call_is_that_does_not_speak_the_pages(
        self, desk: FlaskClient, services: Services
    ) -> None:
        with writing(services.engine) as connection:
            document = connection.scalar(select(calls.c.document))
            only_italian = in_italian(document) | {"slug": "voci"}
            calling.load_document(connection, only_italian, now=services.clock())

        page = Page(desk.get("/moderate/?lang=en"))

        options = {option["value"]: option.get("lang") for option in page.all("option")}
        assert (options["voci"], options["pistoia2030"]) == ("it", None)

    def test_tells_of_a_consent_that_is_missing(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        a_submission(services)
        with writing(services.engine) as connection:
            connection.execute(update(consents).values(taken_back_at=clock()))

        assert "manca il consenso" in Page(desk.get("/moderate/")).text


class TestAView:
    @pytest.fixture
    def school(self, services: Services) -> SubmissionId:
        a_submission(services)
        sender = a_sender(given_name="Zoë", organisation="Liceo", organisation_kind="scuola")
        letter = a_letter(sender=sender, social=True)
        wanted = a_judged_receipt(services, some_findings(checks=(FINE, NOISY)), letter)[0]
        with writing(services.engine) as connection:
            connection.execute(update(submissions).where(submissions.c.id == wanted).values(spoken_language="en"))
        return wanted

    @pytest.mark.parametrize(
        "query",
        [
            *("?kind=scuola", "?verdict=warned", "?consent=social", "?language=en", "?q=zoe", "?q=lic"),
            "?state=any&kind=scuola&verdict=warned&consent=social&language=en&q=liceo&call=pistoia2030&order=newest",
        ],
    )
    def test_keeps_out_what_is_otherwise(self, desk: FlaskClient, school: SubmissionId, query: str) -> None:
        assert shown(desk, query) == [school]

    @pytest.mark.parametrize(
        "query", ["?kind=professionista", "?verdict=refused", "?consent=missing", "?waiting=48", "?q=xy"]
    )
    def test_may_be_empty_and_says_so(self, desk: FlaskClient, school: SubmissionId, query: str) -> None:
        page = Page(desk.get(f"/moderate/{query}"))

        assert school not in page.links
        assert "Nessun video corrisponde a quello che cerchi." in page.text or "non la conosciamo" in page.text

    def test_is_said_in_words_and_in_the_title(self, desk: FlaskClient) -> None:
        page = Page(desk.get("/moderate/?state=published&verdict=warned&consent=social&q=Anna"))

        assert (
            "Coda dei video: pubblicato · Audio: avvisi sull'audio · Consenso: social sì · Cerca: «Anna»" in page.text
        )

    def test_can_be_left_filter_by_filter(self, desk: FlaskClient) -> None:
        page = Page(desk.get("/moderate/?verdict=warned&q=Anna"))

        assert {"/moderate/?q=Anna", "/moderate/?verdict=warned"} <= set(page.links)

    def test_keeps_its_filters_from_state_to_state_and_page_to_page(
        self, desk: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        for _ in range(26):
            clock.advance(seconds=1)
            a_submission(services)

        links = Page(desk.get("/moderate/?q=anna&kind=impresa")).links
        (following,) = [link for link in links if "after=" in link]
        second = Page(desk.get(urljoin("/moderate/", following)))

        assert "/moderate/?kind=impresa&q=anna&state=awaiting_review" in links
        assert ("kind=impresa" in following, "q=anna" in following) == (True, True)
        assert "/moderate/?kind=impresa&q=anna" in second.links
        assert len(second.rows) == 1

    def test_counts_by_state_what_it_shows(self, desk: FlaskClient, services: Services, school: SubmissionId) -> None:
        a_submission(services, state=State.PUBLISHED)

        texts = [Page(desk.get(f"/moderate/{query}")).text for query in ("", "?kind=scuola")]

        assert school
        assert ["da vedere 2 pubblicato 1" in texts[0], "pubblicato 1" in texts[1]] == [True, False]

    @pytest.mark.parametrize(
        "query",
        [
            *("?state=nothing", "?after=nothing", "?after=2026-01-01~x", "?call=x", "?kind=x", "?verdict=bad"),
            *("?waiting=1e9", "?order=oldest", "?consent[]=x", "?language=../../etc", "?unknown=1"),
            "?after=0001-01-01T00:00:00%2B14:00~9b2c1a58-0000-4000-8000-000000000000",
            "?after=9999-12-31T23:59:59-14:00~9b2c1a58-0000-4000-8000-000000000000",
            "?state=published'%20OR%201=1--",
        ],
    )
    def test_that_means_nothing_is_said_and_changes_nothing(
        self, desk: FlaskClient, services: Services, query: str
    ) -> None:
        waiting = a_submission(services).id

        answer = desk.get(f"/moderate/{query}")

        page = Page(answer)
        assert (answer.status_code, waiting in page.links) == (200, True)
        assert "Questa parte dell'indirizzo non la conosciamo, quindi non filtra niente:" in page.text

    @pytest.mark.parametrize(
        "query",
        [
            *("?q=%22", "?q=%25", "?q=*", "?q=a*%20OR%20b", "?q=NEAR(a%20b)", "?q='", "?q=%F0%9F%98%80"),
            *("?q=" + "x" * 5000, "?q=%EF%BF%BD", "?state=", "?q=&kind=&state=&after=", "?q=words:x", "?q=-x"),
            "?after=2026-01-01T00:00:00%2B00:00~9b2c1a58-0000-4000-8000-000000000000",
        ],
    )
    def test_survives_any_search(self, desk: FlaskClient, services: Services, query: str) -> None:
        a_submission(services)

        assert desk.get(f"/moderate/{query}").status_code == 200

    @pytest.mark.parametrize("query", ["?q=a", "?q=%25", "?q=%F0%9F%98%80"])
    def test_a_search_too_short_to_find_by_is_said_and_changes_nothing(
        self, desk: FlaskClient, services: Services, query: str
    ) -> None:
        waiting = a_submission(services).id

        page = Page(desk.get(f"/moderate/{query}"))

        assert waiting in page.links
        assert "almeno due lettere" in page.text
        assert "non la conosciamo" not in page.text

    def test_shows_a_hostile_search_and_never_runs_it(self, desk: FlaskClient) -> None:
        page = Page(desk.get("/moderate/?q=<script>alert(1)</script>&state=<img+src=x+onerror=alert(1)>"))

        assert "«<script>alert(1)</script>»" in page.text
        assert page.inline_code == []
        assert not [attributes for _, attributes in page.elements if "onerror" in attributes]


class TestWhoLooks:
    @pytest.fixture
    def chiara(self, let_in: LetIn) -> FlaskClient:
        return let_in(CHIARA, "moderator")

    @pytest.fixture
    def viewer(self, let_in: LetIn) -> FlaskClient:
        return let_in("ospite@example.org", "viewer")

    def test_is_said_to_others_until_it_ends(
        self, desk: FlaskClient, chiara: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        submission = a_submission(services)
        chiara.get(f"/moderate/{submission.id}")
        sentence = "Chiara Bianchi lo sta guardando"

        said = [sentence in Page(client.get("/moderate/")).text for client in (desk, chiara)]
        said.append(sentence in Page(desk.get(f"/moderate/{submission.id}")).text)
        clock.advance(seconds=121)
        said.append(sentence in Page(desk.get("/moderate/")).text)

        assert said == [True, False, True, False]

    def test_lasts_as_long_as_the_page_says_so(
        self, desk: FlaskClient, chiara: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        submission = a_submission(services)
        path = f"/moderate/{submission.id}"
        token = Page(chiara.get(path)).value("csrf_token")
        desk.get(path)
        clock.advance(seconds=100)

        answer = chiara.post(f"{path}/look", data={"csrf_token": token})
        clock.advance(seconds=100)

        assert (answer.status_code, answer.mimetype, answer.text) == (
            200,
            "text/plain",
            "Moderatrice lo sta guardando",
        )
        assert "Chiara Bianchi lo sta guardando" in Page(desk.get("/moderate/")).text

    def test_locks_nobody_out(self, desk: FlaskClient, chiara: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        chiara.get(f"/moderate/{submission.id}")

        form = {"decision": "approve", "reviewed_sha256": submission.review_sha256}
        press(desk, f"/moderate/{submission.id}", f"/moderate/{submission.id}/decision", **form)

        assert read(services, submission.id).state is State.APPROVED

    def test_leaves_out_who_cannot_decide(self, desk: FlaskClient, viewer: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        seen = viewer.get(f"/moderate/{submission.id}")

        assert seen.status_code == 200
        assert "lo sta guardando" not in Page(desk.get("/moderate/")).text

    def test_at_nothing_is_not_found(self, desk: FlaskClient) -> None:
        path = "/moderate/9b2c1a58-0000-4000-8000-000000000000/look"

        assert press(desk, "/moderate/", path).status_code == 404

    def test_names_several(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        with writing(services.engine) as connection:
            for email in (CHIARA, "ugo@example.org"):
                looking.note_look(connection, submission.id, email, now=services.clock())

        assert "Chiara Bianchi e Ugo lo stanno guardando" in Page(desk.get("/moderate/")).text


class TestWhatNeedsAnOperator:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            ("ToolTimedOut: ffmpeg took longer than 120 s", "Ci ha messo più del tempo massimo."),
            ("ToolFailed: ffmpeg ended with 1: Cannot allocate memory", "La memoria non è bastata"),
            ("KeyError: 'streams'", "È un errore che non conosciamo."),
        ],
    )
    def test_says_in_words_why_and_keeps_the_error_below(
        self, desk: FlaskClient, services: Services, error: str, words: str
    ) -> None:
        stuck = a_stuck_one(services, error)

        pages = [Page(desk.get(path)) for path in ("/moderate/", f"/moderate/{stuck.id}")]

        assert all("Si è fermato il controllo del video." in page.text for page in pages)
        assert all(words in page.text and error in page.text for page in pages)

    def test_is_all_there_is_where_it_is_asked_for(self, desk: FlaskClient, services: Services) -> None:
        ids = {a_stuck_one(services, "x").id for _ in range(7)}

        assert set(shown(desk, "?state=needs_operator")) == ids
        assert len(shown(desk)) == 2
        assert "/moderate/?state=needs_operator" in Page(desk.get("/moderate/")).links

    def test_can_be_tried_again_with_larger_limits_and_keeps_them(self, desk: FlaskClient, services: Services) -> None:
        stuck = a_stuck_one(services, "ToolTimedOut: ffmpeg took longer than 120 s")
        factors = []
        for way in ("retry-larger", "retry", "retry-larger", "retry-larger"):
            press(desk, "/moderate/", f"/moderate/{stuck.id}/{way}")
            factors += [job.limits_factor for job in open_jobs(services, JobState.READY) if job.kind is JobKind.INSPECT]
            die_again(services, stuck.id)

        page = Page(desk.get("/moderate/"))

        assert factors == [2, 2, 4, 4]
        assert "Riprova con limiti più ampi" not in page.text

    def test_can_be_sent_back_with_a_reason(self, desk: FlaskClient, services: Services) -> None:
        stuck = a_stuck_one(services, "ToolFailed: ffmpeg ended with 1: Invalid data")

        answer = press(desk, "/moderate/", f"/moderate/{stuck.id}/refuse", reason=f" {REASON} ")

        after = read(services, stuck.id)
        assert answer.status_code == 303
        assert (after.state, after.decision_reason, after.came_from) == (State.REFUSED, REASON, None)
        assert JobKind.MAIL_VERDICT in {job.kind for job in open_jobs(services, JobState.READY)}
        with reading(services.engine) as connection:
            last = queries.history(connection, stuck.id)[-1]
        assert (last.before, last.after, last.reason) == (State.NEEDS_OPERATOR, State.REFUSED, REASON)

    @pytest.mark.parametrize("reason", ["", "  \n", None, "x" * 2001])
    def test_is_not_sent_back_without_one(self, desk: FlaskClient, services: Services, reason: str | None) -> None:
        stuck = a_stuck_one(services, "x")

        answer = press(desk, "/moderate/", f"/moderate/{stuck.id}/refuse", reason=reason)

        assert (answer.status_code, read(services, stuck.id).state) == (422, State.NEEDS_OPERATOR)
        assert Page(answer).has_id(f"{stuck.id}-reason-error")

    def test_that_somebody_else_helped_is_told_with_what_was_written(
        self, desk: FlaskClient, services: Services
    ) -> None:
        stuck = a_stuck_one(services, "x")
        press(desk, "/moderate/", f"/moderate/{stuck.id}/retry")

        answer = press(desk, "/moderate/", f"/moderate/{stuck.id}/refuse", reason=REASON)

        assert answer.status_code == 409
        assert [words in Page(answer).text for words in ("Non è più fermo", REASON)] == [True, True]
        assert read(services, stuck.id).state is State.UPLOADED

    @pytest.mark.parametrize("way", ["retry", "retry-larger"])
    def test_that_somebody_else_helped_is_told(self, desk: FlaskClient, services: Services, way: str) -> None:
        stuck = a_stuck_one(services, "x")
        press(desk, "/moderate/", f"/moderate/{stuck.id}/retry")

        press(desk, "/moderate/", f"/moderate/{stuck.id}/{way}", reason=REASON)

        assert "Non è più fermo" in Page(desk.get("/moderate/")).text
        assert read(services, stuck.id).state is State.UPLOADED

    def test_is_read_by_viewers_who_change_nothing(self, let_in: LetIn, services: Services) -> None:
        stuck = a_stuck_one(services, "x")
        viewer = let_in("ospite@example.org", "viewer")

        pages = [Page(viewer.get(path)) for path in ("/moderate/", f"/moderate/{stuck.id}")]

        assert all("Si è fermato il controllo del video." in page.text for page in pages)
        assert not [form for page in pages for form in page.all("form") if str(stuck.id) in form.get("action", "")]


def die_again(services: Services, submission_id: SubmissionId) -> None:
    """Let the retried job end as the one before."""
    with writing(services.engine) as connection:
        died = backlog.last_dead_job(connection, submission_id)
        assert died is not None
        mine = (jobs.c.submission_id == submission_id, jobs.c.kind == JobKind.INSPECT)
        connection.execute(update(jobs).where(*mine).values(state=JobState.DEAD, last_error=died.last_error))
        operating.call_operator(connection, submission_id, error="x", now=services.clock())
