"""The only place that chooses among several sound tracks: it listens for the one in which somebody speaks.

Some recorders put a silent track first and the microphone second. A clip with one track, which is nearly every clip,
is decoded once all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import ToolFailed, ToolTimedOut, VideoRefused
from intake.domain.listening import has_speech
from workers.media.levels import measure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from workers.media.levels import Sound
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal


@dataclass(frozen=True, kw_only=True)
class Listened:
    """A clip's sound, and its facts with the track that was chosen."""

    facts: VideoFacts
    sound: Sound


def listen(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, judges_noise: bool = True, stop: StopSignal | None = None
) -> Listened:
    """Measure the sound of the sender's file at *path*: of the first track that speaks, else of the loudest.

    Args:
        judges_noise: As for `measure`; without it nobody is heard to speak, and the loudest track is chosen.

    Raises:
        VideoRefused: No track can be decoded, or none holds samples.
        ToolTimedOut: The machine is too busy; this says nothing about the file.
        LeaseLost: *stop* was set.
    """
    heard = []
    for listened in _each_track(sandbox, path, facts, judges_noise=judges_noise, stop=stop):
        if has_speech(listened.sound.levels):
            return listened
        heard.append(listened)
    if not heard:
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED, measured=facts.audio_codec)
    return max(heard, key=_loudness)


def _each_track(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, judges_noise: bool, stop: StopSignal | None
) -> Iterator[Listened]:
    """Decode one track after the other, as long as somebody asks; what cannot be decoded is passed over."""
    for candidate in [facts.heard_on(track) for track in facts.sound_tracks] or [facts]:
        try:
            sound = measure(sandbox, path, candidate, judges_noise=judges_noise, stop=stop)
        except ToolTimedOut:
            raise
        except ToolFailed:
            continue
        yield Listened(facts=_as_long_as(candidate, sound, first=facts), sound=sound)


def _as_long_as(candidate: VideoFacts, sound: Sound, *, first: VideoFacts) -> VideoFacts:
    """Return the facts with the length of the track that was heard, where the probe measured another."""
    if candidate.audio_track == first.audio_track:
        return candidate
    heard_s = sound.levels.duration_s
    return replace(candidate, sound_s=heard_s, duration_s=max(candidate.picture_s, heard_s))


def _loudness(listened: Listened) -> float:
    integrated_lufs = listened.sound.levels.integrated_lufs
    return float("-inf") if integrated_lufs is None else integrated_lufs
