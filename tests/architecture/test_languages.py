"""Every sentence a person sees can be translated, and is; a catalogue more is a language more."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA

from intake import wording
from intake.domain.spoken import SPOKEN_LANGUAGES
from tests.sentences import NOBODY_S, all_sentences, write_nobody_s_catalogue
from tests.servers import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog, Message

    from tests.databases import Databases

CATALOGUES: Final = sorted(wording.TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
EACH_CATALOGUE: Final = pytest.mark.parametrize("path", [pytest.param(path, id=path.parts[-3]) for path in CATALOGUES])
TEMPLATES: Final = sorted([*(PROJECT / "templates").rglob("*.html"), *(PROJECT / "templates").rglob("*.txt")])

PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|{\w+}")
WORD: Final = re.compile(r"[^\W\d_]{2,}")
NUMBER: Final = re.compile(r"\b(?:[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
"""Hashes, ids of requests and submissions."""
SEEN_BY_NOBODY: Final = re.compile(r"<(script|style|code|svg|textarea)\b.*?</\1>|<!--.*?-->|<!DOCTYPE[^>]*>", re.DOTALL)
_NAMES: Final = (
    "act|do|take|sound|language|move|opens|when|trouble|verdict|stage|live|upload|upload-panel|upload-url|upload-token"
)
_PLACES: Final = "quality|arrived|seek|watched|leftover|call"
"""What scripts read in `data-…` and nobody sees: names, and where something is. All other words there are shown."""
ATTRIBUTE: Final = re.compile(
    rf'\s(?:alt|title|aria-label|placeholder|data-(?!(?:{_NAMES}|{_PLACES})=)[a-z-]+)="([^"]*)"'
)
TAG: Final = re.compile(r"<[^>]*>", re.DOTALL)
TRANSLATED: Final = re.compile(r"⟦[^⟦⟧]*⟧")

A_NAME: Final = frozenset({"Pistoia", "Esc", "WhatsApp"})
"""What is the same in every language, and so stands in the templates as it is; a key is called what stands on it."""

UNITS: Final = frozenset({"min", "px", "kB", "MB", "LUFS", "dB", "dBTP", "SHA", "MP", "mp", "MOV"})

FRAGMENTS: Final = frozenset({"next", "nonce"})
"""Pieces of addresses and attributes that a template writes outside of a tag."""

_SAID_BY_PEOPLE: Final = """
    Anna Rossi Titolare Officina anna rossi moderatrice example org videomessaggi pistoia video mp
    Il volto controluce it broke jpg gallery social impresa aac
"""
SAID_BY_PEOPLE: Final = frozenset(_SAID_BY_PEOPLE.split())
"""What senders, staff and workers say in the pages that are looked at."""


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def forms(message: Message) -> list[tuple[str, str]]:
    """A message's forms, each with its translation."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return list(zip(message.id, message.string, strict=False))


@EACH_CATALOGUE
def test_a_catalogue_has_every_sentence(path: Path) -> None:
    catalogue = read(path)

    found = {
        sentence: catalogue.get(sentence if isinstance(sentence, str) else sentence[0]) for sentence in all_sentences()
    }
    missing = [
        sentence
        for sentence, message in found.items()
        if message is None or not all(said for _, said in forms(message))
    ]

    assert missing == []


@EACH_CATALOGUE
def test_a_catalogue_has_no_sentence_that_nobody_says(path: Path) -> None:
    said = {message.id if isinstance(message.id, str) else tuple(message.id) for message in read(path) if message.id}

    assert said - all_sentences() == set()


@EACH_CATALOGUE
def test_a_translation_has_the_same_gaps_to_fill(path: Path) -> None:
    unlike = [
        (sentence, translation)
        for message in read(path)
        if message.id
        for sentence, translation in forms(message)
        if set(PLACEHOLDER.findall(sentence)) != set(PLACEHOLDER.findall(translation))
    ]

    assert unlike == []


@pytest.mark.parametrize("template", [pytest.param(path, id=path.name) for path in TEMPLATES])
def test_no_word_of_a_template_is_left_unmarked(template: Path) -> None:
    pieces = Environment(autoescape=True).lex(template.read_text(encoding="utf-8"))
    written = " ".join(text for _, kind, text in pieces if kind == TOKEN_DATA)

    assert words_of(written) - A_NAME - UNITS - FRAGMENTS == set()


def words_of(page: str) -> set[str]:
    """The words that a page shows or says aloud."""
    seen = SEEN_BY_NOBODY.sub(" ", page)
    texts = [TAG.sub(" ", seen), *ATTRIBUTE.findall(seen)]
    return {word for text in texts for word in WORD.findall(NUMBER.sub(" ", without_translations(html.unescape(text))))}


def without_translations(text: str) -> str:
    """Take the translated sentences away, one within another from the inside out."""
    shorter = TRANSLATED.sub(" ", text)
    return text if shorter == text else without_translations(shorter)


@pytest.fixture(scope="module")
def pages(databases: Databases, any_kind: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page of a copy of the service to which nothing was added but a catalogue, in its language."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(PROJECT / "intake", copy / "intake", ignore=shutil.ignore_patterns("assets", "__pycache__"))
    shutil.copytree(PROJECT / "templates", copy / "templates")
    write_nobody_s_catalogue(copy / "intake" / "translations")
    run = subprocess.run(
        [sys.executable, "-m", "tests.pages_in", NOBODY_S, copy, databases.empty(any_kind, copy)],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{PROJECT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    printed: dict[str, str] = json.loads(run.stdout.splitlines()[-1])
    return printed


def test_a_catalogue_more_is_a_language_more(pages: dict[str, str]) -> None:
    assert f'<html lang="{NOBODY_S}">' in pages["/calls/pistoia2030"]
    assert "⟦Manda il tuo video⟧" in pages["/calls/pistoia2030"]


def test_no_page_says_a_word_that_is_not_in_the_catalogue(pages: dict[str, str]) -> None:
    locale = Locale.parse(NOBODY_S)
    dates = {word for name in locale.months["format"]["wide"].values() for word in WORD.findall(name)}
    known = (*wording.languages(), NOBODY_S)
    languages = {name for code in known for name in WORD.findall(Locale.parse(code).display_name.title())}
    spoken = (Locale.parse(code).get_language_name(NOBODY_S) or "" for code in (*known, *SPOKEN_LANGUAGES))
    names = [*spoken, *SPOKEN_LANGUAGES.values()]
    languages |= {word for name in names for word in WORD.findall(f"{name} {name.capitalize()}")}
    allowed = A_NAME | UNITS | SAID_BY_PEOPLE | dates | languages | {NOBODY_S}

    untranslated = {name: words_of(page) - allowed for name, page in pages.items()}

    assert {name: words for name, words in untranslated.items() if words} == {}
