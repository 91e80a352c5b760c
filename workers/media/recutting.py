"""The only place that makes a review copy as a moderator wants it cut: always from the original, never from a copy.

Cut to the picture and not only where a picture is stored whole: so what is shortened or turned is encoded. What keeps
its length and its way up is copied, as far as browsers play it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from intake.domain.cutting import Cut, SoundChoice
from intake.domain.errors import ToolFailed, ToolTimedOut
from workers.media.commands import writing
from workers.media.levels import measure
from workers.media.looks import review_look
from workers.media.renditions import (
    REVIEW_NAME,
    PlanReason,
    encode,
    plan_review_copy,
    remux,
    run_encode,
    verified,
)
from workers.media.thumbnails import take_stills

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from workers.media.commands.shaping import Look
    from workers.media.levels import Sound
    from workers.media.progress import TellProgress
    from workers.media.renditions import Rendition
    from workers.media.sandbox import Sandbox
    from workers.media.thumbnails import Pictures
    from workers.media.waiting import StopSignal

CUT: Final = "cut"
"""The plan of a copy that is no longer all of the original, or no longer as it was."""


@dataclass(frozen=True, kw_only=True)
class Recutting:
    """A review copy made anew, and what it shows.

    Attributes:
        plan: Why it was made so: one of `PlanReason`, or `CUT`.
    """

    copy: Rendition
    plan: str
    pictures: Pictures
    sound: Sound


def recut(  # noqa: PLR0913 - a file, what is known of it, how it is to be cut, and who wants to know how it goes
    sandbox: Sandbox,
    path: Path,
    facts: VideoFacts,
    cut: Cut,
    *,
    folder: Path,
    cleaner: Path | None = None,
    stop: StopSignal | None = None,
    tell: TellProgress | None = None,
) -> Recutting:
    """Make `review.mp4` of the original at *path* as *cut* says, in *folder*, and look at what came out.

    Args:
        cleaner: The original's sound with less noise, in *folder*; asked for by the cut.

    Raises:
        OutputWrong: What was written is not as long, as large or as upright as it was asked for.
        ToolFailed: It could not be made.
        VideoRefused: No picture of what was made can be decoded.
        ToolTimedOut: It took longer than six times its length, or stood still for a minute.
        LeaseLost: *stop* was set.
    """
    if cut.changes_picture or cut.sound is SoundChoice.CLEANER:
        copy, plan = _cut(sandbox, path, facts, cut, folder=folder, cleaner=cleaner, stop=stop, tell=tell), CUT
    else:
        copy, plan = _whole(sandbox, path, facts, folder=folder, stop=stop, tell=tell)
    seen = folder / "seen"
    seen.mkdir()
    return Recutting(
        copy=copy,
        plan=plan,
        pictures=take_stills(sandbox, copy.path, copy.facts, folder=seen, stop=stop),
        sound=measure(sandbox, copy.path, copy.facts, stop=stop),
    )


def turned(look: Look, turn_deg: int) -> Look:
    """Return *look* turned clockwise by *turn_deg*; its picture is as large as before."""
    if turn_deg % 180 == 0:
        return replace(look, turn_deg=turn_deg)
    return replace(look, turn_deg=turn_deg, width_px=look.height_px, height_px=look.width_px)


def _whole(  # noqa: PLR0913 - as `recut`
    sandbox: Sandbox,
    path: Path,
    facts: VideoFacts,
    *,
    folder: Path,
    stop: StopSignal | None,
    tell: TellProgress | None,
) -> tuple[Rendition, PlanReason]:
    """Make the copy that an inspection makes, or an encode after it."""
    plan = plan_review_copy(facts)
    if plan.is_remux:
        try:
            return remux(sandbox, path, facts, folder=folder, stop=stop), plan.reason
        except ToolTimedOut:
            raise
        except ToolFailed:
            (folder / REVIEW_NAME).unlink(missing_ok=True)
            plan = replace(plan, reason=PlanReason.COPY_FAILED)
    return encode(sandbox, path, facts, folder=folder, stop=stop, tell=tell), plan.reason


def _cut(  # noqa: PLR0913 - as `recut`
    sandbox: Sandbox,
    path: Path,
    facts: VideoFacts,
    cut: Cut,
    *,
    folder: Path,
    cleaner: Path | None,
    stop: StopSignal | None,
    tell: TellProgress | None,
) -> Rendition:
    plan = plan_review_copy(facts)
    keeps_picture = plan.copies_video and not cut.changes_picture
    look = None if keeps_picture else turned(review_look(facts), cut.rotate_deg)
    length_s = cut.length_s(facts.duration_s)
    argv = writing.encode(
        REVIEW_NAME,
        look,
        copies_sound=plan.copies_sound and not cut.is_shorter and cleaner is None,
        audio_track=facts.audio_track,
        window=writing.Window(start_s=cut.start_s, length_s=length_s) if cut.is_shorter else None,
        voice=cleaner.name if cleaner else None,
    )
    made = replace(facts, duration_s=length_s)
    run_encode(sandbox, argv, source=path, facts=made, folder=folder, stop=stop, tell=tell, longest_s=facts.duration_s)
    return verified(sandbox, folder / REVIEW_NAME, source=made, look=look, stop=stop)
