"""The words of consents are kept for ever, whatever becomes of the call's file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from intake.db.engine import make_engine, reading, writing
from intake.db.migrate import migrate
from intake.db.tables import calls, consent_texts
from intake.domain.calls import sha256_of_words
from intake.setup import SHIPPED_CALLS, load_call
from tests.builders import a_submission

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

SHIPPED = SHIPPED_CALLS / "pistoia2030.toml"


def kept(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        rows = connection.execute(select(consent_texts.c.text_sha256, consent_texts.c.words))
        return {row.text_sha256: row.words for row in rows}


def asked(file: Path) -> set[str]:
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return {words for consent in document["consents"] for words in consent["text"].values()}


def test_every_answer_has_its_words(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    assert len(submission.consents) == 3
    assert {sha256_of_words(consent.words or "") for consent in submission.consents} == {
        consent.text_sha256 for consent in submission.consents
    }


def test_a_call_worded_anew_adds_its_words_and_takes_none_away(services_on_each: Services, tmp_path: Path) -> None:
    reworded = tmp_path / "pistoia2030.toml"
    reworded.write_text(
        SHIPPED.read_text(encoding="utf-8").replace("Acconsento anche", "Accetto pure"), encoding="utf-8"
    )

    load_call(services_on_each, reworded)
    load_call(services_on_each, reworded)

    words = kept(services_on_each.engine)
    assert set(words.values()) == asked(SHIPPED) | asked(reworded)
    assert {sha256_of_words(text): text for text in words.values()} == words


def test_an_upgrade_keeps_the_words_of_calls_that_were_loaded_before(empty_database_url: str, clock: FakeClock) -> None:
    engine = make_engine(empty_database_url)
    document = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    migrate(engine, revision="0003")
    with writing(engine) as connection:
        connection.execute(insert(calls).values(slug="pistoia2030", document=document, loaded_at=clock()))

    migrate(engine)

    assert set(kept(engine).values()) == asked(SHIPPED)
    engine.dispose()
