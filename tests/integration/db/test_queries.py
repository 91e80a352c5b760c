"""What rows answer, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.actions import heartbeats, moderating, submitting
from intake.db import backlog, queries
from intake.db import gallery as shelves
from intake.db.engine import reading, writing
from intake.db.migrate import migrate
from intake.db.records import document_of
from intake.db.tables import heartbeats as beats
from intake.db.tables import submissions
from intake.domain.errors import NotFound
from intake.domain.states import State
from intake.domain.submissions import ClipId, SubmissionId
from tests.builders import (
    CALL,
    a_letter,
    a_ruling,
    a_sender,
    a_submission,
    an_upload,
    read,
    some_facts,
    some_levels,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

FIRST_VERSION = {
    *("integrated_lufs", "range_lu", "true_peak_dbtp", "clipped_ratio", "silence_ratio", "longest_silence_s"),
    *("noise_floor_dbfs", "speech_to_noise_db", "quiet_channel_db", "channels", "duration_s"),
}
"""What the first version kept of a sound track."""


def test_what_was_measured_comes_back_as_it_was(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    assert (submission.levels, submission.video) == (some_levels(), some_facts())


def test_a_row_of_the_first_version_is_still_read(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)
    levels = {name: value for name, value in asdict(some_levels()).items() if name in FIRST_VERSION}
    video = {name: value for name, value in asdict(some_facts()).items() if not name.endswith(("_track", "_tracks"))}
    with writing(services_on_each.engine) as connection:
        row = update(submissions).where(submissions.c.id == submission.id)
        connection.execute(row.values(levels=levels, video=video))

    old = read(services_on_each, submission.id)

    assert old.levels is not None
    assert (old.levels.integrated_lufs, old.levels.speech_s, old.levels.stretches) == (-20.0, None, ())
    assert old.video == some_facts()


def three_published(services: Services, clock: FakeClock) -> list[SubmissionId]:
    """Three published submissions, one after the other, the last two at the same moment."""
    first = a_submission(services, state=State.PUBLISHED).id
    clock.advance(minutes=1)
    return [first, *(a_submission(services, state=State.PUBLISHED).id for _ in range(2))]


def test_a_row_of_before_more_was_measured_still_loads(services: Services) -> None:
    submission = a_submission(services)
    assert submission.video is not None
    newer = {"declared_s", "picture_s", "sound_s", "last_keyframe_s", "is_mirrored", "is_rate_variable"}
    newer |= {"dolby_vision_profile", "hides_footage"}
    older = {name: value for name, value in document_of(submission.video).items() if name not in newer}
    with writing(services.engine) as connection:
        connection.execute(update(submissions).where(submissions.c.id == submission.id).values(video=older))

    video = read(services, submission.id).video

    assert video is not None
    assert (video.duration_s, video.picture_s, video.dolby_vision_profile) == (60.0, 0.0, None)


def clips(connection: Connection, wanted: shelves.PublicFilter, *, limit: int = 10) -> list[SubmissionId]:
    return [one.id for one in shelves.public_clips(connection, CALL, wanted, limit=limit)]


def test_public_clips_are_newest_first_and_go_on_behind_any_clip(services_on_each: Services, clock: FakeClock) -> None:
    ids = three_published(services_on_each, clock)[::-1]
    clip_ids = [read(services_on_each, submission_id).clip_id for submission_id in ids]

    with reading(services_on_each.engine) as connection:
        pages = [clips(connection, shelves.PublicFilter(after=after)) for after in (None, *clip_ids)]

    assert pages == [ids, ids[1:], ids[2:], []]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (shelves.PublicFilter(), 2),
        (shelves.PublicFilter(kind="scuola"), 1),
        (shelves.PublicFilter(kind="altro"), 0),
        (shelves.PublicFilter(untrusted_search="ANNA"), 1),
        (shelves.PublicFilter(untrusted_search="anna officina"), 1),
        (shelves.PublicFilter(untrusted_search="anna liceo"), 0),
        (shelves.PublicFilter(untrusted_search="%"), 0),
        (shelves.PublicFilter(untrusted_search="_nna"), 0),
        (shelves.PublicFilter(untrusted_search="\\"), 0),
        (shelves.PublicFilter(untrusted_search="'"), 0),
        (shelves.PublicFilter(after=ClipId("nothing")), 0),
    ],
    ids=str,
)
def test_public_clips_are_filtered_and_searched(
    services_on_each: Services, wanted: shelves.PublicFilter, count: int
) -> None:
    school = a_sender(given_name="Carla", organisation="Liceo Forteguerri", organisation_kind="scuola")
    a_submission(services_on_each, state=State.PUBLISHED)
    a_submission(services_on_each, state=State.PUBLISHED, letter=a_letter(sender=school))

    with reading(services_on_each.engine) as connection:
        assert len(clips(connection, wanted)) == count


def test_a_clip_that_is_withdrawn_is_in_no_list_from_that_moment(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.PUBLISHED)

    with writing(services_on_each.engine) as connection:
        submitting.withdraw(connection, submission.id, actor="sender", now=services_on_each.clock())
        listed = clips(connection, shelves.PublicFilter())

    assert listed == []


def test_what_is_not_there_is_not_found(services_on_each: Services) -> None:
    with reading(services_on_each.engine) as connection:
        with pytest.raises(NotFound):
            queries.submission_by_id(connection, "nothing")
        with pytest.raises(NotFound):
            queries.submission_by_token(connection, "nothing")
        with pytest.raises(NotFound):
            queries.submission_by_clip(connection, "nothing")
        with pytest.raises(NotFound):
            queries.find_call(connection, "nothing")


def test_a_row_gives_back_what_was_put_in(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.PUBLISHED)

    assert submission.sender == a_sender()
    assert submission.publication is not None
    assert submission.publication.published_at == services_on_each.clock()
    assert submission.created_at.utcoffset() == timedelta(0)


def test_every_upload_that_stopped_is_found_however_many_there_are(
    services_on_each: Services, clock: FakeClock
) -> None:
    for _ in range(101):
        an_upload(services_on_each)
    clock.advance(hours=1)

    with reading(services_on_each.engine) as connection:
        assert len(queries.stuck_uploads(connection, before=clock())) == 101


def test_migrating_again_changes_nothing(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    migrate(services_on_each.engine)

    assert read(services_on_each, submission.id) == submission


def test_a_heartbeat_grows_older_by_the_database_s_clock(services_on_each: Services, clock: FakeClock) -> None:
    with writing(services_on_each.engine) as connection:
        heartbeats.beat(connection, "somebody", {"redis": True})
        connection.execute(update(beats).values(seen_at=beats.c.seen_at - 30))
    clock.advance(days=1)

    with reading(services_on_each.engine) as connection:
        heartbeat = backlog.heartbeat(connection, "somebody")
    assert heartbeat is not None
    assert 29.9 < heartbeat.age_s < 60
    assert heartbeat.detail == {"redis": True}


def test_a_heartbeat_replaces_the_one_before(services_on_each: Services) -> None:
    with writing(services_on_each.engine) as connection:
        heartbeats.beat(connection, "somebody", {"redis": True})
        heartbeats.beat(connection, "somebody", {"redis": False})
        heartbeat = backlog.heartbeat(connection, "somebody")

    assert heartbeat is not None
    assert (heartbeat.detail, heartbeat.age_s < 5) == ({"redis": False}, True)


def test_nobody_s_heartbeat_is_nothing(services_on_each: Services) -> None:
    with reading(services_on_each.engine) as connection:
        assert backlog.heartbeat(connection, "nobody") is None


def test_a_moderator_with_a_long_address_can_decide(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)
    moderator = f"{'nome.molto.lungo.' * 5}@redazione.comune.pistoia.example.org"
    ruling = a_ruling(submission, moderating.Decision.APPROVE, moderator=moderator)

    with writing(services_on_each.engine) as connection:
        moderating.decide(connection, submission.id, ruling, now=services_on_each.clock())
        history = queries.history(connection, submission.id)

    assert history[-1].actor == moderator


def test_a_failed_transaction_leaves_nothing(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    def fail_half_way() -> None:
        with writing(services_on_each.engine) as connection:
            connection.execute(update(submissions).values(role="nobody"))
            raise NotFound("half way")

    with pytest.raises(NotFound):
        fail_half_way()
    assert read(services_on_each, submission.id).sender.role == "Titolare"
