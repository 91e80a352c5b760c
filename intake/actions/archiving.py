"""What is in a call's archive: originals, public copies, captions, consents with their words, and a table of it all.

The archive is made while it is read, and no copy of it is kept: what is withdrawn is in no archive that begins after. A
download that broke off goes on where it was as long as nothing of it changed; else it begins again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import delete, insert, select

from intake.db import queries
from intake.db.captions import captions_of_call
from intake.db.engine import reading, writing
from intake.db.figures_tables import object_checksums
from intake.db.published_files import known_files
from intake.domain.webvtt import write_webvtt
from intake.storage import keys
from intake.storage.zipping import Entry, ZipStream
from intake.wording.spreadsheets import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Engine

    from intake.db.published_files import PublishedFiles
    from intake.domain.submissions import ObjectKey, Publication, Submission, SubmissionId
    from intake.storage.bucket import Objects

_ROWS_AT_ONCE: Final = 500
_CHECKSUMS_IN_HAND: Final = 100
_BYTES_IN_HAND: Final = 64 * 1024**2
"""What has to be read again at most when a process is killed."""

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
        ids = queries.held_submissions(connection, call_slug)
    entries: list[Entry] = []
    rows: list[Submission] = []
    for some in _batches(ids, _ROWS_AT_ONCE):
        found = _read(engine, some)
        rows += found.submissions
        for submission in found.submissions:
            entries += _entries(private, gallery, submission, found)
    entries += _captions(engine, rows, call_slug)
    entries.insert(0, _table(rows))
    return ZipStream(entries, KeptChecksums(engine, entries))


class KeptChecksums:
    """Checksums of objects, kept in the database, some at a time. Those of small texts are made anew each time.

    Whoever is killed with some in hand has them computed again, from the files: that costs time.
    """

    def __init__(self, engine: Engine, entries: Sequence[Entry]) -> None:
        self._engine, self._entries = engine, entries
        self._known: dict[str, int] | None = None
        self._in_hand: dict[str, tuple[Entry, int]] = {}

    def get(self, entry: Entry) -> int | None:
        """See `Checksums`."""
        if self._known is None:
            self._known = self._kept()
        return self._known.get(entry.identity)

    def put(self, entry: Entry, crc32: int) -> None:
        """See `Checksums`."""
        if self._known is None:
            self._known = self._kept()
        self._known[entry.identity] = crc32
        if _is_object(entry):
            self._in_hand[entry.identity] = (entry, crc32)
        is_much = sum(each.size_bytes for each, _crc32 in self._in_hand.values()) >= _BYTES_IN_HAND
        if is_much or len(self._in_hand) >= _CHECKSUMS_IN_HAND:
            self.keep()

    def keep(self) -> None:
        """See `Checksums`."""
        if not self._in_hand:
            return
        rows = [
            {"key": identity, "size_bytes": entry.size_bytes, "crc32": crc32}
            for identity, (entry, crc32) in self._in_hand.items()
        ]
        with writing(self._engine) as connection:
            connection.execute(delete(object_checksums).where(object_checksums.c.key.in_(list(self._in_hand))))
            connection.execute(insert(object_checksums), rows)
        self._in_hand = {}

    def _kept(self) -> dict[str, int]:
        sizes = {entry.identity: entry.size_bytes for entry in self._entries if _is_object(entry)}
        known: dict[str, int] = {}
        columns = object_checksums.c
        for some in _batches(list(sizes), _ROWS_AT_ONCE):
            query = select(columns.key, columns.size_bytes, columns.crc32).where(columns.key.in_(some))
            with reading(self._engine) as connection:
                found = connection.execute(query).all()
            known |= {key: crc32 for key, size_bytes, crc32 in found if sizes[key] == size_bytes}
        return known


@dataclass(frozen=True, kw_only=True)
class _Read:
    submissions: list[Submission]
    public_ids: set[str]
    files: dict[str, PublishedFiles]


def _read(engine: Engine, ids: Sequence[SubmissionId]) -> _Read:
    with reading(engine) as connection:
        return _Read(
            submissions=queries.submissions_in_order(connection, ids),
            public_ids=queries.public_among(connection, ids),
            files=known_files(connection, ids),
        )


def _is_object(entry: Entry) -> bool:
    return entry.identity.startswith((keys.PRIVATE_ROOT, keys.GALLERY_ROOT))


def _entries(private: Objects, gallery: Objects, submission: Submission, found: _Read) -> Iterator[Entry]:
    folder = f"clips/{submission.id}"
    if submission.original_key is not None and submission.original_bytes is not None:
        ending = submission.file_name.rpartition(".")[2].lower()
        name = f"original.{ending if ending in {'mp4', 'mov'} else 'mp4'}"
        key = submission.original_key
        yield _object(private, key, submission.original_bytes, identity=key, name=f"{folder}/{name}")
    yield _text(f"{folder}/consents.txt", _consents(submission))
    if submission.id in found.public_ids and submission.publication is not None:
        yield from _public(gallery, submission.publication, found.files.get(submission.id), f"{folder}/public")


def _public(gallery: Objects, publication: Publication, known: PublishedFiles | None, folder: str) -> Iterator[Entry]:
    prefix = keys.published(publication.clip_id, publication.revision)
    if known is not None and known.revision == publication.revision:
        for file in sorted(known.files, key=lambda file: file.name):
            key = keys.published(publication.clip_id, publication.revision, file.name)
            # Captions are written anew in place: under their hash they are other bytes.
            identity = f"{key}#{file.sha256}"
            yield _object(gallery, key, file.size_bytes, identity=identity, name=f"{folder}/{file.name}")
        return
    # Published before anybody wrote down what was filed.
    for stored in sorted(gallery.listing(prefix), key=lambda stored: stored.key):
        name = f"{folder}/{stored.key.removeprefix(prefix)}"
        identity = f"{stored.key}#{stored.written_at.isoformat()}"
        yield _object(gallery, stored.key, stored.size_bytes, identity=identity, name=name)


def _captions(engine: Engine, rows: Iterable[Submission], call_slug: str) -> Iterator[Entry]:
    """Go through all captions, public or not, on the clock of the original; a machine's drafts are called so."""
    with reading(engine) as connection:
        found = captions_of_call(connection, call_slug)
    for submission in rows:
        for captions in found.get(submission.id, ()):
            ending = "vtt" if captions.may_be_public else "draft.vtt"
            yield _text(f"clips/{submission.id}/captions/{captions.language}.{ending}", write_webvtt(captions.cues))


def _object(bucket: Objects, key: ObjectKey, size_bytes: int, *, identity: str, name: str) -> Entry:
    return Entry(name=name, size_bytes=size_bytes, identity=identity, read=lambda start: bucket.read(key, start=start))


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


_Item = TypeVar("_Item")


def _batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
