"""What the dispatcher costs does not grow with what there is: none of its questions reads a table from end to end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from intake.actions import reporting, staffing
from intake.actions.counting import count_weeks
from intake.db.engine import writing
from intake.db.figures_tables import published_files
from intake.db.people_tables import staff, staff_mails, told_clips
from intake.db.tables import jobs as rows
from intake.db.tables import submissions
from intake.domain.jobs import JobKind, JobState
from intake.domain.reports import Report, ReportKind
from intake.domain.staff import Alerts, NewClips, StaffId
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from tests import builders, full_desk
from tests.plans import goes_through, told
from workers.broker import make_celery
from workers.dispatcher import Dispatcher, rounds_of

if TYPE_CHECKING:
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.servers import Server


def years_of_work(services: Services, reader: StaffId) -> None:
    """Rows of every kind, so many that both databases know where they are many."""
    full_desk.fill(services, mix={state: number // 100 for state, number in full_desk.MIX.items()})
    with writing(services.engine) as connection:
        ids = list(connection.scalars(select(submissions.c.id)))
        mails = [
            {
                "id": f"mail {n}",
                "kind": "new_clips",
                "occasion": f"{n}",
                "staff_id": reader,
                "asked_at": services.clock(),
            }
            for n, _ in enumerate(ids)
        ]
        connection.execute(insert(staff_mails), mails)
        about = [{"submission_id": one, "revision": 1} for one in ids]
        told_of = [row | {"staff_id": reader, "mail_id": mail["id"]} for row, mail in zip(about, mails, strict=True)]
        connection.execute(insert(told_clips), told_of)
        connection.execute(insert(published_files), [row | {"files": []} for row in about])
        done = {"kind": JobKind.INSPECT, "state": JobState.DONE, "max_attempts": 3, "run_after": 0.0}
        connection.execute(insert(rows), [row | done for row in about])
    count_weeks(services.engine)
    full_desk.look_through(services)


def a_reader(services: Services) -> StaffId:
    with writing(services.engine) as connection:
        row = {"email": "lettrice@example.org", "active": True, "fs_uniquifier": "x"}
        reader = StaffId(connection.execute(insert(staff).values(**row).returning(staff.c.id)).scalar_one())
        wish = Alerts(new_clips=NewClips.AT_ONCE, waiting_clips=True)
        staffing.set_alerts(connection, reader, wish, now=services.clock())
    return reader


def something_for_every_duty(services: Services, clock: FakeClock) -> None:
    published = builders.a_submission(services, state=State.PUBLISHED)
    with writing(services.engine) as connection:
        reporting.report(connection, published.id, Report(kind=ReportKind.OTHER, words="Sono io."), now=clock())
    watched = f"/intake-gallery/clips/{published.clip_id}/1/video.mp4"
    view = f'2026-11-20T09:00:00+00:00 {"0" * 32} GET 206 "bytes=0-" {watched}\n'
    (services.settings.views_log or Path()).write_text(view, encoding="utf-8")
    for bucket in (services.private, services.gallery):
        builders.store(replace(services, private=bucket), ObjectKey(f"submissions/{published.id}/stray"))
    builders.withdraw(services, builders.a_submission(services).id)
    builders.an_upload(services)
    clock.advance(days=100)
    for state in (State.AWAITING_REVIEW, State.UPLOADED, State.INSPECTED, State.UPLOADED):
        builders.a_submission(services, state=state)
    filed = builders.a_submission(services)
    with writing(services.engine) as connection:
        connection.execute(update(submissions).where(submissions.c.id == filed.id).values(filed_by="a@example.org"))
        silent = {"state": JobState.LEASED, "lease_until": 0.0, "attempts": 3}
        waits = (rows.c.kind == JobKind.INSPECT, rows.c.state == JobState.READY)
        connection.execute(update(rows).where(*waits).values(silent))
    clock.advance(hours=1)


def what_it_asks(services: Services, redis_url: str) -> dict[str, list[tuple[str, object]]]:
    """What a dispatcher says to the database when everything is due at once, by duty."""
    dispatcher = Dispatcher(services=services, celery=make_celery(redis_url))
    asked: dict[str, list[tuple[str, object]]] = {}
    for duty in [duty for duties in rounds_of(services.settings).values() for duty in duties]:
        with told(services, "SELECT", "UPDATE", "DELETE", "WITH") as asked[duty]:
            getattr(dispatcher, duty)()
    return asked


def test_no_duty_reads_a_growing_table_from_end_to_end(
    services_on_each: Services, clock: FakeClock, redis_server: tuple[str, Server], tmp_path: Path
) -> None:
    settings = replace(services_on_each.settings, views_log=tmp_path / "views.log")
    services = replace(services_on_each, settings=settings)
    years_of_work(services, a_reader(services))
    something_for_every_duty(services, clock)

    asked = what_it_asks(services, redis_server[0])
    statements = {statement: given for said in asked.values() for statement, given in said}
    offences = {statement: goes_through(services, statement, given) for statement, given in statements.items()}

    assert [duty for duty, said in asked.items() if not said] == []
    assert {statement: lines for statement, lines in offences.items() if lines} == {}
