"""Boxes, before any C code sees them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from intake.domain.calls import Format
from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import VideoRefused
from tests.boxes import SELF_CONTAINED, box, brand, large_box, minimal_mp4, movie, open_box, track
from tests.evil import DISGUISES, PLAYLISTS
from workers.media.boxes import MAX_MOOV_BYTES, read_container

if TYPE_CHECKING:
    from pathlib import Path

MOOV = box(b"moov", track(b"vide", [b"avc1"]) + track(b"soun", [b"mp4a"]))
HANDLER = box(b"hdlr", bytes(8) + b"vide" + bytes(12))
DESCRIPTION = box(b"stsd", struct.pack(">II", 0, 1) + box(b"avc1", bytes(24) + struct.pack(">HH", 16_000, 16_000)))
LATE_TRACK = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", DESCRIPTION)) + HANDLER))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return tmp_path / "clip.mp4"


def refusal_of(clip: Path, content: bytes) -> VideoRefused:
    clip.write_bytes(content)
    with pytest.raises(VideoRefused) as refused:
        read_container(clip)
    return refused.value


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(minimal_mp4(), id="index-first"),
        pytest.param(movie(box(b"mdat", bytes(99)), MOOV), id="index-last"),
        pytest.param(movie(MOOV, open_box(b"mdat", bytes(99))), id="a-box-to-the-end"),
        pytest.param(movie(large_box(b"mdat", bytes(99)), MOOV), id="64-bit-size"),
        pytest.param(movie(box(b"beam", bytes(16)), MOOV, box(b"uuid")), id="unknown-boxes"),
        pytest.param(movie(MOOV) + bytes(5), id="a-few-bytes-of-padding"),
        pytest.param(minimal_mp4(references=[box(b"alis", SELF_CONTAINED)]), id="alias-to-itself"),
        pytest.param(
            movie(box(b"moov", track(b"vide", [b"avc1"]) + track(b"soun", [b"mp4a"]) + track(b"meta", [b"mebx"]))),
            id="an-iphones-metadata-track",
        ),
        pytest.param(
            movie(box(b"moov", track(b"vide", [b"hvc1"]) + track(b"soun", [b"mp4a"]) + track(b"soun", [b"apac"]))),
            id="an-iphones-spatial-sound-beside",
        ),
    ],
)
def test_a_phones_file_is_opened(clip: Path, content: bytes) -> None:
    clip.write_bytes(content)

    container = read_container(clip)

    assert (container.format, container.size_bytes) == (Format.MP4, len(content))


def test_quicktime_is_told_by_its_brand(clip: Path) -> None:
    clip.write_bytes(minimal_mp4(brand_name=b"qt  "))

    assert read_container(clip).format is Format.MOV


def test_a_fragmented_file_says_so(clip: Path) -> None:
    clip.write_bytes(movie(MOOV, box(b"moof"), box(b"mdat", bytes(9))))

    assert read_container(clip).is_fragmented


@pytest.mark.parametrize(
    ("edits", "has_cuts"),
    [
        pytest.param(box(b"elst", struct.pack(">IIIii", 0, 1, 500, 1024, 0x10000)), False, id="trimmed"),
        pytest.param(box(b"elst", struct.pack(">IIIiiIii", 0, 2, 90, -1, 1, 500, 0, 1)), False, id="begins-late"),
        pytest.param(box(b"elst", struct.pack(">IIIiiIii", 0, 2, 90, 0, 1, 500, 700, 1)), True, id="cut-in-the-middle"),
        pytest.param(
            box(b"elst", struct.pack(">IIQqiQqi", 1 << 24, 2, 90, 0, 1, 500, 1 << 33, 1)), True, id="cut-in-64-bits"
        ),
        pytest.param(
            box(b"elst", struct.pack(">IIQqiQqi", 1 << 24, 2, 90, -1, 1, 500, 0, 1)), False, id="late-in-64-bits"
        ),
        pytest.param(box(b"elst", struct.pack(">IIIii", 0, 0xFFFFFFFF, 500, 0, 1)), False, id="promises-more"),
        pytest.param(box(b"elst", bytes(8)), False, id="empty"),
        pytest.param(box(b"elst"), False, id="nothing-at-all"),
    ],
)
def test_a_cut_is_seen(clip: Path, edits: bytes, has_cuts: bool) -> None:  # noqa: FBT001 - parametrized
    trimmed = track(b"vide", [b"avc1"], edits=edits) + track(b"soun", [b"mp4a"])
    clip.write_bytes(movie(box(b"moov", trimmed)))

    assert read_container(clip).has_cuts is has_cuts


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_text_is_no_video(clip: Path, name: str) -> None:
    assert refusal_of(clip, PLAYLISTS[name].encode()).reason is Reason.NOT_A_VIDEO


@pytest.mark.parametrize("name", DISGUISES)
def test_another_kind_of_file_is_no_video(clip: Path, name: str) -> None:
    assert refusal_of(clip, DISGUISES[name]).reason is Reason.NOT_A_VIDEO


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(movie(box(b"mdat", bytes(99))), Reason.INCOMPLETE, id="no-index"),
        pytest.param(movie(MOOV, box(b"mdat", bytes(99)))[:-1], Reason.INCOMPLETE, id="one-byte-short"),
        pytest.param(movie(MOOV) + b"PK\x03\x04" + bytes(99), Reason.INCOMPLETE, id="an-archive-behind"),
        pytest.param(movie(MOOV, MOOV), Reason.BROKEN_STRUCTURE, id="two-indexes"),
        pytest.param(movie(MOOV, struct.pack(">I4s", 7, b"mdat")), Reason.BROKEN_STRUCTURE, id="size-7"),
        pytest.param(movie(box(b"moov", box(b"cmov"))), Reason.BROKEN_STRUCTURE, id="compressed-index"),
        pytest.param(
            movie(box(b"moov", struct.pack(">I4s", 99, b"trak")), box(b"mdat", bytes(200))),
            Reason.BROKEN_STRUCTURE,
            id="a-child-larger-than-its-parent",
        ),
        pytest.param(
            movie(box(b"moov", track(b"vide", []))), Reason.BROKEN_STRUCTURE, id="a-track-without-description"
        ),
        pytest.param(
            movie(box(b"moov", box(b"trak", box(b"mdia", HANDLER + HANDLER)))), Reason.BROKEN_STRUCTURE, id="two-kinds"
        ),
        pytest.param(movie(box(b"moov", LATE_TRACK)), Reason.BROKEN_STRUCTURE, id="described-before-its-kind-is-said"),
        pytest.param(movie(box(b"moov", box(b"trak") * 17)), Reason.TOO_COMPLEX, id="seventeen-tracks"),
        pytest.param(movie(box(b"free") * 20_001, MOOV), Reason.TOO_COMPLEX, id="too-many-boxes"),
        pytest.param(movie(box(b"moov", track(b"vide", [b"avc1"] * 17))), Reason.TOO_COMPLEX, id="too-many-entries"),
    ],
)
def test_a_broken_container_is_refused(clip: Path, content: bytes, reason: Reason) -> None:
    refusal = refusal_of(clip, content)

    assert (refusal.code, refusal.reason) == (CheckCode.CONTAINER, reason)


def test_boxes_too_deep_are_refused(clip: Path) -> None:
    content = box(b"udta")
    content = box(b"udta", box(b"udta", box(b"udta", box(b"udta", box(b"udta", box(b"udta", content))))))

    assert refusal_of(clip, movie(box(b"moov", box(b"udta", box(b"udta", content))))).reason is Reason.TOO_COMPLEX


def test_an_index_too_large_is_refused_unread(clip: Path) -> None:
    with clip.open("wb") as file:
        file.write(brand() + struct.pack(">I4s", MAX_MOOV_BYTES + 9, b"moov"))
        file.truncate(len(brand()) + MAX_MOOV_BYTES + 9)

    with pytest.raises(VideoRefused) as refused:
        read_container(clip)

    assert refused.value.reason is Reason.TOO_COMPLEX


@pytest.mark.parametrize("kind", [b"url ", b"alis", b"rsrc", b"urn "])
def test_a_reference_to_another_file_is_refused(clip: Path, kind: bytes) -> None:
    refusal = refusal_of(clip, minimal_mp4(references=[box(kind, bytes(4) + b"other-customer.mp4\x00")]))

    assert refusal.reason is Reason.OUTSIDE_REFERENCE


def test_a_second_reference_is_looked_at_too(clip: Path) -> None:
    references = [box(b"url ", SELF_CONTAINED), box(b"url ", bytes(4) + b"http://127.0.0.1/\x00")]

    assert refusal_of(clip, minimal_mp4(references=references)).reason is Reason.OUTSIDE_REFERENCE


@pytest.mark.parametrize("entry", [b"M8RG", b"jpeg", b"encv", b"av01", b"\x00\x01\x02\x03"])
def test_a_picture_no_phone_records_is_refused(clip: Path, entry: bytes) -> None:
    refusal = refusal_of(clip, minimal_mp4(video=entry))

    assert (refusal.code, refusal.reason) == (CheckCode.CODEC, Reason.UNKNOWN_VIDEO_CODEC)


@pytest.mark.parametrize("entry", [b"enca", b"apac", b"ac-3"])
def test_a_first_sound_no_phone_records_is_refused(clip: Path, entry: bytes) -> None:
    refusal = refusal_of(clip, minimal_mp4(sound=entry))

    assert (refusal.reason, refusal.measured) == (Reason.UNKNOWN_AUDIO_CODEC, entry.decode())


def test_a_picture_that_would_fill_the_memory_is_refused(clip: Path) -> None:
    refusal = refusal_of(clip, minimal_mp4(width_px=16_000, height_px=16_000))

    assert (refusal.code, refusal.reason) == (CheckCode.RESOLUTION, Reason.PICTURE_TOO_LARGE)
