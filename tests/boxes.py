"""Boxes of MP4, by hand."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SELF_CONTAINED: Final = b"\x00\x00\x00\x01"


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def large_box(kind: bytes, content: bytes = b"") -> bytes:
    """A box with its size in 64 bits."""
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def open_box(kind: bytes, content: bytes = b"") -> bytes:
    """A box of size 0: it reaches to the end of the file."""
    return struct.pack(">I4s", 0, kind) + content


def brand(name: bytes = b"isom") -> bytes:
    return box(b"ftyp", name + b"\x00\x00\x02\x00" + b"isom")


def movie(*boxes: bytes, brand_name: bytes = b"isom") -> bytes:
    return brand(brand_name) + b"".join(boxes)


def track(
    handler: bytes,
    entries: Sequence[bytes],
    *,
    references: Sequence[bytes] | None = None,
    size_px: tuple[int, int] = (320, 240),
    edits: bytes = b"",
) -> bytes:
    own_file = [box(b"url ", SELF_CONTAINED)] if references is None else references
    described = [box(entry, bytes(24) + struct.pack(">HH", *size_px) + bytes(50)) for entry in entries]
    media = box(b"minf", box(b"dinf", _listed(b"dref", own_file)) + box(b"stbl", _listed(b"stsd", described)))
    shown = box(b"edts", edits) if edits else b""
    return box(b"trak", shown + box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(12)) + media))


def minimal_mp4(
    *,
    video: bytes = b"avc1",
    sound: bytes = b"mp4a",
    references: Sequence[bytes] | None = None,
    width_px: int = 320,
    height_px: int = 240,
    brand_name: bytes = b"isom",
) -> bytes:
    """An index with a picture and a sound track, and no samples."""
    tracks = track(b"vide", [video], references=references, size_px=(width_px, height_px)) + track(b"soun", [sound])
    return movie(box(b"moov", tracks), box(b"mdat"), brand_name=brand_name)


def _listed(kind: bytes, entries: Sequence[bytes]) -> bytes:
    return box(kind, struct.pack(">II", 0, len(entries)) + b"".join(entries))
