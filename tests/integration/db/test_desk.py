"""What the desk lists, finds and counts, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, update

from intake.actions import jobs, looking, moderating, publishing, submitting
from intake.db import backlog, desk, kept_tables
from intake.db.desk import Place, Wanted
from intake.db.desk_tables import desk_entries
from intake.db.engine import reading, writing
from intake.db.tables import consents, events, submissions
from intake.domain.checks import Check, CheckCode, Reason, Verdict
from intake.domain.desk import LOOK_LIFE, SoundVerdict, sound_verdict
from intake.domain.jobs import JobKind
from intake.domain.searching import search_terms
from intake.domain.states import State
from tests.builders import (
    CALL,
    FINE,
    NOISY,
    TOO_SHORT,
    a_judged_receipt,
    a_letter,
    a_ruling,
    a_sender,
    a_submission,
    some_findings,
    take_job,
)
from tests.plans import asked, reads_through

if TYPE_CHECKING:
    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

WAITING = Wanted(states=(State.AWAITING_REVIEW,))
ALL = Wanted(states=tuple(State))


def listed(services: Services, wanted: Wanted, *, after: Place | None = None, limit: int = 10) -> list[SubmissionId]:
    with reading(services.engine) as connection:
        return [one.id for one in desk.page(connection, wanted, after=after, limit=limit)]


def found(services: Services, words: str) -> list[SubmissionId]:
    return listed(services, replace(ALL, words=search_terms(words)))


def place_of(submission: Submission) -> Place:
    return Place(moved_at=submission.moved_at, submission_id=submission.id)


def three(services: Services, clock: FakeClock) -> list[Submission]:
    """Three submissions that wait, the last two since the same moment."""
    first = a_submission(services)
    clock.advance(minutes=1)
    return [first, *sorted((a_submission(services) for _ in range(2)), key=lambda one: one.id)]


class TestTheOrder:
    @pytest.mark.parametrize("states", [WAITING.states, ALL.states], ids=["one state", "all states"])
    def test_is_that_of_arrival_and_goes_on_behind_any_row(
        self, services_on_each: Services, clock: FakeClock, states: tuple[State, ...]
    ) -> None:
        rows = three(services_on_each, clock)
        ids = [row.id for row in rows]

        pages = [
            listed(services_on_each, Wanted(states=states), after=after)
            for after in (None, *(place_of(row) for row in rows))
        ]

        assert pages == [ids, ids[1:], ids[2:], []]

    def test_can_be_turned(self, services_on_each: Services, clock: FakeClock) -> None:
        rows = three(services_on_each, clock)
        newest = replace(ALL, is_newest_first=True)

        pages = [listed(services_on_each, newest), listed(services_on_each, newest, after=place_of(rows[2]))]

        assert pages == [[row.id for row in rows[::-1]], [row.id for row in rows[1::-1]]]

    def test_stays_when_the_last_row_of_a_page_moves_and_others_come(
        self, services_on_each: Services, clock: FakeClock
    ) -> None:
        rows = three(services_on_each, clock)
        ruling = a_ruling(rows[0], moderating.Decision.DECLINE)
        clock.advance(minutes=1)
        with writing(services_on_each.engine) as connection:
            moderating.decide(connection, rows[0].id, ruling, now=clock())
        newcomer = a_submission(services_on_each)

        rest = listed(services_on_each, WAITING, after=place_of(rows[0]))

        assert rest == [rows[1].id, rows[2].id, newcomer.id]

    @pytest.mark.parametrize("states", [WAITING.states, ALL.states], ids=["one state", "all states"])
    def test_ends_at_its_limit(self, services_on_each: Services, clock: FakeClock, states: tuple[State, ...]) -> None:
        ids = [row.id for row in three(services_on_each, clock)]

        assert listed(services_on_each, Wanted(states=states), limit=2) == ids[:2]


class TestTheFilters:
    def test_keep_out_what_is_otherwise(self, services_on_each: Services) -> None:
        mine = a_letter(sender=a_sender(organisation_kind="scuola"), social=True)
        wanted = a_judged_receipt(services_on_each, some_findings(checks=(FINE, NOISY)), mine)[0]
        with writing(services_on_each.engine) as connection:
            connection.execute(submissions.update().where(submissions.c.id == wanted).values(spoken_language="en"))
        a_submission(services_on_each)

        shown = [
            listed(services_on_each, replace(WAITING, **changes))
            for changes in (
                {"kind": "scuola"},
                {"language": "en"},
                {"verdict": SoundVerdict.WARNED},
                {"has_social": True},
                {"kind": "scuola", "language": "en", "verdict": SoundVerdict.WARNED, "has_social": True},
            )
        ]

        assert shown == [[wanted]] * 5

    def test_know_the_call(self, services_on_each: Services) -> None:
        mine = a_submission(services_on_each).id

        both = [listed(services_on_each, replace(ALL, call_slug=slug)) for slug in (CALL, "another")]

        assert both == [[mine], []]

    def test_know_for_how_long(self, services_on_each: Services, clock: FakeClock) -> None:
        old = a_submission(services_on_each).id
        clock.advance(hours=49)
        a_submission(services_on_each)

        assert listed(services_on_each, replace(WAITING, moved_before=clock() - timedelta(hours=48))) == [old]

    def test_follow_a_consent_that_is_taken_back_or_unsaid(self, services_on_each: Services, clock: FakeClock) -> None:
        submission = a_submission(services_on_each).id
        without = replace(ALL, has_gallery=False)
        seen = [listed(services_on_each, without)]

        for change in (
            update(consents).values(taken_back_at=clock()),
            update(consents).values(taken_back_at=None),
            delete(consents),
        ):
            with writing(services_on_each.engine) as connection:
                connection.execute(change.where(consents.c.submission_id == submission))
            seen.append(listed(services_on_each, without))

        assert seen == [[], [submission], [], [submission]]

    @pytest.mark.parametrize(
        "checks",
        [None, (), *([check] for check in (FINE, NOISY, TOO_SHORT)), (FINE, NOISY, TOO_SHORT)],
        ids=["never", "none", "fine", "noisy", "short", "all"],
    )
    def test_judge_as_the_rule_does(self, services_on_each: Services, checks: tuple[Check, ...] | None) -> None:
        submission = a_submission(services_on_each)

        assert self._verdict(services_on_each, submission.id, checks) == sound_verdict(checks or ())

    def test_judge_every_check_as_the_rule_does(self, services_on_each: Services) -> None:
        every = [Check(code=code, verdict=verdict, reason=Reason.FINE) for code, verdict in product(CheckCode, Verdict)]
        submission = a_submission(services_on_each)

        kept = [self._verdict(services_on_each, submission.id, [check]) for check in every]

        assert kept == [sound_verdict([check]) for check in every]

    def _verdict(self, services: Services, submission_id: SubmissionId, checks: object) -> str | None:
        kept = None if checks is None else [{"code": one.code, "verdict": one.verdict} for one in checks]  # type: ignore[attr-defined]
        with writing(services.engine) as connection:
            connection.execute(update(submissions).where(submissions.c.id == submission_id).values(checks=kept))
            return connection.scalar(
                select(desk_entries.c.verdict).where(desk_entries.c.submission_id == submission_id)
            )


class TestTheSearch:
    @pytest.fixture
    def nicolo(self, services_on_each: Services) -> SubmissionId:
        a_submission(services_on_each)
        sender = a_sender(
            given_name="Nicolò",
            family_name="D'Amico",
            organisation="Agri-Lab 2030 Željka",
            email="nico.damico@posta.example.org",
        )
        return a_submission(services_on_each, letter=a_letter(sender=sender)).id

    @pytest.mark.parametrize(
        "words",
        [
            *("Nicolò", "nicolo", "NICOLÒ", "nic", "ni", "amico", "d'amico", "D’Amico", "lab", "2030", "zelj"),
            *("Nicolò Amico", "lab nicolò", "nico.damico@posta.example.org", "damico"),
        ],
    )
    def test_finds_by_the_beginnings_of_words(
        self, services_on_each: Services, nicolo: SubmissionId, words: str
    ) -> None:
        assert found(services_on_each, words) == [nicolo]

    @pytest.mark.parametrize("words", ["colo", "nicolo rossi", "titolare", "posta", "nicolo OR rossi", "2030* -xy"])
    def test_finds_nothing_else(self, services_on_each: Services, nicolo: SubmissionId, words: str) -> None:
        assert nicolo not in found(services_on_each, words)

    def test_finds_in_what_staff_wrote_and_not_in_what_programs_did(self, services_on_each: Services) -> None:
        stuck = a_submission(services_on_each, state=State.NEEDS_OPERATOR)
        waiting = a_submission(services_on_each)
        ruling = a_ruling(waiting, moderating.Decision.DECLINE, note="Da risentire\ncon Béatrice.")
        with writing(services_on_each.engine) as connection:
            moderating.decide(connection, waiting.id, ruling, now=services_on_each.clock())

        assert [found(services_on_each, words) for words in ("beatrice", "risentire rossi", "broke")] == [
            [waiting.id],
            [waiting.id],
            [],
        ]
        assert stuck.id in found(services_on_each, "anna")

    def test_follows_a_name_that_is_put_right(self, services_on_each: Services, nicolo: SubmissionId) -> None:
        with writing(services_on_each.engine) as connection:
            row = update(submissions).where(submissions.c.id == nicolo)
            connection.execute(row.values(given_name="Michele"))

        assert [found(services_on_each, words) for words in ("michele", "nicolò")] == [[nicolo], []]

    def test_forgets_whom_a_withdrawal_erased(self, services_on_each: Services, nicolo: SubmissionId) -> None:
        services = services_on_each
        noted = insert(events).values(
            submission_id=nicolo, revision=9, at=services.clock(), actor="chiara@example.org", after="x", note="Nipote."
        )
        with writing(services.engine) as connection:
            connection.execute(noted)
        before = [found(services, words) for words in ("nicolò", "nipote")]

        with writing(services.engine) as connection:
            submitting.withdraw(connection, nicolo, actor="sender", now=services.clock())
            job = take_job(connection, nicolo, JobKind.PURGE)
            publishing.record_purge(connection, job, now=services.clock())
            jobs.finish(connection, job)
            publishing.erase_address(connection, nicolo)

        after = [found(services, words) for words in ("nicolò", "amico", "lab", "nico", "damico", "nipote")]
        assert (before, after) == ([[nicolo], [nicolo]], [[]] * 6)
        assert listed(services, replace(ALL, states=(State.WITHDRAWN,))) == [nicolo]

    def test_knows_nothing_of_what_ended_before_its_commit(
        self, services_on_each: Services, nicolo: SubmissionId
    ) -> None:
        row = update(submissions).where(submissions.c.id == nicolo).values(given_name="Michele")
        with services_on_each.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(row)
            transaction.rollback()

        assert [found(services_on_each, words) for words in ("michele", "nicolò")] == [[], [nicolo]]

    def test_loses_nothing_when_tables_are_changed(self, services_on_each: Services, nicolo: SubmissionId) -> None:
        with writing(services_on_each.engine) as connection:
            kept_tables.suspend(connection)
            connection.execute(update(submissions).where(submissions.c.id == nicolo).values(given_name="Michele"))
            kept_tables.resume(connection)
        later = a_submission(services_on_each, letter=a_letter(sender=a_sender(given_name="Michela"))).id

        assert sorted(found(services_on_each, "michel")) == sorted([nicolo, later])
        assert found(services_on_each, "nicolò") == []


class TestTheCounts:
    def test_are_by_state_and_heed_the_filters(self, services_on_each: Services) -> None:
        school = a_letter(sender=a_sender(organisation_kind="scuola"))
        a_submission(services_on_each)
        a_submission(services_on_each, letter=school)
        a_submission(services_on_each, state=State.PUBLISHED)

        with reading(services_on_each.engine) as connection:
            counts = [
                desk.count(connection, wanted)
                for wanted in (ALL, replace(ALL, kind="scuola"), replace(ALL, words=("anna",)))
            ]

        assert counts == [
            {State.AWAITING_REVIEW: 2, State.PUBLISHED: 1},
            {State.AWAITING_REVIEW: 1},
            {State.AWAITING_REVIEW: 2, State.PUBLISHED: 1},
        ]


class TestLooks:
    def test_are_seen_by_others_until_they_end(self, services_on_each: Services, clock: FakeClock) -> None:
        submission = a_submission(services_on_each)

        def seen() -> dict[SubmissionId, list[str]]:
            with reading(services_on_each.engine) as connection:
                since = clock() - LOOK_LIFE
                return desk.lookers(connection, [submission.id], since=since, besides="me@example.org")

        for who in ("me@example.org", "chiara@example.org", "chiara@example.org"):
            with writing(services_on_each.engine) as connection:
                looking.note_look(connection, submission.id, who, now=clock())
        now = seen()
        clock.advance(minutes=2, seconds=1)

        assert (now, seen()) == ({submission.id: ["chiara@example.org"]}, {})


QUESTIONS = {
    "queue": WAITING,
    "filtered": replace(WAITING, verdict=SoundVerdict.WARNED, kind="scuola", has_social=True, call_slug=CALL),
    "by language": replace(WAITING, language="en", has_gallery=False),
    "all states": ALL,
    "newest": replace(ALL, is_newest_first=True, kind="altro"),
    "search": replace(WAITING, words=("anna",)),
    "search all": replace(ALL, words=("anna", "rossi"), kind="impresa"),
}


@pytest.mark.parametrize("wanted", QUESTIONS.values(), ids=QUESTIONS)
class TestThePlan:
    def test_of_a_page_reads_no_table_through(
        self, services_on_each: Services, clock: FakeClock, wanted: Wanted
    ) -> None:
        after = Place(moved_at=clock(), submission_id=a_submission(services_on_each).id)

        with asked(services_on_each) as statements, reading(services_on_each.engine) as connection:
            desk.page(connection, wanted, limit=51)
            desk.page(connection, wanted, after=after, limit=51)

        assert len(statements) >= 4
        assert [one for one in statements if reads_through(services_on_each, *one)] == []

    def test_of_the_counts_reads_no_table_through(self, services_on_each: Services, wanted: Wanted) -> None:
        with asked(services_on_each) as statements, reading(services_on_each.engine) as connection:
            desk.count(connection, replace(wanted, states=tuple(State)))

        assert len(statements) == 1
        assert [one for one in statements if reads_through(services_on_each, *one)] == []


def test_the_plan_of_all_else_on_the_page_reads_no_table_through(services_on_each: Services, clock: FakeClock) -> None:
    submission = a_submission(services_on_each)

    with asked(services_on_each) as statements, reading(services_on_each.engine) as connection:
        desk.lookers(connection, [submission.id], since=clock(), besides="")
        backlog.last_dead_jobs(connection, [submission.id])

    assert len(statements) == 2
    assert [one for one in statements if reads_through(services_on_each, *one)] == []


def test_a_plan_that_reads_through_is_seen(services_on_each: Services) -> None:
    assert reads_through(services_on_each, "SELECT id FROM submissions WHERE role = 'x'", ())
