"""The only place that reads MP4 and QuickTime boxes ourselves, before any C code sees the file.

It is memory-safe and seeks from header to header, so whatever the file says it costs a few kilobytes and a bounded
number of reads. What it refuses no tool ever opens: playlists and archives under the name of a clip, references to
other files, cut-off recordings, decoders nobody's phone needs.

Source: ISO/IEC 14496-12 (ISO base media file format); Apple, "QuickTime File Format Specification".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, NoReturn

from intake.domain.calls import Format
from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import VideoRefused
from workers.media.limits import MAX_PIXELS, MAX_STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VIDEO_ENTRIES: Final = frozenset({b"avc1", b"avc3", b"hvc1", b"hev1", b"mp4v"})
"""Sample entries of H.264 and HEVC, what phones record, and of MPEG-4 part 2, what older ones did.

MPEG-1, MPEG-2 and JPEG may hide behind `mp4v` too: their decoders are on no list of ours.
"""

SOUND_ENTRIES: Final = frozenset(
    {b"mp4a", b".mp3", b"Opus", b"alac", b"sowt", b"twos", b"lpcm", b"samr", b"sawb", b"ms\x00\x55"}
)
"""Sample entries of AAC, MP3, Opus, ALAC, plain PCM and AMR."""

SECOND_SOUND_ENTRIES: Final = SOUND_ENTRIES | {b"apac"}
"""What may lie beside the first sound track: iPhones from the 16 on add one in Apple's spatial codec, never decoded."""

MAX_BOXES: Final = 20_000
"""A fragmented clip of three minutes in half-second pieces has 720 at the top; an iPhone's moov has 179, counted."""

MAX_MOOV_BYTES: Final = 64 * 1024 * 1024
"""Two minutes of phone video index themselves in 106 kB, counted; ffmpeg holds all of it in memory."""

MAX_DEPTH: Final = 8
"""moov › trak › mdia › minf › stbl › stsd is six."""

MAX_ENTRIES: Final = 16
"""Sample descriptions or data references of one track. Phones write one of each."""

MAX_EDITS: Final = 100
"""Of an edit list no more are read: phones write one, and what more than one means is known by the second."""

_EDIT: Final = struct.Struct(">Ii4x")
_LARGE_EDIT: Final = struct.Struct(">Qq4x")
_NOTHING_SHOWN: Final = -1
"""An entry of an edit list: how long, from which moment of the track on, how fast."""

_CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"mvex", b"udta"})
_QUICKTIME_BRAND: Final = b"qt  "
_LARGE_SIZE: Final = 1
_TO_THE_END: Final = 0
_SELF_CONTAINED: Final = 0x000001
_AREA_AT: Final = 32
"""Offset of width and height in a visual sample entry, from its start."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """What the boxes say about a file that may be opened by a tool.

    Attributes:
        has_cuts: A track is shown in several pieces; what lies between them is in the file all the same.
    """

    format: Format
    size_bytes: int
    is_fragmented: bool
    has_cuts: bool


@dataclass(frozen=True, kw_only=True)
class _Box:
    kind: bytes
    content_at: int
    ends_at: int


@dataclass(kw_only=True)
class _Track:
    handler: bytes = b""
    entries: list[bytes] = field(default_factory=list)
    shown_pieces: int = 0


class _Reader:
    """Reads headers from a file and counts what it reads."""

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self._file = file
        self._boxes_left = MAX_BOXES
        self.size_bytes = size_bytes

    def bytes_at(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)

    def boxes(self, start: int, end: int) -> Iterator[_Box]:
        """Yield the boxes between *start* and *end*; a rest too short for a header is padding."""
        while end - start >= 8:  # noqa: PLR2004 - size and kind
            box = self._box(start, end)
            yield box
            start = box.ends_at

    def _box(self, start: int, end: int) -> _Box:
        self._boxes_left -= 1
        if self._boxes_left < 0:
            _refuse(Reason.TOO_COMPLEX, f"more than {MAX_BOXES} boxes")
        size, kind, large = struct.unpack(">I4sQ", self.bytes_at(start, 16).ljust(16, b"\x00"))
        header = 8
        if size == _LARGE_SIZE:
            size, header = large, 16
        elif size == _TO_THE_END:
            size = end - start
        if size < header:
            _refuse(Reason.BROKEN_STRUCTURE, f"a box of {size} bytes")
        if start + size > end:
            self._refuse_overrun(end)
        return _Box(kind=kind, content_at=start + header, ends_at=start + size)

    def _refuse_overrun(self, end: int) -> NoReturn:
        _refuse(Reason.INCOMPLETE if end == self.size_bytes else Reason.BROKEN_STRUCTURE)


def read_container(path: Path) -> Container:
    """Walk the boxes of the file at *path* and say what it is.

    Raises:
        VideoRefused: As `read_boxes`.
    """
    with path.open("rb") as file:
        return read_boxes(file, size_bytes=path.stat().st_size)


def read_boxes(file: BinaryIO, *, size_bytes: int) -> Container:
    """Walk the boxes of *file* and say what it is.

    Raises:
        VideoRefused: It is no MP4 or QuickTime file, is cut off or contradicts itself, leads to other files, holds a
            codec no phone records, or is built to wear us out.
    """
    reader = _Reader(file, size_bytes)
    brand = _brand(reader)
    moov, is_fragmented = _find_moov(reader)
    tracks = _inspect_tracks(reader, moov)
    return Container(
        format=Format.MOV if brand == _QUICKTIME_BRAND else Format.MP4,
        size_bytes=size_bytes,
        is_fragmented=is_fragmented,
        has_cuts=any(track.shown_pieces > 1 for track in tracks),
    )


def _brand(reader: _Reader) -> bytes:
    # Every phone, camera and browser in our collection writes `ftyp` first; only QuickTime before 2005 did not.
    header = reader.bytes_at(0, 12)
    if header[4:8] != b"ftyp":
        _refuse(Reason.NOT_A_VIDEO)
    return header[8:12]


def _find_moov(reader: _Reader) -> tuple[_Box, bool]:
    moovs: list[_Box] = []
    is_fragmented = False
    for box in reader.boxes(0, reader.size_bytes):
        is_fragmented = is_fragmented or box.kind == b"moof"
        if box.kind == b"moov":
            moovs.append(box)
    if not moovs:
        _refuse(Reason.INCOMPLETE, "no moov")
    if len(moovs) > 1:
        _refuse(Reason.BROKEN_STRUCTURE, "more than one moov")
    if moovs[0].ends_at - moovs[0].content_at > MAX_MOOV_BYTES:
        _refuse(Reason.TOO_COMPLEX, "moov")
    return moovs[0], is_fragmented


def _inspect_tracks(reader: _Reader, moov: _Box) -> list[_Track]:
    tracks: list[_Track] = []
    for box in _descend(reader, moov, parent=b"moov", depth=1):
        match box.kind:
            case b"trak":
                tracks.append(_Track())
            case b"cmov":
                _refuse(Reason.BROKEN_STRUCTURE, "compressed moov")
            case b"mdia/hdlr" if tracks:
                _require_first_handler(tracks[-1])
                tracks[-1].handler = reader.bytes_at(box.content_at + 8, 4)
            case b"stsd" if tracks:
                tracks[-1].entries += _sample_entries(reader, box, tracks[-1].handler)
            case b"elst" if tracks:
                tracks[-1].shown_pieces += _shown_pieces(reader, box)
            case b"dref":
                _require_self_contained(reader, box)
    _require_known_codecs(tracks)
    return tracks


def _require_first_handler(track: _Track) -> None:
    # What a track is must be said once, and before what it holds: whoever reads on may believe another of its words.
    if track.handler or track.entries:
        _refuse(Reason.BROKEN_STRUCTURE, "handler")


def _descend(reader: _Reader, box: _Box, *, parent: bytes, depth: int) -> Iterator[_Box]:
    """Yield all boxes below *box*, parents first; a track's own handler is told apart from its data handler's."""
    if depth > MAX_DEPTH:
        _refuse(Reason.TOO_COMPLEX, "depth")
    for child in reader.boxes(box.content_at, box.ends_at):
        is_track_handler = child.kind == b"hdlr" and parent == b"mdia"
        kind = b"mdia/hdlr" if is_track_handler else child.kind
        yield _Box(kind=kind, content_at=child.content_at, ends_at=child.ends_at)
        if child.kind in _CONTAINERS:
            yield from _descend(reader, child, parent=child.kind, depth=depth + 1)


def _entries(reader: _Reader, box: _Box) -> list[_Box]:
    """Return the entries of a `stsd` or `dref`, which follow version, flags and their own number."""
    head = reader.bytes_at(box.content_at, 8)
    count = int.from_bytes(head[4:8], "big")
    if count > MAX_ENTRIES:
        _refuse(Reason.TOO_COMPLEX, f"{count} entries")
    found = list(reader.boxes(box.content_at + 8, box.ends_at)) if box.ends_at - box.content_at > len(head) else []
    if len(found) != count:
        _refuse(Reason.BROKEN_STRUCTURE, "number of entries")
    return found


def _sample_entries(reader: _Reader, box: _Box, handler: bytes) -> list[bytes]:
    entries = _entries(reader, box)
    if handler == b"vide":
        for entry in entries:
            _require_bounded_picture(reader, entry)
    return [entry.kind for entry in entries]


def _shown_pieces(reader: _Reader, box: _Box) -> int:
    """Return how many pieces of a track its edit list shows; a pause before the track begins is none."""
    head = reader.bytes_at(box.content_at, 8)
    entry = _LARGE_EDIT if head[:1] == b"\x01" else _EDIT
    listed = min(int.from_bytes(head[4:8], "big"), (box.ends_at - box.content_at - len(head)) // entry.size, MAX_EDITS)
    edits = reader.bytes_at(box.content_at + len(head), max(listed, 0) * entry.size)
    return sum(starts_at != _NOTHING_SHOWN for _, starts_at in entry.iter_unpack(edits))


def _require_bounded_picture(reader: _Reader, entry: _Box) -> None:
    area = reader.bytes_at(entry.content_at - 8 + _AREA_AT, 4).ljust(4, b"\x00")
    width_px, height_px = struct.unpack(">HH", area)
    if width_px * height_px > MAX_PIXELS:
        raise VideoRefused(CheckCode.RESOLUTION, Reason.PICTURE_TOO_LARGE, measured=f"{width_px} × {height_px}")


def _require_self_contained(reader: _Reader, box: _Box) -> None:
    for entry in _entries(reader, box):
        flags = int.from_bytes(reader.bytes_at(entry.content_at, 4), "big") & 0xFFFFFF
        # QuickTime writes `alis` with the flag set: the kind says how a path would look, the flag that there is none.
        if entry.kind not in {b"url ", b"alis"} or not flags & _SELF_CONTAINED:
            raise VideoRefused(CheckCode.CONTAINER, Reason.OUTSIDE_REFERENCE, measured=_readable(entry.kind))


def _require_known_codecs(tracks: list[_Track]) -> None:
    if len(tracks) > MAX_STREAMS:
        _refuse(Reason.TOO_COMPLEX, f"{len(tracks)} tracks")
    pictures = [track for track in tracks if track.handler == b"vide"]
    sounds = [track for track in tracks if track.handler == b"soun"]
    for track in pictures:
        _require_entries(track, VIDEO_ENTRIES, Reason.UNKNOWN_VIDEO_CODEC)
    for track in sounds:
        allowed = SOUND_ENTRIES if track is sounds[0] else SECOND_SOUND_ENTRIES
        _require_entries(track, allowed, Reason.UNKNOWN_AUDIO_CODEC)


def _require_entries(track: _Track, allowed: frozenset[bytes], reason: Reason) -> None:
    if not track.entries:
        _refuse(Reason.BROKEN_STRUCTURE, "a track without a description")
    for entry in track.entries:
        if entry not in allowed:
            raise VideoRefused(CheckCode.CODEC, reason, measured=_readable(entry))


def _readable(kind: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in kind)  # noqa: PLR2004 - printable ASCII


def _refuse(reason: Reason, measured: str | None = None) -> NoReturn:
    raise VideoRefused(CheckCode.CONTAINER, reason, measured=measured)
