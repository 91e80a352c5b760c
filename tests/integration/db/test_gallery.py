"""What the public's lists show, find and know of changes, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from intake.actions import jobs, publishing, submitting
from intake.db import gallery as shelves
from intake.db import kept_tables
from intake.db.engine import reading, writing
from intake.db.gallery import PublicFilter
from intake.db.gallery_tables import gallery_entries
from intake.db.tables import calls, captions, consents, submissions
from intake.domain.calls import CallSlug, ConsentKind
from intake.domain.jobs import JobKind
from intake.domain.publication import is_public
from intake.domain.states import State
from tests.builders import CALL, a_letter, a_sender, a_submission, read, take_job, withdraw
from tests.plans import asked, plan_of, reads_through

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock


def published(services: Services, *, title: str = "", quote: str = "", **sender: str) -> Submission:
    submission = a_submission(services, state=State.PUBLISHED, letter=a_letter(sender=a_sender(**sender)))
    with writing(services.engine) as connection:
        row = update(submissions).where(submissions.c.id == submission.id)
        connection.execute(row.values(title=title, quote=quote))
    return read(services, submission.id)


def listed(services: Services, wanted: PublicFilter, *, limit: int = 10) -> list[SubmissionId]:
    with reading(services.engine) as connection:
        return [one.id for one in shelves.public_clips(connection, CALL, wanted, limit=limit)]


def found(services: Services, words: str, **filters: str) -> list[SubmissionId]:
    return listed(services, PublicFilter(untrusted_search=words, **filters))


def has_entry(connection: Connection, submission_id: SubmissionId) -> bool:
    query = select(gallery_entries.c.id).where(gallery_entries.c.submission_id == submission_id)
    return connection.scalar(query) is not None


class TestAnEntry:
    @pytest.mark.parametrize("state", State)
    def test_is_there_exactly_while_the_rule_says_so(
        self, services_on_each: Services, clock: FakeClock, state: State
    ) -> None:
        submission_id = published(services_on_each).id
        gallery = (consents.c.submission_id == submission_id, consents.c.kind == ConsentKind.GALLERY)
        changes = [
            update(submissions).where(submissions.c.id == submission_id).values(state=state),
            update(consents).where(*gallery).values(given=False),
            update(consents).where(*gallery).values(given=True),
            update(consents).where(*gallery).values(taken_back_at=clock()),
            update(consents).where(*gallery).values(taken_back_at=None),
            delete(consents).where(*gallery),
        ]
        seen, expected = [], []

        with writing(services_on_each.engine) as connection:
            for change, stands in zip(changes, (True, False, True, False, True, False), strict=True):
                connection.execute(change)
                seen.append(has_entry(connection, submission_id))
                expected.append(is_public(state=state, gallery_consent_stands=stands))

        assert seen == expected

    def test_comes_back_where_it_was_with_a_clip_that_was_taken_down(
        self, services_on_each: Services, clock: FakeClock
    ) -> None:
        first = published(services_on_each).id
        clock.advance(minutes=1)
        second = published(services_on_each).id
        row = update(submissions).where(submissions.c.id == first)

        with writing(services_on_each.engine) as connection:
            connection.execute(row.values(state=State.AWAITING_REVIEW))
        meanwhile = listed(services_on_each, PublicFilter())
        with writing(services_on_each.engine) as connection:
            connection.execute(row.values(state=State.PUBLISHED))

        assert (meanwhile, listed(services_on_each, PublicFilter())) == ([second], [second, first])

    def test_holds_nothing_of_who_was_erased(self, services_on_each: Services, clock: FakeClock) -> None:
        submission_id = published(services_on_each, given_name="Nicolò", quote="Si cambia insieme.").id
        before = [found(services_on_each, words) for words in ("nicolo", "insieme")]

        with writing(services_on_each.engine) as connection:
            submitting.withdraw(connection, submission_id, actor="sender", now=clock())
            job = take_job(connection, submission_id, JobKind.PURGE)
            publishing.record_purge(connection, job, now=clock())
            jobs.finish(connection, job)
            publishing.erase_address(connection, submission_id)
            left = connection.execute(select(gallery_entries)).all()

        after = [found(services_on_each, words) for words in ("nicolo", "insieme", "rossi")]
        assert (before, left, after) == ([[submission_id]] * 2, [], [[]] * 3)

    def test_knows_nothing_of_what_ended_before_its_commit(self, services_on_each: Services) -> None:
        submission_id = published(services_on_each).id
        row = update(submissions).where(submissions.c.id == submission_id).values(given_name="Michele")

        with services_on_each.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(row)
            transaction.rollback()

        assert [found(services_on_each, words) for words in ("michele", "anna")] == [[], [submission_id]]

    def test_is_made_anew_after_tables_were_changed(self, services_on_each: Services, clock: FakeClock) -> None:
        gone, stays, tied = (published(services_on_each).id for _ in range(3))
        with writing(services_on_each.engine) as connection:
            kept_tables.suspend(connection)
            row = update(submissions).where(submissions.c.id == stays).values(given_name="Michele")
            connection.execute(row)
            connection.execute(update(submissions).where(submissions.c.id == gone).values(state=State.DECLINED))
            kept_tables.resume(connection)
        clock.advance(seconds=1)
        later = published(services_on_each, given_name="Michela").id

        assert found(services_on_each, "michel") == [later, stays]
        assert listed(services_on_each, PublicFilter())[0] == later
        assert set(listed(services_on_each, PublicFilter())) == {later, stays, tied}

    def test_finds_its_place_among_many_of_the_same_moment(self, services_on_each: Services) -> None:
        ids = [published(services_on_each).id for _ in range(4)]
        clip_ids = [read(services_on_each, one).clip_id for one in ids]

        pages = [listed(services_on_each, PublicFilter(after=clip_id)) for clip_id in clip_ids]

        assert pages == [ids[number::-1][1:] for number in range(4)]


class TestAPage:
    def test_goes_on_behind_a_clip_that_was_withdrawn_meanwhile(
        self, services_on_each: Services, clock: FakeClock
    ) -> None:
        older, last, _newer = (self._published_later(services_on_each, clock) for _ in range(3))

        withdraw(services_on_each, last.id)

        assert listed(services_on_each, PublicFilter(after=last.clip_id)) == [older.id]
        with reading(services_on_each.engine) as connection:
            everywhere = shelves.newest_public_clips(connection, after=last.clip_id, limit=10)
        assert [one.id for one in everywhere] == [older.id]

    @staticmethod
    def _published_later(services: Services, clock: FakeClock) -> Submission:
        clock.advance(seconds=1)
        return published(services)

    def test_of_another_call_is_another(self, services_on_each: Services) -> None:
        published(services_on_each)

        with reading(services_on_each.engine) as connection:
            elsewhere = shelves.public_clips(connection, CallSlug("another"), PublicFilter(), limit=10)
            searched = shelves.public_clips(
                connection, CallSlug("another"), PublicFilter(untrusted_search="anna"), limit=10
            )

        assert (elsewhere, searched) == ([], [])


class TestTheSearch:
    @pytest.fixture
    def clip(self, services_on_each: Services) -> SubmissionId:
        published(services_on_each, given_name="Bruno", family_name="Neri", organisation="Scoperta", role="Socio")
        return published(
            services_on_each,
            given_name="Nicolò",
            family_name="D'Amico",
            organisation="Agri-Lab 2030 Željka",
            organisation_kind="scuola",
            role="Ricercatrice",
            title="La città che innova",
            quote="L'innovazione non è per pochi.",
        ).id

    @pytest.mark.parametrize(
        "words",
        [
            *("Nicolò", "nicolo", "NICOLÒ", "nic", "z", "amico", "d'amico", "D’Amico", "lab", "2030", "zelj"),
            *("città", "citta", "che innova", "innovazione", "innov", "innovazio", "ricerc", "per", "pochi nicolò"),
        ],
    )
    def test_finds_by_the_beginnings_of_words(self, services_on_each: Services, clip: SubmissionId, words: str) -> None:
        assert found(services_on_each, words) == [clip]

    @pytest.mark.parametrize("words", ["colo", "nicolo neri", "nico.damico", "nicolo OR neri", "2030* -xy", "anna"])
    def test_finds_nothing_else(self, services_on_each: Services, clip: SubmissionId, words: str) -> None:
        assert clip not in found(services_on_each, words)

    @pytest.mark.parametrize("words", ["innovazioni", "pochissimo innovazioni", "ricercatrici"])
    def test_finds_other_forms_of_a_word_where_the_database_speaks_italian(
        self, services_on_each: Services, clip: SubmissionId, words: str
    ) -> None:
        speaks_italian = services_on_each.engine.dialect.name == "postgresql" and "pochissimo" not in words

        assert found(services_on_each, words) == [clip] * speaks_italian

    def test_heeds_the_kind(self, services_on_each: Services, clip: SubmissionId) -> None:
        assert [found(services_on_each, "nicolò", kind=kind) for kind in ("scuola", "impresa")] == [[clip], []]

    def test_is_not_deceived_by_what_a_sender_typed(self, services_on_each: Services) -> None:
        published(services_on_each, organisation="\ue000c" + CALL.encode().hex() + " \ue000o" + b"scuola".hex())

        assert found(services_on_each, "anna", kind="scuola") == []
        assert len(found(services_on_each, "anna", kind="impresa")) == 1

    def test_is_newest_first_and_ends_at_its_limit(self, services_on_each: Services, clock: FakeClock) -> None:
        ids = []
        for _ in range(3):
            clock.advance(seconds=1)
            ids.append(published(services_on_each).id)
        last = read(services_on_each, ids[2]).clip_id

        pages = [
            listed(services_on_each, PublicFilter(untrusted_search="an", after=after), limit=2)
            for after in (None, last)
        ]

        assert pages == [ids[:0:-1], ids[1::-1]]

    @pytest.mark.parametrize(
        "words",
        [
            *("'", '"', "*", "&|!", "a & !b", "a <-> b", ":*", "\\", "()", "NEAR(a b)", "words:anna", "-anna", "^anna"),
            *("%", "anna\u2003", "\U0001e900", "a\U0001e900b", "\u0e01\u0e33", "²³", "\ud7ff\ue000"),
            *("x" * 10_000, "di " * 4000),
        ],
        ids=lambda words: ascii(words[:12]),
    )
    def test_takes_anything_for_words(self, services_on_each: Services, clip: SubmissionId, words: str) -> None:
        assert clip not in found(services_on_each, words)


class TestTheVersion:
    @staticmethod
    def versions(services: Services, change: Callable[[Connection], object]) -> tuple[int, int]:
        """The version before and after a change."""
        with writing(services.engine) as connection:
            before = shelves.version(connection)
            change(connection)
            return before, shelves.version(connection)

    @pytest.mark.parametrize(
        "column", ["given_name", "title", "quote", "publication", "spoken_language", "cut", "poster", "published_at"]
    )
    def test_is_another_when_anything_of_a_public_clip_is(self, services_on_each: Services, column: str) -> None:
        submission = published(services_on_each)
        row = update(submissions).where(submissions.c.id == submission.id)

        before, after = self.versions(
            services_on_each, lambda connection: connection.execute(row.values({column: submissions.c[column]}))
        )

        assert after > before

    def test_is_another_when_a_clip_comes_or_goes(self, services_on_each: Services, clock: FakeClock) -> None:
        submission = published(services_on_each)

        before, after = self.versions(
            services_on_each,
            lambda connection: submitting.withdraw(connection, submission.id, actor="sender", now=clock()),
        )

        assert after > before

    def test_is_another_when_its_captions_are(self, services_on_each: Services) -> None:
        submission = published(services_on_each)
        row = {"submission_id": submission.id, "language": "it", "vtt": "WEBVTT\n", "version": 1, "origin": "person"}
        row |= {"updated_at": services_on_each.clock(), "updated_by": "x"}
        mine = captions.c.submission_id == submission.id
        changes = (
            captions.insert().values(**row),
            update(captions).where(mine).values(version=2),
            delete(captions).where(mine),
        )

        seen = [
            self.versions(services_on_each, lambda connection, change=change: connection.execute(change))
            for change in changes
        ]

        assert all(after > before for before, after in seen)

    def test_is_another_when_a_call_is(self, services_on_each: Services) -> None:
        row = update(calls).where(calls.c.slug == CALL).values(document=calls.c.document)

        before, after = self.versions(services_on_each, lambda connection: connection.execute(row))

        assert after > before

    @pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED}))
    def test_is_the_same_whatever_happens_to_what_nobody_sees(
        self, services_on_each: Services, clock: FakeClock, state: State
    ) -> None:
        published(services_on_each)
        with reading(services_on_each.engine) as connection:
            before = shelves.version(connection)

        submission = a_submission(services_on_each, state=state)
        with writing(services_on_each.engine) as connection:
            row = update(submissions).where(submissions.c.id == submission.id)
            connection.execute(row.values(given_name="Michele", moved_at=clock()))

        with reading(services_on_each.engine) as connection:
            assert shelves.version(connection) == before

    def test_is_not_another_before_the_commit(self, services_on_each: Services) -> None:
        submission = published(services_on_each)
        row = update(submissions).where(submissions.c.id == submission.id).values(title="Un titolo")
        with reading(services_on_each.engine) as connection:
            before = shelves.version(connection)

        with services_on_each.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(row)
            transaction.rollback()

        with reading(services_on_each.engine) as connection:
            assert shelves.version(connection) == before


@pytest.mark.parametrize("kind", [None, "impresa"], ids=["all", "a kind"])
@pytest.mark.parametrize("words", ["", "anna rossi off"], ids=["no words", "words"])
def test_the_plan_of_a_page_reads_no_table_through(services_on_each: Services, kind: str | None, words: str) -> None:
    after = published(services_on_each).clip_id
    wanted = [PublicFilter(kind=kind, untrusted_search=words, after=place) for place in (None, after)]

    with asked(services_on_each) as statements, reading(services_on_each.engine) as connection:
        pages = [shelves.public_clips(connection, CALL, one, limit=25) for one in wanted]
        shelves.newest_public_clips(connection, after=after, limit=25)

    assert [len(page) for page in pages] == [1, 0]
    assert len(statements) >= 8
    assert [one for one in statements if reads_through(services_on_each, *one)] == []


@pytest.mark.only_on("sqlite")
def test_sqlite_walks_the_clips_that_hold_a_word_and_sorts_nothing_but_the_page(services: Services) -> None:
    published(services)

    with asked(services) as statements, reading(services.engine) as connection:
        shelves.public_clips(connection, CALL, PublicFilter(untrusted_search="anna"), limit=25)

    plans = ["\n".join(plan_of(services, *one)) for one in statements if "MATCH" in one[0]]
    assert len(plans) == 1
    assert plans[0].count("TEMP B-TREE") == 1
    assert "VIRTUAL TABLE" in plans[0]
