"""Every sentence that a person may see, as gettext's tools find them, and a language that nobody speaks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

from tests.servers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYWORDS: Final = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS: Final = {
    "intake": [("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.jinja", "jinja2"), ("**.txt", "jinja2")],
}
NOBODY_S: Final = "eo"
"""A language that no catalogue of ours is in."""


@cache
def all_sentences() -> frozenset[str | tuple[str, str]]:
    """Every sentence, and every pair of one for one thing and one for many."""
    return frozenset(message for folder in METHODS for message in _sentences_in(folder) if message)


def mark(sentence: str) -> str:
    """Say a sentence in nobody's language."""
    return f"⟦{sentence}⟧"


def write_nobody_s_catalogue(translations: Path) -> None:
    """Translate everything into nobody's language."""
    catalogue = Catalog(locale=NOBODY_S)
    for sentence in all_sentences():
        said = mark(sentence) if isinstance(sentence, str) else tuple(mark(form) for form in sentence)
        catalogue.add(sentence, said)
    folder = translations / NOBODY_S / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)


def _sentences_in(folder: str) -> Iterator[str | tuple[str, str]]:
    found = extract_from_dir(PROJECT / folder, METHODS[folder], keywords=KEYWORDS, directory_filter=_is_ours)
    for _, _, message, _, _ in found:
        yield message if isinstance(message, str) else (message[0], message[1])


def _is_ours(folder: str) -> bool:
    return "node_modules" not in Path(folder).parts
