"""The only list of why a program is refused, beyond what a status says: stable codes, and a sentence for each."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProblemCode(StrEnum):
    """Why a request was refused. Stable."""

    UNAUTHORIZED = "unauthorized"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    CALL_CLOSED = "call_closed"
    NO_SUCH_PART = "no_such_part"
    UPLOAD_INCOMPLETE = "upload_incomplete"
    UPLOAD_NOT_STARTED = "upload_not_started"
    UPLOAD_FINISHED = "upload_finished"
    UPLOAD_EXPIRED = "upload_expired"
    SUBMISSION_WITHDRAWN = "submission_withdrawn"


class Problem(Exception):
    """A program asked for what it cannot have.

    Attributes:
        members: What else the answer says (RFC 9457, "extension members").
    """

    def __init__(
        self, code: ProblemCode, *, headers: Mapping[str, str] = MappingProxyType({}), **members: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.headers = headers
        self.members = members


def about(code: ProblemCode) -> tuple[int, str, str]:
    """Return the status, title and sentence of a code; the last two in Italian."""
    return _TABLE[code]


_TABLE: Final[Mapping[ProblemCode, tuple[int, str, str]]] = MappingProxyType(
    {
        ProblemCode.UNAUTHORIZED: (
            401,
            N_("Serve l'accesso"),
            N_("Manda il codice segreto dell'invio: Authorization: Bearer, e il codice."),
        ),
        ProblemCode.INVALID: (422, N_("Controlla i dati"), N_("Qualcosa manca o non va bene: lo dice «errors».")),
        ProblemCode.TOO_LARGE: (
            413,
            N_("Il file è troppo grande"),
            N_("Accorcia il video o registra in Full HD, poi riprova."),
        ),
        ProblemCode.IDEMPOTENCY_KEY_REUSED: (
            422,
            N_("Questa chiave è già stata usata"),
            N_("Con la stessa Idempotency-Key è arrivata una richiesta diversa. Per un altro invio usane un'altra."),
        ),
        ProblemCode.CALL_CLOSED: (410, N_("Non è aperto"), N_("In questo momento non si possono mandare video.")),
        ProblemCode.NO_SUCH_PART: (
            422,
            N_("Questa parte non c'è"),
            N_("Il file che hai annunciato non ha una parte con questo numero."),
        ),
        ProblemCode.UPLOAD_INCOMPLETE: (
            409,
            N_("Manca ancora qualcosa"),
            N_("Non tutte le parti del file sono arrivate: «missing» dice quali mancano."),
        ),
        ProblemCode.UPLOAD_NOT_STARTED: (
            409,
            N_("Non c'è un file da ricevere"),
            N_("Prima annuncia il file: POST /api/v1/submission/upload."),
        ),
        ProblemCode.UPLOAD_FINISHED: (
            409,
            N_("Il file è già arrivato"),
            N_("Abbiamo già tutto il file di questo invio: non ne serve un altro."),
        ),
        ProblemCode.UPLOAD_EXPIRED: (
            410,
            N_("Il tempo è scaduto"),
            N_("Il file non è arrivato in tempo e abbiamo cancellato l'invio. Mandalo di nuovo dall'inizio."),
        ),
        ProblemCode.SUBMISSION_WITHDRAWN: (
            410,
            N_("L'invio è stato ritirato"),
            N_("Questo invio è stato ritirato: non si può più mandare niente."),
        ),
    }
)
