"""What can be done to a call: save a document of it, close it, open it again.

A call's document is never overwritten without a trace: each one it ever had stands in `call_versions`, and the words of
each consent under their hash. All of it is one transaction: killed in the middle, the call is as it was before.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, insert, literal, select, update

from intake.db.tables import call_versions, calls, consent_texts
from intake.domain.calls import read_call, sha256_of_words
from intake.domain.consent_versions import with_versions
from intake.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.calls import Call

FILE: Final = "file"
"""Who a document is from that was read from a file."""


class Saved(Enum):
    """How saving a call ended."""

    DONE = auto()
    SLUG_TAKEN = auto()
    """Another call has this address."""
    CHANGED = auto()
    """Somebody else saved a version meanwhile."""


@dataclass(frozen=True, kw_only=True)
class CallVersion:
    """One document of a call: the how-manieth, when and by whom it was saved."""

    number: int
    at: datetime
    actor: str
    document: dict[str, Any]


def save_call(
    connection: Connection, untrusted: Mapping[str, Any], *, actor: str, now: datetime, edited: int | None
) -> Saved:
    """Save a document of a call: a new call, or a new version of one. The same document again is no new version.

    A consent whose words changed gets a version of its own; answers to the old words keep theirs.

    Args:
        edited: The number of the version that was edited; None for a new call.

    Raises:
        BadCall: The document does not describe a call.
    """
    document = _plain(untrusted)
    slug = str(document.get("slug", ""))
    connection.execute(select(calls.c.slug).where(calls.c.slug == slug).with_for_update())
    last = last_version(connection, slug)
    if last is not None and edited is None:
        return Saved.SLUG_TAKEN
    if last is not None and last.number != edited:
        return Saved.CHANGED
    earlier = [version.document for version in versions(connection, slug)]
    document = with_versions(document, earlier, today=now.date())
    _write(connection, document, last, actor=actor, now=now)
    return Saved.DONE


def load_document(connection: Connection, untrusted: Mapping[str, Any], *, now: datetime) -> Call:
    """Save a document that came from a file, versions of its consents and all.

    Raises:
        BadCall: The document does not describe a call.
    """
    document = _plain(untrusted)
    last = last_version(connection, str(document.get("slug", "")))
    return _write(connection, document, last, actor=FILE, now=now)


def close_call(connection: Connection, slug: str, *, actor: str, now: datetime) -> None:
    """Take no more videos for a call from now on.

    Raises:
        NotFound: There is no such call.
    """
    _change(connection, slug, {"closes_at": now.isoformat()}, actor=actor, now=now)


def reopen_call(connection: Connection, slug: str, *, actor: str, now: datetime) -> None:
    """Take videos for a call again, without an end.

    Raises:
        NotFound: There is no such call.
    """
    document = _change(connection, slug, {"closes_at": None}, actor=actor, now=now)
    if not read_call(document).is_open(now):
        # It had not opened yet.
        _change(connection, slug, {"opens_at": None}, actor=actor, now=now)


def versions(connection: Connection, slug: str) -> list[CallVersion]:
    """Return every document a call had, newest first."""
    query = select(call_versions).where(call_versions.c.call_slug == slug).order_by(call_versions.c.number.desc())
    return [
        CallVersion(number=row["number"], at=row["at"], actor=row["actor"], document=row["document"])
        for row in connection.execute(query).mappings()
    ]


def version(connection: Connection, slug: str, number: int) -> CallVersion:
    """Return one document a call had.

    Raises:
        NotFound: There is no such call, or it never had so many.
    """
    for found in versions(connection, slug):
        if found.number == number:
            return found
    raise NotFound(f"call {slug} {number}")


def last_version(connection: Connection, slug: str) -> CallVersion | None:
    """Return the document a call has now; None where there is no such call."""
    number = connection.scalar(select(func.max(call_versions.c.number)).where(call_versions.c.call_slug == slug))
    return version(connection, slug, number) if number else None


def present_version(connection: Connection, slug: str) -> CallVersion:
    """Return the document a call has now.

    Raises:
        NotFound: There is no such call.
    """
    last = last_version(connection, slug)
    if last is None:
        raise NotFound(f"call {slug}")
    return last


def _change(
    connection: Connection, slug: str, changes: Mapping[str, Any], *, actor: str, now: datetime
) -> dict[str, Any]:
    connection.execute(select(calls.c.slug).where(calls.c.slug == slug).with_for_update())
    last = present_version(connection, slug)
    document = {name: value for name, value in (last.document | dict(changes)).items() if value is not None}
    _write(connection, document, last, actor=actor, now=now)
    return document


def _write(
    connection: Connection, document: dict[str, Any], last: CallVersion | None, *, actor: str, now: datetime
) -> Call:
    call = read_call(document)
    if last is not None and last.document == document:
        return call
    values = {"document": document, "loaded_at": now}
    if last is None:
        connection.execute(insert(calls).values(slug=call.slug, **values))
    else:
        connection.execute(update(calls).where(calls.c.slug == call.slug).values(**values))
    number = (last.number if last else 0) + 1
    connection.execute(
        insert(call_versions).values(call_slug=call.slug, number=number, at=now, actor=actor, document=document)
    )
    _keep_words(connection, call)
    return call


def _keep_words(connection: Connection, call: Call) -> None:
    # For as long as the database lives: an answer to a consent is worth nothing without the words it was given to.
    for words in (text for consent in call.consents for text in consent.text.words.values()):
        text_sha256 = sha256_of_words(words)
        is_known = exists().where(consent_texts.c.text_sha256 == text_sha256)
        row = select(literal(text_sha256), literal(words)).where(~is_known)
        connection.execute(insert(consent_texts).from_select(["text_sha256", "words"], row))


def _plain(untrusted: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON can keep: TOML's dates become text."""
    plain: dict[str, Any] = _without_dates(deepcopy(dict(untrusted)))
    return plain


def _without_dates(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(value, dict):
        return {name: _without_dates(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_without_dates(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value
