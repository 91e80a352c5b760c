"""What is in a call's archive: originals, public copies, captions, consents with their words, and a table of it all.

The archive is made while it is read, and no copy of it is kept: what is withdrawn is in no archive that begins after. A
download that broke off goes on where it was as long as nothing of it changed; else it begins again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from intake.db import queries
from intake.db.captions import captions_of_call
from intake.db.engine import reading, writing
from intake.db.figures_tables import object_checksums
from intake.db.tables import submissions
from intake.domain.states import FINAL
from intake.domain.webvtt import write_webvtt
from intake.storage import keys
from intake.storage.zipping import Entry, ZipStream
from intake.wording.spreadsheets import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Engine

    from intake.domain.submissions import ObjectKey, Submission
    from intake.storage.bucket import Objects

_HEAD: Final = (
    "folder",
    "state",
    "received_at",
    "published_at",
    "given_name",
    "family_name",
    "role",
    "organisation",
    "organisation_kind",
    "email",
    "language",
    "choices",
    "file_name",
    "original_sha256",
    "clip_id",
    *("spoken_language", "title", "quote", "as_sent", "told_to_sender"),
)


def archive(engine: Engine, private: Objects, gallery: Objects, call_slug: str) -> ZipStream:
    """Make ready the archive of a call.

    Raises:
        NotFound: There is no such call.
        StorageUnavailable: The gallery bucket does not say what is in it.
    """
    with reading(engine) as connection:
        queries.find_call(connection, call_slug)
        query = select(submissions.c.id).where(
            submissions.c.call_slug == call_slug,
            submissions.c.state.not_in(FINAL),
            submissions.c.original_key.is_not(None),
        )
        ids = list(connection.scalars(query.order_by(submissions.c.id)))
        rows = [queries.submission_by_id(connection, submission_id) for submission_id in ids]
    entries = [_table(rows)]
    for submission in rows:
        entries += _entries(engine, private, gallery, submission)
    entries += _captions(engine, rows, call_slug)
    return ZipStream(entries, KeptChecksums(engine))


class KeptChecksums:
    """Checksums of objects, kept in the database. Those of small texts are made anew each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._small: dict[str, int] = {}

    def get(self, entry: Entry) -> int | None:
        """See `Checksums`."""
        if not entry.identity.startswith((keys.PRIVATE_ROOT, keys.GALLERY_ROOT)):
            return self._small.get(entry.identity)
        kept = object_checksums.c
        query = select(kept.crc32).where(kept.key == entry.identity, kept.size_bytes == entry.size_bytes)
        with reading(self._engine) as connection:
            return connection.scalar(query)

    def put(self, entry: Entry, crc32: int) -> None:
        """See `Checksums`."""
        if not entry.identity.startswith((keys.PRIVATE_ROOT, keys.GALLERY_ROOT)):
            self._small[entry.identity] = crc32
            return
        with writing(self._engine) as connection:
            connection.execute(delete(object_checksums).where(object_checksums.c.key == entry.identity))
            row = {"key": entry.identity, "size_bytes": entry.size_bytes, "crc32": crc32}
            connection.execute(insert(object_checksums).values(**row))


def _entries(engine: Engine, private: Objects, gallery: Objects, submission: Submission) -> Iterator[Entry]:
    folder = f"clips/{submission.id}"
    if submission.original_key is not None and submission.original_bytes is not None:
        ending = submission.file_name.rpartition(".")[2].lower()
        name = f"original.{ending if ending in {'mp4', 'mov'} else 'mp4'}"
        yield _object(private, submission.original_key, submission.original_bytes, f"{folder}/{name}")
    yield _text(f"{folder}/consents.txt", _consents(submission))
    with reading(engine) as connection:
        is_public = queries.is_public_now(connection, submission.id)
    if is_public and submission.publication is not None:
        prefix = keys.published(submission.publication.clip_id, submission.publication.revision)
        for stored in sorted(gallery.listing(prefix), key=lambda stored: stored.key):
            name = f"{folder}/public/{stored.key.removeprefix(prefix)}"
            yield _object(gallery, stored.key, stored.size_bytes, name)


def _captions(engine: Engine, rows: Iterable[Submission], call_slug: str) -> Iterator[Entry]:
    """Go through all captions, public or not, on the clock of the original; a machine's drafts are called so."""
    with reading(engine) as connection:
        found = captions_of_call(connection, call_slug)
    for submission in rows:
        for captions in found.get(submission.id, ()):
            ending = "vtt" if captions.may_be_public else "draft.vtt"
            yield _text(f"clips/{submission.id}/captions/{captions.language}.{ending}", write_webvtt(captions.cues))


def _object(bucket: Objects, key: ObjectKey, size_bytes: int, name: str) -> Entry:
    return Entry(name=name, size_bytes=size_bytes, identity=key, read=lambda start: bucket.read(key, start=start))


def _text(name: str, text: str) -> Entry:
    content = text.encode()
    # The words themselves are its identity: a consent taken back is another archive.
    return Entry(
        name=name, size_bytes=len(content), identity=f"text:{text}", read=lambda start: iter([content[start:]])
    )


def _consents(submission: Submission) -> str:
    parts = [f"Submission {submission.id}\nSHA-256 of the file: {submission.original_sha256 or '-'}\n"]
    for consent in submission.consents:
        taken_back = consent.taken_back_at.isoformat() if consent.taken_back_at else "-"
        parts.append(
            f"Consent: {consent.kind}\nAnswer: {'yes' if consent.given else 'no'}\n"
            f"Answered at: {consent.answered_at.isoformat()}\nTaken back at: {taken_back}\n"
            f"Version: {consent.version}\nLanguage: {consent.language}\nSHA-256 of the words: {consent.text_sha256}\n\n"
            f"{consent.words or '(words of a version from before they were kept)'}\n"
        )
    return "\n".join(parts)


def _table(rows: list[Submission]) -> Entry:
    return _text("submissions.csv", "".join(table_of([_HEAD], (_cells(row) for row in rows))))


def _cells(submission: Submission) -> list[object]:
    sender, publication = submission.sender, submission.publication
    return [
        f"clips/{submission.id}",
        submission.state,
        submission.received_at and submission.received_at.isoformat(),
        publication and publication.published_at.isoformat(),
        sender.given_name,
        sender.family_name,
        sender.role,
        sender.organisation,
        sender.organisation_kind,
        sender.email,
        sender.language,
        ", ".join(f"{name}: {value}" for name, value in sender.choices.items()),
        submission.file_name,
        submission.original_sha256,
        submission.clip_id,
        submission.spoken_language,
        submission.title,
        submission.quote,
        ", ".join(f"{name}: {words}" for name, words in submission.sender_said.items()),
        submission.decision_reason,
    ]
