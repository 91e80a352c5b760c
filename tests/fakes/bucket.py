"""A bucket in memory. `tests/integration/storage/test_bucket_contract.py` holds it to what the real one does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from intake.domain.errors import ObjectMissing, StorageUnavailable, UploadUnknown
from intake.domain.submissions import ObjectKey, UploadId
from intake.storage.bucket import StoredObject
from intake.storage.parts import ArrivedPart, OpenUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Held:
    """One object as it was stored."""

    content: bytes
    content_type: str
    cache_control: str | None
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One upload in parts that is not over."""

    key: ObjectKey
    content_type: str
    opened_at: datetime
    parts: dict[int, bytes] = field(default_factory=dict)


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryBucket:
    """Implements every protocol of `intake.storage`; `is_down` makes it answer like a server that is gone."""

    def __init__(self, name: str = "memory", *, clock: Callable[[], datetime] = _now) -> None:
        self.name = name
        self.is_down = False
        self.held: dict[str, Held] = {}
        self.opened: dict[str, Opened] = {}
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

    def read(self, key: ObjectKey, *, start: int = 0) -> Iterator[bytes]:
        yield self._find(key).content[start:]

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

    def keep_link(self, key: ObjectKey, file_name: str) -> str:
        return f"http://bucket.invalid/{self.name}/{key}?X-Amz-Signature=fake&as={file_name}"

    def public_link(self, key: ObjectKey) -> str:
        return f"http://bucket.invalid/{self.name}/{key}"

    def open_upload(self, key: ObjectKey, *, content_type: str) -> UploadId:
        self._answer()
        upload_id = UploadId(uuid.uuid4().hex)
        self.opened[upload_id] = Opened(key=key, content_type=content_type, opened_at=self._clock())
        return upload_id

    def part_link(self, key: ObjectKey, upload_id: UploadId, part_number: int, *, size_bytes: int) -> str:
        return (
            f"http://bucket.invalid/{self.name}/{key}?uploadId={upload_id}&partNumber={part_number}&size={size_bytes}"
        )

    def put_part(self, upload_id: UploadId, part_number: int, content: bytes) -> None:
        """Stands for a browser's PUT to a part's link."""
        self.opened[upload_id].parts[part_number] = content

    def arrived_parts(self, key: ObjectKey, upload_id: UploadId) -> list[ArrivedPart]:
        return [
            ArrivedPart(part_number=number, size_bytes=len(content), tag=f"{hash(content):x}")
            for number, content in sorted(self._opened(key, upload_id).parts.items())
        ]

    def complete_upload(self, key: ObjectKey, upload_id: UploadId, parts: Iterable[ArrivedPart]) -> None:
        upload = self._opened(key, upload_id)
        self._keep(key, b"".join(upload.parts[part.part_number] for part in parts), upload.content_type)
        del self.opened[upload_id]

    def abort_upload(self, key: ObjectKey, upload_id: UploadId) -> None:  # noqa: ARG002
        self._answer()
        self.opened.pop(upload_id, None)

    def open_uploads(self, prefix: ObjectKey | str) -> Iterator[OpenUpload]:
        self._answer()
        for upload_id, upload in list(self.opened.items()):
            if upload.key.startswith(prefix):
                yield OpenUpload(key=upload.key, upload_id=UploadId(upload_id), opened_at=upload.opened_at)

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

    def _opened(self, key: ObjectKey, upload_id: UploadId) -> Opened:
        self._answer()
        if upload_id not in self.opened or self.opened[upload_id].key != key:
            raise UploadUnknown("NoSuchUpload")
        return self.opened[upload_id]

    def _keep(self, key: ObjectKey, content: bytes, content_type: str, cache_control: str | None = None) -> None:
        self.held[key] = Held(
            content=content, content_type=content_type, cache_control=cache_control, written_at=self._clock()
        )
