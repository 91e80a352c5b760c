"""The only place for what is said about cutting a clip and cleaning its sound, and why it cannot be done."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.cutting import CutProblem
from intake.wording import duration, say
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.calls import Rules
    from intake.domain.cutting import Cuttable

PROBLEMS: Final[Mapping[CutProblem, str]] = MappingProxyType(
    {
        CutProblem.BACKWARDS: N_("La fine deve venire dopo l'inizio."),
        CutProblem.TOO_SHORT: N_("Così resta troppo corto: per questo invito un video dura almeno {shortest}."),
        CutProblem.BEYOND_THE_END: N_("Il video finisce prima: tutto intero dura {longest}."),
        CutProblem.NOT_CLEANED: N_("Il suono pulito non c'è ancora: prima prova a pulirlo e ascoltalo."),
        CutProblem.AS_IT_IS: N_("Il video è già così: cambia qualcosa, poi salva."),
    }
)


def problem(found: CutProblem, clip: Cuttable, rules: Rules, language: str) -> str:
    """Say why a clip is not cut like this, and what would do."""
    return say(
        PROBLEMS[found],
        language,
        shortest=duration(rules.min_duration_s, language),
        longest=duration(clip.duration_s, language),
    )
