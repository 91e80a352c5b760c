"""A bucket in memory. `tests/integration/storage/test_bucket_contract.py` holds it to what the real one does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from intake.domain.errors import ObjectMissing, StorageUnavailable
from intake.domain.submissions import ObjectKey
from intake.storage.bucket import StoredObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Held:
    """One object as it was stored."""

    content: bytes
    content_type: str
    cache_control: str | None
    written_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryBucket:
    """Implements every protocol of `intake.storage.bucket`; `is_down` makes it answer like a server that is gone."""

    def __init__(self, name: str = "memory", *, clock: Callable[[], datetime] = _now) -> None:
        self.name = name
        self.is_down = False
        self.held: dict[str, Held] = {}
        self._clock = clock

    def put_stream(self, key: ObjectKey, stream: BinaryIO, *, content_type: str) -> int:
        self._answer()
        self._keep(key, stream.read(), content_type)
        return self.size_of(key)

    def put_file(self, key: ObjectKey, path: Path, *, content_type: str, cache_control: str | None = None) -> None:
        self._answer()
        self._keep(key, path.read_bytes(), content_type, cache_control)

    def size_of(self, key: ObjectKey) -> int:
        return len(self._find(key).content)

    def fetch(self, key: ObjectKey, path: Path) -> None:
        path.write_bytes(self._find(key).content)

    def listing(self, prefix: ObjectKey | str) -> Iterator[StoredObject]:
        self._answer()
        for key, held in sorted(self.held.items()):
            if key.startswith(prefix):
                yield StoredObject(key=ObjectKey(key), size_bytes=len(held.content), written_at=held.written_at)

    def delete(self, keys: Sequence[ObjectKey]) -> None:
        self._answer()
        for key in keys:
            self.held.pop(key, None)

    def delete_below(self, prefix: ObjectKey) -> int:
        if not prefix.endswith("/"):
            raise ValueError(f"{prefix} is not a folder")
        keys = [stored.key for stored in self.listing(prefix)]
        self.delete(keys)
        return len(keys)

    def view_link(self, key: ObjectKey) -> str:
        return f"http://bucket.invalid/{self.name}/{key}?X-Amz-Signature=fake"

    def public_link(self, key: ObjectKey) -> str:
        return f"http://bucket.invalid/{self.name}/{key}"

    def is_there(self) -> bool:
        self._answer()
        return True

    def _answer(self) -> None:
        if self.is_down:
            raise StorageUnavailable("EndpointConnectionError")

    def _find(self, key: ObjectKey) -> Held:
        self._answer()
        if key not in self.held:
            raise ObjectMissing("404")
        return self.held[key]

    def _keep(self, key: ObjectKey, content: bytes, content_type: str, cache_control: str | None = None) -> None:
        self.held[key] = Held(
            content=content, content_type=content_type, cache_control=cache_control, written_at=self._clock()
        )
