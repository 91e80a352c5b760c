"""The only place that asks for what the desk lists: a page of it, how many there are, who looks at them.

All of it is answered from `desk_entries`, whose one wide index holds every filter, so nothing is read through from end
to end and no heavy row is opened that is not shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import column, func, literal, select, table, tuple_, union_all
from sqlalchemy.types import String

from intake.db import queries
from intake.db.desk_tables import SEARCH_INDEX, desk_entries, looks
from intake.db.schema import Moment
from intake.domain.states import State
from intake.domain.submissions import SubmissionId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from intake.domain.desk import SoundVerdict
    from intake.domain.submissions import Submission

MAX_COUNTED: Final = 1000
"""How far is counted: whoever has more before them does not care how many."""

_WORDS: Final = table(SEARCH_INDEX, column("rowid"), column(SEARCH_INDEX))
"""SQLite's index of words: matching stands for its own name. Source: sqlite.org/fts5.html, section 3."""

entry = desk_entries.c


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be listed.

    Attributes:
        words: Each must begin a word of the names, the address or the notes; as `search_terms` makes them.
        has_gallery: Whether the gallery consent stands; None for all.
        moved_before: Only what rests where it is since before then.
    """

    states: Sequence[State]
    call_slug: str | None = None
    kind: str | None = None
    language: str | None = None
    verdict: SoundVerdict | None = None
    has_gallery: bool | None = None
    has_social: bool | None = None
    moved_before: datetime | None = None
    words: tuple[str, ...] = ()
    is_newest_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in the list, as it was when it was shown: what moved since does not move it."""

    moved_at: datetime
    submission_id: SubmissionId


def page(connection: Connection, wanted: Wanted, *, after: Place | None = None, limit: int) -> list[Submission]:
    """Return submissions that are wanted, by how long they rest where they are, from behind *after* on."""
    return queries.submissions_in_order(connection, ids(connection, wanted, after=after, limit=limit))


def ids(connection: Connection, wanted: Wanted, *, after: Place | None = None, limit: int) -> list[SubmissionId]:
    """Return the ids of the same, where nothing else of them is shown."""
    return [SubmissionId(row.submission_id) for row in connection.execute(_page(connection, wanted, after, limit))]


def count(connection: Connection, wanted: Wanted) -> dict[State, int]:
    """Count what is wanted by state, in the states it names; more than `MAX_COUNTED` is counted no further."""
    counted = union_all(*_counts(connection, wanted))
    return {State(row.state): row.found for row in connection.execute(counted) if row.found}


def lookers(
    connection: Connection, submission_ids: Iterable[SubmissionId], *, since: datetime, besides: str
) -> dict[SubmissionId, list[str]]:
    """Return the addresses of those who look at these submissions, *besides* whoever asks, seen since *since*."""
    query = (
        select(looks.c.submission_id, looks.c.staff_email)
        .where(looks.c.submission_id.in_(list(submission_ids)), looks.c.seen_at > since, looks.c.staff_email != besides)
        .order_by(looks.c.staff_email)
    )
    found: dict[SubmissionId, list[str]] = {}
    for submission_id, email in connection.execute(query):
        found.setdefault(submission_id, []).append(email)
    return found


def _page(connection: Connection, wanted: Wanted, after: Place | None, limit: int) -> Select[Any]:
    if wanted.words or len(wanted.states) == 1:
        return _in_order(_wanted(connection, wanted, after), entry, wanted).limit(limit)
    # Each state is in order in the index, all together are not: the first few of each are enough to know the first few.
    each = [
        select(_in_order(_wanted(connection, one, after), entry, wanted).limit(limit).subquery())
        for one in _by_state(wanted)
    ]
    together = union_all(*each).subquery()
    return _in_order(select(together.c.submission_id), together.c, wanted).limit(limit)


def _counts(connection: Connection, wanted: Wanted) -> Iterator[Select[Any]]:
    if wanted.words:
        # What matches is found once, and is little.
        matching = _wanted(connection, wanted, None).subquery()
        yield select(matching.c.state, func.count().label("found")).group_by(matching.c.state)
        return
    for one in _by_state(wanted):
        few = _wanted(connection, one, None).limit(MAX_COUNTED + 1).subquery()
        state: ColumnElement[Any] = literal(one.states[0], String).label("state")
        yield select(state, func.count().label("found")).select_from(few)


def _by_state(wanted: Wanted) -> Iterator[Wanted]:
    return (replace(wanted, states=(state,)) for state in wanted.states)


def _wanted(connection: Connection, wanted: Wanted, after: Place | None) -> Select[Any]:
    query = select(entry.state, entry.moved_at, entry.submission_id)
    return query.where(*_conditions(wanted), *_found(connection, wanted.words), *_behind(wanted, after))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield entry.state.in_(wanted.states) if len(wanted.states) > 1 else entry.state == wanted.states[0]
    for name, value in (
        ("call_slug", wanted.call_slug),
        ("organisation_kind", wanted.kind),
        ("language", wanted.language),
        ("verdict", wanted.verdict),
        ("has_gallery", wanted.has_gallery),
        ("has_social", wanted.has_social),
    ):
        if value is not None:
            yield entry[name] == value
    if wanted.moved_before is not None:
        yield entry.moved_at < wanted.moved_before


def _found(connection: Connection, words: tuple[str, ...]) -> Iterator[ColumnElement[bool]]:
    if not words:
        return
    if connection.dialect.name == "sqlite":
        phrase = " ".join(f'"{word}"*' for word in words)
        yield entry.id.in_(select(_WORDS.c.rowid).where(_WORDS.c[SEARCH_INDEX].op("MATCH")(phrase)))
        return
    for word in words:
        # Each word is kept with a space before it.
        yield entry.words.contains(f" {word}", autoescape=True)


def _behind(wanted: Wanted, after: Place | None) -> Iterator[ColumnElement[bool]]:
    if after is None:
        return
    here = tuple_(entry.moved_at, entry.submission_id)
    there = tuple_(literal(after.moved_at, Moment), literal(after.submission_id, String))
    yield here < there if wanted.is_newest_first else here > there


def _in_order(query: Select[Any], columns: Any, wanted: Wanted) -> Select[Any]:  # noqa: ANN401 - of a table or a subquery
    keys = (columns.moved_at, columns.submission_id)
    return query.order_by(*(key.desc() for key in keys) if wanted.is_newest_first else keys)
