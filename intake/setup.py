"""What must be there before the first request: tables, calls, buckets. Repeatable; adds nothing twice."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, insert, literal, select, update

from intake.db.engine import writing
from intake.db.migrate import migrate
from intake.db.tables import calls, consent_texts
from intake.domain.calls import Call, read_call, sha256_of_words
from intake.domain.errors import StorageUnavailable
from intake.wiring import s3_bucket

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.settings import Settings
    from intake.wiring import Services

SHIPPED_CALLS: Final = Path(__file__).with_name("calls")

STORAGE_PATIENCE_S: Final = 60.0
"""How long to wait for an S3 server that is just starting."""


def prepare_database(services: Services) -> None:
    """Bring the tables up to date and load the calls that ship."""
    migrate(services.engine)
    for path in sorted(SHIPPED_CALLS.glob("*.toml")):
        load_call(services, path)


def load_call(services: Services, path: Path) -> Call:
    """Put a call's file into the database, or bring its row up to date.

    Raises:
        BadCall: The file does not describe a call.
        OSError: The file cannot be read.
        tomllib.TOMLDecodeError: The file is no TOML.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    call = read_call(document)
    for name in ("opens_at", "closes_at"):
        if name in document:
            document[name] = document[name].isoformat()
    values = {"document": document, "loaded_at": services.clock()}
    with writing(services.engine) as connection:
        known = connection.execute(update(calls).where(calls.c.slug == call.slug).values(**values))
        if known.rowcount == 0:
            connection.execute(insert(calls).values(slug=call.slug, **values))
        _keep_words(connection, call)
    return call


def prepare_buckets(settings: Settings, *, patience_s: float = STORAGE_PATIENCE_S) -> None:
    """Make both buckets and say who may do what in them; waits for an S3 server that is just starting.

    Raises:
        StorageUnavailable: It did not answer in *patience_s* seconds.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            _prepare_buckets(settings)
        except StorageUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return


def _keep_words(connection: Connection, call: Call) -> None:
    # For as long as the database lives: an answer to a consent is worth nothing without the words it was given to.
    for words in (text for consent in call.consents for text in consent.text.words.values()):
        text_sha256 = sha256_of_words(words)
        is_known = exists().where(consent_texts.c.text_sha256 == text_sha256)
        row = select(literal(text_sha256), literal(words)).where(~is_known)
        connection.execute(insert(consent_texts).from_select(["text_sha256", "words"], row))


def _prepare_buckets(settings: Settings) -> None:
    private = s3_bucket(settings, settings.private_bucket)
    private.create()
    private.let_pages_of([settings.public_url], methods=["GET", "HEAD", "PUT"])
    gallery = s3_bucket(settings, settings.gallery_bucket)
    gallery.create()
    gallery.let_everybody_read()
    gallery.let_pages_of(["*"], methods=["GET", "HEAD"])
