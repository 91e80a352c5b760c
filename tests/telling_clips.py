"""Clips that tell who, where, when and with what, in every place where phones, cameras and editors write such things.

Each function takes an ordinary clip whose index is at its end, and writes one that says `SECRET` in one more place.
"""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING, Final

from tests.boxes import box

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET: Final = b"+43.9330+010.9170/Anna"

_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""The name of a `uuid` box with XMP. Source: Adobe, "XMP Specification Part 3", MPEG-4."""

_ITALIAN: Final = 0x15C7
_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _text(kind: bytes) -> bytes:
    """A QuickTime user data text, as `©xyz`."""
    return box(kind, struct.pack(">HH", len(SECRET), _ITALIAN) + SECRET)


def _in_udta() -> bytes:
    kinds = (b"\xa9xyz", b"\xa9mak", b"\xa9mod", b"\xa9day", b"\xa9des", b"\xa9nam", b"\xa9ART", b"\xa9swr")
    location = box(b"loci", struct.pack(">IH", 0, _ITALIAN) + SECRET + b"\0" + bytes(13) + b"Earth\0\0")
    author = box(b"auth", struct.pack(">IH", 0, _ITALIAN) + SECRET + b"\0")
    return box(b"udta", b"".join(_text(kind) for kind in kinds) + location + author)


def _in_keys() -> bytes:
    """An iPhone's own table of names and values."""
    names = [f"com.apple.quicktime.{name}".encode() for name in ("location.ISO6709", "make", "model", "creationdate")]
    handler = box(b"hdlr", bytes(8) + b"mdta" + bytes(12) + b"\0")
    keys = box(b"keys", struct.pack(">II", 0, len(names)) + b"".join(box(b"mdta", name) for name in names))
    values = (
        box(struct.pack(">I", number), box(b"data", struct.pack(">II", 1, 0) + SECRET))
        for number in range(1, len(names) + 1)
    )
    return box(b"meta", handler + keys + box(b"ilst", b"".join(values)))


def _in_xmp() -> bytes:
    return box(b"uuid", _XMP + b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>")


def _in_track(entry: bytes) -> Callable[[int], bytes]:
    """A track of measurements over time with one sample, which lies at the offset it is given."""

    def build(at: int) -> bytes:
        described = box(entry, bytes(6) + struct.pack(">H", 1) + box(b"keys", SECRET))
        table = (
            box(b"stsd", struct.pack(">II", 0, 1) + described)
            + box(b"stts", struct.pack(">IIII", 0, 1, 1, 1000))
            + box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1))
            + box(b"stsz", struct.pack(">III", 0, len(SECRET), 1))
            + box(b"stco", struct.pack(">III", 0, 1, at))
        )
        references = box(b"dref", struct.pack(">II", 0, 1) + box(b"url ", struct.pack(">I", 1)))
        info = box(b"minf", box(b"nmhd", bytes(4)) + box(b"dinf", references) + box(b"stbl", table))
        times = struct.pack(">IIIII", 0, 3_900_000_000, 3_900_000_000, 1000, 1000) + struct.pack(">HH", _ITALIAN, 0)
        handler = box(b"hdlr", bytes(8) + b"meta" + bytes(12) + SECRET + b"\0")
        head = struct.pack(">IIIIII", 1, 3_900_000_000, 3_900_000_000, 9, 0, 1000) + bytes(16) + _MATRIX + bytes(8)
        return box(b"trak", box(b"tkhd", head) + box(b"mdia", box(b"mdhd", times) + handler + info))

    return build


_PLACES: Final[dict[str, Callable[[int], bytes]]] = {
    "user data": lambda _: _in_udta(),
    "apple keys": lambda _: _in_keys(),
    "mebx track": _in_track(b"mebx"),
    "gpmd track": _in_track(b"gpmd"),
}


def in_the_index(folder: Path, plain: Path, place: str) -> Path:
    """Say it in one of the places inside `moov`."""
    content = plain.read_bytes()
    at = content.rindex(b"moov") - 4
    sample = box(b"mdat", SECRET)
    index = content[at + 8 :] + _PLACES[place](at + 8)
    return _written(folder, content[:at] + sample + box(b"moov", index))


def beside_the_index(folder: Path, plain: Path) -> Path:
    """Say it in XMP, in padding, and in user data at the top."""
    return _written(folder, plain.read_bytes() + _in_xmp() + box(b"free", SECRET) + _in_udta())


def between_the_pictures(folder: Path, plain: Path) -> Path:
    """Say it in a message of H.264, as action cameras and encoders do, and in names and dates of both tracks."""
    message = f"h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{SECRET.decode()}"
    out = folder / "telling.mp4"
    named = [f"-metadata:s:{kind}" for kind in "va"]
    argv: list[str | Path] = ["ffmpeg", "-v", "error", "-y", "-i", plain, "-c", "copy", "-bsf:v", message]
    for option in named:
        argv += [option, f"handler_name={SECRET.decode()}", option, "creation_time=2026-05-05T10:00:00Z"]
    subprocess.run([*argv, "-metadata", "creation_time=2026-05-05T10:00:00Z", out], check=True)
    return out


IN_THE_INDEX: Final = tuple(_PLACES)


def _written(folder: Path, content: bytes) -> Path:
    path = folder / "telling.mp4"
    path.write_bytes(content)
    return path
