"""Fills a database with published clips as many years would, without the moves: what lists them must stay quick."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert

from intake.db import kept_tables
from intake.db.engine import writing
from intake.db.records import document_of
from intake.db.tables import consents, submissions
from intake.domain.states import State
from intake.domain.submissions import ClipId, Publication
from tests.full_desk import BATCH, a_row, consents_of, look_through

if TYPE_CHECKING:
    from datetime import datetime

    from intake.wiring import Services

TOPICS: Final = (
    "innovazione",
    "innovazioni sociali",
    "scuola",
    "quartiere",
    "bosco",
    "riuso dei materiali",
    "energia",
    "lavoro artigiano",
)
QUOTES: Final = (
    "Non si cambia da soli, si cambia insieme.",
    "I ragazzi ci hanno insegnato a guardare la città con altri occhi.",
    "Un'innovazione serve quando resta a chi viene dopo.",
    "Abbiamo cominciato in tre, in un garage.",
    "",
)
ROLES: Final = ("Titolare", "Ricercatrice", "Presidente", "Dirigente scolastico", "Maestra artigiana")


def fill(services: Services, count: int) -> None:
    """Publish *count* clips, the same every time."""
    chance = random.Random(2030)
    with writing(services.engine) as connection:
        kept_tables.suspend(connection)
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            rows = [_published(chance, number, services.clock()) for number in numbers]
            connection.execute(insert(submissions), rows)
            connection.execute(insert(consents), [consent for row in rows for consent in consents_of(chance, row)])
        kept_tables.resume(connection)
    look_through(services)


def _published(chance: random.Random, number: int, now: datetime) -> dict[str, Any]:
    row = a_row(chance, State.PUBLISHED, now)
    is_portrait = chance.random() < 0.5
    publication = Publication(
        clip_id=ClipId(f"{number:010x}"),
        revision=1,
        published_at=row["published_at"],
        duration_s=float(chance.randrange(20, 180)),
        width_px=720 if is_portrait else 1280,
        height_px=1280 if is_portrait else 720,
        size_bytes=20_000_000,
        still_count=7,
    )
    return row | {
        "role": chance.choice(ROLES),
        "title": f"La nostra idea di {chance.choice(TOPICS)}" if chance.random() < 0.5 else None,
        "quote": chance.choice(QUOTES),
        "clip_id": publication.clip_id,
        "publications": 1,
        "published_revision": 1,
        "publication": document_of(publication),
    }
