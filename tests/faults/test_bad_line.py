"""However often the line is cut: every byte arrives, once, and nothing that arrived is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.faults.soak import DROPS, RUNS, Place, place_on, send_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases

A_TWENTIETH: Final = RUNS // 20


@pytest.fixture(scope="module")
def place(
    storage: str, databases: Databases, any_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    with place_on(storage, folder, database_url=databases.empty(any_kind, folder)) as place:
        yield place


@pytest.mark.parametrize("seed", range(A_TWENTIETH))
def test_fifty_drops_in_one_upload_lose_nothing_and_cost_no_more_than_what_was_under_way(
    place: Place, seed: int
) -> None:
    figures = send_once(place, seed)

    assert figures.is_whole
    assert figures.drops == DROPS
    assert figures.is_frugal
