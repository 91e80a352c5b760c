"""Damages good clips in every way we could think of, always the same way for the same number.

A mutation is told by its number alone: `mutation(clips, 123)` gives the same bytes on every machine that made the same
clips, so what once went wrong can be looked at again.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.boxes import box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

SEED: Final = "pistoia2030"

CONTAINERS: Final = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"udta", b"mvex", b"moof", b"traf"}
)
NUMBERED: Final = frozenset(
    (
        *(b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"elst", b"stts", b"ctts", b"stss", b"stsz", b"stsc", b"stco", b"stsd"),
        *(b"dref", b"trex", b"mehd", b"tfhd", b"tfdt", b"trun", b"mfhd"),
    )
)
"""Boxes full of numbers that a reader counts, multiplies or jumps by."""

EDGES: Final = (0, 1, 2, 7, 8, 15, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A damaged clip and what was done to it."""

    content: bytes
    story: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a box is, and in which ones."""

    kind: bytes
    start: int
    end: int
    parents: tuple[int, ...]


def mutation(clips: Sequence[bytes], number: int, *, outside: Sequence[str]) -> Mutation:
    """Return mutation *number* of the *clips*; some lead to the places *outside*."""
    rng = random.Random(f"{SEED} {number}")
    content = bytearray(rng.choice(clips))
    story = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        damage = rng.choice(DAMAGES)
        story.append(damage.__name__)
        damage(content, rng)
    if rng.random() < 0.06:
        story.append("lead_outside")
        lead_outside(content, rng.choice(outside))
    return Mutation(content=bytes(content), story=f"{number}: {', '.join(story)}")


def flip_bits(content: bytearray, rng: Random) -> None:
    for _ in range(rng.randint(1, 64)):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def flip_bits_of_the_index(content: bytearray, rng: Random) -> None:
    index = _index(content)
    for _ in range(rng.randint(1, 8)):
        content[rng.randrange(index.start + 8, index.end)] ^= 1 << rng.randrange(8)


def overwrite(content: bytearray, rng: Random) -> None:
    start = rng.randrange(len(content))
    length = min(rng.choice((1, 4, 64, 1024, 16_384)), len(content) - start)
    content[start : start + length] = rng.choice((bytes(length), b"\xff" * length, rng.randbytes(length)))


def cut_off(content: bytearray, rng: Random) -> None:
    del content[rng.randrange(1, len(content)) :]


def cut_out(content: bytearray, rng: Random) -> None:
    start = rng.randrange(len(content))
    del content[start : start + rng.randint(1, 4096)]


def repeat(content: bytearray, rng: Random) -> None:
    start = rng.randrange(len(content))
    length = rng.randint(1, 4096)
    content[start:start] = content[start : start + length]


def lie_about_a_size(content: bytearray, rng: Random) -> None:
    place = rng.choice(_places(content))
    struct.pack_into(">I", content, place.start, rng.choice((*EDGES, place.end - place.start + rng.randint(-16, 16))))


def put_an_edge_into_the_index(content: bytearray, rng: Random) -> None:
    places = [place for place in _places(content) if place.kind in NUMBERED and place.end - place.start >= 16]
    for place in rng.sample(places, k=min(rng.randint(1, 3), len(places))):
        # The first words hold versions and counts: hit more often than the rows behind them.
        words = (place.end - place.start - 8) // 4
        word = rng.choice((rng.randrange(min(words, 4)), rng.randrange(words)))
        struct.pack_into(">I", content, place.start + 8 + 4 * word, rng.choice(EDGES))


def swap_boxes(content: bytearray, rng: Random) -> None:
    families: dict[tuple[int, ...], list[Place]] = {}
    for place in _places(content):
        families.setdefault(place.parents, []).append(place)
    family = rng.choice([family for family in families.values() if len(family) > 1])
    first, second = sorted(rng.sample(family, k=2), key=lambda place: place.start)
    content[first.start : second.end] = (
        content[second.start : second.end] + content[first.end : second.start] + content[first.start : first.end]
    )


def leave_out_a_box(content: bytearray, rng: Random) -> None:
    _replace(content, rng.choice(_inner_places(content)), b"")


def double_a_box(content: bytearray, rng: Random) -> None:
    place = rng.choice(_inner_places(content))
    _replace(content, place, bytes(content[place.start : place.end]) * 2)


def rename_a_box(content: bytearray, rng: Random) -> None:
    places = _places(content)
    content[(at := rng.choice(places).start + 4) : at + 4] = rng.choice(places).kind


def lead_outside(content: bytearray, url: str) -> None:
    """Say of the first track that its samples lie at *url*."""
    own_file = next((place for place in _places(content) if place.kind == b"dref"), None)
    if own_file is not None:
        reference = box(b"url ", bytes(4) + url.encode() + b"\x00")
        _replace(content, own_file, box(b"dref", struct.pack(">II", 0, 1) + reference))


DAMAGES: Final[tuple[Callable[[bytearray, Random], None], ...]] = (
    flip_bits,
    flip_bits_of_the_index,
    flip_bits_of_the_index,
    overwrite,
    cut_off,
    cut_out,
    repeat,
    lie_about_a_size,
    put_an_edge_into_the_index,
    put_an_edge_into_the_index,
    put_an_edge_into_the_index,
    put_an_edge_into_the_index,
    swap_boxes,
    leave_out_a_box,
    double_a_box,
    rename_a_box,
)
"""Those that get past the walker of boxes more than once: they are what the tools behind it meet."""


def _replace(content: bytearray, place: Place, by: bytes) -> None:
    grown = len(by) - (place.end - place.start)
    for parent in place.parents:
        size = int.from_bytes(content[parent : parent + 4], "big")
        struct.pack_into(">I", content, parent, max(size + grown, 0))
    content[place.start : place.end] = by


def _index(content: bytearray) -> Place:
    found = (place for place in _places(content) if place.kind == b"moov" and place.end - place.start > 8)
    return next(found, Place(kind=b"", start=0, end=len(content), parents=()))


def _inner_places(content: bytearray) -> list[Place]:
    places = _places(content)
    return [place for place in places if place.parents] or places


def _places(content: bytearray) -> list[Place]:
    """Return the boxes that can still be found; at least one, however damaged."""
    everything = Place(kind=bytes(content[4:8]), start=0, end=len(content), parents=())
    return list(_walk(content, 0, len(content), ())) or [everything]


def _walk(content: bytearray, start: int, end: int, parents: tuple[int, ...]) -> Iterator[Place]:
    while end - start >= 8:
        size, kind = struct.unpack_from(">I4s", content, start)
        if size < 8 or start + size > end:
            return
        yield Place(kind=kind, start=start, end=start + size, parents=parents)
        if kind in CONTAINERS:
            yield from _walk(content, start + 8, start + size, (*parents, start))
        start += size
