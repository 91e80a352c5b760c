"""What staff read of the mails that went to a sender."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.jobs import JobKind, JobState
from intake.domain.mails import Overtaken
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIL_KINDS: Final[Mapping[JobKind, str]] = MappingProxyType(
    {
        JobKind.MAIL_RECEIPT: N_("Il video è arrivato"),
        JobKind.MAIL_VERDICT: N_("Che cosa si è deciso, o che cosa non va nel file"),
        JobKind.MAIL_PUBLISHED: N_("Il video è in galleria"),
        JobKind.MAIL_TAKEN_DOWN: N_("Il video è tolto dalla galleria, per riguardarlo"),
        JobKind.MAIL_WITHDRAWN: N_("Il video è ritirato: che cosa è stato cancellato"),
        JobKind.MAIL_REMINDER: N_("Il caricamento si è fermato a metà"),
        JobKind.MAIL_FILED: N_("Richiesta di confermare i dati e dare i consensi"),
        JobKind.MAIL_UNCONFIRMED: N_("Promemoria: dati e consensi da confermare"),
    }
)

MAIL_STATES: Final[Mapping[JobState, str]] = MappingProxyType(
    {
        JobState.READY: N_("in attesa di partire"),
        JobState.LEASED: N_("sta partendo"),
        JobState.DONE: N_("spedita"),
        JobState.DEAD: N_("non è partita"),
    }
)

UNSENT: Final[Mapping[Overtaken, str]] = MappingProxyType(
    {
        Overtaken.WITHDRAWN: N_("non spedita, perché intanto il video è stato ritirato"),
        Overtaken.ABANDONED: N_("non spedita, perché intanto l'invio è scaduto"),
        Overtaken.ARRIVED: N_("non spedita, perché intanto il file è arrivato"),
        Overtaken.BEGUN_ANEW: N_("non spedita, perché intanto il caricamento è ricominciato o è stato lasciato"),
        Overtaken.ANSWERED: N_("non spedita, perché intanto è arrivata la risposta"),
        Overtaken.ANOTHER_FILE: N_("non spedita, perché intanto è stato mandato un altro file"),
        Overtaken.ANOTHER_LOOK: N_("non spedita, perché intanto il video è tornato da rivedere"),
        Overtaken.DECIDED_ANEW: N_("non spedita, perché intanto il video è stato deciso di nuovo"),
        Overtaken.NO_ADDRESS: N_("non spedita, perché l'indirizzo è già stato cancellato"),
    }
)
"""Of mails that were not true any more when their turn came."""
