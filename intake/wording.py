"""Every sentence that a check, a state or an error says, in Italian, translated by the Babel catalogues.

No Flask here: workers say the same sentences. The sentences of the pages themselves stand in the templates.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from intake.domain.states import State
from intake.domain.verdict import CheckCode, Reason, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.verdict import Check

TRANSLATIONS: Final = Path(__file__).with_name("translations")

_BYTES_PER_MEGABYTE: Final = 1_000_000
_SECONDS_PER_MINUTE: Final = 60


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """Mark *text* for translation where it cannot be translated yet."""
    return text


_REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.FINE: N_("Va bene."),
        Reason.NOT_A_VIDEO: N_(
            "Questo file non è un video. Registra con la fotocamera del telefono e manda il file così com'è."
        ),
        Reason.WRONG_FORMAT: N_("Questo file è in formato {measured}; qui si mandano video {limit}."),
        Reason.INCOMPLETE: N_(
            "Il file è incompleto: forse la registrazione o la copia si è interrotta. Controlla che il video si veda "
            "fino in fondo sul telefono e mandalo di nuovo."
        ),
        Reason.BROKEN_STRUCTURE: N_(
            "Il file è danneggiato e non riusciamo ad aprirlo. Registra di nuovo con l'app della fotocamera."
        ),
        Reason.OUTSIDE_REFERENCE: N_(
            "Il video ha bisogno di altri file che non sono qui dentro. Esportalo in un file solo e riprova."
        ),
        Reason.TOO_COMPLEX: N_(
            "Il file è fatto in un modo che non possiamo controllare. Mandaci il video come esce dalla fotocamera."
        ),
        Reason.NO_PICTURE: N_("Nel file non ci sono immagini: manda un video, non solo l'audio."),
        Reason.NO_SOUND: N_(
            "Il video non ha l'audio. Registra di nuovo con il microfono acceso: la tua voce è la cosa più importante."
        ),
        Reason.UNKNOWN_VIDEO_CODEC: N_(
            "Non sappiamo leggere le immagini di questo file ({measured}). Esporta il video come MP4 (H.264) e riprova."
        ),
        Reason.UNKNOWN_AUDIO_CODEC: N_(
            "Non sappiamo leggere l'audio di questo file ({measured}). Esporta il video come MP4 con audio AAC e "
            "riprova."
        ),
        Reason.TOO_SHORT: N_(
            "Il video dura {measured}; servono almeno {limit}. Racconta qualcosa di più e mandalo di nuovo."
        ),
        Reason.TOO_LONG: N_(
            "Il video dura {measured}; il massimo è {limit}. Accorcialo dal telefono (Modifica) o registra di nuovo."
        ),
        Reason.PICTURE_TOO_SMALL: N_(
            "L'immagine è troppo piccola: il lato corto ha {measured}, ne servono almeno {limit}. Manda il video "
            "originale, non quello passato da una chat."
        ),
        Reason.PICTURE_SMALL: N_(
            "L'immagine è piccola: il lato corto ha {measured}, meglio almeno {limit}. Se hai il video originale, "
            "manda quello: le chat lo rimpiccioliscono."
        ),
        Reason.PICTURE_TOO_LARGE: N_(
            "L'immagine è troppo grande: il lato lungo ha {measured}, il massimo è {limit}. Registra in Full HD o 4K."
        ),
        Reason.FILE_TOO_LARGE: N_(
            "Il file pesa {measured}; il massimo è {limit}. Accorcia il video o registra in Full HD invece che in 4K."
        ),
        Reason.DAMAGED: N_(
            "Il video si interrompe o è danneggiato. Controlla che si veda e si senta fino in fondo sul telefono, poi "
            "mandalo di nuovo."
        ),
        Reason.SILENT: N_(
            "Non si sente niente. Controlla che il microfono non sia coperto e prova a riascoltarti prima di mandarlo."
        ),
        Reason.VERY_QUIET: N_(
            "La voce si sente appena. Tieni il telefono a un braccio da te e parla verso lo schermo."
        ),
        Reason.QUIET: N_("La voce è bassa. Avvicina il telefono, a un braccio da te va bene."),
        Reason.CLIPPED: N_("L'audio è distorto: era troppo forte. Allontanati un po' dal telefono o parla più piano."),
        Reason.MOSTLY_SILENT: N_(
            "Per gran parte del video non si sente niente. Controlla che il microfono fosse libero."
        ),
        Reason.NOISY: N_(
            "Il rumore di fondo copre la voce. Cerca una stanza più tranquilla, chiudi le finestre, spegni ventole e "
            "condizionatori, e avvicinati al telefono."
        ),
        Reason.ONE_CHANNEL: N_("L'audio si sente da una parte sola. Se usi un microfono esterno, controlla il cavo."),
    }
)

_CHECKS: Final[Mapping[CheckCode, str]] = MappingProxyType(
    {
        CheckCode.CONTAINER: N_("Tipo di file"),
        CheckCode.VIDEO_STREAM: N_("Immagine"),
        CheckCode.AUDIO_STREAM: N_("Audio"),
        CheckCode.CODEC: N_("Codifica"),
        CheckCode.DURATION: N_("Durata"),
        CheckCode.RESOLUTION: N_("Grandezza dell'immagine"),
        CheckCode.SIZE: N_("Peso del file"),
        CheckCode.DECODABLE: N_("Integrità"),
        CheckCode.LOUDNESS: N_("Volume della voce"),
        CheckCode.CLIPPING: N_("Distorsione"),
        CheckCode.SILENCE: N_("Silenzio"),
        CheckCode.NOISE: N_("Rumore di fondo"),
        CheckCode.CHANNELS: N_("Canali audio"),
    }
)

_HEADLINES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
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
            N_("Un controllo non è riuscito per un motivo che non dipende da te. Una persona se ne sta occupando."),
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

_STATES: Final[Mapping[State, str]] = MappingProxyType(
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


def say(text: str, language: str, **values: str) -> str:
    """Translate one of our sentences and fill in its values."""
    translated: str = _catalogue(language).gettext(text)
    return translated.format(**values) if values else translated


def sentence(check: Check, language: str) -> str:
    """Say in one sentence how a check ended and what to do about it."""
    return say(_REASONS[check.reason], language, measured=measured(check, language), limit=limit(check, language))


def check_title(check: Check, language: str) -> str:
    """Name what was checked."""
    return say(_CHECKS[check.code], language)


def measured(check: Check, language: str) -> str:
    """Return what was measured as people write it; empty where nothing was."""
    return _figure(check.measured, check.unit, language)


def limit(check: Check, language: str) -> str:
    """Return what was asked for as people write it; empty where there is no single figure."""
    return _figure(check.limit, check.unit, language)


def headline(state: State, language: str) -> str:
    """Say to its sender where a submission stands."""
    return say(_HEADLINES[state][0], language)


def explanation(state: State, language: str) -> str:
    """Say to its sender what that means and what comes next."""
    return say(_HEADLINES[state][1], language)


def state_name(state: State, language: str) -> str:
    """Name a state to staff, in a word or two."""
    return say(_STATES[state], language)


def duration(seconds: float, language: str) -> str:
    """Write a length of time: `8,2 s`, `45 s`, `2 min 5 s`."""
    if seconds < _SECONDS_PER_MINUTE:
        return f"{format_decimal(seconds, '0.#', locale=language)} s"
    minutes, rest = divmod(round(seconds), _SECONDS_PER_MINUTE)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def file_size(size_bytes: float, language: str) -> str:
    """Write a size as telephones do, in millions of bytes: `12,3 MB`."""
    pattern = "0.#" if size_bytes < 100 * _BYTES_PER_MEGABYTE else "0"
    return f"{format_decimal(size_bytes / _BYTES_PER_MEGABYTE, pattern, locale=language)} MB"


def _figure(value: float | str | None, unit: Unit | None, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if unit is Unit.SECONDS:
        return duration(value, language)
    if unit is Unit.BYTES:
        return file_size(value, language)
    if unit is Unit.RATIO:
        return f"{format_decimal(value * 100, '0.##', locale=language)} %"
    return f"{format_decimal(value, '0.#', locale=language)} {unit or ''}".strip()


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language])
