"""A service in a folder, and the service from such a folder: on both databases, with real buckets."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from intake.actions import consenting, heartbeats, staffing
from intake.app import create_app, staff_of
from intake.backup.folder import MANIFEST, OBJECTS, ROWS, BackupFolder, sha256_of
from intake.backup.restoring import Target, restore
from intake.backup.taking import Source, remember_tombstones, take_backup
from intake.cli import main
from intake.db import people, queries
from intake.db.deletions import deletions_of
from intake.db.engine import make_engine, reading, writing
from intake.db.figures_tables import clip_views
from intake.db.migrate import known_revisions, revision_of
from intake.db.people_tables import staff
from intake.db.tables import events, submissions
from intake.domain.calls import ConsentKind
from intake.domain.errors import BackupRefused
from intake.domain.jobs import JobKind, JobState
from intake.domain.staff import StaffId, StaffRole
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.domain.tombstones import Tombstone
from intake.settings import Settings
from intake.storage import keys
from intake.storage.copies import CopiedBucket
from intake.wiring import Services, s3_server
from tests.builders import a_letter, a_submission, open_jobs, read, store, withdraw
from tests.conftest import MODERATOR, PASSWORD, an_environment
from tests.databases import KINDS
from tests.fakes.mailer import MemoryMailer
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from intake.backup.taking import Taken
    from intake.domain.submissions import ObjectKey, Submission
    from intake.storage.copies import ServedAs
    from tests.databases import Databases
    from tests.fakes.clock import FakeClock

    MakeSystem = Callable[..., Services]

STAFF = {
    "chief@example.org": StaffRole.ADMIN,
    "gone@example.org": StaffRole.MODERATOR,
    "poorer@example.org": StaffRole.MODERATOR,
}
VIDEO = b"moving pictures with sound"


@pytest.fixture
def make_system(
    databases: Databases, prepared: Callable[[str], str], storage: str, tmp_path: Path, clock: FakeClock
) -> Iterator[MakeSystem]:
    """A service of its own: a database of a kind, prepared or empty, and two buckets."""
    made: list[Services] = []

    def make(kind: str, *, is_empty: bool = False) -> Services:
        place = tmp_path / uuid.uuid4().hex
        place.mkdir()
        database_url = databases.empty(kind, place) if is_empty else databases.copy(prepared(kind), place)
        settings = Settings.from_env(an_environment(database_url, storage, place))
        # Not `connect`: making clients for a server takes longer than most of these tests.
        server = s3_server(settings)
        made.append(
            Services(
                settings=settings,
                engine=make_engine(settings.database_url),
                private=CopiedBucket(settings.private_bucket, server),
                gallery=CopiedBucket(settings.gallery_bucket, server),
                mailer=MemoryMailer(),
                clock=clock,
            )
        )
        for bucket in buckets_of(made[-1]).values():
            bucket.create()
        return made[-1]

    yield make
    for services in made:
        services.engine.dispose()
        databases.drop(services.settings.database_url)


def buckets_of(services: Services) -> dict[str, CopiedBucket]:
    return {"private": cast("CopiedBucket", services.private), "gallery": cast("CopiedBucket", services.gallery)}


def source_of(services: Services) -> Source:
    return Source(
        engine=services.engine,
        buckets=buckets_of(services),
        secret_key=services.settings.secret_key,
        clock=services.clock,
    )


def target_of(services: Services) -> Target:
    return Target(
        engine=services.engine,
        buckets=buckets_of(services),
        secret_key=services.settings.secret_key,
        clock=services.clock,
    )


def note(services: Services, folder: BackupFolder) -> None:
    """What `--tombstones-only` does."""
    remember_tombstones(services.engine, folder, secret_key=services.settings.secret_key)


def a_published_clip(services: Services, *, video: bytes = VIDEO, download: bool = False) -> Submission:
    """A clip that everybody may see, with its files in both buckets."""
    submission = a_submission(services, state=State.PUBLISHED, letter=a_letter(download=download))
    assert submission.original_key is not None
    store(services, submission.original_key, b"sent: " + video)
    services.gallery.put_stream(video_of(submission), io.BytesIO(video), content_type="video/mp4")
    return submission


def video_of(submission: Submission) -> ObjectKey:
    assert submission.publication is not None
    return keys.published(submission.publication.clip_id, submission.publication.revision, "video.mp4")


def held_by(services: Services) -> set[ObjectKey]:
    return {stored.key for bucket in (services.private, services.gallery) for stored in bucket.listing("")}


def cut_off(act: Callable[[], object]) -> int:
    """Run *act* in a process of its own; return the status it ended with."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def one_of_the_staff(services: Services, email: str, role: StaffRole) -> StaffId:
    with writing(services.engine) as connection:
        row = {"email": email, "active": True, "fs_uniquifier": email}
        staff_id = StaffId(connection.execute(insert(staff).values(**row).returning(staff.c.id)).scalar_one())
        staffing.set_role(connection, staff_id, role)
    return staff_id


def a_tombstone(number: int) -> Tombstone:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    return Tombstone(submission_id=SubmissionId(str(number)), clip_id=None, consent=None, at=moment)


def take_backup_and_die_deleting(services: Services, folder: BackupFolder) -> None:
    """Take a backup, and end as if killed when the first folder of files is about to be deleted."""
    sys.addaudithook(lambda event, _: os._exit(9) if event == "shutil.rmtree" else None)
    take_backup(source_of(services), folder, keep=1)


class DyingBucket(CopiedBucket):
    """Kills its process, as a power cut would, at the object after the first."""

    taken = 0

    def copy_out(self, key: ObjectKey, write: Callable[[bytes], object]) -> ServedAs:
        self._count()
        return super().copy_out(key, write)

    def put_file(self, key: ObjectKey, path: Path, *, content_type: str, cache_control: str | None = None) -> None:
        self._count()
        super().put_file(key, path, content_type=content_type, cache_control=cache_control)

    def _count(self) -> None:
        self.taken += 1
        if self.taken > 1:
            os._exit(9)


def dying(services: Services) -> dict[str, CopiedBucket]:
    """As `buckets_of`, but the private one does not live long."""
    settings = services.settings
    doomed = DyingBucket(settings.private_bucket, s3_server(settings))
    return buckets_of(services) | {"private": doomed}


@pytest.mark.parametrize(("before", "after"), [*zip(KINDS, KINDS, strict=True), KINDS])
def test_a_service_comes_back_without_whoever_took_their_video_back(
    make_system: MakeSystem, tmp_path: Path, before: str, after: str
) -> None:
    old, new, folder = make_system(before), make_system(after, is_empty=True), BackupFolder(tmp_path / "backup")
    gone, kept = a_published_clip(old), a_published_clip(old, video=b"another one")
    waiting = a_submission(old)
    take_backup(source_of(old), folder)
    withdraw(old, gone.id)
    note(old, folder)

    restored = restore(target_of(new), folder)

    assert (restored.damaged, restored.taken_back) == ([], 1)
    erased = read(new, gone.id)
    assert (erased.state, erased.sender.email, erased.sender.given_name) == (State.WITHDRAWN, "", "")
    left = {job.kind for job in open_jobs(new, JobState.READY, JobState.LEASED) if job.submission_id == gone.id}
    assert left.isdisjoint({JobKind.UNPUBLISH, JobKind.PURGE, JobKind.MAIL_WITHDRAWN})
    assert held_by(new) == {kept.original_key, video_of(kept)}
    assert b"".join(new.gallery.read(video_of(kept))) == b"another one"
    assert (read(new, kept.id), read(new, waiting.id)) == (read(old, kept.id), read(old, waiting.id))
    browser = create_app(new).test_client()
    assert browser.get(f"/gallery/pistoia2030/{gone.clip_id}").status_code == 410
    assert browser.get(f"/gallery/pistoia2030/{kept.clip_id}").status_code == 200
    assert [clip["id"] for clip in browser.get("/api/v1/gallery/pistoia2030").json["clips"]] == [kept.clip_id]


def test_a_service_that_came_back_goes_on(make_system: MakeSystem, tmp_path: Path, each_kind: str) -> None:
    old, new, folder = make_system(each_kind), make_system(each_kind, is_empty=True), BackupFolder(tmp_path / "backup")
    a_published_clip(old)
    take_backup(source_of(old), folder)
    restore(target_of(new), folder)

    another = a_submission(new)

    with reading(new.engine) as connection:
        lines = list(connection.scalars(select(events.c.id).where(events.c.submission_id == another.id)))
        last = connection.scalar(select(events.c.id).order_by(events.c.id.desc()))
    assert (read(new, another.id).state, last) == (State.AWAITING_REVIEW, max(lines))


def test_a_table_of_thousands_comes_back_whole(make_system: MakeSystem, tmp_path: Path, each_kind: str) -> None:
    old, new, folder = make_system(each_kind), make_system(each_kind, is_empty=True), BackupFolder(tmp_path / "backup")
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(1_201)]
    with writing(old.engine) as connection:
        views = [{"clip_id": "6rbqkwp9tu", "day": day, "views": number} for number, day in enumerate(days)]
        connection.execute(insert(clip_views), views)
    take_backup(source_of(old), folder)

    restore(target_of(new), folder)

    query = select(clip_views.c.day, clip_views.c.views).order_by(clip_views.c.day)
    with reading(new.engine) as connection:
        assert [tuple(row) for row in connection.execute(query)] == [(day, number) for number, day in enumerate(days)]


def test_a_consent_that_was_taken_back_stays_taken_back(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite", is_empty=True), BackupFolder(tmp_path / "backup")
    clip = a_published_clip(old, download=True)
    take_backup(source_of(old), folder)
    with writing(old.engine) as connection:
        call = queries.find_call(connection, clip.call_slug)
        assert consenting.take_back(connection, call, clip.id, ConsentKind.DOWNLOAD, now=old.clock())
    note(old, folder)

    restore(target_of(new), folder)

    assert not read(new, clip.id).has_consent(ConsentKind.DOWNLOAD)
    assert read(new, clip.id).state is State.PUBLISHED


def test_what_several_write_down_at_once_is_all_kept(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backup")
    folder.prepare()
    stones = [a_tombstone(number) for number in range(60)]

    with ThreadPoolExecutor(6) as writers:
        list(writers.map(lambda stone: BackupFolder(folder.path).lists.remember({stone}), stones))

    assert folder.lists.tombstones() == set(stones)


def test_the_list_grows_while_a_backup_is_taken(make_system: MakeSystem, tmp_path: Path) -> None:
    system, folder = make_system("sqlite"), BackupFolder(tmp_path / "backup")
    gone = a_published_clip(system)
    withdraw(system, gone.id)
    folder.prepare()

    with folder.locked():
        note(system, folder)

    assert {stone.submission_id for stone in folder.lists.tombstones()} == {gone.id}


def test_staff_come_back_with_no_more_than_they_may_do_by_now(make_system: MakeSystem, tmp_path: Path) -> None:
    # Given a backup of a staff of three, and somebody who is to come
    old, new, folder = make_system("sqlite"), make_system("sqlite", is_empty=True), BackupFolder(tmp_path / "backup")
    ids = {who: one_of_the_staff(old, who, role) for who, role in STAFF.items()}
    guest = staffing.Guest(email="guest@example.org", role=StaffRole.ADMIN, language="it")
    with writing(old.engine) as connection:
        key = old.settings.secret_key
        staffing.invite(connection, guest, by="chief", now=old.clock(), secret_key=key)
    take_backup(source_of(old), folder)

    # When one is switched off, one may only look on, and the service is lost
    with writing(old.engine) as connection:
        staffing.set_active(connection, ids["gone@example.org"], is_active=False)
        staffing.set_role(connection, ids["poorer@example.org"], StaffRole.VIEWER)
    note(old, folder)
    restored = restore(target_of(new), folder)

    # Then they come back so, and no invitation opens
    with reading(new.engine) as connection:
        came = {one.email: (one.is_active, one.role) for one in people.colleagues(connection)}
        invited = people.open_invitations(connection)
    assert came == {
        "chief@example.org": (True, StaffRole.ADMIN),
        "gone@example.org": (False, StaffRole.MODERATOR),
        "poorer@example.org": (True, StaffRole.VIEWER),
    }
    assert (restored.shut_out, invited) == (2, [])
    assert "@" not in (folder.path / "access.json").read_text(encoding="utf-8")


def test_nobody_is_logged_in_after_a_restore(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite", is_empty=True), BackupFolder(tmp_path / "backup")
    app = create_app(old)
    with app.app_context():
        staff_of(app).add(MODERATOR, "moderator", PASSWORD)
    browser = log_in(app.test_client())
    take_backup(source_of(old), folder)
    restore(target_of(new), folder)

    there = create_app(new).test_client()
    cookie = browser.get_cookie("session")
    assert cookie is not None
    there.set_cookie("session", cookie.value)

    assert browser.get("/moderate/").status_code == 200
    assert there.get("/moderate/").status_code == 302
    assert log_in(there).get("/moderate/").status_code == 200


def test_a_list_from_an_empty_database_shuts_nobody_out(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    one_of_the_staff(old, "chief@example.org", StaffRole.ADMIN)
    take_backup(source_of(old), folder)
    note(new, folder)

    restored = restore(target_of(new), folder)

    with reading(new.engine) as connection:
        assert [one.is_active for one in people.colleagues(connection)] == [True]
    assert restored.shut_out == 0


def test_the_second_time_only_what_is_new_is_copied_and_what_is_gone_is_dropped(
    make_system: MakeSystem, tmp_path: Path
) -> None:
    system, folder = make_system("sqlite"), BackupFolder(tmp_path / "backup")
    gone = a_published_clip(system)
    first = take_backup(source_of(system), folder)
    a_published_clip(system, video=b"another one")
    withdraw(system, gone.id)

    second = take_backup(source_of(system), folder, keep=1)

    assert (first.fetched, second.fetched, second.forgotten) == (2, 2, (first.name,))
    assert sorted(path.read_bytes() for path in (folder.path / "files").glob("*/*")) == [
        b"another one",
        b"sent: another one",
    ]


def test_files_of_whoever_took_their_video_back_are_dropped_from_older_backups_too(
    make_system: MakeSystem, tmp_path: Path
) -> None:
    system, folder = make_system("sqlite"), BackupFolder(tmp_path / "backup")
    gone = a_published_clip(system)
    first = take_backup(source_of(system), folder)
    withdraw(system, gone.id)

    take_backup(source_of(system), folder)

    assert first.name in folder.finished()
    assert list((folder.path / "files").glob("*/*")) == []
    assert CliRunner(env=environ_of(system)).invoke(main, ["backup", str(folder.path), "--check"]).exit_code == 0


def test_a_killed_backup_is_none_and_the_next_goes_on_from_it(make_system: MakeSystem, tmp_path: Path) -> None:
    system, folder = make_system("sqlite"), BackupFolder(tmp_path / "backup")
    first = take_backup(source_of(system), folder)
    a_published_clip(system)
    a_published_clip(system, video=b"another one")

    status = cut_off(lambda: take_backup(replace(source_of(system), buckets=dying(system)), folder))

    assert (status, folder.finished(), len(folder.unfinished())) == (9, [first.name], 1)
    second = take_backup(source_of(system), folder)
    assert (second.fetched, folder.finished(), folder.unfinished()) == (3, [first.name, second.name], [])


def test_what_a_killed_rotation_left_is_deleted_by_the_next(make_system: MakeSystem, tmp_path: Path) -> None:
    system, folder = make_system("sqlite"), BackupFolder(tmp_path / "backup")
    a_published_clip(system)
    first = take_backup(source_of(system), folder)

    status = cut_off(lambda: take_backup_and_die_deleting(system, folder))

    assert (status, len(folder.finished()), folder.unfinished()) == (9, 1, [f"{first.name}.part"])
    last = take_backup(source_of(system), folder, keep=1)
    assert [path.name for path in (folder.path / "sets").iterdir()] == [last.name]
    assert last.fetched == 0


def test_a_killed_restore_changes_no_row_and_is_gone_on_with(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    clips = [a_published_clip(old), a_published_clip(old, video=b"another one")]
    take_backup(source_of(old), folder)

    status = cut_off(lambda: restore(replace(target_of(new), buckets=dying(new)), folder))

    with reading(new.engine) as connection:
        assert (status, connection.scalar(select(submissions.c.id))) == (9, None)
    again = restore(target_of(new), folder)
    assert (again.files, again.kept_files) == (3, 1)
    assert {read(new, clip.id).state for clip in clips} == {State.PUBLISHED}


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    make_system: MakeSystem, tmp_path: Path, each_kind: str
) -> None:
    old, new, folder = make_system(each_kind), make_system(each_kind, is_empty=True), BackupFolder(tmp_path / "backup")
    clip = a_published_clip(old)
    made_older(folder, take_backup(source_of(old), folder))

    restore(target_of(new), folder)

    with reading(new.engine) as connection:
        assert revision_of(connection) == known_revisions()[0]
        assert deletions_of(connection, clip.id) == []
    assert read(new, clip.id) == read(old, clip.id)


def test_a_service_that_runs_is_left_alone(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    take_backup(source_of(old), folder)
    with writing(new.engine) as connection:
        heartbeats.beat(connection, heartbeats.DISPATCHER, {"redis": True})

    with pytest.raises(BackupRefused, match="the service runs"):
        restore(target_of(new), folder)


def test_a_database_in_use_is_left_alone(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    take_backup(source_of(old), folder)
    mine = a_submission(new)

    with pytest.raises(BackupRefused, match=r"in use \(1 submissions\)"):
        restore(target_of(new), folder)

    assert read(new, mine.id) == mine


def test_a_bucket_in_use_is_left_alone_unless_it_outlived_the_database(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    gone = a_published_clip(old)
    take_backup(source_of(old), folder)
    withdraw(old, gone.id)
    note(old, folder)
    theirs = store(new, keys.original(gone.id))
    other = store(new, keys.original(a_submission(old).id))

    with pytest.raises(BackupRefused, match="--keep-buckets"):
        restore(target_of(new), folder)
    assert held_by(new) == {theirs, other}

    restore(replace(target_of(new), may_hold_files=True), folder)
    assert held_by(new) == {other}


def test_another_secret_key_is_refused_before_anything_is_changed(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    a_published_clip(old)
    take_backup(source_of(old), folder)

    with pytest.raises(BackupRefused, match="SECRET_KEY"):
        restore(replace(target_of(new), secret_key="quite another one, of more than 32 characters"), folder)

    assert held_by(new) == set()


def test_damage_is_found_by_a_check_and_named_by_a_restore(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    clip = a_published_clip(old)
    take_backup(source_of(old), folder)
    [damaged] = [path for path in (folder.path / "files").glob("*/*") if path.read_bytes() == VIDEO]
    damaged.write_bytes(b"moving pictures with sounD")

    checked = CliRunner(env=environ_of(old)).invoke(main, ["backup", str(folder.path), "--check"])
    restored = CliRunner(env=environ_of(new)).invoke(main, ["restore", str(folder.path)])

    assert (checked.exit_code, video_of(clip) in checked.output) == (1, True)
    assert (restored.exit_code, video_of(clip) in restored.output) == (1, True)
    assert read(new, clip.id).state is State.PUBLISHED


@pytest.mark.parametrize("lost_bytes", [pytest.param(10, id="torn line"), pytest.param(400, id="whole line and more")])
def test_a_shortened_list_of_files_is_refused_before_anything_is_changed(
    make_system: MakeSystem, tmp_path: Path, lost_bytes: int
) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite"), BackupFolder(tmp_path / "backup")
    a_published_clip(old)
    objects = folder.path / "sets" / take_backup(source_of(old), folder).name / OBJECTS
    os.truncate(objects, objects.stat().st_size - lost_bytes)

    with pytest.raises(BackupRefused, match=OBJECTS):
        restore(target_of(new), folder)

    assert held_by(new) == set()


def test_the_commands_say_what_they_did(make_system: MakeSystem, tmp_path: Path) -> None:
    old, new, folder = make_system("sqlite"), make_system("sqlite", is_empty=True), str(tmp_path / "backup")
    withdraw(old, a_published_clip(old).id)

    said = [
        CliRunner(env=environ_of(old)).invoke(main, ["backup", folder]).output,
        CliRunner(env=environ_of(old)).invoke(main, ["backup", folder, "--tombstones-only"]).output,
        CliRunner(env=environ_of(new)).invoke(main, ["restore", folder]).output,
    ]

    assert "0 + 0 files" in said[0]
    assert "1 tombstones" in said[1]
    assert "1 submissions" in said[2]
    assert "is back. Now start the service" in said[2]
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_it_is_known_when_the_last_backup_was_finished(make_system: MakeSystem, tmp_path: Path, each_kind: str) -> None:
    services, folder = make_system(each_kind), BackupFolder(tmp_path / "backup")

    note(services, folder)
    noted = ages_told(services)
    take_backup(source_of(services), folder)

    assert noted == {"tombstones"}
    assert ages_told(services) == {"tombstones", "backup"}


def test_a_backup_that_was_killed_is_not_called_finished(make_system: MakeSystem, tmp_path: Path) -> None:
    system, folder = make_system("sqlite"), BackupFolder(tmp_path / "backup")
    a_published_clip(system)
    a_published_clip(system, video=b"another one")

    status = cut_off(lambda: take_backup(replace(source_of(system), buckets=dying(system)), folder))

    assert (status, ages_told(system)) == (9, set())


def ages_told(services: Services) -> set[str]:
    """Of what Prometheus is told how long ago it was done."""
    text = create_app(services).test_client().get("/_metrics").text
    return set(re.findall(r"^intake_(backup|tombstones)_age_seconds \d", text, re.MULTILINE))


def made_older(folder: BackupFolder, taken: Taken) -> None:
    """Make a backup look as if a version had taken it that knew less: some tables and some columns not yet."""
    place = folder.path / "sets" / taken.name
    with folder.rows(taken.name) as lines:
        tables = re.split(r"(?m)^(?=\{)", lines.read())[1:]
    known = [table for table in tables if not re.match(r'\{"table":"(deletions|marks|tallies)"', table)]
    content = "".join(without_columns(table, {"asked_at", "request_id"}) for table in known)
    (place / ROWS).write_bytes(gzip.compress(content.encode()))
    hashes = {**taken.manifest.sha256, ROWS: sha256_of(place / ROWS)}
    older = replace(taken.manifest, revision="0017", sha256=hashes)
    (place / MANIFEST).write_text(json.dumps(asdict(older)), encoding="utf-8")


def without_columns(table: str, names: set[str]) -> str:
    """Take columns out of the lines of the jobs; other tables stay as they are."""
    head, *rows = [json.loads(line) for line in table.splitlines()]
    left = [number for number, name in enumerate(head["columns"]) if head["table"] != "jobs" or name not in names]
    columns = [head["columns"][number] for number in left]
    return "".join(
        json.dumps(line) + "\n" for line in ({**head, "columns": columns}, *([row[n] for n in left] for row in rows))
    )


def environ_of(services: Services) -> dict[str, str]:
    """The environment of a system, for its commands."""
    settings = services.settings
    names = ("database_url", "s3_endpoint_url", "s3_access_key", "s3_secret_key", "private_bucket", "gallery_bucket")
    same = {name.upper(): str(getattr(settings, name)) for name in (*names, "secret_key", "public_url", "data_dir")}
    return same | {"MIN_FREE_BYTES": "1000000"}
