"""Fills a database with many submissions, quickly: rows as the actions write them, and no files."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert

from intake.db.engine import writing
from intake.db.tables import events, submissions
from intake.domain.states import State

if TYPE_CHECKING:
    from sqlalchemy import Engine

STATES: Final = {
    State.PUBLISHED: 55,
    State.DECLINED: 10,
    State.REFUSED: 12,
    State.AWAITING_REVIEW: 8,
    State.REDO_REQUESTED: 5,
    State.WITHDRAWN: 5,
    State.ABANDONED: 5,
}
"""How many of a hundred rest where."""

_KINDS: Final = ("impresa", "istituzione", "associazione", "scuola", "professionista", "altro")
_BATCH: Final = 5000
_NOW: Final = datetime(2026, 11, 28, 9, tzinfo=UTC)


def fill(engine: Engine, count: int, *, days: int = 730) -> None:
    """Write *count* submissions of the last *days* days, with their moves."""
    dice = random.Random(5)  # noqa: S311 - the same rows each time, not a secret
    for start in range(0, count, _BATCH):
        made = [_submission(dice, days) for _ in range(min(_BATCH, count - start))]
        with writing(engine) as connection:
            connection.execute(insert(submissions), [row for row, _ in made])
            connection.execute(insert(events), [move for _, moves in made for move in moves])


def _submission(dice: random.Random, days: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    submission_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    state = dice.choices(list(STATES), list(STATES.values()))[0]
    created_at = _NOW - timedelta(days=dice.random() * days)
    moves = _moves(dice, submission_id, state, created_at)
    noise = "warn" if dice.random() < 0.3 else "pass"  # noqa: PLR2004 - as in life
    row = {
        "id": submission_id,
        "call_slug": "pistoia2030",
        "state": state,
        "revision": len(moves) - 1,
        "created_at": created_at,
        "moved_at": moves[-1]["at"],
        "token_sha256": f"{dice.getrandbits(256):064x}",
        "token_sealed": "sealed",
        "given_name": dice.choice(("Anna", "Ugo", "Rita", "Ivo")),
        "family_name": f"Rossi {dice.randrange(5000)}",
        "role": "Titolare",
        "organisation": f"Officina {dice.randrange(9000)}",
        "organisation_kind": dice.choice(_KINDS),
        "email": f"{submission_id[:8]}@example.org",
        "language": (language := "it" if dice.random() < 0.9 else "en"),  # noqa: PLR2004 - as in life
        "spoken_language": language,
        "file_name": "video.mp4",
        "declared_bytes": 30_000_000,
        "checks": [
            {"code": "duration", "verdict": "fail" if state is State.REFUSED else "pass", "reason": "fine"},
            {"code": "noise", "verdict": noise, "reason": "fine"},
        ],
        "levels": {"integrated_lufs": dice.gauss(-21, 4), "speech_to_noise_db": dice.gauss(24, 7)},
    }
    return row, moves


def _moves(dice: random.Random, submission_id: str, state: State, created_at: datetime) -> list[dict[str, Any]]:
    way = [State.UPLOADING]
    if state is not State.ABANDONED:
        way.append(State.UPLOADED)
    if state in {State.PUBLISHED, State.DECLINED, State.REDO_REQUESTED, State.AWAITING_REVIEW}:
        way.append(State.AWAITING_REVIEW)
    if state is State.PUBLISHED:
        way.append(State.APPROVED)
    if way[-1] is not state:
        way.append(state)
    at, moves = created_at, []
    for revision, after in enumerate(way):
        reason = "Il rumore copre la voce." if after in {State.DECLINED, State.REDO_REQUESTED} else None
        before = way[revision - 1] if revision else None
        moves.append(
            {
                "submission_id": submission_id,
                "revision": revision,
                "at": at,
                "actor": "worker",
                "before": before,
                "after": after,
                "reason": reason,
            }
        )
        at += timedelta(hours=dice.expovariate(1 / 20) if after is State.AWAITING_REVIEW else 0.01)
    return moves
