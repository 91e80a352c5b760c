"""The rules about mails to senders that are not true any more when their turn comes: they are not sent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.domain.jobs import JobKind
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class Overtaken(StrEnum):
    """What happened before a mail's turn came, and made it untrue."""

    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"
    ARRIVED = "arrived"
    BEGUN_ANEW = "begun_anew"
    ANSWERED = "answered"
    ANOTHER_FILE = "another_file"
    ANOTHER_LOOK = "another_look"
    DECIDED_ANEW = "decided_anew"
    NO_ADDRESS = "no_address"


def overtaken_by(kind: JobKind, moves: AbstractSet[State]) -> Overtaken:
    """Say what overtook a mail of *kind*.

    Args:
        moves: Where its submission moved to since it was asked for.
    """
    if kind is JobKind.MAIL_WITHDRAWN:
        # Nothing comes after a withdrawal but the erasing of the address.
        return Overtaken.NO_ADDRESS
    if State.WITHDRAWN in moves:
        return Overtaken.WITHDRAWN
    if State.ABANDONED in moves:
        return Overtaken.ABANDONED
    if kind is JobKind.MAIL_REMINDER:
        return Overtaken.ARRIVED if State.UPLOADED in moves else Overtaken.BEGUN_ANEW
    return _BY_KIND.get(kind, Overtaken.ANOTHER_FILE if State.UPLOADING in moves else Overtaken.ANOTHER_LOOK)


_BY_KIND: Final = {
    JobKind.MAIL_FILED: Overtaken.ANSWERED,
    JobKind.MAIL_UNCONFIRMED: Overtaken.ANSWERED,
    JobKind.MAIL_TAKEN_DOWN: Overtaken.DECIDED_ANEW,
}
