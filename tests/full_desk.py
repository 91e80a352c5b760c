"""Fills a database with submissions as years of calls would, without the moves: what lists them must stay quick."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert

from intake.db import kept_tables
from intake.db.engine import writing
from intake.db.records import document_of
from intake.db.tables import consents, events, jobs, submissions
from intake.domain.calls import ConsentKind
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from tests.builders import CALL, CLIPPED, FINE, NOISY, TOO_SHORT, some_facts, some_levels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from intake.wiring import Services

MIX: Final = {
    State.PUBLISHED: 60_000,
    State.DECLINED: 9_000,
    State.WITHDRAWN: 6_000,
    State.REFUSED: 6_000,
    State.ABANDONED: 8_000,
    State.AWAITING_REVIEW: 8_000,
    State.REDO_REQUESTED: 2_000,
    State.NEEDS_OPERATOR: 200,
    State.UPLOADING: 500,
    State.UPLOADED: 100,
    State.INSPECTED: 100,
    State.APPROVED: 100,
}
"""States of a hundred thousand, as they would be after years; more wait than any desk should have waiting."""

GIVEN: Final = (
    "Anna",
    "Marco",
    "Giulia",
    "Luca",
    "Chiara",
    "Paolo",
    "Sara",
    "Elena",
    "Nicolò",
    "Björn",
    "Zoë",
    "Matteo",
    "Irene",
    "Davide",
    "Lucia",
)
FAMILY: Final = (
    "Rossi",
    "Bianchi",
    "Ferrari",
    "Esposito",
    "Romano",
    "Colombo",
    "Ricci",
    "Marino",
    "Greco",
    "Bruno",
    "Gallo",
    "Conti",
    "Costa",
)
TRADES: Final = (
    "Officina",
    "Laboratorio",
    "Cooperativa",
    "Associazione",
    "Impresa",
    "Fondazione",
    "Startup",
    "Bottega",
)
KINDS: Final = ("impresa", "istituzione", "associazione", "scuola", "professionista", "altro")
NOTES: Final = ("Bella voce.", "Da risentire con Chiara.", "Il logo in fondo va chiesto.", "Ottimo esempio.")
BATCH: Final = 5000


def fill(services: Services, *, mix: dict[State, int] | None = None) -> None:
    """Set submissions down as *mix* says, the same every time."""
    chance = random.Random(2030)
    states = [state for state, number in (mix or MIX).items() for _ in range(number)]
    chance.shuffle(states)
    with writing(services.engine) as connection:
        kept_tables.suspend(connection)
        for start in range(0, len(states), BATCH):
            rows = [a_row(chance, state, services.clock()) for state in states[start : start + BATCH]]
            connection.execute(insert(submissions), rows)
            connection.execute(insert(consents), [consent for row in rows for consent in consents_of(chance, row)])
            connection.execute(insert(events), [_event(chance, row) for row in rows])
            if dead := [_dead(row) for row in rows if row["state"] == State.NEEDS_OPERATOR]:
                connection.execute(insert(jobs), dead)
            if start == 0:
                # PostgreSQL looks up what a consent belongs to as it would in the empty table that it knew: row by row.
                connection.exec_driver_sql("ANALYZE")
        kept_tables.resume(connection)
    look_through(services)


def look_through(services: Services) -> None:
    """Let the database learn what it holds, as it does by itself: PostgreSQL a minute later."""
    with services.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE")


def a_row(chance: random.Random, state: State, now: datetime) -> dict[str, Any]:
    """A submission that rests in a state since some time in three years."""
    family = f"{chance.choice(FAMILY)}{chance.randrange(1000)}"
    is_there = state not in {State.UPLOADING, State.ABANDONED, State.WITHDRAWN}
    checks = [FINE, *chance.choices(([], [NOISY], [CLIPPED, NOISY]), (6, 3, 1))[0]]
    checks += [TOO_SHORT] * (state is State.REFUSED)
    moved_at = now - timedelta(seconds=chance.randrange(3 * 365 * 24 * 3600))
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "call_slug": CALL,
        "state": state,
        "came_from": State.UPLOADED if state is State.NEEDS_OPERATOR else None,
        "revision": 3,
        "created_at": moved_at,
        "moved_at": moved_at,
        "token_sha256": f"{chance.getrandbits(256):064x}",
        "token_sealed": "x" * 120,
        "given_name": chance.choice(GIVEN),
        "family_name": family,
        "role": "Titolare",
        "organisation": f"{chance.choice(TRADES)} {chance.choice(FAMILY)} {chance.randrange(3000)}",
        "organisation_kind": chance.choices(KINDS, (40, 20, 20, 10, 9, 1))[0],
        "email": f"{family.lower()}@example.org",
        "language": (language := chance.choices(("it", "en"), (9, 1))[0]),
        "spoken_language": language,
        "file_name": "video.mp4",
        "declared_bytes": 30_000_000,
        "checks": [document_of(check) for check in checks] if is_there else None,
        "video": document_of(some_facts()) if is_there else None,
        "levels": document_of(some_levels()) if is_there else None,
        "peaks": [chance.randrange(100) for _ in range(200)] if is_there else None,
        "stills": [f"submissions/x/{n}/still-1.jpg" for n in range(7)] if is_there else None,
        "review_sha256": "5e" * 32 if is_there else None,
        "published_at": moved_at if state is State.PUBLISHED else None,
    }


def consents_of(chance: random.Random, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What its sender answered."""
    given = {ConsentKind.GALLERY: row["state"] != State.WITHDRAWN, ConsentKind.SOCIAL: chance.random() < 0.4}
    for kind, is_given in given.items():
        yield {
            "submission_id": row["id"],
            "kind": kind,
            "version": "2026-01",
            "language": row["language"],
            "text_sha256": "0" * 64,
            "given": is_given,
            "answered_at": row["created_at"],
        }


def _event(chance: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "submission_id": row["id"],
        "revision": 3,
        "at": row["moved_at"],
        "actor": "moderatrice@example.org",
        "before": State.UPLOADED,
        "after": row["state"],
        "note": chance.choice(NOTES) if chance.random() < 0.3 else None,
    }


def _dead(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "submission_id": row["id"],
        "kind": JobKind.INSPECT,
        "revision": 3,
        "state": JobState.DEAD,
        "attempts": 3,
        "max_attempts": 3,
        "run_after": 0.0,
        "last_error": "ToolTimedOut: ffmpeg took longer than 120 s",
    }
