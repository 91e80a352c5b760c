"""Rules about the pages: nothing inline, nothing from others, nothing unescaped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
EACH_TEMPLATE = pytest.mark.parametrize(
    "template", [pytest.param(path, id=str(path.relative_to(PROJECT / "templates"))) for path in TEMPLATES]
)


@pytest.mark.parametrize(
    "template", [pytest.param(path, id=path.name) for path in TEMPLATES if path.parent.name != "email"]
)
def test_no_script_or_style_stands_in_a_page(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    # What describes a page to machines is run by nobody.
    assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/ld\+json\"))", text)


@EACH_TEMPLATE
def test_nothing_is_fetched_from_others(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", text)


@EACH_TEMPLATE
def test_nothing_is_shown_unescaped(template: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", template.read_text(encoding="utf-8"))


@EACH_TEMPLATE
def test_only_our_own_sentences_are_translated_as_markup(template: Path) -> None:
    """`_(…)` escapes nothing of its sentence: what comes from a row goes through `| translated`."""
    assert not re.search(r"\b(?:_|gettext|ngettext)\(\s*[^\s\"')]", template.read_text(encoding="utf-8"))
