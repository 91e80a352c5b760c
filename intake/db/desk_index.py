"""The only place that keeps `desk_entries` true: triggers of the database itself.

Whoever writes a submission, a consent or a note writes it for the desk as well, in the same transaction and without
knowing: nothing can be forgotten, and what is erased is gone from the search with it.

SQLite changes a column by copying the table, and the copy has no triggers. So `migrate` takes them away before it
changes anything and puts them back afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from intake.db.desk_tables import desk_entries
from intake.domain.desk import BETWEEN_WORDS, FOLDED, SOUND_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_COLUMNS: Final = tuple(column.name for column in desk_entries.columns if column.name != "id")

_WATCHED: Final = (
    *("state", "moved_at", "call_slug", "organisation_kind", "spoken_language", "checks"),
    *("given_name", "family_name", "organisation", "email"),
)
"""Of a submission: what an entry is made of."""

_PROGRAMS: Final = "('worker', 'dispatcher', 'sender')"
"""Who writes notes into the history that no person wrote."""

_SQLITE_TRIGGERS: Final = (
    ("desk_submission_added", "INSERT ON submissions", "new.id"),
    ("desk_submission_changed", f"UPDATE OF {', '.join(_WATCHED)} ON submissions", "new.id"),
    ("desk_consent_added", "INSERT ON consents", "new.submission_id"),
    ("desk_consent_changed", "UPDATE ON consents", "new.submission_id"),
    ("desk_consent_removed", "DELETE ON consents", "old.submission_id"),
    ("desk_note_added", "INSERT ON events WHEN new.note IS NOT NULL", "new.submission_id"),
    ("desk_note_changed", "UPDATE OF note ON events", "new.submission_id"),
)

_UNFIND: Final = "INSERT INTO desk_words (desk_words, rowid, words) VALUES ('delete', old.id, old.words);"
_FIND: Final = "INSERT INTO desk_words (rowid, words) VALUES (new.id, new.words);"
_SQLITE_WORDS: Final = (
    ("desk_words_added", "INSERT ON desk_entries", _FIND),
    ("desk_words_changed", "UPDATE OF words ON desk_entries WHEN old.words <> new.words", _UNFIND + _FIND),
    ("desk_words_removed", "DELETE ON desk_entries", _UNFIND),
)
"""As SQLite demands of an index of words whose text is kept elsewhere. Source: sqlite.org/fts5.html, section 4.4.3."""

_POSTGRESQL_TRIGGERS: Final = (
    ("desk_submission", f"INSERT OR UPDATE OF {', '.join(_WATCHED)} ON submissions", "desk_of_submission"),
    ("desk_consent", "INSERT OR UPDATE OR DELETE ON consents", "desk_of_part"),
    ("desk_note", "INSERT OR UPDATE OF note ON events", "desk_of_part"),
)


def suspend(connection: Connection) -> None:
    """Take the triggers away, where there are any."""
    if connection.dialect.name == "sqlite":
        for name, *_ in (*_SQLITE_TRIGGERS, *_SQLITE_WORDS):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for function in ("desk_of_submission()", "desk_of_part()", "desk_refresh(text)"):
        # With the function go the triggers that call it.
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {function} CASCADE")


def resume(connection: Connection) -> None:
    """Make all entries anew, whatever was changed while nobody kept them, and put the triggers in place."""
    is_sqlite = connection.dialect.name == "sqlite"
    statements = ["DELETE FROM desk_entries", _entries(connection.dialect.name, "true")]
    statements += ["INSERT INTO desk_words (desk_words) VALUES ('rebuild')"] if is_sqlite else []
    statements += _sqlite_triggers() if is_sqlite else _postgresql_triggers()
    for statement in statements:
        connection.execute(text(statement.replace(":", r"\:")))


def _sqlite_triggers() -> Iterator[str]:
    for name, event, effect in _SQLITE_WORDS:
        yield f"CREATE TRIGGER {name} AFTER {event} BEGIN {effect} END"
    for name, event, submission_id in _SQLITE_TRIGGERS:
        yield f"CREATE TRIGGER {name} AFTER {event} BEGIN {_refresh('sqlite', submission_id)}; END"


def _postgresql_triggers() -> Iterator[str]:
    refresh = _refresh("postgresql", "wanted")
    yield f"CREATE FUNCTION desk_refresh(wanted text) RETURNS void LANGUAGE sql AS $$ {refresh} $$"
    for function, submission_id in (
        ("desk_of_submission", "NEW.id"),
        ("desk_of_part", "coalesce(NEW.submission_id, OLD.submission_id)"),
    ):
        body = f"BEGIN PERFORM desk_refresh({submission_id}); RETURN NULL; END"
        yield f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    for name, event, function in _POSTGRESQL_TRIGGERS:
        yield f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW EXECUTE FUNCTION {function}()"


def _refresh(dialect: str, submission_id: str) -> str:
    values = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)
    return f"{_entries(dialect, f's.id = {submission_id}')} ON CONFLICT (submission_id) DO UPDATE SET {values}"


def _entries(dialect: str, condition: str) -> str:
    """Return what makes the entries of the submissions `s` for which *condition* holds."""
    values = {
        "submission_id": "s.id",
        # Who looks for a language looks for those who can be understood.
        "language": "s.spoken_language",
        "verdict": _VERDICT[dialect],
        "has_gallery": _consent("gallery"),
        "has_social": _consent("social"),
        "words": _FOLD[dialect](_words(dialect)),
    }
    selected = ", ".join(values.get(name, f"s.{name}") for name in _COLUMNS)
    return f"INSERT INTO desk_entries ({', '.join(_COLUMNS)}) SELECT {selected} FROM submissions s WHERE {condition}"  # noqa: S608 - all of it is written here


_BEFORE_THE_AT: Final = {
    # Half of all addresses end alike: what finds half of everything finds nothing, and slowly.
    "sqlite": "substr(s.email, 1, instr(s.email, '@') - 1)",
    "postgresql": "split_part(s.email, '@', 1)",
}


def _consent(kind: str) -> str:
    stands = f"c.kind = '{kind}' AND c.given AND c.taken_back_at IS NULL"
    return f"EXISTS (SELECT 1 FROM consents c WHERE c.submission_id = s.id AND {stands})"  # noqa: S608 - as above


def _words(dialect: str) -> str:
    joined = "group_concat(e.note, ' ')" if dialect == "sqlite" else "string_agg(e.note, ' ')"
    notes = f"SELECT {joined} FROM events e WHERE e.submission_id = s.id AND e.actor NOT IN {_PROGRAMS}"  # noqa: S608 - as above
    told = " || ' ' || ".join(("s.given_name", "s.family_name", "s.organisation", _BEFORE_THE_AT[dialect]))
    return f"' ' || {told} || ' ' || coalesce(({notes}), '')"


def _quoted(letter: str) -> str:
    return "'" + letter.replace("'", "''") + "'"


def _as_it_is(words: str) -> str:
    # SQLite's index folds what it reads by itself.
    return words


def _folded(words: str) -> str:
    letters = "".join(FOLDED) + BETWEEN_WORDS
    bases = "".join(FOLDED.values()) + " " * len(BETWEEN_WORDS)
    return f"lower(translate({words}, {_quoted(letters)}, {_quoted(bases)}))"


_FOLD: Final = {"sqlite": _as_it_is, "postgresql": _folded}

_SOUND: Final = ", ".join(_quoted(code) for code in SOUND_CODES)

_VERDICT: Final = {
    # As `domain.desk.sound_verdict`; a test holds the two to the same answer. NULL where nothing was checked.
    "sqlite": (
        "(SELECT CASE WHEN max(json_extract(value, '$.verdict') = 'fail') THEN 'refused'"  # noqa: S608 - as above
        f" WHEN max(json_extract(value, '$.verdict') = 'warn' AND json_extract(value, '$.code') IN ({_SOUND}))"
        " THEN 'warned' WHEN count(value) > 0 THEN 'good' END"
        # None is kept as JSON's own null, which has one value.
        " FROM json_each(CASE WHEN json_type(s.checks) = 'array' THEN s.checks END))"
    ),
    "postgresql": (
        "(SELECT CASE WHEN bool_or(one ->> 'verdict' = 'fail') THEN 'refused'"  # noqa: S608 - as above
        f" WHEN bool_or(one ->> 'verdict' = 'warn' AND one ->> 'code' IN ({_SOUND}))"
        " THEN 'warned' WHEN count(*) > 0 THEN 'good' END"
        " FROM json_array_elements(CASE WHEN json_typeof(s.checks) = 'array' THEN s.checks ELSE '[]' END) one)"
    ),
}
