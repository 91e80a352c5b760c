"""What packets tell of footage that is in a file and not shown."""

from __future__ import annotations

import pytest

from workers.media.packets import has_hidden_footage, packets_of

PICTURE, SOUND = 0, 1


def packet(track: int, moment_s: float, flags: str) -> dict[str, object]:
    return {"stream_index": track, "pts_time": f"{moment_s:.6f}", "duration_time": "0.04", "flags": flags}


@pytest.mark.parametrize(
    ("packets", "hides"),
    [
        pytest.param([packet(PICTURE, 0.0, "K_"), packet(SOUND, 0.0, "K_")], False, id="all-of-it-is-shown"),
        pytest.param([packet(PICTURE, -0.033, "KD"), packet(PICTURE, 0.0, "__")], True, id="one-picture"),
        pytest.param([packet(SOUND, -0.044, "KD"), packet(SOUND, 0.0, "K_")], False, id="what-an-encoder-put-there"),
        pytest.param([packet(SOUND, -0.108, "KD"), packet(SOUND, 0.0, "K_")], False, id="what-he-aac-put-there"),
        pytest.param([packet(SOUND, -1.0, "KD"), packet(SOUND, 0.0, "K_")], True, id="a-second-of-sound"),
        pytest.param([packet(PICTURE, -0.033, "K_")], False, id="shown-though-early"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_what_was_trimmed_off_is_seen(packets: list[dict[str, object]], hides: bool) -> None:  # noqa: FBT001 - parametrized
    assert has_hidden_footage(packets_of(packets), picture=PICTURE) is hides
