"""What is kept of answers, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from intake.gallery.memory import COPY_LIFE, STALE_LIFE, Copy, Memory

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def a_copy(size_bytes: int = 10) -> Copy:
    return Copy(body=b"x" * size_bytes, headers=(), made_at=NOW)


@pytest.fixture
def memory() -> Memory:
    """A memory that has heard of version 1 just now, and keeps three small copies or so."""
    memory = Memory(most_bytes=3 * a_copy().size_bytes)
    memory.confirm(1, at=NOW)
    return memory


def kept(memory: Memory, *keys: str) -> list[str]:
    return [key for key in keys if memory.find(key, now=NOW)]


def test_what_is_kept_is_found(memory: Memory) -> None:
    copy = a_copy()

    memory.keep("a", copy, version=1)

    assert (memory.find("a", now=NOW), memory.find("b", now=NOW)) == (copy, None)


def test_another_version_ends_everything(memory: Memory) -> None:
    memory.keep("a", a_copy(), version=1)

    memory.confirm(2, at=NOW)
    memory.confirm(1, at=NOW)

    assert kept(memory, "a") == []
    assert memory.find_stale("a", now=NOW) is None


def test_what_was_made_of_a_version_that_has_passed_is_not_kept(memory: Memory) -> None:
    memory.confirm(2, at=NOW)

    memory.keep("a", a_copy(), version=1)

    assert kept(memory, "a") == []


def test_what_was_not_asked_for_longest_goes_first(memory: Memory) -> None:
    for key in "abc":
        memory.keep(key, a_copy(), version=1)
    memory.find("a", now=NOW)

    memory.keep("d", a_copy(), version=1)

    assert kept(memory, *"abcd") == ["a", "c", "d"]


def test_a_copy_of_the_same_takes_its_place_and_no_room(memory: Memory) -> None:
    for key in "abccc":
        memory.keep(key, a_copy(), version=1)

    assert kept(memory, *"abc") == ["a", "b", "c"]


def test_what_is_larger_than_all_the_room_drives_nothing_out(memory: Memory) -> None:
    memory.keep("a", a_copy(), version=1)

    memory.keep("b", a_copy(10_000), version=1)

    assert kept(memory, "a", "b") == ["a"]


def test_room_is_free_again_after_a_change(memory: Memory) -> None:
    for key in "abc":
        memory.keep(key, a_copy(), version=1)
    memory.confirm(2, at=NOW)

    for key in "def":
        memory.keep(key, a_copy(), version=2)

    assert kept(memory, *"def") == ["d", "e", "f"]


def test_a_copy_is_made_anew_after_its_life(memory: Memory) -> None:
    memory.keep("a", a_copy(), version=1)

    found = [memory.find("a", now=NOW + age) is not None for age in (COPY_LIFE - MOMENT, COPY_LIFE)]

    assert found == [True, False]


def test_a_copy_that_nobody_confirms_is_given_for_a_minute_since_somebody_did(memory: Memory) -> None:
    memory.keep("a", a_copy(), version=1)
    later = NOW + timedelta(hours=1)
    memory.confirm(1, at=later)

    found = [memory.find_stale("a", now=later + age) is not None for age in (STALE_LIFE - MOMENT, STALE_LIFE)]

    assert found == [True, False]


def test_a_new_memory_has_nothing_to_give() -> None:
    memory = Memory()
    memory.keep("a", a_copy(), version=1)

    assert (memory.find("a", now=NOW), memory.find_stale("a", now=NOW)) == (None, None)
