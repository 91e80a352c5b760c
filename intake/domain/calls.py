"""The only place for what a call is: its brief, script, rules and consent texts, and how its document is read.

A call is data. `read_call` reads what a TOML file or a row holds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NewType

from intake.domain import call_problems
from intake.domain.call_parts import read_event, read_fields, read_reasons
from intake.domain.checks import CheckCode
from intake.domain.decisions import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.domain.call_parts import CallEvent, CannedReason, ChoiceField

CallSlug = NewType("CallSlug", str)

FIRST_LANGUAGE: Final = call_problems.FIRST_LANGUAGE
"""The language our own sentences are written in, and every call speaks: the one to fall back on."""


class Format(StrEnum):
    """A container a call may accept, by the extension people know it under."""

    MP4 = "mp4"
    MOV = "mov"


class ConsentKind(StrEnum):
    """What a sender agrees to; each is asked, worded and kept by itself."""

    GALLERY = "gallery"
    SOCIAL = "social"
    DOWNLOAD = "download"


class BadCall(ValueError):
    """The document does not describe a call; the message says where and why."""


@dataclass(frozen=True, kw_only=True)
class LocalText:
    """One text in every language its call speaks; `words` is by language, and `FIRST_LANGUAGE` is always there."""

    words: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """Return the text in *language*, in Italian where the call does not speak it."""
        return self.words[self.language_for(language)]

    def language_for(self, language: str) -> str:
        """Return the language in which somebody reads this text who reads the page in *language*."""
        return language if language in self.words else FIRST_LANGUAGE


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the script a sender follows.

    Attributes:
        chapter: What visitors read where the step was heard; its title, which speaks to senders, where none was given.
        listen_for: Words by which captions show that the step was heard, by language; `script.py` reads them.
    """

    title: LocalText
    text: LocalText
    chapter: LocalText
    listen_for: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A consent as it is asked. Its version changes with its words."""

    kind: ConsentKind
    version: str
    required: bool
    text: LocalText

    def text_sha256(self, language: str) -> str:
        """Return the SHA-256 of exactly the words shown in *language*, hexadecimal."""
        return sha256_of_words(self.text.in_language(language))


@dataclass(frozen=True, kw_only=True)
class OrganisationKind:
    """One choice of the form's *kind of organisation*."""

    value: str
    label: LocalText


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a call accepts. The page, the worker and the API all read these.

    Attributes:
        warn_short_side_px: Below this the sender is told that the picture is small; nothing is refused.
        formats: Containers, by extension.
        sound_refuses: Sound checks that refuse a clip where they are at their worst; the others only warn.
    """

    min_duration_s: float
    max_duration_s: float
    max_bytes: int
    min_short_side_px: int
    max_long_side_px: int
    warn_short_side_px: int
    formats: tuple[Format, ...]
    sound_refuses: tuple[CheckCode, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call for videos.

    Attributes:
        requires_captions: Whether a clip is published only with captions that a person checked; else a warning stands
            beside the decision.
        spoken_language: What is spoken in the clips, unless a moderator hears otherwise in one.
        fields: Questions of its own, to be answered by everybody who sends.
        accent: The colour of its page, as `#rrggbb`; None where it is ours.
        embed_hosts: Sites that may show its clips; empty where all may.
    """

    slug: CallSlug
    contact_email: str
    opens_at: datetime | None
    closes_at: datetime | None
    title: LocalText
    brief: LocalText
    noise_advice: LocalText
    steps: tuple[Step, ...]
    rules: Rules
    consents: tuple[Consent, ...]
    organisation_kinds: tuple[OrganisationKind, ...]
    requires_captions: bool = False
    spoken_language: str = FIRST_LANGUAGE
    reasons: tuple[CannedReason, ...] = ()
    fields: tuple[ChoiceField, ...] = ()
    event: CallEvent | None = None
    accent: str | None = None
    embed_hosts: tuple[str, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Tell whether a video may be sent at *now* (aware)."""
        has_opened = self.opens_at is None or self.opens_at <= now
        return has_opened and (self.closes_at is None or now < self.closes_at)

    def kind_label(self, value: str, language: str) -> str:
        """Return the label of an organisation kind; the value itself where the call no longer has it."""
        labels = {kind.value: kind.label.in_language(language) for kind in self.organisation_kinds}
        return labels.get(value, value)

    def reason(self, code: str) -> CannedReason | None:
        """Return the canned reason with this code, where there is one."""
        return next((reason for reason in self.reasons if reason.code == code), None)


def sha256_of_words(words: str) -> str:
    """Return the hash, hexadecimal, that a consent's words are kept and can be checked under: of their UTF-8."""
    return hashlib.sha256(words.encode()).hexdigest()


def read_call(document: Mapping[str, Any]) -> Call:
    """Read a call from a parsed TOML or JSON document.

    Raises:
        BadCall: The document lacks something or says something impossible.
    """
    try:
        call = _call(document)
    except KeyError as missing:
        raise BadCall(f"{missing.args[0]} is missing") from missing
    except (TypeError, AttributeError, ValueError) as error:
        raise BadCall(str(error)) from error
    _require_sense(call)
    for problem in call_problems.problems_of(document):
        raise BadCall(str(problem))
    return call


def _call(document: Mapping[str, Any]) -> Call:
    return Call(
        slug=CallSlug(str(document["slug"])),
        contact_email=document["contact_email"],
        opens_at=_moment(document.get("opens_at")),
        closes_at=_moment(document.get("closes_at")),
        title=_text(document["title"]),
        brief=_text(document["brief"]),
        noise_advice=_text(document["noise_advice"]),
        steps=tuple(
            Step(
                title=_text(step["title"]),
                text=_text(step["text"]),
                chapter=_text(step.get("chapter") or step["title"]),
                listen_for=_phrases(step.get("listen_for", {})),
            )
            for step in document["steps"]
        ),
        rules=_rules(document["rules"]),
        consents=tuple(
            Consent(
                kind=ConsentKind(consent["kind"]),
                version=str(consent["version"]),
                required=bool(consent["required"]),
                text=_text(consent["text"]),
            )
            for consent in document["consents"]
        ),
        organisation_kinds=tuple(
            OrganisationKind(value=kind["value"], label=_text(kind["label"])) for kind in document["organisation_kinds"]
        ),
        requires_captions=bool(document.get("captions", {}).get("required", False)),
        spoken_language=str(document.get("spoken_language", FIRST_LANGUAGE)),
        reasons=read_reasons(document.get("reasons", ()), _text),
        fields=read_fields(document.get("fields") or [], _text),
        event=read_event(document.get("event"), _text, _moment),
        accent=(document.get("look") or {}).get("accent") or None,
        embed_hosts=tuple(document.get("embed_hosts") or ()),
    )


def _text(table: Mapping[str, str]) -> LocalText:
    # Stripped: the hash of a consent must be that of what its page shows.
    return LocalText(words=MappingProxyType({language: words.strip() for language, words in dict(**table).items()}))


def _phrases(table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    if any(isinstance(phrases, str) for phrases in table.values()):
        raise ValueError("listen_for needs a list of phrases for each language")
    return MappingProxyType({language: tuple(map(str, phrases)) for language, phrases in table.items()})


def _rules(table: Mapping[str, Any]) -> Rules:
    return Rules(
        min_duration_s=float(table["min_duration_s"]),
        max_duration_s=float(table["max_duration_s"]),
        max_bytes=int(table["max_bytes"]),
        min_short_side_px=int(table["min_short_side_px"]),
        max_long_side_px=int(table["max_long_side_px"]),
        warn_short_side_px=int(table.get("warn_short_side_px", table["min_short_side_px"])),
        formats=tuple(Format(value) for value in table["formats"]),
        sound_refuses=tuple(CheckCode(value) for value in table.get("sound_refuses", ())),
    )


def _moment(value: datetime | str | None) -> datetime | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{moment} needs a time zone")
    return moment


def _require_sense(call: Call) -> None:
    problems = {
        "rules.min_duration_s must be below rules.max_duration_s": (
            call.rules.min_duration_s >= call.rules.max_duration_s
        ),
        "the gallery consent must be asked and required: nothing is public without it": not any(
            consent.kind is ConsentKind.GALLERY and consent.required for consent in call.consents
        ),
        "steps, formats and organisation_kinds must not be empty": not (
            call.steps and call.rules.formats and call.organisation_kinds
        ),
        "each reason needs a code of its own, and is for ask_again, decline or both": not _reasons_make_sense(call),
    }
    for problem, is_there in problems.items():
        if is_there:
            raise BadCall(problem)
    _require_same_languages(call)


def _reasons_make_sense(call: Call) -> bool:
    codes = {reason.code for reason in call.reasons}
    answers = all(reason.decisions and Decision.APPROVE not in reason.decisions for reason in call.reasons)
    return len(codes) == len(call.reasons) and "" not in codes and answers


def _require_same_languages(call: Call) -> None:
    texts = [call.title, call.brief, call.noise_advice]
    texts += [text for step in call.steps for text in (step.title, step.text, step.chapter)]
    texts += [consent.text for consent in call.consents]
    texts += [kind.label for kind in call.organisation_kinds]
    texts += [text for reason in call.reasons for text in (reason.label, reason.text)]
    spoken = {FIRST_LANGUAGE}.union(*(text.words for text in texts))
    for text in texts:
        if missing := sorted(spoken - set(text.words)):
            known = next(iter(text.words.values()), "")
            raise BadCall(f"a text is missing in {', '.join(missing)}: “{known}”")
