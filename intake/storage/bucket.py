"""What each kind of user may ask of a bucket, and `S3Bucket`, which answers all; parts are in `parts`.

Needed permissions: web: put, head and multipart uploads in *private*; workers: everything in both; nobody else: GET in
*gallery*.
Entity tags are never trusted: what a file is, its size and SHA-256 say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol
from urllib.parse import quote

from intake.domain.errors import ObjectMissing, StorageUnavailable
from intake.domain.submissions import ObjectKey
from intake.storage.client import S3Server, s3_client
from intake.storage.links import KEEP_LINK_S, VIEW_LINK_S
from intake.storage.parts import PartUploads, S3PartUploads
from intake.storage.translate import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

MEBIBYTE: Final = 1024**2
CHUNK_BYTES: Final = 1 * MEBIBYTE

SEND_S: Final = 60
"""Longest wait for a server that does not take the next bytes of a file.

SeaweedFS lets uploads beyond `-s3.concurrentUploadLimitMB` wait, and botocore gives up on a send that stalls for the
time it would wait for a connection: with 3 s, two of eight uploads at once were lost.
"""

_DELETE_AT_ONCE: Final = 1000
"""Most keys in one DeleteObjects. Source: Amazon S3 API Reference, DeleteObjects."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One object of a listing."""

    key: ObjectKey
    size_bytes: int
    written_at: datetime


class Originals(Protocol):
    """What receiving an upload asks of the private bucket."""

    def put_stream(self, key: ObjectKey, stream: BinaryIO, *, content_type: str) -> int:
        """Store all of the seekable *stream* in constant memory; return its size in bytes as the bucket has it.

        Once this returns the object is there for every reader. If it raises there may be a part of it nobody can read.

        Raises:
            StorageUnavailable: The bucket cannot take it now.
        """
        ...

    def size_of(self, key: ObjectKey) -> int:
        """Return the size of an object in bytes.

        Raises:
            ObjectMissing: There is none.
            StorageUnavailable: The bucket cannot say now.
        """
        ...


class Objects(Originals, Protocol):
    """What the workers' steps ask of a bucket."""

    def put_file(self, key: ObjectKey, path: Path, *, content_type: str, cache_control: str | None = None) -> None:
        """Store the file at *path*; replaces what was there.

        Raises:
            StorageUnavailable: The bucket cannot take it now, or holds another size afterwards.
        """
        ...

    def fetch(self, key: ObjectKey, path: Path) -> None:
        """Write an object to *path*.

        Raises:
            ObjectMissing: There is none.
            StorageUnavailable: The bucket does not answer, or stopped half-way.
        """
        ...

    def read(self, key: ObjectKey, *, start: int = 0) -> Iterator[bytes]:
        """Give an object's bytes from *start* on, a chunk at a time.

        Raises:
            ObjectMissing: There is none.
            StorageUnavailable: The bucket does not answer, or stopped half-way.
        """
        ...

    def listing(self, prefix: ObjectKey | str) -> Iterator[StoredObject]:
        """Go through the objects below *prefix*. What is written or deleted meanwhile may or may not be seen.

        Raises:
            StorageUnavailable: The bucket cannot say now.
        """
        ...

    def delete(self, keys: Sequence[ObjectKey]) -> None:
        """Delete objects; those that are not there count as deleted.

        Raises:
            StorageUnavailable: Something may be left.
        """
        ...

    def delete_below(self, prefix: ObjectKey) -> int:
        """Delete everything below *prefix* and return how many objects that were. Repeatable.

        Raises:
            StorageUnavailable: Something may be left.
        """
        ...


class Uploads(Objects, PartUploads, Protocol):
    """What looking after uploads asks of the private bucket, whole files and files in parts alike."""


class S3Bucket(S3PartUploads):
    """A bucket on any S3 server. Implements every protocol here and in `links`; give each user only what it needs."""

    def __init__(self, name: str, server: S3Server) -> None:
        super().__init__(
            name, client=s3_client(server), public_client=s3_client(server, endpoint_url=server.public_url)
        )
        self._public_url = server.public_url
        self._sending_client = s3_client(server, connect_timeout_s=SEND_S)

    def put_stream(self, key: ObjectKey, stream: BinaryIO, *, content_type: str) -> int:
        """See `Originals`."""
        # One PUT that reads as it sends: a multipart upload would hold a part of 5 MiB or more in memory.
        with storage_errors():
            self._sending_client.put_object(Bucket=self.name, Key=key, Body=stream, ContentType=content_type)
        return self.size_of(key)

    def put_file(self, key: ObjectKey, path: Path, *, content_type: str, cache_control: str | None = None) -> None:
        """See `Objects`."""
        headers = {"ContentType": content_type} | ({"CacheControl": cache_control} if cache_control else {})
        with storage_errors(), path.open("rb") as file:
            self._sending_client.put_object(Bucket=self.name, Key=key, Body=file, **headers)
        if self.size_of(key) != path.stat().st_size:
            raise StorageUnavailable("the bucket holds another size than was sent")

    def size_of(self, key: ObjectKey) -> int:
        """See `Originals`."""
        with storage_errors():
            return int(self._client.head_object(Bucket=self.name, Key=key)["ContentLength"])

    def fetch(self, key: ObjectKey, path: Path) -> None:
        """See `Objects`."""
        with storage_errors(), path.open("wb") as file:
            answer = self._client.get_object(Bucket=self.name, Key=key)
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                file.write(chunk)
        if path.stat().st_size != answer["ContentLength"]:
            raise StorageUnavailable("the bucket stopped half-way")

    def read(self, key: ObjectKey, *, start: int = 0) -> Iterator[bytes]:
        """See `Objects`."""
        with storage_errors():
            answer = self._client.get_object(Bucket=self.name, Key=key, Range=f"bytes={start}-")
            yield from answer["Body"].iter_chunks(CHUNK_BYTES)

    def listing(self, prefix: ObjectKey | str) -> Iterator[StoredObject]:
        """See `Objects`."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        with storage_errors():
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield StoredObject(
                        key=ObjectKey(entry["Key"]), size_bytes=entry["Size"], written_at=entry["LastModified"]
                    )

    def delete(self, keys: Sequence[ObjectKey]) -> None:
        """See `Objects`."""
        for start in range(0, len(keys), _DELETE_AT_ONCE):
            self._delete(keys[start : start + _DELETE_AT_ONCE])

    def delete_below(self, prefix: ObjectKey) -> int:
        """See `Objects`."""
        if not prefix.endswith("/"):
            raise ValueError(f"{prefix} is not a folder: other keys may begin like it")
        keys = [stored.key for stored in self.listing(prefix)]
        self.delete(keys)
        return len(keys)

    def view_link(self, key: ObjectKey) -> str:
        """See `ViewLinks`."""
        link: str = self._public_client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=VIEW_LINK_S
        )
        return link

    def keep_link(self, key: ObjectKey, file_name: str) -> str:
        """See `KeepLinks`."""
        saved_as = f'attachment; filename="{file_name}"'
        link: str = self._public_client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.name, "Key": key, "ResponseContentDisposition": saved_as},
            ExpiresIn=KEEP_LINK_S,
        )
        return link

    def public_link(self, key: ObjectKey) -> str:
        """See `PublicLinks`."""
        return f"{self._public_url}/{self.name}/{quote(key)}"

    def is_there(self) -> bool:
        """Tell whether the bucket answers.

        Raises:
            StorageUnavailable: Its server does not.
        """
        try:
            with storage_errors():
                self._client.head_bucket(Bucket=self.name)
        except ObjectMissing:
            return False
        return True

    def create(self) -> None:
        """Make the bucket unless it is there.

        Raises:
            StorageUnavailable: Its server does not answer.
        """
        if not self.is_there():
            with storage_errors():
                self._client.create_bucket(Bucket=self.name)

    def let_everybody_read(self) -> None:
        """Let everybody GET objects, and nothing else: no listing, no writing.

        Raises:
            StorageUnavailable: The policy was not taken.
        """
        policy = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],'
            f'"Resource":["arn:aws:s3:::{self.name}/*"]}}]}}'
        )
        with storage_errors():
            self._client.put_bucket_policy(Bucket=self.name, Policy=policy)

    def let_pages_of(self, origins: list[str], *, methods: list[str]) -> None:
        """Say which pages' scripts may use the bucket; without it SeaweedFS lets every origin in.

        Raises:
            StorageUnavailable: The rule was not taken.
        """
        rule = {
            "AllowedOrigins": origins,
            "AllowedMethods": methods,
            "AllowedHeaders": ["*"],
            # Or a script of another page, or of a frame without an origin, cannot tell which part of a file it got.
            "ExposeHeaders": ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"],
            "MaxAgeSeconds": 3600,
        }
        with storage_errors():
            self._client.put_bucket_cors(Bucket=self.name, CORSConfiguration={"CORSRules": [rule]})

    def _delete(self, keys: Sequence[ObjectKey]) -> None:
        with storage_errors():
            answer = self._client.delete_objects(
                Bucket=self.name, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
            )
        if answer.get("Errors"):
            raise StorageUnavailable(str(answer["Errors"][0].get("Code")))
