"""The only place for the order in which a sender's file is looked at: cheapest first, C code last, decoding least.

Boxes, probe and the verdict on them cost 0.1 s and refuse most of what will be refused; only what passes is decoded.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.domain.errors import VideoRefused
from intake.domain.listening import judge_sound
from intake.domain.verdict import is_accepted, judge_look, judge_picture, judge_wholeness, refused_by
from workers.media.boxes import read_container
from workers.media.probe import probe
from workers.media.renditions import plan_review_copy
from workers.media.thumbnails import take_stills
from workers.media.tracks import listen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from intake.domain.calls import Rules
    from intake.domain.checks import Check
    from intake.domain.facts import AudioLevels, VideoFacts
    from workers.media.hearing.waveform import Waveform
    from workers.media.renditions import Plan
    from workers.media.sandbox import Sandbox
    from workers.media.thumbnails import Pictures, Still
    from workers.media.waiting import StopSignal


@dataclass(frozen=True, kw_only=True)
class Examination:
    """All that is known of a file after it was looked at; what comes after a refusal is empty.

    Attributes:
        checks: Everything that could be checked, one a code, also where the file is refused.
        best_still: Which of the stills would stand best for the clip, from 0.
        plan: How to make its review copy; None where the file is refused.
    """

    checks: tuple[Check, ...]
    facts: VideoFacts | None = None
    levels: AudioLevels | None = None
    waveform: Waveform | None = None
    stills: tuple[Still, ...] = ()
    best_still: int = 0
    plan: Plan | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether no check refuses the file."""
        return is_accepted(self.checks)


def examine(  # noqa: PLR0913 - a file, its rules, a place for stills, and how to look
    path: Path,
    *,
    rules: Rules,
    sandbox: Sandbox,
    folder: Path,
    judges_noise: bool = True,
    stop: StopSignal | None = None,
) -> Examination:
    """Look at the sender's file at *path* by the call's *rules*; its stills are left in *folder*.

    Args:
        judges_noise: Whether to tell speech from background; only a benchmark leaves it out.

    Raises:
        ToolTimedOut: The machine is too busy; this says nothing about the file.
        LeaseLost: *stop* was set.
    """
    try:
        facts = probe(sandbox, path, read_container(path), stop=stop)
    except VideoRefused as refusal:
        return Examination(checks=(refused_by(refusal),))
    checks = judge_picture(facts, rules)
    if not is_accepted(checks):
        return Examination(checks=tuple(checks), facts=facts)
    try:
        return _decode(
            path, facts, checks, rules=rules, sandbox=sandbox, folder=folder, judges_noise=judges_noise, stop=stop
        )
    except VideoRefused as refusal:
        return Examination(checks=(*checks, refused_by(refusal)), facts=facts)


def _decode(  # noqa: PLR0913 - what `examine` was given, and what it found
    path: Path,
    facts: VideoFacts,
    checks: Sequence[Check],
    *,
    rules: Rules,
    sandbox: Sandbox,
    folder: Path,
    judges_noise: bool,
    stop: StopSignal | None,
) -> Examination:
    # Two tools, two cores. The thread outlives the tool it waits for: a tool dies with the thread that started it.
    with ThreadPoolExecutor(max_workers=2) as beside:
        looking = beside.submit(_look, path, facts, sandbox=sandbox, folder=folder, stop=stop)
        listening = beside.submit(listen, sandbox, path, facts, judges_noise=judges_noise, stop=stop)
    (pictures, refusals), listened = looking.result(), listening.result()
    facts, sound = listened.facts, listened.sound
    heard = judge_sound(sound.levels, rules)
    if pictures is None:
        return Examination(
            checks=(*checks, *refusals, *heard), facts=facts, levels=sound.levels, waveform=sound.waveform
        )
    return Examination(
        checks=(*checks, judge_wholeness(facts, sound.levels, pictures.levels), judge_look(pictures.levels), *heard),
        facts=facts,
        levels=sound.levels,
        waveform=sound.waveform,
        stills=pictures.stills,
        best_still=pictures.best,
        plan=plan_review_copy(facts),
    )


def _look(
    path: Path, facts: VideoFacts, *, sandbox: Sandbox, folder: Path, stop: StopSignal | None
) -> tuple[Pictures | None, tuple[Check, ...]]:
    try:
        return take_stills(sandbox, path, facts, folder=folder, stop=stop), ()
    except VideoRefused as refusal:
        return None, (refused_by(refusal),)
