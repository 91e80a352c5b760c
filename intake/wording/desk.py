"""What the desk says of a clip in a few words: to staff, who see many, not to the one who sent it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.dates import format_timedelta
from babel.lists import format_list

from intake.domain.checks import Reason
from intake.domain.desk import SoundVerdict, Trouble
from intake.domain.jobs import JobKind
from intake.wording import measured, say
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from intake.domain.checks import Check

_SECONDS_PER_MINUTE: Final = 60

VERDICTS: Final[Mapping[SoundVerdict | None, str]] = MappingProxyType(
    {
        SoundVerdict.GOOD: N_("audio buono"),
        SoundVerdict.WARNED: N_("avvisi sull'audio"),
        SoundVerdict.REFUSED: N_("rifiutato dai controlli"),
        None: N_("non ancora controllato"),
    }
)

FINDINGS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.FINE: N_("va bene"),
        Reason.NOT_A_VIDEO: N_("il file non è un video"),
        Reason.WRONG_FORMAT: N_("formato non accettato"),
        Reason.INCOMPLETE: N_("file incompleto"),
        Reason.BROKEN_STRUCTURE: N_("file danneggiato"),
        Reason.OUTSIDE_REFERENCE: N_("il video ha bisogno di altri file"),
        Reason.TOO_COMPLEX: N_("file che non si può controllare"),
        Reason.NO_PICTURE: N_("mancano le immagini"),
        Reason.NO_SOUND: N_("manca l'audio"),
        Reason.UNKNOWN_VIDEO_CODEC: N_("immagini in un formato sconosciuto"),
        Reason.UNKNOWN_AUDIO_CODEC: N_("audio in un formato sconosciuto"),
        Reason.TOO_SHORT: N_("video troppo corto"),
        Reason.TOO_LONG: N_("video troppo lungo"),
        Reason.PICTURE_TOO_SMALL: N_("immagine troppo piccola"),
        Reason.PICTURE_SMALL: N_("immagine piccola"),
        Reason.PICTURE_TOO_LARGE: N_("immagine troppo grande"),
        Reason.FILE_TOO_LARGE: N_("file troppo pesante"),
        Reason.DAMAGED: N_("video interrotto o danneggiato"),
        Reason.PICTURE_STOPS: N_("l'immagine si ferma prima dell'audio"),
        Reason.PICTURE_GAPS: N_("immagine rovinata in qualche punto"),
        Reason.BLACK_PICTURE: N_("immagine nera"),
        Reason.FROZEN_PICTURE: N_("immagine sempre ferma"),
        Reason.SILENT: N_("non si sente niente"),
        Reason.VERY_QUIET: N_("la voce si sente appena"),
        Reason.QUIET: N_("voce bassa"),
        Reason.NO_SPEECH: N_("nessuno parla"),
        Reason.CLIPPED: N_("l'audio gracchia"),
        Reason.BADLY_CLIPPED: N_("l'audio gracchia molto"),
        Reason.MOSTLY_SILENT: N_("quasi sempre silenzio"),
        Reason.SILENT_START: N_("comincia con {measured} di silenzio"),
        Reason.SILENT_END: N_("finisce con {measured} di silenzio"),
        Reason.LONG_SILENCE: N_("silenzio di {measured}"),
        Reason.NOISY: N_("rumore dietro la voce"),
        Reason.VERY_NOISY: N_("il rumore copre la voce"),
        Reason.NOISE_UNDER_VOICE: N_("rumore o eco mentre parla"),
        Reason.HUM: N_("ronzio di fondo"),
        Reason.ONE_CHANNEL: N_("audio da una parte sola"),
        Reason.INVERTED: N_("sui telefoni l'audio sparisce"),
        Reason.DC_OFFSET: N_("difetto del microfono"),
    }
)
"""Each reason in a few words; `advice.py` tells the sender what to do about it."""

STOPPED: Final[Mapping[JobKind, str]] = MappingProxyType(
    {
        JobKind.INSPECT: N_("Si è fermato il controllo del video."),
        JobKind.ENCODE: N_("Si è fermata la preparazione della copia da guardare."),
        JobKind.PUBLISH: N_("Si è fermata la pubblicazione."),
    }
)

TROUBLES: Final[Mapping[Trouble, str]] = MappingProxyType(
    {
        Trouble.TOO_SLOW: N_(
            "Ci ha messo più del tempo massimo. Succede con video lunghi o in 4K, o quando il computer è molto "
            "occupato: prova con limiti più ampi."
        ),
        Trouble.OUT_OF_MEMORY: N_("La memoria non è bastata: prova con limiti più ampi."),
        Trouble.WORKER_DIED: N_(
            "Il programma che se ne occupava si è spento a ogni tentativo, di solito perché manca memoria: prova con "
            "limiti più ampi."
        ),
        Trouble.TOOL_FAILED: N_(
            "Il programma che legge i video non ce la fa con questo file. Riprova una volta; se si ferma di nuovo, "
            "chiedi un altro file a chi l'ha mandato."
        ),
        Trouble.OUTPUT_WRONG: N_(
            "La copia non era uguale all'originale e l'abbiamo buttata. Riprova una volta; se si ferma di nuovo, "
            "chiedi un altro file a chi l'ha mandato."
        ),
        Trouble.FILE_MISSING: N_(
            "Il file non è più nell'archivio. Riprovare non serve: chiedi un altro file a chi l'ha mandato."
        ),
        Trouble.UNKNOWN: N_(
            "È un errore che non conosciamo. Riprova; se si ferma di nuovo, manda i dettagli a chi gestisce il "
            "servizio."
        ),
    }
)

_SINCE: Final = N_("da {time}")
_JUST_NOW: Final = N_("da poco")
_ONE_LOOKS: Final = N_("{names} lo sta guardando")
_SEVERAL_LOOK: Final = N_("{names} lo stanno guardando")


def finding(check: Check, language: str) -> str:
    """Say in a few words what is wrong."""
    return say(FINDINGS[check.reason], language, measured=measured(check, language))


def waited(span: timedelta, language: str) -> str:
    """Say for how long something is as it is: `da 3 giorni`."""
    if span.total_seconds() < _SECONDS_PER_MINUTE:
        return say(_JUST_NOW, language)
    return say(_SINCE, language, time=format_timedelta(span, locale=language))


def looking(names: Sequence[str], language: str) -> str:
    """Say who looks at a clip now; nothing where nobody does."""
    if not names:
        return ""
    sentence = _ONE_LOOKS if len(names) == 1 else _SEVERAL_LOOK
    return say(sentence, language, names=format_list(names, locale=language))
