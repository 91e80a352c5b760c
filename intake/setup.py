"""What must be there before the first request: tables, calls, buckets. Repeatable; adds nothing twice."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from intake.actions import calling
from intake.db.engine import reading, writing
from intake.db.migrate import migrate
from intake.domain.errors import StorageUnavailable
from intake.storage.bucket import S3Bucket
from intake.wiring import s3_server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake.domain.calls import Call
    from intake.settings import Settings
    from intake.wiring import Services

SHIPPED_CALLS: Final = Path(__file__).with_name("calls")
"""The calls that ship, as files. Only the first one is loaded by itself; the others when somebody wants them."""

DEFAULT_REASONS: Final = SHIPPED_CALLS / "defaults" / "reasons.toml"
"""The canned reasons of every call that has none of its own."""

FIRST_CALL: Final = "pistoia2030"

_IN_WORDS: Final = ("label", "text")

STORAGE_PATIENCE_S: Final = 60.0
"""How long to wait for an S3 server that is just starting."""


def prepare_database(services: Services) -> None:
    """Bring the tables up to date and load the first call, unless somebody edited it since: theirs counts."""
    migrate(services.engine)
    with reading(services.engine) as connection:
        known = calling.last_version(connection, FIRST_CALL)
    if known is None or known.actor == calling.FILE:
        load_call(services, SHIPPED_CALLS / f"{FIRST_CALL}.toml")


def load_call(services: Services, path: Path) -> Call:
    """Put a call's file into the database, or bring its row up to date.

    Raises:
        BadCall: The file does not describe a call.
        OSError: The file cannot be read.
        tomllib.TOMLDecodeError: The file is no TOML.
    """
    document = read_document(path)
    with writing(services.engine) as connection:
        return calling.load_document(connection, document, now=services.clock())


def read_document(path: Path) -> dict[str, Any]:
    """Read a call's file, unchecked; one that says nothing of reasons gets those that every call can use.

    Raises:
        OSError: The file cannot be read.
        tomllib.TOMLDecodeError: The file is no TOML.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return {"reasons": default_reasons(document.get("title") or {}), **document}


def default_reasons(languages: Iterable[str]) -> list[dict[str, Any]]:
    """Return the canned reasons that every call can use, in those of *languages* that they are written in."""
    spoken = set(languages)
    reasons = tomllib.loads(DEFAULT_REASONS.read_text(encoding="utf-8"))["reasons"]
    if not spoken <= set(reasons[0]["text"]):
        # A call must say everything in each of its languages, and nobody wrote these in one of them.
        return []
    return [
        reason | {name: {code: reason[name][code] for code in reason[name] if code in spoken} for name in _IN_WORDS}
        for reason in reasons
    ]


def shipped_document(slug: str) -> dict[str, Any]:
    """Return the document of a call that ships."""
    return read_document(SHIPPED_CALLS / f"{slug}.toml")


def ready_calls() -> list[str]:
    """Return the slugs of the calls that ship."""
    return sorted(path.stem for path in SHIPPED_CALLS.glob("*.toml"))


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


def _prepare_buckets(settings: Settings) -> None:
    server = s3_server(settings)
    private = S3Bucket(settings.private_bucket, server)
    private.create()
    private.let_pages_of([settings.public_url], methods=["GET", "HEAD", "PUT"])
    gallery = S3Bucket(settings.gallery_bucket, server)
    gallery.create()
    gallery.let_everybody_read()
    gallery.let_pages_of(["*"], methods=["GET", "HEAD"])
