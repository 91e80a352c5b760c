"""What each kind of problem is called that visitors report."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.reports import ReportKind
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

REPORTS: Final[Mapping[ReportKind, str]] = MappingProxyType(
    {
        ReportKind.DOES_NOT_PLAY: N_("Il video non parte, si blocca o non si sente"),
        ReportKind.CAPTIONS: N_("I sottotitoli sono sbagliati"),
        ReportKind.NOT_TRUE: N_("Un nome o un'informazione non è esatta"),
        ReportKind.WITHOUT_PERMISSION: N_("Si vede o si sente qualcuno o qualcosa senza permesso"),
        ReportKind.OFFENSIVE: N_("Offende qualcuno o non è adatto a tutti"),
        ReportKind.OTHER: N_("Altro"),
    }
)
