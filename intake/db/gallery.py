"""The only place that asks which clips are public, in what order, and which of them a visitor looks for.

Lists are found in `gallery_entries`, by indexes alone; what is shown of it is read where `IS_PUBLIC` holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import column, func, literal_column, select, table

from intake.db import queries
from intake.db.gallery_index import mark
from intake.db.gallery_tables import SEARCH_INDEX, gallery_entries, gallery_versions
from intake.db.queries import IS_PUBLIC
from intake.db.tables import submissions
from intake.domain.searching import search_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, Select

    from intake.domain.calls import CallSlug
    from intake.domain.submissions import ClipId, Submission

_WORDS: Final = table(SEARCH_INDEX, column("rowid"), column(SEARCH_INDEX))
"""SQLite's index of words: matching stands for its own name. Source: sqlite.org/fts5.html, section 3."""

_AS_WRITTEN: Final[ColumnElement[str]] = literal_column("'simple'")
_STEM: Final[ColumnElement[str]] = literal_column("'italian'")
"""PostgreSQL's names for what it makes of words: no parameters, for it must know them before it plans."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

entry = gallery_entries.c


@dataclass(frozen=True, kw_only=True)
class PublicFilter:
    """Which published clips a gallery page shows.

    Attributes:
        untrusted_search: What a visitor looks for: each of its words must begin a word of the name, role, organisation,
            title or quote or, on PostgreSQL, be one of theirs in another form.
        after: The clip the page before ended with, public or not.
    """

    kind: str | None = None
    untrusted_search: str = ""
    after: ClipId | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """The words that must be found."""
        return search_terms(self.untrusted_search, min_letters=1)

    @property
    def finds_nothing(self) -> bool:
        """Whether something is looked for that is no word: nobody is called “%”."""
        return bool(self.untrusted_search.strip()) and not self.terms


def public_clips(connection: Connection, call_slug: CallSlug, wanted: PublicFilter, *, limit: int) -> list[Submission]:
    """Return published clips, newest first."""
    place = _place_of(connection, wanted.after) if wanted.after else None
    if wanted.finds_nothing or (wanted.after and place is None):
        return []
    if wanted.terms and connection.dialect.name == "sqlite":
        return _shown(connection, _walked(call_slug, wanted, place, limit))
    find = _with_words if wanted.terms else _without_words
    return _shown(connection, find(call_slug, wanted, place).limit(limit))


def clips_beside(connection: Connection, clip: Submission, *, limit: int) -> list[Submission]:
    """Return other published clips of the same call, newest first; those of the same kind of organisation before."""
    alike = PublicFilter(kind=clip.sender.organisation_kind)
    # One more than wanted: the clip itself is among them.
    found = [
        *public_clips(connection, clip.call_slug, alike, limit=limit + 1),
        *public_clips(connection, clip.call_slug, PublicFilter(), limit=2 * limit + 1),
    ]
    others = {other.id: other for other in found if other.id != clip.id}
    return list(others.values())[:limit]


def newest_public_clips(connection: Connection, *, after: ClipId | None, limit: int) -> list[Submission]:
    """Return the published clips of all calls, newest first, from behind *after* on."""
    place = _place_of(connection, after) if after else None
    if after and place is None:
        return []
    return _shown(connection, _in_order(place).limit(limit))


def every_nth_public_clip(connection: Connection, step: int) -> list[ClipId]:
    """Return each clip that has *step* clips, twice that, and so on, up to and with it, newest first; not the last."""
    numbered = select(
        entry.submission_id,
        func.row_number().over(order_by=entry.id.desc()).label("number"),
        func.count().over().label("count"),
    ).subquery()
    query = (
        select(submissions.c.clip_id)
        .join(numbered, numbered.c.submission_id == submissions.c.id)
        .where(IS_PUBLIC, numbered.c.number % step == 0, numbered.c.number < numbered.c["count"])
    )
    return list(connection.scalars(query.order_by(numbered.c.number)))


def version(connection: Connection) -> int:
    """Return a number that is another whenever anything has changed that public pages show."""
    return int(connection.scalar(select(func.sum(gallery_versions.c.version))) or 0)


def _shown(connection: Connection, found: Select[Any]) -> list[Submission]:
    ids = [row.submission_id for row in connection.execute(found)]
    query = select(submissions).where(IS_PUBLIC, submissions.c.id.in_(ids))
    public = {one.id: one for one in queries.submissions_of(connection, query)}
    return [public[submission_id] for submission_id in ids if submission_id in public]


def _place_of(connection: Connection, clip_id: ClipId) -> int | None:
    """Return where a clip stands or, where it is not public any more, stood; None for one that never was."""
    query = (
        select(entry.id, submissions.c.published_at)
        .select_from(submissions)
        .outerjoin(gallery_entries, entry.submission_id == submissions.c.id)
        .where(submissions.c.clip_id == clip_id)
    )
    found = connection.execute(query).one_or_none()
    if found is None or found.published_at is None:
        return None
    stood: int = (found.published_at - _EPOCH) // timedelta(microseconds=1)
    return found.id or stood


def _in_order(place: int | None, *conditions: ColumnElement[bool]) -> Select[Any]:
    query = select(entry.submission_id).where(*conditions).order_by(entry.id.desc())
    return query if place is None else query.where(entry.id < place)


def _filters(call_slug: CallSlug, wanted: PublicFilter) -> Iterator[ColumnElement[bool]]:
    yield entry.call_slug == call_slug
    if wanted.kind:
        yield entry.organisation_kind == wanted.kind


def _without_words(call_slug: CallSlug, wanted: PublicFilter, place: int | None) -> Select[Any]:
    return _in_order(place, *_filters(call_slug, wanted))


def _with_words(call_slug: CallSlug, wanted: PublicFilter, place: int | None) -> Select[Any]:
    """Return PostgreSQL's way: it walks the clips or the words' index, by what it knows of how common they are."""
    every = (
        func.to_tsquery(_AS_WRITTEN, f"'{term}':*").op("||")(func.plainto_tsquery(_STEM, term)) for term in wanted.terms
    )
    found = entry.words.bool_op("@@")(reduce(lambda one, other: one.op("&&")(other), every))
    return _in_order(place, *_filters(call_slug, wanted), found)


def _walked(call_slug: CallSlug, wanted: PublicFilter, place: int | None, limit: int) -> Select[Any]:
    """Return SQLite's way: the words' index is in the clips' order, and is left as soon as a page is full."""
    marks = [mark("call_slug", call_slug), *([mark("organisation_kind", wanted.kind)] if wanted.kind else [])]
    phrase = " ".join([*(f'"{term}"*' for term in wanted.terms), *(f'"{one}"' for one in marks)])
    place_of_word = _WORDS.c.rowid
    walked = select(place_of_word).where(_WORDS.c[SEARCH_INDEX].op("MATCH")(phrase)).order_by(place_of_word.desc())
    if place is not None:
        walked = walked.where(place_of_word < place)
    few = walked.limit(limit).subquery()
    return _in_order(None).join(few, few.c.rowid == entry.id)
