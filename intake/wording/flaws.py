"""What is said of each thing that can be wrong with a call, beside the field where it is mended."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.call_problems import Flaw
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAWS: Final[Mapping[Flaw, str]] = MappingProxyType(
    {
        Flaw.MISSING: N_("Scrivi questo testo."),
        Flaw.TOO_LONG: N_("Questo testo è troppo lungo: al massimo 10.000 caratteri."),
        Flaw.BAD_SLUG: N_("Da 2 a 40 lettere minuscole senza accenti, cifre o trattini, come fabcity-milano."),
        Flaw.BAD_NAME: N_("Comincia la domanda con una lettera."),
        Flaw.BAD_ADDRESS: N_("Controlla l'indirizzo, per esempio nome@esempio.it."),
        Flaw.BAD_NUMBER: N_("Scrivi un numero maggiore di zero."),
        Flaw.NOT_ABOVE: N_("Deve venire dopo il valore di prima: la fine dopo l'inizio, il massimo sopra il minimo."),
        Flaw.BAD_MOMENT: N_("Scrivi giorno e ora, come 2027-09-14 13:00."),
        Flaw.BAD_ZONE: N_("Scrivi un fuso orario come Europe/Rome."),
        Flaw.EMPTY: N_("Qui ce ne vuole almeno uno."),
        Flaw.TWICE: N_("C'è già: qui ogni voce deve essere diversa."),
        Flaw.BAD_LANGUAGE: N_("Scegli una lingua dall'elenco."),
        Flaw.BAD_COLOUR: N_("Scrivi il colore come #1f4f8f: un cancelletto e sei cifre esadecimali."),
        Flaw.PALE: N_("Questo colore è troppo chiaro: il bianco sopra non si legge. Prendine uno più scuro."),
        Flaw.BAD_HOST: N_("Scrivi solo il nome del sito, come www.example.org, uno per riga."),
    }
)
