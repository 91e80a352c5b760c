"""The table of moves, as sentences about it."""

from __future__ import annotations

import pytest

from intake.domain.publication import is_public, may_publish
from intake.domain.states import FINAL, LEGAL_MOVES, REPLACEABLE, State, is_legal

MADE_BY_HAND = {State.UPLOADED, State.INSPECTED, State.APPROVED}


def test_every_state_has_a_line_in_the_table() -> None:
    assert set(LEGAL_MOVES) == set(State)


def test_nothing_moves_to_where_it_is() -> None:
    assert [state for state, moves in LEGAL_MOVES.items() if state in moves] == []


def test_only_what_was_withdrawn_or_abandoned_is_final() -> None:
    assert {State.WITHDRAWN, State.ABANDONED} == FINAL


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_a_sender_can_withdraw_from_everywhere_else(state: State) -> None:
    assert is_legal(state, State.WITHDRAWN)


def test_only_what_was_approved_can_be_published() -> None:
    assert [state for state in State if is_legal(state, State.PUBLISHED)] == [State.APPROVED]


def test_only_what_was_watched_can_be_approved() -> None:
    ways = {state for state in State if is_legal(state, State.APPROVED)}

    assert ways == {State.AWAITING_REVIEW, State.NEEDS_OPERATOR}


def test_a_new_file_is_looked_at_before_it_can_be_approved() -> None:
    assert not is_legal(State.UPLOADING, State.APPROVED)
    assert not is_legal(State.UPLOADED, State.APPROVED)


def test_a_new_file_can_be_sent_only_where_it_may_be_replaced() -> None:
    assert {state for state in State if is_legal(state, State.UPLOADING)} == REPLACEABLE


@pytest.mark.parametrize("state", sorted(REPLACEABLE))
def test_a_new_file_that_never_comes_leaves_everything_as_it_was(state: State) -> None:
    assert is_legal(State.UPLOADING, state)


def test_an_operator_sends_back_to_exactly_where_jobs_die_to_the_sender_or_as_it_was_before_a_cut() -> None:
    came_from = {state for state in State if is_legal(state, State.NEEDS_OPERATOR)}

    assert came_from == MADE_BY_HAND
    assert LEGAL_MOVES[State.NEEDS_OPERATOR] == MADE_BY_HAND | {State.AWAITING_REVIEW, State.REFUSED, State.WITHDRAWN}


def test_nobody_can_change_the_table() -> None:
    with pytest.raises(TypeError):
        LEGAL_MOVES[State.WITHDRAWN] = frozenset({State.PUBLISHED})  # type: ignore[index]


@pytest.mark.parametrize("state", sorted(State))
def test_nothing_is_public_without_consent(state: State) -> None:
    assert not is_public(state=state, gallery_consent_stands=False)


@pytest.mark.parametrize("state", sorted(State))
def test_of_what_is_consented_only_what_is_published_is_public(state: State) -> None:
    assert is_public(state=state, gallery_consent_stands=True) is (state is State.PUBLISHED)


@pytest.mark.parametrize(
    ("state", "consent", "approved", "may"),
    [
        (State.APPROVED, True, "5e", True),
        (State.APPROVED, True, "00", False),
        (State.APPROVED, True, None, False),
        (State.APPROVED, False, "5e", False),
        (State.AWAITING_REVIEW, True, "5e", False),
        (State.WITHDRAWN, True, "5e", False),
    ],
)
def test_a_clip_is_published_only_as_it_was_watched(
    *, state: State, consent: bool, approved: str | None, may: bool
) -> None:
    allowed = may_publish(state=state, gallery_consent_stands=consent, approved_sha256=approved, review_sha256="5e")

    assert allowed is may
