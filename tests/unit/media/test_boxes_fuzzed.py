"""Boxes as no program would write them: whatever the bytes, the walker refuses or describes, and reads little."""

from __future__ import annotations

import io
import struct
from typing import Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.domain.errors import VideoRefused
from tests.boxes import box, brand, large_box, minimal_mp4, open_box
from workers.media.boxes import MAX_BOXES, MAX_ENTRIES, Container, read_boxes

MAX_READS: Final = 4 * MAX_BOXES
"""A header for each box, and what is looked at inside of a few."""

KINDS: Final = (
    *(b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"mvex", b"udta", b"moof", b"mdat", b"free"),
    *(b"hdlr", b"stsd", b"dref", b"cmov", b"url ", b"alis", b"avc1", b"hvc1", b"mp4a", b"M8RG", b"uuid", b"ftyp"),
)
EDGES: Final = (0, 1, 7, 8, 9, 15, 16, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

kinds = st.sampled_from(KINDS) | st.binary(min_size=4, max_size=4)
counts = st.sampled_from((*range(4), MAX_ENTRIES, MAX_ENTRIES + 1, *EDGES))
handlers = st.sampled_from((b"vide", b"soun", b"meta", b"\x00\x00\x00\x00")).map(
    lambda handler: box(b"hdlr", bytes(8) + handler + bytes(12))
)
leaves = st.builds(box, kinds, st.binary(max_size=40)) | handlers


def lying_box(kind: bytes, content: bytes, size: int) -> bytes:
    return struct.pack(">I4s", size, kind) + content


def lying_large_box(kind: bytes, content: bytes, size: int) -> bytes:
    return struct.pack(">I4sQ", 1, kind, size) + content


def listing(kind: bytes, content: bytes, count: int) -> bytes:
    return box(kind, struct.pack(">II", 0, count) + content)


def around(children: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    content = st.lists(children, max_size=5).map(b"".join)
    return (
        st.builds(box, kinds, content)
        | st.builds(large_box, kinds, content)
        | st.builds(open_box, kinds, content)
        | st.builds(lying_box, kinds, content, st.sampled_from(EDGES) | st.integers(0, 400))
        | st.builds(lying_large_box, kinds, content, st.sampled_from((*EDGES, 2**63, 2**64 - 1)) | st.integers(0, 400))
        | st.builds(listing, st.sampled_from((b"stsd", b"dref")), content, counts)
    )


trees = st.recursive(leaves, around, max_leaves=30)
movies = st.lists(trees, max_size=6).map(lambda boxes: brand() + box(b"moov", b"".join(boxes)))
cases = st.binary(max_size=400) | st.binary(max_size=400).map(lambda rest: brand() + rest) | trees | movies


class CountingFile(io.BytesIO):
    """A file that knows how often and how much was read from it."""

    reads = 0
    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self.reads += 1
        self.bytes_read += len(chunk)
        return chunk


def require_an_answer(content: bytes) -> None:
    file = CountingFile(content)

    try:
        answer: object = read_boxes(file, size_bytes=len(content))
    except VideoRefused as refusal:
        answer = refusal

    assert isinstance(answer, Container | VideoRefused)
    assert file.reads <= min(MAX_READS, 4 * (1 + len(content) // 8))
    assert file.bytes_read <= 16 * MAX_READS


@settings(max_examples=250, deadline=None, derandomize=True)
@given(content=cases)
@example(content=brand() + box(b"free") * (MAX_BOXES + 1))
@example(content=brand() + box(b"moov", box(b"trak", listing(b"stsd", box(b"free") * MAX_BOXES, MAX_ENTRIES))))
def test_whatever_the_boxes_there_is_an_answer(content: bytes) -> None:
    require_an_answer(content)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    scraps=st.lists(
        st.tuples(st.integers(0, len(minimal_mp4()) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=3
    ),
    length=st.integers(0, len(minimal_mp4())) | st.just(len(minimal_mp4())),
)
def test_whatever_the_damage_there_is_an_answer(scraps: list[tuple[int, bytes]], length: int) -> None:
    content = bytearray(minimal_mp4())
    for place, scrap in scraps:
        content[place : place + len(scrap)] = scrap

    require_an_answer(bytes(content[:length]))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(place=st.integers(0, len(minimal_mp4()) // 4 - 1), number=st.sampled_from(EDGES) | st.integers(0, 2**32 - 1))
def test_whatever_a_size_or_a_count_says_there_is_an_answer(place: int, number: int) -> None:
    content = bytearray(minimal_mp4())
    struct.pack_into(">I", content, place * 4, number)

    require_an_answer(bytes(content))
