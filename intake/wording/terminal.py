"""What `clip-check` says to whoever sits at a terminal, around the checks themselves."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCEPTED: Final = N_("accettato")
ACCEPTED_BUT: Final = N_("accettato; si può migliorare: {what}")
REFUSED: Final = N_("rifiutato: {what}")

SOUND: Final = N_("Audio")
PICTURE: Final = N_("Immagine e file")
COPIED: Final = N_("Per la revisione si copia così com'è.")
ENCODED: Final = N_("Per la revisione va ricodificato ({reason}).")
MARK: Final = N_("la linea è a {limit}")


class Problem(StrEnum):
    """Why a file could not be looked at. It says nothing about the clip. Stable."""

    MISSING = "missing"
    FOLDER = "folder"
    NOT_A_FILE = "not_a_file"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"
    BUSY = "busy"


PROBLEMS: Final[Mapping[Problem, str]] = MappingProxyType(
    {
        Problem.MISSING: N_("Non c'è nessun file con questo nome."),
        Problem.FOLDER: N_("È una cartella: scrivi i nomi dei video che contiene."),
        Problem.NOT_A_FILE: N_("Non è un file che si possa guardare."),
        Problem.FORBIDDEN: N_("Non hai il permesso di leggere questo file."),
        Problem.UNREADABLE: N_("Non si riesce a leggere il file: forse il disco o la rete non risponde."),
        Problem.BUSY: N_("Il computer è troppo occupato per guardarlo: riprova fra poco."),
    }
)
