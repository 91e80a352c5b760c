"""The only list of what can be edited of a call, in the order in which the page shows it.

What is not here stays in a call's document as it is: another part of the service may keep something of its own there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from intake.domain.calls import Format
from intake.domain.listening import CAN_REFUSE
from intake.domain.spoken import SPOKEN_LANGUAGES
from intake.wording.advice import CHECKS
from intake.wording.marking import N_


class Kind(StrEnum):
    """How a value is written in a page."""

    WORDS = "words"
    """A line in each language."""
    LONG_WORDS = "long_words"
    """A text in each language."""
    CHOICES = "choices"
    """Answers to choose from: one a line, in each language, in the same order."""
    LINE = "line"
    EMAIL = "email"
    NAME = "name"
    """What something is kept under: made from its label once, and never changed."""
    OPTION = "option"
    """One of a few."""
    NUMBER = "number"
    MEGABYTES = "megabytes"
    MOMENT = "moment"
    TICK = "tick"
    SET = "set"
    """Some of a few."""
    PHRASES = "phrases"
    """A list in each language: one a line."""
    LINES = "lines"
    """A list: one a line."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """One value.

    Attributes:
        place: Where it stands in the document; in a list, below its entry.
        zone_place: Of a moment: where its time zone stands. Without one it is Pistoia's.
        options: Of an option, or a set: each value with its label.
    """

    place: str
    kind: Kind
    label: str
    hint: str = ""
    is_required: bool = False
    zone_place: str | None = None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """Values that belong together.

    Attributes:
        list_place: Where the list stands whose entries have these values; None where they are there once.
        entry: What an entry of the list is called.
        adds: What the button says that adds one.
    """

    title: str
    inputs: tuple[Input, ...]
    hint: str = ""
    list_place: str | None = None
    entry: str = ""
    adds: str = ""


_FOR_VISITORS: Final = N_("Facoltativo. Lo legge chi guarda il video. Per esempio: “Chi parla”.")
_UNASKED: Final = N_("Lascia vuoto se non lo chiedi.")
_ONE_A_LINE: Final = N_("Una per riga, nello stesso ordine in ogni lingua.")

GROUPS: Final = (
    Group(
        title=N_("L'invito"),
        hint=N_("Scrivi ogni testo in italiano. L'inglese è facoltativo: o tutti i testi, o nessuno."),
        inputs=(
            Input(place="title", kind=Kind.WORDS, label=N_("Titolo"), is_required=True),
            Input(
                place="brief",
                kind=Kind.LONG_WORDS,
                label=N_("Che cosa chiedi"),
                hint=N_("Due o tre frasi: a chi parli, che cosa vuoi sapere, dove finiscono i video."),
                is_required=True,
            ),
            Input(
                place="noise_advice",
                kind=Kind.LONG_WORDS,
                label=N_("Consigli contro il rumore"),
                is_required=True,
            ),
            Input(
                place="contact_email",
                kind=Kind.EMAIL,
                label=N_("E-mail per chi ha bisogno di aiuto"),
                is_required=True,
            ),
            Input(
                place="spoken_language",
                kind=Kind.OPTION,
                label=N_("Lingua che si parla nei video"),
                hint=N_("Serve alla bozza dei sottotitoli. Se qualcuno parla un'altra lingua, la cambi nel suo video."),
                options=tuple(SPOKEN_LANGUAGES.items()),
            ),
        ),
    ),
    Group(
        title=N_("Che cosa dire, passo per passo"),
        list_place="steps",
        entry=N_("Passo"),
        adds=N_("Aggiungi un passo"),
        inputs=(
            Input(place="title", kind=Kind.WORDS, label=N_("Titolo del passo"), is_required=True),
            Input(place="text", kind=Kind.LONG_WORDS, label=N_("Che cosa dire"), is_required=True),
            Input(place="chapter", kind=Kind.WORDS, label=N_("Titolo del capitolo"), hint=_FOR_VISITORS),
            Input(
                place="listen_for",
                kind=Kind.PHRASES,
                label=N_("Parole da ascoltare"),
                hint=N_(
                    "Facoltative, una per riga. Se sono nei sottotitoli, chi decide vede che il passo c'è. "
                    "{name}, {role} e {organisation} stanno per quello che ha scritto chi manda il video."
                ),
            ),
        ),
    ),
    Group(
        title=N_("Domande in più"),
        hint=N_("Chi manda un video sceglie una risposta a ogni domanda. Per esempio: la città."),
        list_place="fields",
        entry=N_("Domanda"),
        adds=N_("Aggiungi una domanda"),
        inputs=(
            Input(place="name", kind=Kind.NAME, label=N_("Nome interno")),
            Input(place="label", kind=Kind.WORDS, label=N_("Domanda"), is_required=True),
            Input(
                place="choices",
                kind=Kind.CHOICES,
                label=N_("Risposte"),
                hint=_ONE_A_LINE,
                is_required=True,
            ),
        ),
    ),
    Group(
        title=N_("Tipi di organizzazione"),
        inputs=(
            Input(
                place="organisation_kinds",
                kind=Kind.CHOICES,
                label=N_("Voci"),
                hint=_ONE_A_LINE,
                is_required=True,
            ),
        ),
    ),
    Group(
        title=N_("I consensi"),
        hint=N_(
            "Se cambi le parole, nasce una nuova versione. Chi ha già risposto resta legato alle parole che ha letto."
        ),
        inputs=(
            Input(
                place="consents.gallery.text",
                kind=Kind.LONG_WORDS,
                label=N_("Pubblicare nella galleria (obbligatorio)"),
                is_required=True,
            ),
            Input(
                place="consents.social.text",
                kind=Kind.LONG_WORDS,
                label=N_("Pubblicare sui canali social"),
                hint=_UNASKED,
            ),
            Input(
                place="consents.social.required",
                kind=Kind.TICK,
                label=N_("Senza il consenso per i canali social non si può mandare il video"),
            ),
            Input(place="consents.download.text", kind=Kind.LONG_WORDS, label=N_("Scaricare il video"), hint=_UNASKED),
        ),
    ),
    Group(
        title=N_("Quando"),
        hint=N_("Ora di Pistoia. Lascia vuoto se non c'è un inizio o una fine."),
        inputs=(
            Input(place="opens_at", kind=Kind.MOMENT, label=N_("Si apre")),
            Input(place="closes_at", kind=Kind.MOMENT, label=N_("Si chiude")),
        ),
    ),
    Group(
        title=N_("Un incontro"),
        hint=N_("Se l'invito prepara un incontro, la pagina mostra quando è e il programma. Altrimenti lascia vuoto."),
        inputs=(
            Input(
                place="event.starts_at",
                kind=Kind.MOMENT,
                label=N_("Comincia"),
                zone_place="event.time_zone",
            ),
            Input(
                place="event.time_zone",
                kind=Kind.LINE,
                label=N_("Fuso orario"),
                hint=N_("Per esempio Europe/Rome, Europe/Paris, Atlantic/Reykjavik."),
            ),
            Input(
                place="event.agenda",
                kind=Kind.LONG_WORDS,
                label=N_("Programma"),
                hint=N_("Un punto per riga."),
            ),
        ),
    ),
    Group(
        title=N_("Limiti del video"),
        inputs=(
            Input(place="rules.min_duration_s", kind=Kind.NUMBER, label=N_("Durata minima, in secondi")),
            Input(place="rules.max_duration_s", kind=Kind.NUMBER, label=N_("Durata massima, in secondi")),
            Input(place="rules.max_bytes", kind=Kind.MEGABYTES, label=N_("Peso massimo, in MB")),
            Input(place="rules.min_short_side_px", kind=Kind.NUMBER, label=N_("Lato corto minimo, in pixel")),
            Input(
                place="rules.warn_short_side_px",
                kind=Kind.NUMBER,
                label=N_("Lato corto sotto il quale avvisare, in pixel"),
            ),
            Input(place="rules.max_long_side_px", kind=Kind.NUMBER, label=N_("Lato lungo massimo, in pixel")),
            Input(
                place="rules.formats",
                kind=Kind.SET,
                label=N_("Formati"),
                options=tuple((name.value, name.value.upper()) for name in Format),
            ),
            Input(
                place="rules.sound_refuses",
                kind=Kind.SET,
                label=N_("Audio che fa rifiutare il video"),
                hint=N_("Solo quando è pessimo. Quello che non scegli avvisa e basta."),
                options=tuple((code.value, CHECKS[code]) for code in CAN_REFUSE),
            ),
        ),
    ),
    Group(
        title=N_("Motivi pronti"),
        hint=N_("Frasi che chi decide può scegliere e cambiare, per chi ha mandato il video."),
        list_place="reasons",
        entry=N_("Motivo"),
        adds=N_("Aggiungi un motivo"),
        inputs=(
            Input(place="code", kind=Kind.NAME, label=N_("Nome interno")),
            Input(place="label", kind=Kind.WORDS, label=N_("In breve"), is_required=True),
            Input(place="text", kind=Kind.LONG_WORDS, label=N_("Che cosa legge chi l'ha mandato"), is_required=True),
            Input(
                place="for",
                kind=Kind.SET,
                label=N_("Serve a"),
                options=(("ask_again", N_("chiedere una nuova versione")), ("decline", N_("rifiutare"))),
            ),
        ),
    ),
    Group(
        title=N_("La pubblicazione"),
        inputs=(
            Input(
                place="captions.required",
                kind=Kind.TICK,
                label=N_("Senza sottotitoli controllati da una persona, niente pubblicazione"),
            ),
            Input(
                place="look.accent",
                kind=Kind.LINE,
                label=N_("Colore della pagina"),
                hint=N_("Come #1f4f8f. Vuoto: il nostro verde. Il bianco deve leggersi bene su questo colore."),
            ),
            Input(
                place="embed_hosts",
                kind=Kind.LINES,
                label=N_("Siti che possono mostrare i video"),
                hint=N_("Uno per riga, come www.example.org. Vuoto: tutti."),
            ),
        ),
    ),
)

LISTS: Final = {group.list_place: group for group in GROUPS if group.list_place is not None}
