"""The only place that writes zip files: as a stream that can begin anywhere, in constant memory.

Entries are stored, not compressed (videos are), in zip64, with the CRC behind each one's bytes: so where every byte
stands follows from names and sizes alone, and a download that broke off goes on where it was.
Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from intake.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_VERSION: Final = 45
"""zip64."""
_FLAGS: Final = 0x0808
"""The CRC comes after the bytes; names are UTF-8."""
_DATE: Final = 0x0021
"""1 January 1980, the first day there is: an entry's bytes must not depend on when they are asked for."""
_IN_EXTRA: Final = 0xFFFFFFFF
_FILE_MODE: Final = 0o100644 << 16


class Checksums(Protocol):
    """Remembers the CRC-32 of entries that were read once."""

    def get(self, entry: Entry) -> int | None:
        """Return it, where it is known."""
        ...

    def put(self, entry: Entry, crc32: int) -> None:
        """Remember it, for as long as this process lives at least."""
        ...

    def keep(self) -> None:
        """Keep what was remembered for other processes, too."""
        ...


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of an archive.

    Attributes:
        identity: What its bytes are: another identity, other bytes.
        read: Gives its bytes from the given one on.
    """

    name: str
    size_bytes: int
    identity: str
    read: Callable[[int], Iterator[bytes]]


@dataclass(frozen=True)
class _Piece:
    length: int
    make: Callable[[int], Iterator[bytes]]


class ZipStream:
    """An archive that is made while it is read."""

    def __init__(self, entries: Sequence[Entry], checksums: Checksums) -> None:
        self._entries, self._checksums = entries, checksums
        self._pieces = list(self._cut())
        self.size_bytes = sum(piece.length for piece in self._pieces)

    @property
    def tag(self) -> str:
        """Name exactly these bytes: with the same tag a download goes on, with another it begins again."""
        digest = hashlib.sha256()
        for entry in self._entries:
            digest.update(f"{entry.name}\0{entry.size_bytes}\0{entry.identity}\n".encode())
        return digest.hexdigest()[:32]

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give the archive's bytes from *start* on, up to and without *end*.

        Raises:
            ObjectMissing: A file was withdrawn since the archive was begun.
            StorageUnavailable: The bucket does not answer, or holds other bytes than it did.
        """
        left = (self.size_bytes if end is None else end) - start
        try:
            for chunk in self._from(start):
                yield chunk[:left]
                left -= len(chunk)
                if left <= 0:
                    return
        finally:
            # Also when whoever reads went away.
            self._checksums.keep()

    def _from(self, start: int) -> Iterator[bytes]:
        for piece in self._pieces:
            if start < piece.length:
                yield from piece.make(max(start, 0))
            start -= piece.length

    def _cut(self) -> Iterator[_Piece]:
        offset = 0
        directory_bytes = 0
        offsets = []
        for entry in self._entries:
            header = _local_header(entry)
            offsets.append(offset)
            yield _fixed(header)
            yield _Piece(entry.size_bytes, partial(self._body, entry))
            yield _Piece(24, partial(self._descriptor, entry))
            offset += len(header) + entry.size_bytes + 24
            directory_bytes += len(_central_header(entry, 0, 0))
        for entry, at in zip(self._entries, offsets, strict=True):
            yield _Piece(len(_central_header(entry, 0, 0)), partial(self._directory_entry, entry, at))
        yield _fixed(_end(len(self._entries), directory_bytes, offset))

    def _body(self, entry: Entry, start: int) -> Iterator[bytes]:
        crc32, sent = (0, 0) if start == 0 else (None, start)
        for chunk in entry.read(start):
            sent += len(chunk)
            crc32 = None if crc32 is None else zlib.crc32(chunk, crc32)
            yield chunk
        if sent != entry.size_bytes:
            raise StorageUnavailable(f"{entry.name} has another size than it had")
        if crc32 is None:
            return
        known = self._checksums.get(entry)
        if known is None:
            self._checksums.put(entry, crc32)
        elif known != crc32:
            # Written anew since it was described. Whoever reads breaks off, and finds another archive the next time.
            raise StorageUnavailable(f"{entry.name} holds other bytes than it did")

    def _descriptor(self, entry: Entry, start: int) -> Iterator[bytes]:
        fields = (0x08074B50, self._crc32(entry), entry.size_bytes, entry.size_bytes)
        yield struct.pack("<LLQQ", *fields)[start:]

    def _directory_entry(self, entry: Entry, offset: int, start: int) -> Iterator[bytes]:
        yield _central_header(entry, self._crc32(entry), offset)[start:]

    def _crc32(self, entry: Entry) -> int:
        known = self._checksums.get(entry)
        if known is not None:
            return known
        # Its bytes went to somebody before this process remembered what they come to: time is lost, nothing else.
        crc32 = 0
        for chunk in entry.read(0):
            crc32 = zlib.crc32(chunk, crc32)
        self._checksums.put(entry, crc32)
        return crc32


def _fixed(content: bytes) -> _Piece:
    return _Piece(len(content), lambda start: iter([content[start:]]))


def _local_header(entry: Entry) -> bytes:
    name = entry.name.encode()
    extra = struct.pack("<HHQQ", 1, 16, entry.size_bytes, entry.size_bytes)
    fields = (0x04034B50, _VERSION, _FLAGS, 0, 0, _DATE, 0, _IN_EXTRA, _IN_EXTRA, len(name), len(extra))
    return struct.pack("<LHHHHHLLLHH", *fields) + name + extra


def _central_header(entry: Entry, crc32: int, offset: int) -> bytes:
    name = entry.name.encode()
    extra = struct.pack("<HHQQQ", 1, 24, entry.size_bytes, entry.size_bytes, offset)
    made_by_unix = 3 << 8 | _VERSION
    head = (0x02014B50, made_by_unix, _VERSION, _FLAGS, 0, 0, _DATE, crc32, _IN_EXTRA, _IN_EXTRA, len(name), len(extra))
    return struct.pack("<LHHHHHHLLLHHHHHLL", *head, 0, 0, 0, _FILE_MODE, _IN_EXTRA) + name + extra


def _end(count: int, directory_bytes: int, offset: int) -> bytes:
    zip64 = struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, _VERSION, _VERSION, 0, 0, count, count, directory_bytes, offset)
    locator = struct.pack("<LLQL", 0x07064B50, 0, offset + directory_bytes, 1)
    end = struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, _IN_EXTRA, _IN_EXTRA, 0)
    return zip64 + locator + end
