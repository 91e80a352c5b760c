"""How a file is cut into parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.uploads import MAX_PARTS, MEBIBYTE, MIN_PART_BYTES, PartPlan, part_bytes_for

TEBIBYTE = 1024**4


def a_plan(size_bytes: int) -> PartPlan:
    return PartPlan(size_bytes=size_bytes, part_bytes=part_bytes_for(size_bytes))


@given(st.integers(min_value=1, max_value=TEBIBYTE))
def test_every_file_can_be_cut_as_s3_wants_it(size_bytes: int) -> None:
    plan = a_plan(size_bytes)

    assert plan.part_bytes >= MIN_PART_BYTES
    assert plan.part_bytes % MEBIBYTE == 0
    assert 1 <= plan.count <= MAX_PARTS
    assert 1 <= plan.size_of(plan.count) <= plan.part_bytes


@given(st.integers(min_value=1, max_value=100 * MIN_PART_BYTES))
def test_the_parts_make_up_the_file(size_bytes: int) -> None:
    plan = a_plan(size_bytes)

    assert sum(plan.size_of(number) for number in range(1, plan.count + 1)) == size_bytes


def test_a_phone_s_file_is_cut_as_small_as_allowed() -> None:
    assert part_bytes_for(500_000_000) == MIN_PART_BYTES


def test_the_last_part_is_the_rest() -> None:
    plan = a_plan(2 * MIN_PART_BYTES + 7)

    assert [plan.size_of(number) for number in (1, 2, 3)] == [MIN_PART_BYTES, MIN_PART_BYTES, 7]


@pytest.mark.parametrize(("number", "is_there"), [(0, False), (1, True), (2, True), (3, False), (-1, False)])
def test_there_are_only_the_parts_of_the_file(number: int, is_there: bool) -> None:  # noqa: FBT001
    assert a_plan(MIN_PART_BYTES + 1).has(number) is is_there


def test_a_part_of_another_size_has_not_arrived() -> None:
    plan = a_plan(2 * MIN_PART_BYTES + 7)

    assert plan.missing({1: MIN_PART_BYTES, 2: MIN_PART_BYTES - 1}) == [2, 3]


def test_nothing_is_missing_of_what_is_all_there() -> None:
    assert a_plan(MIN_PART_BYTES + 7).missing({1: MIN_PART_BYTES, 2: 7}) == []
