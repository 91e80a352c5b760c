"""The only place that keeps `gallery_entries` and `gallery_versions` true: how an entry is made, and what changes them.

Whether a clip has an entry is decided by `queries.IS_PUBLIC` itself. An entry is never changed, it is taken away and
made anew, so that what counts changes need only see entries come and go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from intake.db.gallery_tables import SEARCH_INDEX, gallery_entries
from intake.db.queries import IS_PUBLIC
from intake.db.tables import submissions
from intake.db.triggers import Trigger, perform, put_in_place
from intake.db.words import folded, keep_index
from intake.domain.publication import PUBLIC_STATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Dialect

_MARK: Final = "\ue000"
"""Begins what is no word: a letter for private use, which no search holds and which nobody's keyboard has."""

_GIN: Final = f"{SEARCH_INDEX}_gin"
"""PostgreSQL's index of words."""

_COLUMNS: Final = "id, submission_id, call_slug, organisation_kind, words"

_MARKED: Final = ("call_slug", "organisation_kind")
"""What SQLite filters by together with words: one index only is used at a time, so the rest must be in it."""


def mark(column: str, value: str) -> str:
    """Return the word under which clips are found whose *column* is *value*."""
    return f"{_MARK}{column[0]}{value.encode().hex()}"


def resume(connection: Connection) -> None:
    """Make all entries anew, count that as a change, and put the triggers in place."""
    dialect = connection.dialect
    # Made at once when all words are there it takes seconds of 100,000 clips, and minutes while they come one by one.
    perform(connection, f"DROP INDEX IF EXISTS {_GIN}")
    perform(connection, "DELETE FROM gallery_entries")
    perform(connection, _all_entries(dialect))
    if dialect.name == "postgresql":
        # Clips are published one by one: nothing is won by putting words aside, where searches would have to read them.
        perform(connection, f"CREATE INDEX {_GIN} ON gallery_entries USING gin (words) WITH (fastupdate = off)")
    perform(connection, _count_changes("SELECT slug, 1 FROM calls WHERE true"))
    keep_index(connection, SEARCH_INDEX, gallery_entries.name)
    put_in_place(connection, triggers(dialect))


def triggers(dialect: Dialect) -> Iterator[Trigger]:
    """Return what keeps the entries true, and counts their changes."""
    # Pages show much of a submission, and who adds to them must not have to think of this: every column counts. A new
    # submission is not public yet: its consents come after it.
    yield Trigger(
        name="gallery_submission_changed",
        event="UPDATE ON submissions",
        when=f"old.state = '{PUBLIC_STATE}' OR new.state = '{PUBLIC_STATE}'",
        effect=_anew(dialect, "new.id"),
    )
    for name, event, row in _CHANGES:
        yield Trigger(
            name=f"gallery_consent_{name}", event=f"{event} ON consents", effect=_anew(dialect, f"{row}.submission_id")
        )
        counted = _count_changes(f"SELECT {row}.slug, 1 WHERE true")
        yield Trigger(name=f"gallery_call_{name}", event=f"{event} ON calls", effect=f"{counted};")
        for table in ("captions", "published_files"):
            yield Trigger(
                name=f"gallery_{table}_{name}",
                event=f"{event} ON {table}",
                effect=f"{_count_changes(_call_of(row))};",
            )
        if name != "changed":
            counted = _count_changes(f"SELECT {row}.call_slug, 1 WHERE true")
            yield Trigger(name=f"gallery_entry_{name}", event=f"{event} ON gallery_entries", effect=f"{counted};")


_CHANGES: Final = (("added", "INSERT", "new"), ("changed", "UPDATE", "new"), ("removed", "DELETE", "old"))


def _count_changes(calls: str) -> str:
    """Return what counts a change of the calls that the query *calls* names."""
    counted = "DO UPDATE SET version = gallery_versions.version + 1"
    return f"INSERT INTO gallery_versions (call_slug, version) {calls} ON CONFLICT (call_slug) {counted}"


def _call_of(row: str) -> str:
    # Only of a clip that anybody sees now: others' captions are nobody's news.
    return f"SELECT e.call_slug, 1 FROM gallery_entries e WHERE e.submission_id = {row}.submission_id"  # noqa: S608 - as above


def _anew(dialect: Dialect, submission_id: str) -> str:
    """Return what makes a submission's entry anew, where it is public, and takes away the one it had."""
    one = f"submissions.id = {submission_id}"
    # Two who change one submission at once, its state and its consents, must see each other's change.
    lock = "" if dialect.name == "sqlite" else f"PERFORM 1 FROM submissions WHERE {one} FOR NO KEY UPDATE; "
    made = f"SELECT {_free_place(dialect)}, {_told(dialect)} FROM submissions WHERE {_is_public(dialect)} AND {one}"  # noqa: S608 - as above
    insert = f"INSERT INTO gallery_entries ({_COLUMNS}) {made};"
    return f"{lock}DELETE FROM gallery_entries WHERE submission_id = {submission_id}; {insert}"  # noqa: S608 - as above


def _all_entries(dialect: Dialect) -> str:
    # Each after the one before, by one where both were published at the same moment.
    place = "n + max(place - n) OVER (ORDER BY n)"
    moment = _MOMENT[dialect.name]
    numbered = f"row_number() OVER (ORDER BY {moment}, submissions.id) AS n"
    public = f"SELECT {moment} AS place, {numbered}, {_told(dialect)} FROM submissions WHERE {_is_public(dialect)}"  # noqa: S608 - as above
    named = _COLUMNS.removeprefix("id, ")
    return f"INSERT INTO gallery_entries ({_COLUMNS}) SELECT {place}, {named} FROM ({public}) AS told"  # noqa: S608 - as above


def _is_public(dialect: Dialect) -> str:
    query = select(submissions.c.id).where(IS_PUBLIC)
    written = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return written.partition("WHERE ")[2]


def _free_place(dialect: Dialect) -> str:
    # Two of the same microsecond in two transactions at once: the second one's job fails and is run again.
    moment = _MOMENT[dialect.name]
    is_taken = f"EXISTS (SELECT 1 FROM gallery_entries e WHERE e.id = {moment})"  # noqa: S608 - as above
    is_last = "NOT EXISTS (SELECT 1 FROM gallery_entries n WHERE n.id = e.id + 1)"
    behind = f"SELECT e.id + 1 FROM gallery_entries e WHERE e.id >= {moment} AND {is_last} ORDER BY e.id LIMIT 1"  # noqa: S608 - as above
    return f"CASE WHEN {is_taken} THEN ({behind}) ELSE {moment} END"


_MOMENT: Final = {
    # SQLite keeps “2026-11-28 09:00:00.123456”.
    "sqlite": (
        "(CAST(strftime('%s', coalesce(submissions.published_at, submissions.moved_at)) AS INTEGER) * 1000000"
        " + CAST(substr(coalesce(submissions.published_at, submissions.moved_at), 21, 6) AS INTEGER))"
    ),
    "postgresql": (
        "CAST(extract(epoch FROM coalesce(submissions.published_at, submissions.moved_at)) * 1000000 AS bigint)"
    ),
}


def _told(dialect: Dialect) -> str:
    words = _WORDS[dialect.name]
    return f"submissions.id AS submission_id, submissions.call_slug, submissions.organisation_kind, {words} AS words"


def _joined(*columns: str) -> str:
    return " || ' ' || ".join(f"coalesce(submissions.{column}, '')" for column in columns)


_NAMES: Final = _joined("given_name", "family_name")
_SENTENCES: Final = _joined("role", "organisation", "title", "quote")


def _sqlite_words() -> str:
    marks = " || ' ' || ".join(f"char({ord(_MARK)}) || '{name[0]}' || hex(submissions.{name})" for name in _MARKED)
    # Whoever has the letter on their keyboard after all marks nothing with it.
    return f"{marks} || ' ' || replace({_NAMES} || ' ' || {_SENTENCES}, char({ord(_MARK)}), '')"


def _postgresql_words() -> str:
    # Every word as it is, for its beginning, and of sentences each word's stem: names are not inflected.
    all_words = folded("postgresql", f"{_NAMES} || ' ' || {_SENTENCES}")
    sentences = folded("postgresql", _SENTENCES)
    return f"strip(to_tsvector('simple', {all_words}) || to_tsvector('italian', {sentences}))"


_WORDS: Final = {"sqlite": _sqlite_words(), "postgresql": _postgresql_words()}
