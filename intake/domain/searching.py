"""The rules by which words are found, on the desk and in the gallery: by how they begin, without marks, all of them."""

from __future__ import annotations

import re
import string
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_WORDS: Final = 6
MIN_LETTERS: Final = 2
"""Of a word that the desk searches for: what begins with one letter is nearly everything, which finds nothing."""

MAX_SEARCH_CHARACTERS: Final = 100
"""What a search looks at; nobody types more to find a person."""


def _letters() -> dict[str, str]:
    # Of the languages of Europe, written with one letter and one mark.
    marked = (chr(code) for code in range(0xC0, 0x180))
    plain = {letter: unicodedata.normalize("NFD", letter)[0].lower() for letter in marked}
    return {letter: base for letter, base in plain.items() if base.isascii()}


FOLDED: Final[Mapping[str, str]] = MappingProxyType(_letters())
"""Letters that are found as others, so that “Nicolo” finds “Nicolò”."""

BETWEEN_WORDS: Final = string.punctuation + "’‘“”«»–—…·\n\r\t"
"""What ends a word, as a space does: “D'Amico” is two."""

_AFTER_THE_AT: Final = re.compile(r"(?<=\S)@\S*")
_WORD: Final = re.compile(r"[^\W_]+")


def search_terms(untrusted_text: str, *, min_letters: int = MIN_LETTERS) -> tuple[str, ...]:
    """Return the words that a search must find, each as a word's beginning; of an address what is before its @.

    Args:
        min_letters: Shorter words are not searched for.
    """
    told = _AFTER_THE_AT.sub("", untrusted_text[:MAX_SEARCH_CHARACTERS])
    folded = "".join(FOLDED.get(letter, letter) for letter in told).lower()
    return tuple(word for word in _WORD.findall(folded) if len(word) >= min_letters)[:MAX_WORDS]
