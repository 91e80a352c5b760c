"""The words of a clip that a moderator may mend: how its speaker is spelled, and what the clip itself is called."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Final

from intake.domain.changes import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intake.domain.submissions import Submission

SENDER_S_OWN: Final = ("given_name", "family_name", "role", "organisation")
"""What the sender typed, and what is kept as they typed it."""

TITLE_CHARACTERS: Final = 120
QUOTE_CHARACTERS: Final = 200


@dataclass(frozen=True, kw_only=True)
class ClipWords:
    """What a clip's public page says in somebody's words, and in which language. An empty title or quote is none."""

    given_name: str
    family_name: str
    role: str
    organisation: str
    title: str
    quote: str
    spoken_language: str


WORDS: Final = tuple(field.name for field in fields(ClipWords))


def words_of(submission: Submission) -> ClipWords:
    """Return the words of a clip as they stand."""
    sender = submission.sender
    return ClipWords(
        given_name=sender.given_name,
        family_name=sender.family_name,
        role=sender.role,
        organisation=sender.organisation,
        title=submission.title,
        quote=submission.quote,
        spoken_language=submission.spoken_language,
    )


def corrections(now: ClipWords, *, seen: ClipWords, typed: ClipWords) -> list[Change]:
    """Return what somebody who saw *seen* and typed *typed* changes of what stands *now*.

    What they left as they saw it stays, whatever somebody else made of it meanwhile.
    """
    stands, before, after = asdict(now), asdict(seen), asdict(typed)
    return [
        Change(name=name, before=stands[name], after=after[name])
        for name in WORDS
        if after[name] not in {before[name], stands[name]}
    ]


def as_sender_said(said: Mapping[str, str], changes: Iterable[Change]) -> dict[str, str]:
    """Return what is kept as the sender typed it, after *changes*: of a detail that is so again, nothing."""
    kept = dict(said)
    for change in changes:
        if change.name not in SENDER_S_OWN:
            continue
        original = kept.setdefault(change.name, change.before)
        if original == change.after:
            del kept[change.name]
    return kept
