"""The only place that knows the two lists of a folder of backups, which outlive every backup in it."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from intake.backup.disk import flush
from intake.domain.calls import ConsentKind
from intake.domain.staff import StaffRole
from intake.domain.submissions import ClipId, SubmissionId
from intake.domain.tombstones import Tombstone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from intake.domain.staff import Access

_TOMBSTONES: Final = "tombstones.jsonl"
_ACCESS: Final = "access.json"


class Lists:
    """What was taken back, and what each of the staff may do: added to, also while a backup is taken."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tombstones(self) -> set[Tombstone]:
        """Return all that was taken back, as far as it is known here."""
        path = self._path / _TOMBSTONES
        if not path.is_file():
            return set()
        return {_tombstone(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()}

    def remember(self, tombstones: set[Tombstone]) -> set[Tombstone]:
        """Add to what was taken back; return all of it. Nothing is ever left out that stood there."""
        with self._listing():
            known = self.tombstones()
            together = known | tombstones
            if together != known:
                lines = sorted(json.dumps(_document(stone), sort_keys=True) for stone in together)
                _replace(self._path / _TOMBSTONES, "".join(f"{line}\n" for line in lines))
        return together

    def access(self, key_check: str) -> Access | None:
        """Return what each of the staff may do, as far as it is known here, under the key with this check."""
        roles = self._access().get(key_check)
        return None if roles is None else {mark: StaffRole(role) if role else None for mark, role in roles.items()}

    def note_access(self, key_check: str, read: Callable[[], Access]) -> None:
        """Write down what people may do; whoever is not among them stays as they stood there.

        Args:
            read: Asked when it is our turn: what was read last is what is written last.
        """
        with self._listing():
            known = self._access()
            together = known | {key_check: known.get(key_check, {}) | dict(read())}
            if together != known:
                _replace(self._path / _ACCESS, json.dumps(together, indent=2, sort_keys=True))

    def _access(self) -> dict[str, dict[str, str | None]]:
        path = self._path / _ACCESS
        found: dict[str, dict[str, str | None]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return found

    @contextmanager
    def _listing(self) -> Iterator[None]:
        # Another lock than that of backups: the lists are added to while one is taken, too.
        with (self._path / "lists.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _document(tombstone: Tombstone) -> dict[str, Any]:
    return asdict(tombstone) | {"at": tombstone.at.isoformat()}


def _tombstone(document: dict[str, Any]) -> Tombstone:
    return Tombstone(
        submission_id=SubmissionId(document["submission_id"]),
        clip_id=ClipId(document["clip_id"]) if document["clip_id"] else None,
        consent=ConsentKind(document["consent"]) if document["consent"] else None,
        at=datetime.fromisoformat(document["at"]),
    )


def _replace(path: Path, content: str) -> None:
    # Always the same name: whoever is killed leaves one at most, and the next writes over it.
    new = path.with_name(f".{path.name}.new")
    new.write_text(content, encoding="utf-8")
    flush(new)
    new.replace(path)
    flush(path.parent)
