"""Which ffmpeg this worker opens clips with."""

from __future__ import annotations

import subprocess
from typing import Final

from intake.domain.tools import read_ffmpeg_version

_PATIENCE_S: Final = 10


def ffmpeg_version() -> str | None:
    """Return the version of the ffmpeg that is installed here; None where there is none, or it says none."""
    try:
        said = subprocess.run(
            ["ffmpeg", "-version"], capture_output=True, text=True, check=True, timeout=_PATIENCE_S
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return read_ffmpeg_version(said)
