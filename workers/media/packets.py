"""The only place that reads ffprobe's list of packets: what a file really holds, whatever its index promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workers.media.answers import moment_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_PRIMING_S: Final = 0.15
"""Sound before the beginning that an encoder puts there itself: 0.11 s by HE-AAC, 0.05 s by AAC as phones write it."""


@dataclass(frozen=True)
class Packet:
    """A coded picture or a piece of sound.

    Attributes:
        track: Its number in the file.
        is_hidden: The edit list keeps players from showing it.
    """

    track: int
    starts_s: float
    ends_s: float
    is_keyframe: bool
    is_hidden: bool


def packets_of(untrusted_packets: object) -> list[Packet]:
    """Return the packets that ffprobe describes in *untrusted_packets*, without those that say no track or moment."""
    untrusted_list = untrusted_packets if isinstance(untrusted_packets, list) else ()
    return [packet for untrusted in untrusted_list if (packet := _packet(untrusted)) is not None]


def has_hidden_footage(packets: Iterable[Packet], *, picture: int | None) -> bool:
    """Tell whether the *packets* that a file begins with hold more than players show.

    A phone that trims a clip cannot cut between two keyframes: what lies between the last one and the cut stays in the
    file, and an edit list passes over it.

    Args:
        picture: Number of the track that is seen.
    """
    hidden = [packet for packet in packets if packet.is_hidden]
    return any(packet.track == picture or packet.starts_s < -_PRIMING_S for packet in hidden)


def _packet(untrusted: object) -> Packet | None:
    if not isinstance(untrusted, dict) or not isinstance(untrusted.get("stream_index"), int):
        return None
    moment_s = moment_of(untrusted.get("pts_time"))
    if moment_s is None:
        return None
    flags = str(untrusted.get("flags"))
    return Packet(
        track=untrusted["stream_index"],
        starts_s=moment_s,
        ends_s=moment_s + number_of(untrusted.get("duration_time")),
        is_keyframe=flags.startswith("K"),
        is_hidden="D" in flags,
    )
