"""The only place that knows how words are kept to be found: folded in PostgreSQL, in SQLite in an index that folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.db.triggers import Trigger, perform, put_in_place
from intake.domain.searching import BETWEEN_WORDS, FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


def folded(dialect: str, words: str) -> str:
    """Return what makes of *words*, an expression of SQL, the letters that they are found by."""
    if dialect == "sqlite":
        return words
    letters = "".join(FOLDED) + BETWEEN_WORDS
    bases = "".join(FOLDED.values()) + " " * len(BETWEEN_WORDS)
    return f"lower(translate({words}, {quoted(letters)}, {quoted(bases)}))"


def quoted(letters: str) -> str:
    """Return *letters* as SQL writes a text."""
    return "'" + letters.replace("'", "''") + "'"


def keep_index(connection: Connection, index: str, entries: str) -> None:
    """Make SQLite's *index* of words anew, and keep it as the table *entries* is; PostgreSQL's are kept by it."""
    if connection.dialect.name != "sqlite":
        return
    perform(connection, f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - all of it is written here
    put_in_place(connection, _index_triggers(index, entries))


def _index_triggers(index: str, entries: str) -> Iterator[Trigger]:
    # As SQLite demands of an index whose text is kept elsewhere. Source: sqlite.org/fts5.html, section 4.4.3.
    find = f"INSERT INTO {index} (rowid, words) VALUES (new.id, new.words);"  # noqa: S608 - as above
    unfind = f"INSERT INTO {index} ({index}, rowid, words) VALUES ('delete', old.id, old.words);"  # noqa: S608 - as above
    changed = f"UPDATE OF words ON {entries}"
    yield Trigger(name=f"{index}_added", event=f"INSERT ON {entries}", effect=find)
    yield Trigger(name=f"{index}_changed", event=changed, when="old.words <> new.words", effect=unfind + find)
    yield Trigger(name=f"{index}_removed", event=f"DELETE ON {entries}", effect=unfind)
