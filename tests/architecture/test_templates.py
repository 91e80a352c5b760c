"""Rules about the pages: nothing inline, nothing from others, every sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from intake import wording

PROJECT = Path(__file__).parents[2]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
EACH_TEMPLATE = pytest.mark.parametrize(
    "template", [pytest.param(path, id=str(path.relative_to(PROJECT / "templates"))) for path in TEMPLATES]
)

KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


@pytest.mark.parametrize(
    "template", [pytest.param(path, id=path.name) for path in TEMPLATES if path.parent.name != "email"]
)
def test_no_script_or_style_stands_in_a_page(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@EACH_TEMPLATE
def test_nothing_is_fetched_from_others(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", text)


@EACH_TEMPLATE
def test_nothing_is_shown_unescaped(template: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", template.read_text(encoding="utf-8"))


def test_every_sentence_is_translated() -> None:
    sentences = {
        message
        for folder, method in (
            ("intake", [("**.py", "python")]),
            ("templates", [("**.html", "jinja2"), ("**.jinja", "jinja2"), ("**.txt", "jinja2")]),
        )
        for _, _, found, _, _ in extract_from_dir(PROJECT / folder, method, keywords=KEYWORDS, directory_filter=is_ours)
        for message in ([found] if isinstance(found, str) else [found[0]])
    }
    with (wording.TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")

    missing = sorted(sentence for sentence in sentences if sentence and not is_translated(catalogue.get(sentence)))

    assert missing == []


def is_ours(folder: str) -> bool:
    return "node_modules" not in Path(folder).parts


def is_translated(message: object) -> bool:
    translation = getattr(message, "string", None)
    return all(translation) if isinstance(translation, tuple) else bool(translation)
