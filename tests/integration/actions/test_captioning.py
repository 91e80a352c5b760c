"""Captions as rows, on both databases: nobody's work is written over, drafts give way, and what is public follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.actions import captioning, moderating, publishing, submitting
from intake.actions.captioning import Edition, Saved
from intake.actions.moderating import Decision, Outcome
from intake.db import queries
from intake.db.captions import captions_of, public_captions
from intake.db.engine import reading, writing
from intake.db.records import document_of
from intake.db.tables import calls, submissions
from intake.domain.captions import Cue, Engine, Origin
from intake.domain.clip_words import words_of
from intake.domain.cutting import Cut
from intake.domain.history import Cause
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.domain.submissions import ClipId, Publication
from tests.builders import MODERATOR, a_ruling, a_submission, open_work, read, take_job, withdraw

if TYPE_CHECKING:
    from intake.domain.captions import Captions
    from intake.domain.submissions import ObjectKey, Submission
    from intake.wiring import Services

CUES = (Cue(start_ms=1000, end_ms=3500, text="Mi chiamo Anna Rossi."),)
HEARD = (Cue(start_ms=900, end_ms=3400, text="mi chiamo anna rossi"),)
ENGINE = Engine("faster-whisper base")


def an_edition(submission: Submission, **changes: object) -> Edition:
    """What a moderator hands in who began with none."""
    fields = {
        "language": "it",
        "cues": CUES,
        "seen_sha256": submission.original_sha256,
        "seen_version": 0,
        "is_checked": False,
    }
    return Edition(**(fields | changes))  # type: ignore[arg-type]


def save(services: Services, submission: Submission, **changes: object) -> Saved:
    with writing(services.engine) as connection:
        edition = an_edition(submission, **changes)
        return captioning.save(connection, submission.id, edition, moderator=MODERATOR, now=services.clock())


def draft(
    services: Services,
    submission: Submission,
    cues: tuple[Cue, ...] = HEARD,
    *,
    original_key: ObjectKey | None = None,
) -> bool:
    """A machine ends its work."""
    with writing(services.engine) as connection:
        if not [job for job in open_work(services) if job.kind is JobKind.TRANSCRIBE]:
            captioning.jobs.ask(connection, submission.id, submission.revision, JobKind.TRANSCRIBE)
        job = take_job(connection, submission.id, JobKind.TRANSCRIBE)
        assert submission.original_key is not None
        captioning.jobs.finish(connection, job)
        return captioning.save_draft(
            connection,
            job,
            cues,
            language="it",
            engine=ENGINE,
            original_key=original_key or submission.original_key,
            now=services.clock(),
        )


def kept(services: Services, submission: Submission, language: str = "it") -> Captions | None:
    with reading(services.engine) as connection:
        return captions_of(connection, submission.id).get(language)


def notes(services: Services, submission: Submission) -> list[tuple[str, str | None]]:
    with reading(services.engine) as connection:
        moves = queries.history(connection, submission.id)
    return [(event.actor, event.note) for event in moves if event.before is event.after]


def caption_jobs(services: Services) -> list[JobState]:
    return [job.state for job in open_work(services) if job.kind is JobKind.CAPTION]


class TestSaving:
    def test_keeps_what_a_person_wrote(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)

        saved = save(services_on_each, submission)

        found = kept(services_on_each, submission)
        assert saved is Saved.DONE
        assert found is not None
        assert (found.cues, found.version, found.origin, found.is_checked) == (CUES, 1, Origin.PERSON, False)

    def test_writes_into_the_history_who_changed_and_who_checked(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)

        save(services_on_each, submission)
        save(services_on_each, submission, seen_version=1, is_checked=True)

        assert notes(services_on_each, submission) == [
            (MODERATOR, captioning.CHANGED),
            (MODERATOR, captioning.CHECKED),
        ]

    def test_of_two_who_edit_at_once_the_second_is_told(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)

        outcomes = [save(services_on_each, submission), save(services_on_each, submission, cues=HEARD)]

        found = kept(services_on_each, submission)
        assert outcomes == [Saved.DONE, Saved.CHANGED_MEANWHILE]
        assert found is not None
        assert found.cues == CUES

    def test_writing_anew_takes_the_mark_of_the_check_away(self, services: Services) -> None:
        submission = a_submission(services)
        save(services, submission, is_checked=True)

        save(services, submission, cues=HEARD, seen_version=1)

        found = kept(services, submission)
        assert found is not None
        assert not found.is_checked

    def test_no_cue_deletes_and_goes_on_counting(self, services: Services) -> None:
        submission = a_submission(services)
        save(services, submission)

        save(services, submission, cues=(), seen_version=1)

        found = kept(services, submission)
        assert found is not None
        assert (found.cues, found.version, found.may_be_public) == ((), 2, False)
        assert notes(services, submission)[-1] == (MODERATOR, captioning.DELETED)

    def test_each_language_has_its_own(self, services: Services) -> None:
        submission = a_submission(services)

        save(services, submission)
        save(services, submission, language="en", cues=HEARD)

        italian, english = kept(services, submission), kept(services, submission, "en")
        assert italian is not None
        assert english is not None
        assert (italian.cues, english.cues) == (CUES, HEARD)

    def test_captions_of_another_file_are_not_taken(self, services: Services) -> None:
        submission = a_submission(services)

        assert save(services, submission, seen_sha256="ff" * 32) is Saved.OTHER_FILE

    @pytest.mark.parametrize("state", [State.UPLOADING, State.UPLOADED, State.WITHDRAWN])
    def test_without_a_file_there_is_nothing_to_caption(self, services: Services, state: State) -> None:
        submission = a_submission(services, state=state)

        assert save(services, submission) is Saved.OTHER_FILE


class TestDrafts:
    def test_are_kept_as_a_machine_s_and_shown_to_nobody_else(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)

        assert draft(services_on_each, submission)

        found = kept(services_on_each, submission)
        assert found is not None
        assert (found.origin, found.engine, found.may_be_public) == (Origin.MACHINE, ENGINE, False)
        assert notes(services_on_each, submission) == [("worker", captioning.DRAFTED)]

    @pytest.mark.parametrize("is_checked", [False, True], ids=["written", "checked"])
    def test_never_take_the_place_of_what_a_person_wrote(self, services_on_each: Services, *, is_checked: bool) -> None:
        submission = a_submission(services_on_each)
        save(services_on_each, submission, is_checked=is_checked)

        assert not draft(services_on_each, submission)

        found = kept(services_on_each, submission)
        assert found is not None
        assert found.cues == CUES

    def test_make_who_edits_meanwhile_look_again(self, services: Services) -> None:
        submission = a_submission(services)
        draft(services, submission)

        assert save(services, submission) is Saved.CHANGED_MEANWHILE

    def test_take_the_place_of_another_draft(self, services: Services) -> None:
        submission = a_submission(services)
        draft(services, submission)

        assert draft(services, submission, CUES)

        found = kept(services, submission)
        assert found is not None
        assert (found.cues, found.version) == (CUES, 2)

    def test_become_a_person_s_when_a_person_changes_them(self, services: Services) -> None:
        submission = a_submission(services)
        draft(services, submission)

        save(services, submission, seen_version=1)

        found = kept(services, submission)
        assert found is not None
        assert (found.origin, found.engine, found.may_be_public) == (Origin.PERSON, ENGINE, True)

    def test_sent_back_as_they_came_are_public_only_once_checked(self, services: Services) -> None:
        submission = a_submission(services)
        draft(services, submission)

        save(services, submission, cues=HEARD, seen_version=1)
        unchecked = kept(services, submission)
        save(services, submission, cues=HEARD, seen_version=2, is_checked=True)
        checked = kept(services, submission)

        assert unchecked is not None
        assert checked is not None
        assert (unchecked.may_be_public, checked.may_be_public) == (False, True)

    def test_of_a_file_that_was_replaced_count_for_nothing(self, services: Services) -> None:
        submission = a_submission(services)

        assert not draft(services, submission, original_key="submissions/x/original/older")

        assert kept(services, submission) is None

    def test_of_a_withdrawn_clip_count_for_nothing(self, services: Services) -> None:
        submission = a_submission(services)
        with writing(services.engine) as connection:
            captioning.ask_for_draft(connection, submission.id)
        withdraw(services, submission.id)

        assert not draft(services, submission)

        assert kept(services, submission) is None

    def test_where_nothing_was_heard_the_history_says_so(self, services: Services) -> None:
        submission = a_submission(services)

        draft(services, submission, ())

        assert kept(services, submission) is None
        assert notes(services, submission) == [("worker", captioning.NOTHING_HEARD)]

    def test_can_be_asked_for_again_but_not_over_a_person_s(self, services: Services) -> None:
        submission = a_submission(services)
        draft(services, submission)

        with writing(services.engine) as connection:
            asked = captioning.ask_for_draft(connection, submission.id)
        save(services, submission, seen_version=1)
        with writing(services.engine) as connection:
            asked_over_a_person_s = captioning.ask_for_draft(connection, submission.id)

        assert (asked, asked_over_a_person_s) == (True, False)


class TestWhatIsPublic:
    def test_a_change_of_a_published_clip_is_filed(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each, state=State.PUBLISHED)

        save(services_on_each, submission)

        assert caption_jobs(services_on_each) == [JobState.READY]

    def test_a_change_before_publication_is_filed_with_it(self, services: Services) -> None:
        submission = a_submission(services)

        save(services, submission)

        assert caption_jobs(services) == []

    def test_many_changes_are_one_job(self, services: Services) -> None:
        submission = a_submission(services, state=State.PUBLISHED)

        save(services, submission)
        save(services, submission, cues=HEARD, seen_version=1)

        assert caption_jobs(services) == [JobState.READY]

    def test_a_change_while_it_is_filed_is_filed_as_well(self, services_on_each: Services) -> None:
        services = services_on_each
        submission = a_submission(services, state=State.PUBLISHED)
        save(services, submission)
        with writing(services.engine) as connection:
            job = take_job(connection, submission.id, JobKind.CAPTION)
        save(services, submission, cues=HEARD, seen_version=1)

        with writing(services.engine) as connection:
            captioning.jobs.finish(connection, job)
            captioning.filed(connection, submission.id, {"it": 1}, words=words_of(submission))

        assert caption_jobs(services) == [JobState.READY]

    def test_what_is_filed_as_it_stands_is_done(self, services: Services) -> None:
        submission = a_submission(services, state=State.PUBLISHED)
        save(services, submission)
        with writing(services.engine) as connection:
            job = take_job(connection, submission.id, JobKind.CAPTION)
            captioning.jobs.finish(connection, job)
            captioning.filed(connection, submission.id, {"it": 1}, words=words_of(submission))

        assert caption_jobs(services) == []

    def test_drafts_are_not(self, services: Services) -> None:
        submission = a_submission(services)
        draft(services, submission)

        with reading(services.engine) as connection:
            assert public_captions(connection, submission) == {}


class TestErasing:
    def test_a_purge_erases_captions(self, services_on_each: Services) -> None:
        services = services_on_each
        submission = a_submission(services)
        save(services, submission)
        withdraw(services, submission.id)

        with writing(services.engine) as connection:
            job = take_job(connection, submission.id, JobKind.PURGE)
            publishing.record_purge(connection, job, now=services.clock())

        assert kept(services, submission) is None

    def test_a_new_file_has_none(self, services: Services) -> None:
        submission = a_submission(services, state=State.REDO_REQUESTED)
        save(services, submission)
        file = submitting.Declared(name="nuovo.mp4", size_bytes=11)

        with writing(services.engine) as connection:
            upload_key = submitting.replace_file(connection, submission.id, file, now=services.clock())
            assert upload_key is not None
            assert submitting.finish_upload(connection, submission.id, upload_key, now=services.clock())

        assert kept(services, submission) is None


def demand_captions(services: Services) -> None:
    """The call publishes nothing without checked captions from now on."""
    with writing(services.engine) as connection:
        document = connection.scalar(calls.select().with_only_columns(calls.c.document))
        connection.execute(calls.update().values(document=document | {"captions": {"required": True}}))


class TestApproving:
    @pytest.fixture
    def demanding(self, services: Services) -> Services:
        demand_captions(services)
        return services

    def approve(self, services: Services, submission: Submission) -> Outcome:
        with writing(services.engine) as connection:
            ruling = a_ruling(submission, Decision.APPROVE)
            return moderating.decide(connection, submission.id, ruling, now=services.clock())

    @pytest.mark.parametrize(
        ("is_checked", "language", "outcome"),
        [
            (True, "it", Outcome.DONE),
            (False, "it", Outcome.NO_CHECKED_CAPTIONS),
            (True, "en", Outcome.NO_CHECKED_CAPTIONS),
        ],
        ids=["checked", "unchecked", "another language"],
    )
    def test_takes_checked_captions_where_the_call_demands_them(
        self, demanding: Services, outcome: Outcome, language: str, *, is_checked: bool
    ) -> None:
        submission = a_submission(demanding)
        save(demanding, submission, is_checked=is_checked, language=language)

        assert self.approve(demanding, submission) is outcome

    def test_a_refusal_changes_nothing(self, demanding: Services) -> None:
        submission = a_submission(demanding)

        self.approve(demanding, submission)

        assert read(demanding, submission.id).state is State.AWAITING_REVIEW

    def test_declining_takes_none(self, demanding: Services) -> None:
        submission = a_submission(demanding)

        with writing(demanding.engine) as connection:
            ruling = a_ruling(submission, Decision.DECLINE)
            outcome = moderating.decide(connection, submission.id, ruling, now=demanding.clock())

        assert outcome is Outcome.DONE

    def test_captions_that_are_cut_off_are_none(self, demanding: Services) -> None:
        submission = a_submission(demanding)
        save(demanding, submission, is_checked=True)
        with writing(demanding.engine) as connection:
            later = document_of(Cut(start_s=10.0, end_s=None))
            connection.execute(submissions.update().values(cut=later))

        assert self.approve(demanding, submission) is Outcome.NO_CHECKED_CAPTIONS

    def test_other_calls_only_warn(self, services: Services) -> None:
        assert self.approve(services, a_submission(services)) is Outcome.DONE


class TestWhereTheCallDemandsThem:
    """They were asked for before the clip was approved; they are asked for until it is gone."""

    @pytest.fixture(params=[State.APPROVED, State.PUBLISHED])
    def shown(self, request: pytest.FixtureRequest, services: Services) -> Submission:
        """A clip that was approved with checked captions."""
        submission = a_submission(services, state=request.param)
        save(services, submission, is_checked=True)
        demand_captions(services)
        return submission

    @pytest.mark.parametrize(
        "changes",
        [{"cues": ()}, {"cues": HEARD}, {"cues": (), "is_checked": True}],
        ids=["deleted", "not checked", "nothing checked"],
    )
    def test_nobody_takes_them_away(self, services: Services, shown: Submission, changes: dict[str, object]) -> None:
        saved = save(services, shown, seen_version=1, **changes)

        found = kept(services, shown)
        assert saved is Saved.REQUIRED
        assert found is not None
        assert (found.cues, found.is_checked) == (CUES, True)

    def test_they_are_corrected_by_who_checks_them(self, services: Services, shown: Submission) -> None:
        assert save(services, shown, cues=HEARD, seen_version=1, is_checked=True) is Saved.DONE

    def test_those_in_another_language_may_go(self, services: Services, shown: Submission) -> None:
        save(services, shown, language="en", is_checked=True)

        assert save(services, shown, language="en", cues=(), seen_version=1) is Saved.DONE

    def test_before_a_decision_they_may_go(self, services: Services) -> None:
        submission = a_submission(services)
        save(services, submission, is_checked=True)
        demand_captions(services)

        assert save(services, submission, cues=(), seen_version=1) is Saved.DONE

    def test_a_clip_that_was_let_through_without_may_get_any(self, services: Services) -> None:
        submission = a_submission(services, state=State.PUBLISHED)
        demand_captions(services)

        assert save(services, submission) is Saved.DONE

    def test_a_clip_that_has_none_is_not_published(self, services_on_each: Services) -> None:
        services = services_on_each
        submission = a_submission(services, state=State.APPROVED)
        demand_captions(services)

        with writing(services.engine) as connection:
            job = take_job(connection, submission.id, JobKind.PUBLISH)
            captioning.jobs.finish(connection, job)
            is_public = publishing.record_publication(connection, job, a_publication(services), now=services.clock())

        with reading(services.engine) as connection:
            last = queries.history(connection, submission.id)[-1]
        after = read(services, submission.id)
        assert not is_public
        assert (after.state, after.approved_sha256) == (State.AWAITING_REVIEW, None)
        assert (last.actor, last.cause) == ("worker", Cause.CAPTIONS_MISSING)


def a_publication(services: Services) -> Publication:
    return Publication(
        clip_id=ClipId("k3v9"),
        revision=1,
        published_at=services.clock(),
        duration_s=60.0,
        width_px=1920,
        height_px=1080,
        size_bytes=11,
        still_count=2,
    )
