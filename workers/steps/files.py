"""How steps file what they made: with the content type its name says, and its hash."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.db.published_files import PublishedFile, PublishedFiles
from intake.domain.submissions import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from intake.domain.submissions import ObjectKey
    from intake.settings import Settings
    from intake.storage.bucket import Objects

CONTENT_TYPES: Final = MappingProxyType(
    {
        ".jpg": "image/jpeg",
        ".json": "application/json",
        ".m4a": "audio/mp4",
        ".mp4": "video/mp4",
        ".vtt": "text/vtt; charset=utf-8",
        ".webp": "image/webp",
    }
)

MANIFEST_NAME: Final = "manifest.json"


def cache_control(settings: Settings) -> str:
    """Say how long caches may keep what everybody may see: what is withdrawn is gone from all within a minute."""
    return f"public, max-age={settings.media_max_age_s}, must-revalidate"


def put(bucket: Objects, key: ObjectKey, path: Path, *, kept: str | None = None) -> ObjectKey:
    """File *path* under *key* and return the key.

    Args:
        kept: What caches are told.
    """
    bucket.put_file(key, path, content_type=CONTENT_TYPES[path.suffix], cache_control=kept)
    return key


def sha256_of(path: Path) -> Sha256:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return Sha256(hashlib.file_digest(file, "sha256").hexdigest())


def described(path: Path) -> dict[str, str | int]:
    """Return what a manifest says of a file."""
    return {
        "name": path.name,
        "type": CONTENT_TYPES[path.suffix],
        "size_bytes": path.stat().st_size,
        "sha256": sha256_of(path),
    }


def filed_with(manifest: Path, described_files: Iterable[Mapping[str, object]], *, revision: int) -> PublishedFiles:
    """Return what a row knows of a publication: the files that its manifest names, and the manifest."""
    every = [*described_files, described(manifest)]
    return PublishedFiles(
        revision=revision,
        files=tuple(
            PublishedFile(name=str(each["name"]), size_bytes=int(str(each["size_bytes"])), sha256=str(each["sha256"]))
            for each in every
        ),
    )
