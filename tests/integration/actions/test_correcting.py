"""Mending the words of a clip: on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from intake.actions import captioning, consenting, jobs, publishing
from intake.actions.correcting import Corrected, correct
from intake.db import desk, queries
from intake.db.engine import reading, writing
from intake.db.tables import calls, events, submissions
from intake.domain.changes import Change
from intake.domain.clip_words import words_of
from intake.domain.history import Cause
from intake.domain.jobs import JobKind
from intake.domain.searching import search_terms
from intake.domain.states import FINAL, State
from tests.builders import (
    MODERATOR,
    a_letter,
    a_sender,
    a_submission,
    open_jobs,
    read,
    take_job,
    the_call,
    withdraw,
)

if TYPE_CHECKING:
    from intake.domain.clip_words import ClipWords
    from intake.domain.history import Event
    from intake.domain.submissions import Submission
    from intake.wiring import Services


def gulia(services: Services, state: State = State.AWAITING_REVIEW) -> Submission:
    """A submission of somebody who mistyped her own name."""
    return a_submission(services, state=state, letter=a_letter(sender=a_sender(given_name="Gulia")))


def mend(services: Services, submission: Submission, *, seen: ClipWords | None = None, **words: str) -> Corrected:
    typed = replace(seen or words_of(read(services, submission.id)), **words)
    with writing(services.engine) as connection:
        return correct(connection, submission.id, typed, seen=seen, moderator=MODERATOR, now=services.clock())


def history_of(services: Services, submission: Submission) -> list[Event]:
    with reading(services.engine) as connection:
        return queries.history(connection, submission.id)


def found(services: Services, words: str) -> int:
    wanted = desk.Wanted(states=(State.AWAITING_REVIEW,), words=search_terms(words))
    with reading(services.engine) as connection:
        return len(desk.page(connection, wanted, limit=10))


def test_what_the_sender_typed_is_kept_and_the_history_says_what_changed(services_on_each: Services) -> None:
    submission = gulia(services_on_each)

    mended = mend(services_on_each, submission, given_name="Giulia", title="Un tornio per tutti")

    assert mended is Corrected.DONE
    after, last = read(services_on_each, submission.id), history_of(services_on_each, submission)[-1]
    assert (after.sender.given_name, after.title) == ("Giulia", "Un tornio per tutti")
    assert after.sender_said == {"given_name": "Gulia"}
    assert (last.actor, last.cause, last.before, last.after) == (
        MODERATOR,
        Cause.CORRECTED,
        submission.state,
        submission.state,
    )
    assert last.changes == (
        Change(name="given_name", before="Gulia", after="Giulia"),
        Change(name="title", before="", after="Un tornio per tutti"),
    )


def test_only_the_first_correction_keeps_what_was_there(services_on_each: Services) -> None:
    submission = gulia(services_on_each)

    mend(services_on_each, submission, given_name="Julia")
    mend(services_on_each, submission, given_name="Giulia")

    assert read(services_on_each, submission.id).sender_said == {"given_name": "Gulia"}


def test_a_correction_that_is_taken_back_leaves_nothing_to_keep(services_on_each: Services) -> None:
    submission = gulia(services_on_each)

    mend(services_on_each, submission, given_name="Giulia")
    mend(services_on_each, submission, given_name="Gulia")

    assert read(services_on_each, submission.id).sender_said == {}


def test_the_same_words_are_no_event(services_on_each: Services) -> None:
    submission = gulia(services_on_each)
    before = history_of(services_on_each, submission)

    assert mend(services_on_each, submission) is Corrected.DONE

    assert history_of(services_on_each, submission) == before


def test_whoever_mends_one_word_does_not_undo_what_another_mended_meanwhile(services_on_each: Services) -> None:
    submission = gulia(services_on_each)
    seen = words_of(submission)
    mend(services_on_each, submission, given_name="Giulia")

    mend(services_on_each, submission, seen=seen, quote="Si impara facendo.")

    after = read(services_on_each, submission.id)
    assert (after.sender.given_name, after.quote) == ("Giulia", "Si impara facendo.")


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_a_clip_is_mended_wherever_it_rests_and_stays_there(services_on_each: Services, state: State) -> None:
    submission, open_before = gulia(services_on_each, state), open_jobs(services_on_each)

    assert mend(services_on_each, submission, given_name="Giulia") is Corrected.DONE

    after = read(services_on_each, submission.id)
    assert (after.state, after.revision, after.sender.given_name) == (state, submission.revision, "Giulia")
    assert {(job.id, job.state) for job in open_before} <= {(job.id, job.state) for job in open_jobs(services_on_each)}


def test_a_correction_while_the_manifest_is_written_is_written_as_well(services_on_each: Services) -> None:
    services = services_on_each
    submission = gulia(services, State.PUBLISHED)
    mend(services, submission, given_name="Giulia")
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.CAPTION)
    seen = words_of(read(services, submission.id))
    mend(services, submission, role="Liutaia")

    with writing(services.engine) as connection:
        jobs.finish(connection, job)
        captioning.filed(connection, submission.id, {}, words=seen)

    assert JobKind.CAPTION in {job.kind for job in open_jobs(services)}


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_is_written_where_it_is_over(services_on_each: Services, state: State) -> None:
    submission = gulia(services_on_each, state)

    mended = mend(services_on_each, submission, given_name="Giulia", title="Un tornio per tutti")

    assert mended is Corrected.IS_OVER

    assert read(services_on_each, submission.id) == submission


def test_the_desk_finds_a_clip_by_its_mended_name(services_on_each: Services) -> None:
    submission = gulia(services_on_each)

    mend(services_on_each, submission, given_name="Giulia")

    assert [found(services_on_each, word) for word in ("giulia", "gulia")] == [1, 0]


def test_a_purge_erases_the_words_and_what_was_mended_in_them(services_on_each: Services) -> None:
    submission = gulia(services_on_each)
    mend(services_on_each, submission, family_name="Bruni", title="Un tornio", quote="Si impara facendo.")
    withdraw(services_on_each, submission.id)

    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission.id, JobKind.PURGE)
        publishing.record_purge(connection, job, now=services_on_each.clock())

    with reading(services_on_each.engine) as connection:
        kept = [connection.execute(select(table)).mappings().all() for table in (submissions, events)]
    assert not any(word in str(kept) for word in ("Rossi", "Bruni", "tornio", "Si impara"))


def test_what_a_sender_confirms_takes_the_place_of_what_was_mended(services_on_each: Services) -> None:
    submission = gulia(services_on_each)
    mend(services_on_each, submission, given_name="Giulia")
    with writing(services_on_each.engine) as connection:
        connection.execute(submissions.update().values(filed_by=MODERATOR))
        connection.exec_driver_sql("DELETE FROM consents")

        assert consenting.confirm(
            connection,
            the_call(services_on_each),
            submission.id,
            a_sender(given_name="Giuliana"),
            {},
            now=services_on_each.clock(),
        )

    after = read(services_on_each, submission.id)
    assert (after.sender.given_name, after.sender_said) == ("Giuliana", {})


def test_what_is_spoken_is_the_call_s_language_whatever_page_its_sender_read(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, letter=a_letter(sender=a_sender(language="en")))

    assert (submission.sender.language, submission.spoken_language) == ("en", "it")


def test_who_hears_another_language_says_so(services_on_each: Services) -> None:
    submission = gulia(services_on_each)

    mend(services_on_each, submission, spoken_language="fr")

    after, last = read(services_on_each, submission.id), history_of(services_on_each, submission)[-1]
    assert (after.spoken_language, after.sender.language) == ("fr", "it")
    assert last.changes == (Change(name="spoken_language", before="it", after="fr"),)


def test_the_desk_finds_a_clip_by_what_is_spoken(services_on_each: Services) -> None:
    submission = gulia(services_on_each)
    mend(services_on_each, submission, spoken_language="en")
    wanted = desk.Wanted(states=(State.AWAITING_REVIEW,), language="en")

    with reading(services_on_each.engine) as connection:
        assert [entry.id for entry in desk.page(connection, wanted, limit=10)] == [submission.id]


def test_captions_that_the_call_demands_are_not_taken_away_by_another_language(services: Services) -> None:
    submission = gulia(services, State.PUBLISHED)
    with writing(services.engine) as connection:
        document = connection.scalar(calls.select().with_only_columns(calls.c.document))
        connection.execute(calls.update().values(document=document | {"captions": {"required": True}}))

    assert mend(services, submission, spoken_language="en") is Corrected.CAPTIONS_REQUIRED

    assert read(services, submission.id).spoken_language == "it"
