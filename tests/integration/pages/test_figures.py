"""The figures' page and its tables: what they count, who may take them away, and that nothing in them is run."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.actions import moderating, undoing
from intake.actions.counting import count_weeks
from intake.actions.viewing import count_views
from intake.db.engine import writing
from intake.domain.decisions import UNDO_S
from intake.domain.states import State
from tests.builders import (
    MODERATOR,
    NOISY,
    a_judged_receipt,
    a_letter,
    a_ruling,
    a_sender,
    a_submission,
    read,
    some_findings,
)
from tests.integration.pages.browsing import Page
from tests.integration.pages.conftest import a_desk, an_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.integration.pages.conftest import LetIn, Ready


@pytest.fixture
def viewer(let_in: LetIn) -> FlaskClient:
    return let_in("chi-guarda@example.org", "viewer")


def rows_of(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(answer.text.removeprefix("\ufeff").splitlines(), delimiter=";"))


def decide(services: Services, submission: Submission, decision: moderating.Decision, **changes: object) -> None:
    """Decide so that it can be undone."""
    ruling = a_ruling(submission, decision, wait_s=UNDO_S, **changes)
    with writing(services.engine) as connection:
        assert moderating.decide(connection, submission.id, ruling, now=services.clock()) is moderating.Outcome.DONE


def numbers(client: FlaskClient, query: str = "") -> dict[tuple[str, str], str]:
    """The last week's numbers, as the table to take away has them."""
    return {(row[2], row[3]): row[4] for row in rows_of(client.get(f"/moderate/figures.csv{query}"))[1:]}


def test_the_page_counts_what_came_and_what_was_decided(
    services: Services, clock: FakeClock, desk: FlaskClient
) -> None:
    a_submission(services, state=State.REFUSED)
    a_judged_receipt(services, some_findings(checks=(NOISY,)))
    submission = a_submission(services)
    clock.advance(hours=6)
    with writing(services.engine) as connection:
        moderating.decide(
            connection, submission.id, a_ruling(submission, moderating.Decision.DECLINE), now=services.clock()
        )

    count_weeks(services.engine)

    found = numbers(desk)
    assert found["state", "declined"] == "1"
    assert found["state", "refused"] == "1"
    assert found["waiting_hours", "median"] == "6"
    assert found["refused_by_check", "duration"] == "1"
    assert (found["decision", "declined"], found["sound", "warned"]) == ("1", "1")
    assert "3 video arrivati, 1 deciso." in Page(desk.get("/moderate/figures")).text


def test_a_clip_that_moves_is_counted_where_it_is_now(services: Services, desk: FlaskClient) -> None:
    submission = a_submission(services)
    count_weeks(services.engine)
    with writing(services.engine) as connection:
        moderating.decide(
            connection, submission.id, a_ruling(submission, moderating.Decision.DECLINE), now=services.clock()
        )

    weeks = count_weeks(services.engine), count_weeks(services.engine)

    found = numbers(desk)
    assert weeks == (1, 0)
    assert ("state", "awaiting_review") not in found
    assert found["state", "declined"] == "1"


def test_a_reason_is_counted_as_what_it_is_and_not_in_its_words(services: Services, desk: FlaskClient) -> None:
    # Given a canned reason in two languages, once mended, and another that somebody wrote
    for reason, code in (("Troppo rumore.", "noise"), ("Too noisy, Ann.", "noise"), ("Il volto è controluce.", None)):
        decide(services, a_submission(services), moderating.Decision.DECLINE, reason=reason, reason_code=code)

    count_weeks(services.engine)

    counted = {part: value for (measure, part), value in numbers(desk).items() if measure == "reason"}
    assert counted == {"noise": "2", "other": "1"}
    text = Page(desk.get("/moderate/figures")).text
    assert "Rumore di fondo" in text
    assert "scritto per l'occasione" in text


def test_a_decision_that_was_undone_is_no_figure(services: Services, clock: FakeClock, desk: FlaskClient) -> None:
    # Given a clip that was declined after an hour, taken back, and approved after two
    submission = a_submission(services)
    clock.advance(hours=1)
    decide(services, submission, moderating.Decision.DECLINE)
    with writing(services.engine) as connection:
        revision = read(services, submission.id).revision
        assert undoing.undo(connection, submission.id, revision, moderator=MODERATOR, now=clock())
    count_weeks(services.engine)
    undone = numbers(desk)
    clock.advance(hours=1)
    decide(services, submission, moderating.Decision.APPROVE)

    count_weeks(services.engine)

    assert [name for name in undone if name[0] in {"decision", "reason", "waiting_hours"}] == []
    found = numbers(desk)
    assert (found["decision", "approved"], found["waiting_hours", "median"]) == ("1", "2")
    assert ("decision", "declined") not in found


def test_stopped_between_two_weeks_it_counts_them_all_the_next_time(services: Services, desk: FlaskClient) -> None:
    a_submission(services)

    count_weeks(services.engine, is_stopped=lambda: True)
    stopped = numbers(desk)
    count_weeks(services.engine)

    assert (stopped, numbers(desk)["state", "awaiting_review"]) == ({}, "1")


def test_a_call_and_a_period_can_be_chosen(services: Services, desk: FlaskClient) -> None:
    a_submission(services)
    count_weeks(services.engine)

    mine, unknown, earlier = (
        numbers(desk, query) for query in ("?call=pistoia2030", "?call=another", "?from=2020-01-01&to=2020-02-01")
    )

    # An unknown call is no call: all together.
    assert (mine == unknown, earlier) == (True, {})


def test_every_drawing_has_a_name_and_its_numbers(services: Services, desk: FlaskClient) -> None:
    a_submission(services, state=State.DECLINED)
    count_weeks(services.engine)

    page = Page(desk.get("/moderate/figures?lang=en"))

    drawings = [drawing for drawing in page.all("svg") if drawing.get("role") == "img"]
    assert drawings
    assert all(page.has_id(name) for drawing in drawings for name in drawing["aria-labelledby"].split())
    assert len(page.all("details")) == len(drawings)


def test_an_empty_service_has_figures_too(desk: FlaskClient) -> None:
    assert "0 video arrivati" in Page(desk.get("/moderate/figures?from=&to=never")).text


@pytest.mark.parametrize("formula", ["=1+1", "+39 0573", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(services: Services, desk: FlaskClient, formula: str) -> None:
    a_submission(services, letter=a_letter(sender=a_sender(role=formula, organisation='Bar; "Sport"')))

    answer = desk.get("/moderate/submissions.csv?call=pistoia2030")

    (row,) = rows_of(answer)[1:]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert (row[8], row[9]) == (f"'{formula}", 'Bar; "Sport"')


def test_more_rows_than_one_look_takes_are_all_there_once(services: Services, desk: FlaskClient) -> None:
    from bench.desk_rows import fill

    fill(services.engine, 1203)

    ids = [row[0] for row in rows_of(desk.get("/moderate/submissions.csv"))[1:]]

    assert (len(ids), len(set(ids))) == (1203, 1203)


def test_who_may_only_look_gets_numbers_and_no_names(viewer: FlaskClient) -> None:
    answers = [viewer.get(f"/moderate/{path}").status_code for path in ("figures", "figures.csv", "submissions.csv")]

    assert answers == [200, 200, 403]
    assert "submissions.csv" not in viewer.get("/moderate/figures").text


def a_counted_view(services: Services, folder: Path) -> str:
    """A published clip that was begun once; its page at the desk."""
    submission = a_submission(services, state=State.PUBLISHED)
    number = "0f" * 16
    path = f"/{services.settings.gallery_bucket}/clips/{submission.clip_id}/1/video.mp4"
    line = f'{services.clock().isoformat()} {number} GET 200 "" {path}\n'
    (folder / "views.log").write_text(line, encoding="utf-8")
    count_views(services.engine, folder / "views.log", bucket=services.settings.gallery_bucket)
    return f"/moderate/{submission.id}"


def test_views_are_shown_where_they_are_counted(services: Services, ready: Ready, tmp_path: Path) -> None:
    clip_url = a_counted_view(services, tmp_path)
    counting = replace(services, settings=replace(services.settings, views_log=tmp_path / "views.log"))
    desk = a_desk(an_app(counting, ready.templates), ready)

    page, clip = Page(desk.get("/moderate/figures")), Page(desk.get(clip_url))

    assert page.has_id("views-title")
    assert "avviato 1 volta" in clip.text
    assert numbers(desk)["views", "begun"] == "1"


def test_views_are_not_spoken_of_where_they_are_not_counted(
    services: Services, desk: FlaskClient, tmp_path: Path
) -> None:
    clip_url = a_counted_view(services, tmp_path)

    assert not Page(desk.get("/moderate/figures")).has_id("views-title")
    assert "avviato" not in Page(desk.get(clip_url)).text
