"""The only place that takes a few keyframes out of a clip, undecoded, however long it is.

Decoding all of a clip to find stills costs as much as playing it. Copied into a tiny file, keyframes spread over the
clip cost 0.1 s of processor, measured, and only those are decoded afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.domain.errors import OutputWrong
from workers.media import limits
from workers.media.commands import pictures

if TYPE_CHECKING:
    from pathlib import Path

    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal


@dataclass(frozen=True, kw_only=True)
class SparseClip:
    """A clip of nothing but *count* keyframes of another."""

    path: Path
    count: int


def copy_keyframes(  # noqa: PLR0913 - a file, which of its keyframes, and where they go
    sandbox: Sandbox,
    path: Path,
    *,
    step_s: float,
    last_s: float | None = None,
    folder: Path,
    stop: StopSignal | None = None,
) -> SparseClip:
    """Copy the first keyframe in every *step_s* seconds of the clip at *path*, and all from *last_s* on, to *folder*.

    Raises:
        ToolFailed: The clip cannot be read.
        LeaseLost: *stop* was set.
    """
    argv = pictures.copy_sparse_keyframes(step_s=max(step_s, 0.01), last_s=last_s)
    answer = sandbox.run(argv, source=path, output=folder, limits=limits.STILLS, stop=stop)
    counts = re.findall(r"^\s*Output stream #0:0 \(video\): (\d+) packets muxed", answer.stderr, re.MULTILINE)
    if not counts:
        raise OutputWrong("ffmpeg did not say how many keyframes it copied")
    return SparseClip(path=folder / pictures.SPARSE_CLIP, count=int(counts[-1]))


def read_moments(stderr: str) -> list[float]:
    """Return the moments in seconds of the pictures that a command of ours drew, from what it said on *stderr*."""
    return [max(float(text), 0.0) for text in re.findall(r"\bpts_time:\s*(-?[\d.]+)", stderr)]
