"""How a mail repeats what a sender typed.

Whoever fills in the form chooses the words and the address they go to. So a mail repeats no more than what looks like a
name: nobody shall send strangers a message and a link of their own through us.
"""

from __future__ import annotations

import re
from typing import Final

_FIRST_NAME: Final = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")
_NOT_IN_A_FILE_NAME: Final = re.compile(r"[^\w ().+-]")
_NAME_CHARACTERS: Final = 40
_FILE_NAME_CHARACTERS: Final = 60


def first_name(untrusted_name: str) -> str | None:
    """Return what to call somebody by; None where what they typed does not look like a name."""
    name = " ".join(untrusted_name.split())
    return name if len(name) <= _NAME_CHARACTERS and _FIRST_NAME.fullmatch(name) else None


def file_name(untrusted_name: str) -> str:
    """Return a file's name with nothing in it that a mail program takes for a link."""
    stem, dot, ending = _NOT_IN_A_FILE_NAME.sub("_", " ".join(untrusted_name.split())).rpartition(".")
    plain = f"{stem.replace('.', '_')}{dot}{ending}"
    if len(plain) <= _FILE_NAME_CHARACTERS:
        return plain
    return f"{plain[: _FILE_NAME_CHARACTERS - 10]}…{plain[-9:]}"
