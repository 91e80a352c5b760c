"""What every check says to its sender: how it ended, and what to do about it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.checks import CheckCode, Reason
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.FINE: N_("Va bene."),
        Reason.NOT_A_VIDEO: N_(
            "Questo file non è un video. Registra con la fotocamera del telefono e manda il file così com'è."
        ),
        Reason.WRONG_FORMAT: N_(
            "Questo file è in formato {measured}; qui si mandano video {limit}. Esporta il video in un formato "
            "accettato e riprova."
        ),
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
            "Non sappiamo leggere le immagini di questo file ({measured}). Manda il video come esce dal telefono, "
            "oppure esportalo come MP4 (H.264) e riprova."
        ),
        Reason.UNKNOWN_AUDIO_CODEC: N_(
            "Non sappiamo leggere l'audio di questo file ({measured}). Manda il video come esce dal telefono, oppure "
            "esportalo come MP4 con audio AAC e riprova."
        ),
        Reason.TOO_SHORT: N_(
            "Il video dura {measured}; servono almeno {limit}. Racconta qualcosa di più e mandalo di nuovo."
        ),
        Reason.TOO_LONG: N_(
            "Il video dura {measured}; il massimo è {limit}. Accorcialo dal telefono (Modifica) o registra di nuovo."
        ),
        Reason.PICTURE_TOO_SMALL: N_(
            "L'immagine è troppo piccola: il lato corto misura {measured}, servono almeno {limit}. Manda il video "
            "originale, non quello passato da una chat."
        ),
        Reason.PICTURE_SMALL: N_(
            "L'immagine è piccola: il lato corto misura {measured}, meglio almeno {limit}. Se hai il video originale, "
            "manda quello: le chat rimpiccioliscono i video."
        ),
        # No figures: a picture that is refused before it is opened has no limit beside it.
        Reason.PICTURE_TOO_LARGE: N_("L'immagine è troppo grande. Registra in Full HD o in 4K, poi riprova."),
        Reason.FILE_TOO_LARGE: N_(
            "Il file pesa {measured}; il massimo è {limit}. Accorcia il video o registra in Full HD invece che in 4K."
        ),
        Reason.DAMAGED: N_(
            "Il video si interrompe o è danneggiato. Controlla che si veda e si senta fino in fondo sul telefono, poi "
            "mandalo di nuovo."
        ),
        Reason.PICTURE_STOPS: N_(
            "L'immagine si ferma dopo {measured}, ma l'audio va avanti. Guarda il video fino in fondo sul telefono e "
            "manda quello completo, o registra di nuovo."
        ),
        Reason.PICTURE_GAPS: N_(
            "In qualche punto l'immagine è rovinata. Guarda il video fino in fondo sul telefono: se si vede male, "
            "registra di nuovo."
        ),
        Reason.BLACK_PICTURE: N_(
            "L'immagine è nera. Controlla che niente copra l'obiettivo, accendi una luce davanti a te e registra di "
            "nuovo."
        ),
        Reason.FROZEN_PICTURE: N_(
            "L'immagine resta sempre ferma. Riguarda il video sul telefono: se è ferma anche lì, registra di nuovo."
        ),
        Reason.SILENT: N_(
            "Non si sente niente. Controlla che niente copra il microfono, registra di nuovo e riascolta il video "
            "prima di mandarlo."
        ),
        Reason.VERY_QUIET: N_(
            "La voce si sente appena. Tieni il telefono alla distanza di un braccio, parla verso il telefono a voce "
            "alta e registra di nuovo."
        ),
        Reason.QUIET: N_(
            "La voce è bassa. Tieni il telefono alla distanza di un braccio, parla a voce alta e riprova."
        ),
        Reason.NO_SPEECH: N_(
            "Non sentiamo nessuno parlare. Controlla che il microfono non sia coperto, parla a voce alta e spegni la "
            "musica, poi riprova."
        ),
        Reason.CLIPPED: N_(
            "L'audio gracchia perché è troppo forte. Tieni il telefono alla distanza di un braccio, parla a voce un "
            "po' più bassa e riprova."
        ),
        Reason.BADLY_CLIPPED: N_(
            "L'audio è così forte che gracchia e si capisce a fatica. Tieni il telefono alla distanza di un braccio, "
            "parla con voce normale e riprova."
        ),
        Reason.MOSTLY_SILENT: N_(
            "Per gran parte del video non si sente niente. Controlla che niente copra il microfono e registra di nuovo."
        ),
        Reason.SILENT_START: N_(
            "Il video comincia con {measured} di silenzio. Taglia l'inizio dal telefono (Modifica) o parla appena "
            "parte la registrazione."
        ),
        Reason.SILENT_END: N_(
            "Il video finisce con {measured} di silenzio. Taglia la fine dal telefono (Modifica), oppure riascoltalo: "
            "forse il microfono si è spento."
        ),
        Reason.LONG_SILENCE: N_(
            "A un certo punto non si sente niente per {measured}. Riascolta il video: se manca un pezzo, registra di "
            "nuovo."
        ),
        Reason.NOISY: N_(
            "Si sente del rumore dietro la tua voce. Chiudi le finestre, spegni ventilatori e televisione, tieni il "
            "telefono alla distanza di un braccio e riprova."
        ),
        Reason.VERY_NOISY: N_(
            "Il rumore di fondo copre la voce. Cerca una stanza tranquilla, lontana dalla strada e dalle altre "
            "persone, tieni il telefono alla distanza di un braccio e registra di nuovo."
        ),
        Reason.NOISE_UNDER_VOICE: N_(
            "Mentre parli si sente rumore o eco. Scegli una stanza con tende, tappeti o divani, chiudi le finestre, "
            "tieni il telefono alla distanza di un braccio e riprova."
        ),
        Reason.HUM: N_(
            "C'è un ronzio di fondo: allontanati da frigoriferi e condizionatori, stacca il caricabatterie e riprova."
        ),
        Reason.ONE_CHANNEL: N_(
            "L'audio si sente da una parte sola. Se usi un microfono esterno, controlla il cavo; altrimenti controlla "
            "che niente copra il microfono del telefono."
        ),
        Reason.INVERTED: N_(
            "Su molti telefoni questo audio sparisce: il suono di destra e quello di sinistra si cancellano a vicenda. "
            "Se usi un microfono esterno, controlla il cavo, oppure registra di nuovo con il microfono del telefono."
        ),
        Reason.DC_OFFSET: N_(
            "Il microfono ha un difetto che rovina l'audio. Prova con un altro microfono o con quello del telefono."
        ),
    }
)

CHECKS: Final[Mapping[CheckCode, str]] = MappingProxyType(
    {
        CheckCode.CONTAINER: N_("Tipo di file"),
        CheckCode.VIDEO_STREAM: N_("Immagine"),
        CheckCode.AUDIO_STREAM: N_("Audio"),
        CheckCode.CODEC: N_("Codifica"),
        CheckCode.DURATION: N_("Durata"),
        CheckCode.RESOLUTION: N_("Grandezza dell'immagine"),
        CheckCode.SIZE: N_("Peso del file"),
        CheckCode.DECODABLE: N_("Stato del file"),
        CheckCode.PICTURE: N_("Che cosa si vede"),
        CheckCode.LOUDNESS: N_("Volume della voce"),
        CheckCode.SPEECH: N_("Parlato"),
        CheckCode.CLIPPING: N_("Distorsione"),
        CheckCode.SILENCE: N_("Silenzio"),
        CheckCode.NOISE: N_("Rumore di fondo"),
        CheckCode.HUM: N_("Ronzio"),
        CheckCode.CHANNELS: N_("Canali audio"),
    }
)
