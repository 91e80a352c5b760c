"""How long a clip is, by its packets."""

from __future__ import annotations

import pytest

from intake.domain.checks import Reason
from intake.domain.errors import VideoRefused
from workers.media.lengths import Extent, Track, extents, is_cut_off, require_whole
from workers.media.packets import packets_of


def packet(track: int = 0, moment: object = "0.0", length: object = "0.5", flags: str = "__") -> dict[str, object]:
    return {"stream_index": track, "pts_time": moment, "duration_time": length, "flags": flags}


@pytest.mark.parametrize(
    ("packets", "starts_s", "ends_s"),
    [
        pytest.param([packet(), packet(moment="0.5")], 0.0, 1.0, id="in-order"),
        pytest.param([packet(moment="1.0"), packet(moment="2.0"), packet(moment="1.5")], 1.0, 2.5, id="reordered"),
        pytest.param([packet(length="N/A"), packet(moment="3.0", length=None)], 0.0, 3.0, id="without-lengths"),
        pytest.param([packet(), packet(moment="N/A"), packet(moment="nan")], 0.0, 0.5, id="without-moments"),
        pytest.param([packet(length="-9")], 0.0, 0.0, id="a-negative-length"),
    ],
)
def test_packets_tell_where_a_track_begins_and_ends(packets: object, starts_s: float, ends_s: float) -> None:
    extent = extents(packets_of(packets))[0]

    assert (extent.starts_s, extent.ends_s) == (starts_s, ends_s)


def test_tracks_are_told_apart() -> None:
    found = extents(packets_of([packet(0, "9.0"), packet(1, "11.0")]))

    assert {track: extent.ends_s for track, extent in found.items()} == {0: 9.5, 1: 11.5}


@pytest.mark.parametrize("packets", [None, [], "packets", [None, 7, {}], [{"stream_index": "0", "pts_time": "1"}]])
def test_what_are_no_packets_tells_nothing(packets: object) -> None:
    assert packets_of(packets) == []


def test_the_last_keyframe_is_the_last_that_is_marked() -> None:
    packets = [packet(moment="7.0", flags="K_"), packet(moment="8.0", flags="K_"), packet(moment="8.5")]

    assert extents(packets_of(packets))[0].last_keyframe_s == 8.0


def test_where_none_is_marked_the_index_knows_the_last_keyframe() -> None:
    assert extents(packets_of([packet(moment="7.0"), packet(moment="8.0")]))[0].last_keyframe_s == 7.0


@pytest.mark.parametrize(
    ("found_s", "promised_s", "is_cut"),
    [
        pytest.param(20.0, (20.0, 20.0, 20.0), False, id="whole"),
        pytest.param(19.1, (20.0, 20.0, 20.0), False, id="a-moment-short"),
        pytest.param(18.9, (20.0, 20.0, 20.0), True, id="cut-off"),
        pytest.param(97.9, (100.0, 100.0, 100.0), True, id="cut-off-late"),
        pytest.param(98.1, (100.0, 100.0, 100.0), False, id="a-moment-short-of-a-long-one"),
        pytest.param(20.0, (20.0, 20.0, 143_165.0), False, id="a-lying-header"),
        pytest.param(10.0, (20.0, 10.0, 10.0), False, id="trimmed-on-the-phone"),
        pytest.param(20.0, (0.0, 0.0, 0.0), False, id="nothing-promised"),
        pytest.param(10.0, (0.0, 20.0, 0.0), True, id="cut-off-with-a-poor-header"),
    ],
)
def test_a_track_is_cut_off_where_it_lacks_what_all_promise(
    found_s: float,
    promised_s: tuple[float, ...],
    is_cut: bool,  # noqa: FBT001 - parametrized
) -> None:
    assert is_cut_off(found_s, promised_s) is is_cut


def test_a_cut_off_track_is_refused_with_what_there_is() -> None:
    track = Track(index=0, starts_s=0.0, promised_s=(20.0,))

    with pytest.raises(VideoRefused) as refused:
        require_whole(track, Extent(starts_s=0.0, ends_s=7.0, last_keyframe_s=6.0))

    assert (refused.value.reason, refused.value.measured) == (Reason.INCOMPLETE, "7.0 s")
