"""The only place for what is said about captions: their mistakes, and what makes them hard to read."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.numbers import format_decimal

from intake.domain.captions import MAX_CUE_CHARACTERS, MAX_CUES, Advice
from intake.domain.webvtt import MAX_BYTES, Problem
from intake.wording import file_size, say
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.captions import Cue
    from intake.domain.webvtt import Mistake

PROBLEMS: Final[Mapping[Problem, str]] = MappingProxyType(
    {
        Problem.TOO_LARGE: N_("È troppo lungo: al massimo {size}."),
        Problem.NOT_TEXT: N_("Questo file non è un testo. Servono sottotitoli .vtt o .srt."),
        Problem.NO_SIGNATURE: N_("La prima riga deve essere WEBVTT."),
        Problem.NO_TIMES: N_(
            "Riga {line}: qui mancano i tempi, per esempio 00:00:01.000 --> 00:00:03.500. Se questa riga appartiene al "
            "sottotitolo prima, togli la riga vuota che la precede."
        ),
        Problem.BAD_TIME: N_("Riga {line}: i tempi si scrivono così: 00:00:01.000 --> 00:00:03.500."),
        Problem.ENDS_BEFORE_START: N_("Riga {line}: questo sottotitolo finisce prima di iniziare."),
        Problem.OUT_OF_ORDER: N_("Riga {line}: questo sottotitolo inizia prima che finisca quello precedente."),
        Problem.NO_GAP: N_("Riga {line}: fra un sottotitolo e l'altro ci vuole una riga vuota."),
        Problem.TEXT_TOO_LONG: N_("Riga {line}: questo sottotitolo è troppo lungo, al massimo {characters} caratteri."),
        Problem.TOO_MANY: N_("I sottotitoli sono troppi: al massimo {cues}."),
    }
)

ADVICE: Final[Mapping[Advice, str]] = MappingProxyType(
    {
        Advice.TOO_MANY_LINES: N_("più di due righe"),
        Advice.LINE_TOO_LONG: N_("una riga è più lunga di 37 caratteri"),
        Advice.TOO_FAST: N_("troppo veloce da leggere: {speed} caratteri al secondo"),
        Advice.TOO_BRIEF: N_("resta troppo poco sullo schermo"),
    }
)


def mistake(found: Mistake, language: str) -> str:
    """Say what is wrong in which line, and how to mend it."""
    return say(
        PROBLEMS[found.problem],
        language,
        line=str(found.line),
        size=file_size(MAX_BYTES, language),
        characters=str(MAX_CUE_CHARACTERS),
        cues=str(MAX_CUES),
    )


def advice(found: Advice, cue: Cue, language: str) -> str:
    """Say in a few words what makes *cue* hard to read."""
    return say(ADVICE[found], language, speed=format_decimal(cue.characters_per_s, "0", locale=language))


def moment(time_ms: int) -> str:
    """Write a moment of a clip as players do: `0:12`, `2:05`."""
    minutes, seconds = divmod(time_ms // 1000, 60)
    return f"{minutes}:{seconds:02}"
