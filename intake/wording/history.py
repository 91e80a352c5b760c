"""What programs noted in a clip's history, for staff: rows keep it as it was noted, pages say it in their language."""

from __future__ import annotations

import re
from typing import Final

from intake.domain.desk import Trouble, trouble_of
from intake.wording import say
from intake.wording.desk import TROUBLES
from intake.wording.marking import N_

_DELETED: Final = (
    (
        re.compile(r"deleted (?P<count>\d+) private files and what the sender told us"),
        N_("Cancellati i file privati ({count}) e quello che aveva scritto chi ha inviato il video."),
    ),
    (
        re.compile(r"deleted (?P<count>\d+) public files"),
        N_("Cancellati i file pubblici ({count})."),
    ),
)


def noted_by_program(note: str, language: str) -> str:
    """Say in *language* what a program noted: what it deleted, what it died of, or a sentence of ours."""
    for pattern, sentence in _DELETED:
        found = pattern.fullmatch(note)
        if found:
            return say(sentence, language, **found.groupdict())
    trouble = trouble_of(note)
    return say(note if trouble is Trouble.UNKNOWN else TROUBLES[trouble], language)
