"""The only place that keeps `desk_entries` true: how an entry is made, and what makes it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.db.desk_tables import SEARCH_INDEX, desk_entries
from intake.db.triggers import Trigger, perform, put_in_place
from intake.db.words import folded, keep_index, quoted
from intake.domain.desk import SOUND_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Dialect

_COLUMNS: Final = tuple(column.name for column in desk_entries.columns if column.name != "id")

_WATCHED: Final = (
    *("state", "moved_at", "call_slug", "organisation_kind", "spoken_language", "checks"),
    *("given_name", "family_name", "organisation", "email"),
)
"""Of a submission: what an entry is made of."""

_PROGRAMS: Final = "('worker', 'dispatcher', 'sender')"
"""Who writes notes into the history that no person wrote."""

_EVENTS: Final = (
    # Name, event, condition, the submission whose entry is made anew.
    ("desk_submission_added", "INSERT ON submissions", "", "new.id"),
    ("desk_submission_changed", f"UPDATE OF {', '.join(_WATCHED)} ON submissions", "", "new.id"),
    ("desk_consent_added", "INSERT ON consents", "", "new.submission_id"),
    ("desk_consent_changed", "UPDATE ON consents", "", "new.submission_id"),
    ("desk_consent_removed", "DELETE ON consents", "", "old.submission_id"),
    ("desk_note_added", "INSERT ON events", "new.note IS NOT NULL", "new.submission_id"),
    ("desk_note_changed", "UPDATE OF note ON events", "", "new.submission_id"),
)


def resume(connection: Connection) -> None:
    """Make all entries anew, whatever was changed while nobody kept them, and put the triggers in place."""
    dialect = connection.dialect.name
    perform(connection, "DELETE FROM desk_entries")
    perform(connection, _entries(dialect, "true"))
    keep_index(connection, SEARCH_INDEX, desk_entries.name)
    put_in_place(connection, triggers(connection.dialect))


def triggers(dialect: Dialect) -> Iterator[Trigger]:
    """Return what keeps the entries true."""
    for name, event, when, submission_id in _EVENTS:
        yield Trigger(name=name, event=event, when=when, effect=f"{_refresh(dialect.name, submission_id)};")


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
        "words": folded(dialect, _words(dialect)),
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


_SOUND: Final = ", ".join(quoted(code) for code in SOUND_CODES)

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
