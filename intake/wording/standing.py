"""What every state says: to its sender, and to staff."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADLINES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.UPLOADING: (
            N_("Aspettiamo il tuo video"),
            N_("I tuoi dati sono salvi, ma il video non è ancora arrivato."),
        ),
        State.UPLOADED: (
            N_("Il tuo video è arrivato"),
            N_("Ora controlliamo il formato e l'audio: di solito bastano pochi secondi."),
        ),
        State.INSPECTED: (
            N_("Il tuo video va bene"),
            N_("Lo stiamo preparando perché si veda su ogni dispositivo. Può volerci qualche minuto."),
        ),
        State.AWAITING_REVIEW: (
            N_("Il tuo video aspetta di essere visto"),
            N_("Una persona della redazione lo guarderà e deciderà. Trovi la risposta qui."),
        ),
        State.APPROVED: (
            N_("Il tuo video è approvato"),
            N_("Lo stiamo mettendo nella galleria: fra poco sarà pubblico."),
        ),
        State.PUBLISHED: (N_("Il tuo video è nella galleria"), N_("Grazie! Ora chiunque può vederlo.")),
        State.REFUSED: (
            N_("Questo file non va bene, ma puoi rimediare"),
            N_("Qui sotto c'è scritto che cosa non va e che cosa fare. Poi manda un nuovo file."),
        ),
        State.REDO_REQUESTED: (
            N_("Ti chiediamo di registrare di nuovo"),
            N_("La redazione ha visto il tuo video e ti chiede una nuova versione."),
        ),
        State.DECLINED: (
            N_("Il tuo video non entrerà nella galleria"),
            N_("La redazione ha visto il tuo video e ha deciso di non pubblicarlo."),
        ),
        State.NEEDS_OPERATOR: (
            N_("Ci serve un po' più di tempo"),
            N_("Qualcosa si è bloccato, ma il problema è nostro. Ce ne occupiamo noi: torna qui più tardi."),
        ),
        State.ABANDONED: (
            N_("Il video non è mai arrivato"),
            N_("Il caricamento si è fermato e i dati sono stati cancellati. Puoi ricominciare quando vuoi."),
        ),
        State.WITHDRAWN: (
            N_("Hai ritirato il tuo video"),
            N_("Non è più in nessuna pagina. Cancelliamo anche i file e i tuoi dati."),
        ),
    }
)

STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.UPLOADING: N_("in arrivo"),
        State.UPLOADED: N_("da controllare"),
        State.INSPECTED: N_("in preparazione"),
        State.AWAITING_REVIEW: N_("da vedere"),
        State.APPROVED: N_("approvato"),
        State.PUBLISHED: N_("pubblicato"),
        State.REFUSED: N_("file rifiutato"),
        State.REDO_REQUESTED: N_("da rifare"),
        State.DECLINED: N_("non accettato"),
        State.NEEDS_OPERATOR: N_("da sistemare"),
        State.ABANDONED: N_("abbandonato"),
        State.WITHDRAWN: N_("ritirato"),
    }
)

TIMELINE: Final = (
    N_("Ricevuto"),
    N_("Controllato"),
    N_("Visto dalla redazione"),
    N_("In galleria"),
)
"""The four stations a sender sees."""

JUDGED: Final = N_(
    "Abbiamo già controllato il formato e l'audio: il risultato è qui sotto. Ora prepariamo la copia per la redazione."
)
"""Said instead of the explanation while a clip whose verdict stands is still on its way to the moderators."""

OUT_OF_THE_GALLERY: Final = N_(
    "Per ora il tuo video non è in galleria: la redazione lo riguarda. Non devi fare niente, ti scriviamo noi."
)
"""Said instead of the explanation while a clip that was public waits to be looked at again."""

WORKING: Final[Mapping[JobKind, str]] = MappingProxyType(
    {
        JobKind.INSPECT: N_("In questo momento controlliamo il formato, l'immagine e l'audio."),
        JobKind.ENCODE: N_("In questo momento prepariamo il video per tutti i dispositivi."),
        JobKind.RECUT: N_("In questo momento prepariamo di nuovo la copia per la redazione."),
        JobKind.PUBLISH: N_("In questo momento prepariamo il video per la galleria."),
    }
)
"""What is being done, for each kind of job that makes something of a clip."""

SOON: Final = N_("meno di un minuto")
A_MINUTE: Final = N_("circa un minuto")
MINUTES: Final = N_("circa {minutes} minuti")
"""How long something will still take."""
