"""Views are counted once, whatever becomes of the log, and of whoever counts them."""

from __future__ import annotations

import gzip
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select, update

from intake.actions.counting import count_weeks
from intake.actions.publishing import record_purge
from intake.actions.viewing import count_views
from intake.db.engine import reading, writing
from intake.db.figures import figures, views_of
from intake.db.figures_tables import clip_views
from intake.db.tables import submissions
from intake.domain.figures import EVERY_CALL, Measure, week_of
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import a_submission, take_job, withdraw

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from intake.domain.submissions import ClipId, Submission
    from intake.wiring import Services

BUCKET = "intake-gallery"


class Killed(Exception):
    """The process ended here."""


@pytest.fixture
def published(services_on_each: Services) -> Submission:
    return a_submission(services_on_each, state=State.PUBLISHED)


@pytest.fixture
def views_log(tmp_path: Path) -> Path:
    return tmp_path / "views.log"


def a_view(clip_id: str | None, *, at: str = "09:00:00") -> str:
    return f'2026-11-20T{at}+00:00 {uuid.uuid4().hex} GET 206 "bytes=0-" /{BUCKET}/clips/{clip_id}/1/video.mp4\n'


def some_views(clip_id: str | None, count: int, *, hour: int = 9) -> str:
    return "".join(a_view(clip_id, at=f"{hour:02}:{number // 60:02}:{number % 60:02}") for number in range(count))


def die(connection: Connection) -> None:
    # What only reads commits, too.
    if connection.get_execution_options().get("intake_writes"):
        raise Killed


def write(log: Path, text: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(text)


def count(services: Services, log: Path) -> int:
    return count_views(services.engine, log, bucket=BUCKET)


def known(services: Services, clip_id: ClipId | None) -> int:
    assert clip_id is not None
    with reading(services.engine) as connection:
        return views_of(connection, clip_id)


def weekly(services: Services, slug: str = EVERY_CALL) -> float:
    week = week_of(services.clock())
    with reading(services.engine) as connection:
        found = figures(connection, slug, week, week)
    return sum(each.value for each in found if each.measure is Measure.VIEWS)


def test_each_line_counts_once(services_on_each: Services, published: Submission, views_log: Path) -> None:
    write(views_log, some_views(published.clip_id, 3) + a_view("nobodys234"))
    first = count(services_on_each, views_log)
    write(views_log, some_views(published.clip_id, 2, hour=10))

    second, third = count(services_on_each, views_log), count(services_on_each, views_log)

    assert (first, second, third) == (3, 2, 0)
    assert known(services_on_each, published.clip_id) == 5
    assert (weekly(services_on_each), weekly(services_on_each, published.call_slug)) == (5, 5)


def test_a_half_written_line_waits_for_its_end(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    line = a_view(published.clip_id)
    write(views_log, line + line[:40])
    first = count(services_on_each, views_log)
    write(views_log, line[40:])

    assert (first, count(services_on_each, views_log)) == (1, 1)


def test_a_log_that_was_renamed_is_read_to_its_end_first(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    write(views_log, some_views(published.clip_id, 3))
    count(services_on_each, views_log)
    write(views_log, some_views(published.clip_id, 4, hour=10))
    views_log.rename(views_log.with_name("views.log.2"))
    write(views_log, some_views(published.clip_id, 5, hour=11))
    views_log.rename(views_log.with_name("views.log.1"))
    write(views_log, some_views(published.clip_id, 6, hour=12))

    assert count(services_on_each, views_log) == 4 + 5 + 6


def test_a_log_that_was_copied_and_emptied_is_read_to_its_end_first(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    write(views_log, some_views(published.clip_id, 3))
    count(services_on_each, views_log)
    write(views_log, some_views(published.clip_id, 4, hour=10))
    shutil.copy(views_log, views_log.with_name("views.log-20261120"))
    views_log.write_text(some_views(published.clip_id, 9, hour=11), encoding="utf-8")

    assert count(services_on_each, views_log) == 4 + 9


def test_a_log_whose_past_is_gone_is_read_from_its_beginning(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    write(views_log, some_views(published.clip_id, 3))
    count(services_on_each, views_log)
    views_log.with_name("views.log.1.gz").write_bytes(gzip.compress(views_log.read_bytes()))
    views_log.write_text(some_views(published.clip_id, 2, hour=11), encoding="utf-8")

    assert count(services_on_each, views_log) == 2


def test_more_than_one_piece_is_read_to_the_end(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    write(views_log, some_views(published.clip_id, 2000) + "x" * 200_000 + "\n" + a_view(published.clip_id))

    assert count(services_on_each, views_log) == 2001
    assert known(services_on_each, published.clip_id) == 2001


def test_killed_before_its_commit_it_counts_the_same_lines_once(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    write(views_log, some_views(published.clip_id, 3))
    event.listen(services_on_each.engine, "commit", die)
    with pytest.raises(Killed):
        count(services_on_each, views_log)
    event.remove(services_on_each.engine, "commit", die)
    after_the_death = known(services_on_each, published.clip_id)

    assert (after_the_death, count(services_on_each, views_log)) == (0, 3)
    assert (known(services_on_each, published.clip_id), weekly(services_on_each)) == (3, 3)


def test_two_who_count_at_once_count_once(services_on_each: Services, published: Submission, views_log: Path) -> None:
    write(views_log, some_views(published.clip_id, 3000))

    with ThreadPoolExecutor(4) as pool:
        counted = sum(pool.map(lambda _: count(services_on_each, views_log), range(4)))

    assert (counted, known(services_on_each, published.clip_id)) == (3000, 3000)


def test_a_clip_that_was_taken_back_leaves_a_sum_that_is_nobodys(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    services = services_on_each
    write(views_log, some_views(published.clip_id, 3))
    count(services, views_log)
    withdraw(services, published.id)
    write(views_log, some_views(published.clip_id, 2, hour=10))
    too_late = count(services, views_log)
    with writing(services.engine) as connection:
        job = take_job(connection, published.id, JobKind.PURGE)
        record_purge(connection, job, now=services.clock())

    with reading(services.engine) as connection:
        rows = connection.scalar(select(func.count()).select_from(clip_views))
    assert (too_late, rows, weekly(services)) == (0, 0, 3)


def test_counting_the_weeks_anew_leaves_the_views(
    services_on_each: Services, published: Submission, views_log: Path
) -> None:
    write(views_log, some_views(published.clip_id, 3))
    count(services_on_each, views_log)
    with writing(services_on_each.engine) as connection:
        connection.execute(update(submissions).values(created_at=services_on_each.clock()))

    count_weeks(services_on_each.engine)

    assert weekly(services_on_each) == 3


def test_without_a_log_nothing_is_counted(services_on_each: Services, published: Submission, tmp_path: Path) -> None:
    folder = tmp_path / "views.log"
    folder.mkdir()

    assert (count(services_on_each, folder), count(services_on_each, tmp_path / "none")) == (0, 0)
    assert known(services_on_each, published.clip_id) == 0
