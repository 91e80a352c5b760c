"""The only place that speaks S3's multipart upload: a file sent in parts, by links that let a browser send just those.

What a server says of a part is its number and size. Entity tags choose among parts of one number when an upload is
completed, and are never trusted beyond that: SeaweedFS completes with wrong ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Protocol

from intake.domain.errors import UploadUnknown
from intake.domain.submissions import ObjectKey, UploadId
from intake.storage.translate import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

PART_LINK_S: Final = 900
"""Life of a signed part link in seconds. It counts when sending begins: a part may take as long as it takes."""


@dataclass(frozen=True, kw_only=True)
class ArrivedPart:
    """A part the bucket holds."""

    part_number: int
    size_bytes: int
    tag: str


@dataclass(frozen=True, kw_only=True)
class OpenUpload:
    """An upload that was opened and neither completed nor aborted."""

    key: ObjectKey
    upload_id: UploadId
    opened_at: datetime


class PartUploads(Protocol):
    """What receiving a file in parts asks of the private bucket.

    A part that arrived stays until the upload is completed or aborted, whatever is killed. Nothing of an upload can be
    read before it is completed, and once it is over its links send nothing any more.
    """

    def open_upload(self, key: ObjectKey, *, content_type: str) -> UploadId:
        """Open an upload to *key*. Two uploads to one key do not know each other.

        Raises:
            StorageUnavailable: The bucket cannot say now; one that nobody knows may be open.
        """
        ...

    def part_link(self, key: ObjectKey, upload_id: UploadId, part_number: int, *, size_bytes: int) -> str:
        """Sign a link by which a browser may PUT this part, with exactly *size_bytes*, for `PART_LINK_S` seconds.

        Asks nobody, so it may be for an upload that is over: sending then answers 404.
        """
        ...

    def arrived_parts(self, key: ObjectKey, upload_id: UploadId) -> list[ArrivedPart]:
        """Return the parts that arrived, by number, each once.

        Of a part that was sent again the last, as far as the server's clock tells: S3 counts whole seconds. So one
        upload is for one file: who sends another file opens another upload.

        Raises:
            UploadUnknown: It was completed or aborted, or never opened.
            StorageUnavailable: The bucket cannot say now.
        """
        ...

    def complete_upload(self, key: ObjectKey, upload_id: UploadId, parts: Iterable[ArrivedPart]) -> None:
        """Make one object of *parts*. Once this returns the object is there for every reader.

        Raises:
            UploadUnknown: It was aborted, or it was completed before; some servers then just answer as before.
            StorageUnavailable: The bucket cannot say now; the object may be there.
        """
        ...

    def abort_upload(self, key: ObjectKey, upload_id: UploadId) -> None:
        """Throw away an upload with its parts; one that is over counts as aborted, and its object stays.

        Raises:
            StorageUnavailable: Something may be left.
        """
        ...

    def open_uploads(self, prefix: ObjectKey | str) -> Iterator[OpenUpload]:
        """Go through the open uploads to keys below *prefix*. Those opened meanwhile may or may not be seen.

        Raises:
            StorageUnavailable: The bucket cannot say now.
        """
        ...


class S3PartUploads:
    """Uploads in parts to a bucket on any S3 server."""

    def __init__(self, name: str, *, client: Any, public_client: Any) -> None:  # noqa: ANN401 - boto3 ships no types
        self.name = name
        self._client = client
        # A signature holds only for the host it was made for: browsers may know the server under another name.
        self._public_client = public_client

    def open_upload(self, key: ObjectKey, *, content_type: str) -> UploadId:
        """See `PartUploads`."""
        with storage_errors():
            answer = self._client.create_multipart_upload(Bucket=self.name, Key=key, ContentType=content_type)
        return UploadId(answer["UploadId"])

    def part_link(self, key: ObjectKey, upload_id: UploadId, part_number: int, *, size_bytes: int) -> str:
        """See `PartUploads`."""
        # Without the length in the signature a 6 MB body went through a 5 MB slot: tried.
        bound = self._upload(key, upload_id) | {"PartNumber": part_number, "ContentLength": size_bytes}
        link: str = self._public_client.generate_presigned_url("upload_part", Params=bound, ExpiresIn=PART_LINK_S)
        return link

    def arrived_parts(self, key: ObjectKey, upload_id: UploadId) -> list[ArrivedPart]:
        """See `PartUploads`."""
        pages = self._client.get_paginator("list_parts").paginate(**self._upload(key, upload_id))
        with storage_errors():
            entries = [entry for page in pages for entry in page.get("Parts", ())]
        # SeaweedFS lists a part that was sent again once for each time, in no order.
        arrived = {entry["PartNumber"]: entry for entry in sorted(entries, key=itemgetter("LastModified"))}
        return [
            ArrivedPart(part_number=number, size_bytes=entry["Size"], tag=entry["ETag"])
            for number, entry in sorted(arrived.items())
        ]

    def complete_upload(self, key: ObjectKey, upload_id: UploadId, parts: Iterable[ArrivedPart]) -> None:
        """See `PartUploads`."""
        chosen = [{"PartNumber": part.part_number, "ETag": part.tag} for part in parts]
        with storage_errors():
            self._client.complete_multipart_upload(**self._upload(key, upload_id), MultipartUpload={"Parts": chosen})

    def abort_upload(self, key: ObjectKey, upload_id: UploadId) -> None:
        """See `PartUploads`."""
        try:
            with storage_errors():
                self._client.abort_multipart_upload(**self._upload(key, upload_id))
        except UploadUnknown:
            return

    def open_uploads(self, prefix: ObjectKey | str) -> Iterator[OpenUpload]:
        """See `PartUploads`."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.name, Prefix=prefix)
        with storage_errors():
            for page in pages:
                for entry in page.get("Uploads", ()):
                    yield OpenUpload(
                        key=ObjectKey(entry["Key"]),
                        upload_id=UploadId(entry["UploadId"]),
                        opened_at=entry["Initiated"],
                    )

    def _upload(self, key: ObjectKey, upload_id: UploadId) -> dict[str, Any]:
        return {"Bucket": self.name, "Key": key, "UploadId": upload_id}
