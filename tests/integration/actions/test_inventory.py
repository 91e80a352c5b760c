"""The gallery bucket is compared with the rows: what is nobody's goes, what is missing is told, once."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from intake.actions import inventory
from intake.db.engine import reading, writing
from intake.db.people_tables import roles, staff, staff_roles
from intake.db.published_files import PublishedFile, PublishedFiles, know_files
from intake.domain.errors import StorageUnavailable
from intake.domain.inventory import last_night
from intake.domain.states import State
from intake.domain.submissions import ObjectKey
from intake.storage import keys
from tests.builders import a_submission, withdraw
from tests.fakes.bucket import MemoryBucket
from tests.integration.mail.sending import staff_letters

if TYPE_CHECKING:
    from intake.domain.inventory import Inventory
    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

FILES = {"video.mp4": b"eleven byte", "poster.jpg": b"a face"}


@pytest.fixture
def gallery(clock: FakeClock) -> MemoryBucket:
    return MemoryBucket("gallery", clock=clock)


@pytest.fixture
def shelf(services_on_each: Services, gallery: MemoryBucket) -> Services:
    return replace(services_on_each, gallery=gallery)


def put(shelf: Services, key: str, content: bytes = b"x") -> ObjectKey:
    shelf.gallery.put_stream(ObjectKey(key), io.BytesIO(content), content_type="video/mp4")
    return ObjectKey(key)


def a_public_clip(shelf: Services) -> Submission:
    """A clip whose files are all there, as its row knows."""
    submission = a_submission(shelf, state=State.PUBLISHED)
    for name, content in FILES.items():
        put(shelf, key_of(submission, name), content)
    known = tuple(PublishedFile(name=name, size_bytes=len(FILES[name]), sha256="0a" * 32) for name in FILES)
    with writing(shelf.engine) as connection:
        know_files(connection, submission.id, PublishedFiles(revision=1, files=known))
    return submission


def key_of(submission: Submission, name: str) -> ObjectKey:
    assert submission.publication is not None
    return keys.published(submission.publication.clip_id, submission.publication.revision, name)


def an_admin(shelf: Services) -> None:
    with writing(shelf.engine) as connection:
        row = {"email": "admin@example.org", "active": True, "fs_uniquifier": "admin"}
        staff_id = connection.execute(insert(staff).values(**row).returning(staff.c.id)).scalar_one()
        role_id = connection.execute(insert(roles).values(name="admin").returning(roles.c.id)).scalar_one()
        connection.execute(insert(staff_roles).values(staff_id=staff_id, role_id=role_id))


def compare(shelf: Services) -> Inventory:
    found = inventory.take_inventory(shelf.engine, shelf.gallery, now=shelf.clock())
    assert found is not None
    return found


def held(shelf: Services) -> list[ObjectKey]:
    return [stored.key for stored in shelf.gallery.listing("")]


def test_a_gallery_that_is_as_it_should_be_is_left_alone(shelf: Services, clock: FakeClock) -> None:
    a_public_clip(shelf)
    a_public_clip(shelf)
    clock.advance(hours=4)
    before = held(shelf)

    found = compare(shelf)

    assert (found.clips, found.files, found.stray_count, found.gap_count) == (2, 4, 0, 0)
    assert held(shelf) == before


def test_what_no_public_clip_has_is_deleted_and_named(shelf: Services, clock: FakeClock) -> None:
    public, withdrawn = a_public_clip(shelf), a_public_clip(shelf)
    withdraw(shelf, withdrawn.id)
    strays = [
        put(shelf, "clips/nobody/1/video.mp4"),
        put(shelf, f"clips/{public.clip_id}/2/video.mp4"),
        put(shelf, key_of(public, "captions.de.vtt")),
        put(shelf, "left-by-somebody.txt"),
        *(key_of(withdrawn, name) for name in FILES),
    ]
    clock.advance(hours=4)

    found = compare(shelf)

    assert (found.stray_count, sorted(found.strays)) == (len(strays), sorted(strays))
    assert held(shelf) == sorted(key_of(public, name) for name in FILES)


def test_what_may_belong_to_somebody_at_work_is_left_alone(shelf: Services) -> None:
    put(shelf, "clips/nobody/1/video.mp4")

    assert compare(shelf).stray_count == 0
    assert held(shelf) == ["clips/nobody/1/video.mp4"]


def test_files_of_a_clip_that_is_older_than_the_lists_are_all_its_own(shelf: Services, clock: FakeClock) -> None:
    submission = a_submission(shelf, state=State.PUBLISHED)
    put(shelf, key_of(submission, "video.mp4"), FILES["video.mp4"])
    put(shelf, key_of(submission, "still-1.jpg"))
    clock.advance(hours=4)

    found = compare(shelf)

    assert (found.clips, found.stray_count, found.gap_count) == (1, 0, 0)


def test_what_a_public_clip_lacks_is_named_with_its_submission(shelf: Services) -> None:
    short, bare = a_public_clip(shelf), a_submission(shelf, state=State.PUBLISHED)
    assert short.clip_id is not None
    assert bare.clip_id is not None
    put(shelf, key_of(short, "video.mp4"), b"only ten b")
    shelf.gallery.delete([key_of(short, "poster.jpg")])

    found = compare(shelf)

    assert {(gap.submission_id, gap.name, gap.held_bytes) for gap in found.gaps} == {
        (short.id, "video.mp4", 10),
        (short.id, "poster.jpg", None),
        (bare.id, "video.mp4", None),
    }
    assert (found.clips, found.gap_count) == (2, 3)


class Late(MemoryBucket):
    """A bucket in which something happens after it was listed."""

    services: Services
    withdrawn: Submission
    published: dict[str, bytes]

    def size_of(self, key: ObjectKey) -> int:
        for late, content in self.published.items():
            self._keep(ObjectKey(late), content, "video/mp4")
        withdraw(self.services, self.withdrawn.id) if self.withdrawn.clip_id in key else None
        return super().size_of(key)


def test_what_was_published_or_withdrawn_since_it_was_listed_is_no_gap(services_on_each: Services) -> None:
    late = Late("gallery")
    shelf = replace(services_on_each, gallery=late)
    late.services = shelf
    late.published, late.withdrawn = {}, a_submission(shelf, state=State.PUBLISHED)
    published = a_submission(shelf, state=State.PUBLISHED)
    late.published = {key_of(published, "video.mp4"): FILES["video.mp4"]}

    assert compare(shelf).gap_count == 0


def test_more_clips_than_are_asked_for_at_once_are_all_compared(shelf: Services) -> None:
    many = 101
    for number in range(many):
        put(shelf, f"clips/nobody{number}/1/video.mp4")
    missing = [a_submission(shelf, state=State.PUBLISHED).clip_id for _ in range(3)]

    found = compare(shelf)

    assert (found.files, found.clips, {gap.clip_id for gap in found.gaps}) == (many, 3, set(missing))


def test_admins_get_one_mail_until_something_else_is_missing(shelf: Services, clock: FakeClock) -> None:
    an_admin(shelf)
    first = a_public_clip(shelf)
    shelf.gallery.delete([key_of(first, "poster.jpg")])
    subjects = []

    compare(shelf)
    subjects.append([str(mail["Subject"]) for mail in staff_letters(shelf)])
    clock.advance(days=1)
    compare(shelf)
    subjects.append([str(mail["Subject"]) for mail in staff_letters(shelf)])
    shelf.gallery.delete([key_of(first, "video.mp4")])
    clock.advance(days=1)
    compare(shelf)
    subjects.append([str(mail["Subject"]) for mail in staff_letters(shelf)])

    told = "Nella galleria mancano dei file"
    assert subjects == [[told], [told], [told, told]]
    assert "http://localhost/moderate/gallery-files" in staff_letters(shelf)[0].as_string()


def test_a_mail_that_is_not_true_any_more_is_not_sent(shelf: Services) -> None:
    an_admin(shelf)
    clip = a_public_clip(shelf)
    shelf.gallery.delete([key_of(clip, "poster.jpg")])

    compare(shelf)
    put(shelf, key_of(clip, "poster.jpg"), FILES["poster.jpg"])
    compare(shelf)

    assert staff_letters(shelf) == []


def test_it_is_due_once_a_night(shelf: Services, clock: FakeClock) -> None:
    clock.advance(seconds=(last_night(clock()) + timedelta(days=1, minutes=5) - clock()).total_seconds())
    due = [is_due(shelf)]
    compare(shelf)
    due.append(is_due(shelf))
    clock.advance(hours=23, minutes=54)
    due.append(is_due(shelf))
    clock.advance(minutes=2)
    due.append(is_due(shelf))

    assert due == [True, False, False, True]


def is_due(shelf: Services) -> bool:
    with reading(shelf.engine) as connection:
        return inventory.is_due(connection, now=shelf.clock())


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 28, 1, 59, tzinfo=UTC), datetime(2026, 11, 27, 2, tzinfo=UTC)),
        (datetime(2026, 11, 28, 2, tzinfo=UTC), datetime(2026, 11, 28, 2, tzinfo=UTC)),
        (datetime(2026, 7, 28, 1, tzinfo=UTC), datetime(2026, 7, 28, 1, tzinfo=UTC)),
    ],
    ids=["before three", "at three", "in summer"],
)
def test_the_night_is_pistoia_s(now: datetime, night: datetime) -> None:
    assert last_night(now) == night


class Ailing(MemoryBucket):
    """A bucket that goes away after its first deletion."""

    def delete(self, keys: list[ObjectKey]) -> None:  # type: ignore[override] # the protocol's is wider
        super().delete(keys)
        self.is_down = True

    def size_of(self, key: ObjectKey) -> int:
        self._answer()
        return super().size_of(key)


def test_cut_off_half_way_it_is_due_as_before_and_ends_the_same(services_on_each: Services, clock: FakeClock) -> None:
    ailing = Ailing("gallery", clock=clock)
    shelf = replace(services_on_each, gallery=ailing)
    put(shelf, "clips/nobody/1/video.mp4")
    missing = a_submission(shelf, state=State.PUBLISHED).clip_id
    clock.advance(hours=4)

    with pytest.raises(StorageUnavailable):
        compare(shelf)
    still_due = is_due(shelf)
    ailing.is_down = False
    found = compare(shelf)

    assert still_due
    assert (found.stray_count, [gap.clip_id for gap in found.gaps]) == (0, [missing])
    assert held(shelf) == []


def test_told_to_stop_it_says_nothing(shelf: Services) -> None:
    put(shelf, "clips/nobody/1/video.mp4")

    found = inventory.take_inventory(shelf.engine, shelf.gallery, now=shelf.clock(), is_stopped=lambda: True)

    assert found is None
    assert is_due(shelf)


def test_the_last_report_is_kept_as_it_was(shelf: Services) -> None:
    put(shelf, "clips/nobody/1/video.mp4")
    a_submission(shelf, state=State.PUBLISHED)

    found = compare(shelf)

    with reading(shelf.engine) as connection:
        assert inventory.last_inventory(connection) == found
