"""The only place that asks ffmpeg which release it is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.domain.errors import SandboxUnavailable, ToolFailed
from intake.domain.ffmpeg_releases import release_in
from workers.media.sandbox import Limits

if TYPE_CHECKING:
    from workers.media.sandbox import Sandbox

UNKNOWN: Final = "unknown"

_LIMITS: Final = Limits(timeout_s=10, cpu_s=5, memory_bytes=512 * 1024 * 1024, output_bytes=1024 * 1024)


def ffmpeg_release(sandbox: Sandbox) -> str:
    """Return the release of the ffmpeg that opens clips, as its builders spell it; `UNKNOWN` where it does not say."""
    try:
        with tempfile.TemporaryDirectory(prefix="ffmpeg-release-") as folder:
            answer = sandbox.run(["ffmpeg", "-version"], source=None, output=Path(folder), limits=_LIMITS)
    except (ToolFailed, SandboxUnavailable):
        # Whatever is wrong is wrong with the next clip as well, and said there.
        return UNKNOWN
    return release_in(answer.stdout.decode("utf-8", "replace")) or UNKNOWN
