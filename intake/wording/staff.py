"""What staff are called, what each role may do, and how the calls of hooks stand."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.hooks import HookEvent, HookTrouble
from intake.domain.jobs import JobState
from intake.domain.staff import StaffMail, StaffRole
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES: Final[Mapping[StaffRole, str]] = MappingProxyType(
    {
        StaffRole.VIEWER: N_("Chi guarda"),
        StaffRole.MODERATOR: N_("Chi decide"),
        StaffRole.ADMIN: N_("Chi amministra"),
    }
)

NO_ROLE: Final = N_("Senza ruolo")

ALERTS: Final[Mapping[StaffMail, str]] = MappingProxyType(
    {
        StaffMail.NEW_CLIPS: N_("l'avviso per i nuovi video"),
        StaffMail.WAITING_CLIPS: N_("l'avviso per i video che aspettano da più di 48 ore"),
    }
)

EVENTS: Final[Mapping[HookEvent, str]] = MappingProxyType(
    {
        HookEvent.RECEIVED: N_("Un video è arrivato"),
        HookEvent.READY_FOR_REVIEW: N_("Un video aspetta di essere guardato"),
        HookEvent.DECIDED: N_("La redazione ha deciso"),
        HookEvent.PUBLISHED: N_("Un video è nella galleria"),
        HookEvent.WITHDRAWN: N_("Un video è stato ritirato"),
        HookEvent.TAKEN_DOWN: N_("Un video è stato tolto dalla galleria, per riguardarlo"),
    }
)

DELIVERIES: Final[Mapping[JobState, str]] = MappingProxyType(
    {
        JobState.READY: N_("Da consegnare"),
        JobState.LEASED: N_("In consegna"),
        JobState.DONE: N_("Consegnata"),
        JobState.DEAD: N_("Non consegnata"),
    }
)

TROUBLES: Final[Mapping[HookTrouble, str]] = MappingProxyType(
    {
        HookTrouble.REMOVED: N_("Non chiamiamo più questo indirizzo: è stato tolto."),
        HookTrouble.RESTING: N_("Un momento fa questo indirizzo non rispondeva: lo lasciamo in pace per un minuto."),
        HookTrouble.BAD_ADDRESS: N_("Un indirizzo come questo non lo chiamiamo."),
        HookTrouble.NO_SUCH_NAME: N_("Questo nome non porta da nessuna parte. Controlla come è scritto l'indirizzo."),
        HookTrouble.PRIVATE_NETWORK: N_("Questo nome porta in una rete privata: lì non chiamiamo nessuno."),
        HookTrouble.BAD_CERTIFICATE: N_(
            "Il certificato di questo sistema non va bene: è scaduto, o è di qualcun altro. Chi lo gestisce può "
            "rinnovarlo."
        ),
        HookTrouble.TOO_SLOW: N_("Non ha risposto in tempo."),
        HookTrouble.NO_ANSWER: N_("Non ha risposto."),
        HookTrouble.NOT_WELL: N_("Ha risposto che qualcosa non va (codice {answer})."),
    }
)
"""Why the last call did not get through."""

OUR_TROUBLE: Final = N_("Qualcosa è andato storto da noi: chi gestisce il servizio trova l'errore nei registri.")
"""The same, where it is not the other system's doing."""
