"""The only place for the states of a submission and the moves between them.

States are resting places, never activities: whether somebody works on a submission is its job's lease, so a crash
leaves no row in a state that lies.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where a submission rests."""

    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    INSPECTED = "inspected"
    AWAITING_REVIEW = "awaiting_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    REFUSED = "refused"
    REDO_REQUESTED = "redo_requested"
    DECLINED = "declined"
    NEEDS_OPERATOR = "needs_operator"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"


_S = State

LEGAL_MOVES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        # A replacement that is given up goes back to where it came from: one of REPLACEABLE.
        _S.UPLOADING: frozenset(
            {_S.UPLOADED, _S.WITHDRAWN, _S.ABANDONED, _S.REFUSED, _S.REDO_REQUESTED, _S.AWAITING_REVIEW}
        ),
        _S.UPLOADED: frozenset({_S.INSPECTED, _S.AWAITING_REVIEW, _S.REFUSED, _S.NEEDS_OPERATOR, _S.WITHDRAWN}),
        _S.INSPECTED: frozenset({_S.AWAITING_REVIEW, _S.REFUSED, _S.NEEDS_OPERATOR, _S.WITHDRAWN}),
        # Who was warned of noise may send a better file before anybody spends time on this one; who cuts a clip has
        # another copy made to be watched.
        _S.AWAITING_REVIEW: frozenset(
            {_S.INSPECTED, _S.APPROVED, _S.DECLINED, _S.REDO_REQUESTED, _S.UPLOADING, _S.WITHDRAWN}
        ),
        _S.APPROVED: frozenset({_S.PUBLISHED, _S.AWAITING_REVIEW, _S.NEEDS_OPERATOR, _S.WITHDRAWN}),
        _S.PUBLISHED: frozenset({_S.AWAITING_REVIEW, _S.WITHDRAWN}),
        _S.REFUSED: frozenset({_S.UPLOADING, _S.WITHDRAWN, _S.ABANDONED}),
        # Back to the moderators, as from the two other decisions: whoever decided may undo it at once.
        _S.REDO_REQUESTED: frozenset({_S.UPLOADING, _S.AWAITING_REVIEW, _S.WITHDRAWN, _S.ABANDONED}),
        _S.DECLINED: frozenset({_S.AWAITING_REVIEW, _S.WITHDRAWN}),
        # By hand: back to where the dead job found it or, where that cannot help, to the sender with a reason; where
        # only a cut died, to be watched as it was.
        _S.NEEDS_OPERATOR: frozenset(
            {_S.UPLOADED, _S.INSPECTED, _S.AWAITING_REVIEW, _S.APPROVED, _S.REFUSED, _S.WITHDRAWN}
        ),
        _S.ABANDONED: frozenset(),
        _S.WITHDRAWN: frozenset(),
    }
)

ASKED_FOR_A_FILE: Final = frozenset({_S.REFUSED, _S.REDO_REQUESTED})
"""Where nothing goes on before the sender sends a new file."""

REPLACEABLE: Final = ASKED_FOR_A_FILE | {_S.AWAITING_REVIEW}
"""Where a sender may send a new file for the same submission."""

AWAITING_FILE: Final = REPLACEABLE | {_S.UPLOADING}
"""Where a sender may send a file: a new one, or again the one that never came."""

FINAL: Final = frozenset(state for state, moves in LEGAL_MOVES.items() if not moves)
"""Where nothing happens any more."""


def is_legal(before: State, after: State) -> bool:
    """Tell whether a submission may move from *before* to *after*."""
    return after in LEGAL_MOVES[before]
