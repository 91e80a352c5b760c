"""What senders type stays words: forty payloads in every field reach no script, on any page and in any mail."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import update
from werkzeug.serving import make_server

from intake.actions import captioning, housekeeping, moderating, submitting
from intake.app import create_app, staff_of
from intake.db import backlog
from intake.db.engine import make_engine, reading, writing
from intake.db.tables import events, submissions
from intake.domain.captions import Cue
from intake.domain.jobs import MAILS, JobKind, JobState
from intake.domain.states import State
from intake.settings import Settings
from intake.wiring import Services, utc_now
from tests import builders
from tests.conftest import MODERATOR, PASSWORD, an_environment
from tests.fakes.bucket import MemoryBucket
from tests.fakes.mailer import MemoryMailer
from tests.hostile_words import GROUPS, PAYLOADS
from tests.integration.mail.sending import clean_up, send_mails
from tests.people import Moderator
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from intake.domain.submissions import SubmissionId

pytestmark = pytest.mark.slow

OVERVIEWS = ("/gallery/pistoia2030", "/moderate/figures", "/moderate/people", "/moderate/calls")

DRAWN_TWICE = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""An animation begins and a field takes the focus when a page is drawn, which may come after it was loaded."""

AS_IT_IS = "<!DOCTYPE html><title>x</title>"
STRICT = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}


@dataclass
class Tally:
    """What happened in a browser that should not: scripts that ran, and policies that had to stop one."""

    strikes: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> Page:
        page.expose_function("struck", lambda *_: self.strikes.append(page.url))
        page.expose_function("reported", lambda *texts: self.reports.extend(texts))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', event =>"
            " reported(`${event.violatedDirective} ${event.blockedURI} ${document.URL}`))"
        )
        return page


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def page(chromium: Browser, tally: Tally) -> Iterator[Page]:
    context = chromium.new_context()
    yield tally.watch(context.new_page())
    context.close()


@pytest.fixture
def services(any_database_url: str, tmp_path: Path) -> Iterator[Services]:
    port = free_port()
    environ = an_environment(any_database_url, "http://bucket.invalid", tmp_path)
    environ |= {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    settings = Settings.from_env(environ)
    parts = Services(
        settings=settings,
        engine=make_engine(any_database_url),
        private=MemoryBucket("private"),
        gallery=MemoryBucket("gallery"),
        mailer=MemoryMailer(),
        clock=utc_now,
    )
    app = create_app(parts)
    with app.app_context():
        staff_of(app).add(MODERATOR, "admin", PASSWORD)
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield parts
    server.shutdown()
    parts.engine.dispose()


def a_hostile_submission(
    services: Services, payload: str, state: State, *, filed_by: str | None = None
) -> tuple[SubmissionId, str]:
    """Somebody whose every word is the same payload, and what a moderator says of them as well."""
    fields = ("given_name", "family_name", "role", "organisation")
    sender = builders.a_sender(**dict.fromkeys(fields, payload))
    letter = replace(builders.a_letter(sender=sender, file_name=f"{payload}.mp4"), filed_by=filed_by)
    if filed_by is not None:
        letter = replace(letter, answers={})
    submission_id, token = builders.a_receipt(services, state=state, letter=letter)
    with writing(services.engine) as connection:
        row = submissions.c.id == submission_id
        words = dict.fromkeys(("decision_reason", "title", "quote"), payload)
        said = dict.fromkeys(fields, payload)
        connection.execute(update(submissions).where(row).values(**words, sender_said=said))
        moves = events.c.submission_id == submission_id
        connection.execute(update(events).where(moves).values(reason=payload, note=payload))
    caption(services, submission_id, payload)
    return submission_id, str(token)


def caption(services: Services, submission_id: SubmissionId, payload: str) -> None:
    """Let the same words be heard in the clip, where it has a file."""
    cue = Cue(start_ms=0, end_ms=2000, text=payload)
    seen = builders.read(services, submission_id).original_sha256
    edition = captioning.Edition(language="it", cues=(cue,), seen_sha256=seen, seen_version=0, is_checked=True)
    with writing(services.engine) as connection:
        captioning.save(connection, submission_id, edition, moderator=MODERATOR, now=services.clock())


def pages_about(services: Services, state: State) -> list[str]:
    """Every page that shows a hostile submission with some of the forty, by its path."""
    made = [a_hostile_submission(services, payloads, state) for payloads in GROUPS]
    desk = [f"/moderate/{submission_id}{page}" for submission_id, _ in made for page in ("", "/captions")]
    status = [f"/submissions/{token}" for _, token in made]
    clip_ids = [builders.read(services, submission_id).clip_id for submission_id, _ in made]
    public = [f"/gallery/pistoia2030/{clip_id}" for clip_id in clip_ids if clip_id]
    embedded = [f"/embed/{clip_id}" for clip_id in clip_ids if clip_id]
    return [f"/moderate/?state={state}", *desk, *status, f"{status[0]}/receipt", *public, *embedded]


def visit(page: Page, services: Services, paths: list[str]) -> list[int]:
    """Look at every page; return how they answered."""
    return [see(page, services.settings.public_url + path) for path in paths]


def see(page: Page, url: str) -> int:
    """Wait until all of a page has been drawn; return how it answered."""
    answer = page.goto(url)
    assert answer is not None
    page.evaluate(DRAWN_TWICE)
    return answer.status


def log_in(page: Page, services: Services) -> None:
    Moderator(page, services.settings.public_url).logs_in(MODERATOR, PASSWORD)


@pytest.mark.parametrize("state", [State.DECLINED, State.PUBLISHED])
def test_no_word_of_a_sender_becomes_a_script(services: Services, page: Page, tally: Tally, state: State) -> None:
    paths = pages_about(services, state)
    log_in(page, services)

    answers = visit(page, services, [*paths, *OVERVIEWS])

    assert set(answers) == {200}
    assert len(answers) == len(paths) + len(OVERVIEWS)
    assert (tally.strikes, tally.reports) == ([], [])


def test_no_word_of_an_address_or_a_form_becomes_a_script(services: Services, page: Page, tally: Tally) -> None:
    everything = "".join(PAYLOADS)
    page.goto(f"{services.settings.public_url}/calls/pistoia2030")
    form = page.locator("form").first
    form.evaluate(
        "(form, words) => { form.noValidate = true;"
        " for (const field of form.querySelectorAll('input[type=text], input[type=email], input:not([type])'))"
        " field.value = words }",
        everything,
    )
    with page.expect_navigation():
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")

    shown = page.content()
    visit(page, services, [f"/gallery/pistoia2030?q={quote(payloads)}" for payloads in GROUPS])
    visit(page, services, [f"/calls/{quote(payloads, safe='')}" for payloads in GROUPS])

    assert "struck()" in shown
    assert (tally.strikes, tally.reports) == ([], [])


def test_no_word_becomes_a_script_in_a_mail(services: Services, page: Page, tally: Tally) -> None:
    mailer = MemoryMailer()
    made = [one for words in GROUPS for one in hostile_submissions_of_every_kind(services, words)]
    send_mails(replace(services, mailer=mailer))
    bodies = [mail.get_body(("html",)).get_content() for mail in mailer.sent]  # type: ignore[union-attr]

    # Mail programs know no policy of ours: the words alone must be harmless.
    page.goto("about:blank")
    page.set_content("".join(bodies))
    page.evaluate(DRAWN_TWICE)

    assert kinds_sent(services, made) == MAILS
    assert len(bodies) >= len(made)
    assert "struck()" in "".join(bodies)
    assert (tally.strikes, tally.reports) == ([], [])


MAILED_IN = (State.REFUSED, State.REDO_REQUESTED, State.DECLINED, State.PUBLISHED)
"""Where a submission rests whose sender reads a mail that the others do not get."""


def hostile_submissions_of_every_kind(services: Services, words: str) -> list[SubmissionId]:
    """One submission for each mail that a sender may get, all with the same words."""
    now = services.clock()
    made = [a_hostile_submission(services, words, state)[0] for state in MAILED_IN]
    withdrawn, _ = a_hostile_submission(services, words, State.PUBLISHED)
    builders.withdraw(services, withdrawn)
    clean_up(services, withdrawn, JobKind.UNPUBLISH, JobKind.PURGE)
    removed, _ = a_hostile_submission(services, words, State.PUBLISHED)
    stopped, _ = a_hostile_submission(services, words, State.UPLOADING)
    replacing, _ = a_hostile_submission(services, words, State.REFUSED)
    filed, _ = a_hostile_submission(services, words, State.UPLOADED, filed_by=MODERATOR)
    with writing(services.engine) as connection:
        file = submitting.Declared(name=f"{words}.mp4", size_bytes=7)
        assert submitting.replace_file(connection, replacing, file, now=now) is not None
        assert moderating.take_down(connection, removed, moderator=MODERATOR, note=words, now=now, tell_after_s=0)
        assert all(housekeeping.remind(connection, submission_id) for submission_id in (stopped, replacing))
        assert housekeeping.ask_again(connection, now=now + timedelta(days=4)) == 1
    return [*made, withdrawn, removed, stopped, replacing, filed]


def kinds_sent(services: Services, submission_ids: list[SubmissionId]) -> set[JobKind]:
    """Which kinds of mail went out."""
    with reading(services.engine) as connection:
        mails = [mail for one in submission_ids for mail in backlog.mails_about(connection, one)]
    return {mail.kind for mail in mails if mail.state is JobState.DONE and mail.overtaken_by is None}


def test_the_payloads_strike_where_they_are_let_and_are_reported_where_they_are_not(page: Page, tally: Tally) -> None:
    page.route("**/*", lambda route: route.abort())
    page.route(re.compile(r"^http://open\.invalid/\d+$"), answer)
    page.route(re.compile(r"^http://strict\.invalid/\d+$"), lambda route: answer(route, **STRICT))

    alone = [strikes(page, tally, number) for number in range(len(PAYLOADS))]
    together = [strikes(page, tally, number) for number in range(len(PAYLOADS), len(SHOWN))]
    for number in range(len(PAYLOADS), len(SHOWN)):
        see(page, f"http://strict.invalid/{number}")

    assert len(PAYLOADS) == 40
    assert sum(alone) >= 20
    assert sum(together) >= sum(alone)
    assert len(tally.reports) >= 20


SHOWN = (*PAYLOADS, *GROUPS)


def answer(route: Route, **headers: str) -> None:
    number = int(route.request.url.rpartition("/")[2])
    route.fulfill(content_type="text/html", body=AS_IT_IS + SHOWN[number], headers=headers)


def strikes(page: Page, tally: Tally, number: int) -> int:
    """How often what is shown there strikes."""
    before = len(tally.strikes)
    see(page, f"http://open.invalid/{number}")
    return len(tally.strikes) - before
