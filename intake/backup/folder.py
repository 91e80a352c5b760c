"""The only place that knows what a folder of backups looks like.

::

    tombstones.jsonl                what was taken back, all of it, ever; outlives every backup
    access.json                     what each of the staff may do, as it was last; by a keyed hash of their addresses
    files/ab/abcdef…                each file once, by its SHA-256
    sets/20261128T150000Z/          one backup: rows.jsonl.gz, objects.jsonl and, written last, manifest.json
    sets/….part/                    one that is not finished, or never was
    lock                            held by whoever writes a backup
    lists.lock                      held by whoever writes one of the lists, for a moment

Files are made whole under another name first. A backup counts from the moment its folder has its name; files that no
backup names are deleted after that and never before.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from intake.backup.disk import flush
from intake.backup.lists import Lists
from intake.domain.errors import BackupRefused
from intake.domain.submissions import ObjectKey, Sha256
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


LAYOUT: Final = 1
"""Counts changes of this layout that an older program cannot read."""

MANIFEST: Final = "manifest.json"
ROWS: Final = "rows.jsonl.gz"
OBJECTS: Final = "objects.jsonl"
_PART: Final = ".part"
_CHUNK_BYTES: Final = 1024**2


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One object of a bucket, and the file that holds its bytes.

    Attributes:
        bucket: `private` or `gallery`, whatever the settings call them.
        written_at: When the bucket took it: by size and this it is known to be the same the next time.
    """

    bucket: str
    key: ObjectKey
    size_bytes: int
    sha256: Sha256
    content_type: str
    cache_control: str | None
    written_at: str

    @property
    def owner(self) -> str:
        """The submission or clip it belongs to."""
        return keys.owner_of(self.key)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a finished backup says of itself.

    Attributes:
        revision: Of the tables its rows are from.
        secret_key_check: By which the `SECRET_KEY` is known again without being told.
        counts: Rows by table, and objects by bucket.
        sha256: Of its own files, by name.
    """

    layout: int
    taken_at: str
    revision: str
    secret_key_check: str
    counts: Mapping[str, int]
    sha256: Mapping[str, str]


class BackupFolder:
    """A folder of backups on a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lists = Lists(path)

    def prepare(self) -> None:
        """Make what is missing, for its owner alone.

        Raises:
            OSError: The disk does not let us.
        """
        for folder in (self.path, self.path / "files", self.path / "sets"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from writing backups here.

        Raises:
            BackupRefused: Somebody does.
        """
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupRefused(f"another backup is being written to {self.path}; wait for its end") from None
            yield

    def finished(self) -> list[str]:
        """Return the names of the finished backups, oldest first."""
        return sorted(path.parent.name for path in self.path.glob(f"sets/*/{MANIFEST}") if path.parent.suffix != _PART)

    def unfinished(self) -> list[str]:
        """Return the names of those that somebody was killed over, or is writing now."""
        return sorted(path.name for path in self.path.glob(f"sets/*{_PART}"))

    def begin(self, name: str) -> Path:
        """Make the folder of a new backup, under a name that says that it is none yet."""
        sets = self.path / "sets"
        taken = {path.name.removesuffix(_PART) for path in sets.iterdir()}
        free = next(one for one in (name, *(f"{name}-{number}" for number in range(2, 1000))) if one not in taken)
        part = sets / f"{free}{_PART}"
        part.mkdir(mode=0o700)
        return part

    def finish(self, part: Path, manifest: Manifest) -> str:
        """Write the manifest and give the backup its name: from now on it counts."""
        # All files at once, and before anything says that they are there. One by one a busy disk took 0.1 s for each.
        os.sync()
        (part / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
        for path in part.iterdir():
            flush(path)
        whole = part.with_suffix("")
        part.rename(whole)
        flush(whole.parent)
        return whole.name

    def manifest(self, name: str) -> Manifest:
        """Read what a finished backup says of itself.

        Raises:
            BackupRefused: There is none of this name, or it is of a later version of this program.
        """
        try:
            document = json.loads((self.path / "sets" / name / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BackupRefused(f"there is no backup {name} in {self.path}, or its manifest is damaged") from error
        if document["layout"] != LAYOUT:
            raise BackupRefused(f"{name} was made by another version of this program: use that one")
        return Manifest(**document)

    def altered(self, name: str) -> list[str]:
        """Return which of a backup's own files are missing, or are not what its manifest says.

        Raises:
            BackupRefused: There is no such backup.
        """
        own = self.path / "sets" / name
        wanted = self.manifest(name).sha256
        return [file for file, sha256 in wanted.items() if not _is_same(own / file, sha256)]

    def entries(self, name: str) -> Iterator[Entry]:
        """Go through the objects of a backup. Of one that is not finished the last line may be torn: it is left out."""
        path = self.path / "sets" / name / OBJECTS
        if not path.is_file():
            return
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield Entry(**json.loads(line))

    @contextmanager
    def rows(self, name: str) -> Iterator[IO[str]]:
        """Open the rows of a backup, a line each."""
        with gzip.open(self.path / "sets" / name / ROWS, "rt", encoding="utf-8") as lines:
            yield lines

    def file(self, sha256: str) -> Path:
        """Return where the file with this hash is, or would be."""
        return self.path / "files" / sha256[:2] / sha256

    def holds(self, entry: Entry) -> bool:
        """Tell whether an object's file is there, byte for byte."""
        return _is_same(self.file(entry.sha256), entry.sha256)

    @contextmanager
    def new_file(self) -> Iterator[NewFile]:
        """Write a file whose hash is known when it is whole; nothing of it stays otherwise."""
        with tempfile.NamedTemporaryFile(dir=self.path / "files", prefix=".new-", delete=False) as temporary:
            try:
                yield NewFile(self, temporary)
            finally:
                Path(temporary.name).unlink(missing_ok=True)

    def forget(self, names: Iterable[str]) -> None:
        """Delete backups. Killed half-way, what is left of one counts as unfinished, and goes the next time."""
        for name in names:
            folder = self.path / "sets" / name
            part = folder.with_name(f"{name.removesuffix(_PART)}{_PART}")
            folder.rename(part)
            flush(part.parent)
            shutil.rmtree(part)

    def sweep(self, needed: set[Sha256]) -> int:
        """Delete the files that nobody needs, and what somebody left who was killed; return how many."""
        swept = 0
        for path in (self.path / "files").glob("*/*"):
            if path.name not in needed:
                path.unlink()
                swept += 1
        for stray in (self.path / "files").glob(".new-*"):
            stray.unlink()
        return swept


class NewFile:
    """A file on its way into the folder."""

    def __init__(self, folder: BackupFolder, temporary: IO[bytes]) -> None:
        self._folder, self._temporary = folder, temporary
        self._hash = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        """Add bytes."""
        self._hash.update(chunk)
        self._temporary.write(chunk)

    def keep(self) -> Sha256:
        """Put it in its place; return its hash. `finish` flushes all of them to the disk."""
        self._temporary.flush()
        place = self._folder.file(self._hash.hexdigest())
        place.parent.mkdir(mode=0o700, exist_ok=True)
        Path(self._temporary.name).replace(place)
        return Sha256(place.name)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def line_of(entry: Entry) -> str:
    """Return the line of an object in a backup's list."""
    return json.dumps(asdict(entry), ensure_ascii=False) + "\n"


def _is_same(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256
