"""What the sound check of the sender's page says, before anything was recorded: what to change in the room."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.checks import Reason
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

SOUND_CHECK: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.FINE: N_("Ti sentiamo bene e la stanza è tranquilla: puoi registrare qui."),
        Reason.SILENT: N_(
            "Non sentiamo niente. Controlla che il microfono sia acceso e che niente lo copra, poi rifai la prova."
        ),
        Reason.NO_SPEECH: N_(
            "Non distinguiamo la tua voce dal rumore di fondo. Rifai la prova: prima resta in silenzio, poi leggi la "
            "frase a voce alta. Se c'è rumore, prova un'altra stanza."
        ),
        Reason.BADLY_CLIPPED: N_("La tua voce è troppo forte e gracchia. Allontanati dal microfono e rifai la prova."),
        Reason.VERY_NOISY: N_("Qui c'è troppo rumore: prova un'altra stanza."),
        Reason.VERY_QUIET: N_(
            "La tua voce si sente appena. Avvicinati al microfono, parla più forte e rifai la prova."
        ),
        Reason.CLIPPED: N_(
            "A tratti la tua voce è troppo forte e gracchia. Allontanati un po' dal microfono e rifai la prova."
        ),
        Reason.NOISY: N_(
            "Qui c'è un po' di rumore. Chiudi le finestre, spegni ventilatori e televisione, oppure prova un'altra "
            "stanza."
        ),
        Reason.QUIET: N_("La tua voce è bassa. Avvicinati al microfono o parla più forte."),
    }
)
