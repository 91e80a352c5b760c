"""The only place that puts a mail into words: one template a mail, in two editions, text and HTML."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intake import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.staff import StaffMail

TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "email"

_BLANK_LINES: Final = re.compile(r"\n{3,}")

_LINE_CHARACTERS: Final = 72
"""RFC 5322 recommends 78; replies put marks before each line."""


class Mail(StrEnum):
    """What we write to senders, by the template's name."""

    RECEIPT = "receipt"
    REFUSED = "refused"
    ASKED_AGAIN = "asked_again"
    DECLINED = "declined"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken_down"
    WITHDRAWN = "withdrawn"
    REMINDER = "reminder"
    UNFINISHED = "unfinished"
    FILED = "filed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, kw_only=True)
class Words:
    """A mail in words."""

    subject: str
    text: str
    html: str


def put_into_words(mail: Mail | StaffMail, language: str, facts: Mapping[str, object]) -> Words:
    """Write a mail in *language*.

    Args:
        facts: What the template speaks of; one that is missing is an error.
    """
    # The subject is text: in the other edition what it quotes would be escaped.
    subject, text = _render(mail, "txt", language, facts)
    _, html = _render(mail, "html", language, facts)
    return Words(subject=subject, text=_BLANK_LINES.sub("\n\n", text), html=html)


def _render(mail: Mail | StaffMail, edition: str, language: str, facts: Mapping[str, object]) -> tuple[str, str]:
    template = _environment(edition, language).get_template(f"{mail}.jinja")
    parts = {"layout": f"layout.{edition}", "parts": f"parts.{edition}", "edition": edition, "language": language}
    module = template.make_module({**facts, **parts})
    return " ".join(str(vars(module)["subject"]).split()), f"{str(module).strip()}\n"


@lru_cache
def _environment(edition: str, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=edition == "html",  # noqa: S701 - the other edition is plain text, where nothing is to be escaped
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(wording.catalogue(language), newstyle=True)  # type: ignore[attr-defined] # the extension's
    environment.filters.update(
        wrapped=_wrapped,
        moment=lambda moment: wording.moment(moment, language),
        filesize=lambda size_bytes: wording.file_size(size_bytes, language),
        duration=lambda seconds: wording.duration(seconds, language),
        local=lambda text: text.in_language(language),
        check_title=lambda check: wording.check_title(check, language),
        advice=lambda check: wording.sentence(check, language),
    )
    return environment


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        width=_LINE_CHARACTERS,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        # An address cut in two is no address.
        break_long_words=False,
        break_on_hyphens=False,
    )
