"""What backups ask of a bucket beside what everybody does: whole objects, with what they are served as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.domain.errors import StorageUnavailable
from intake.storage.bucket import CHUNK_BYTES, S3Bucket
from intake.storage.translate import storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.domain.submissions import ObjectKey


@dataclass(frozen=True, kw_only=True)
class ServedAs:
    """The headers that an object is given with."""

    content_type: str
    cache_control: str | None


class CopiedBucket(S3Bucket):
    """A bucket that is copied whole, or filled from a copy."""

    def copy_out(self, key: ObjectKey, write: Callable[[bytes], object]) -> ServedAs:
        """Hand an object's bytes to *write*, a chunk at a time.

        Raises:
            ObjectMissing: There is none.
            StorageUnavailable: The bucket does not answer, or stopped half-way.
        """
        written = 0
        with storage_errors():
            answer = self._client.get_object(Bucket=self.name, Key=key)
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                written += len(chunk)
                write(chunk)
        if written != answer["ContentLength"]:
            raise StorageUnavailable("the bucket stopped half-way")
        return ServedAs(content_type=answer["ContentType"], cache_control=answer.get("CacheControl"))
