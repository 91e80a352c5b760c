"""Deletes the work folders of attempts whose process was killed before it could."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

DEAD_AFTER_S: Final = 2 * 3600
"""Twice the longest a job can take: nobody works in a folder that was not touched for so long."""


def sweep_work_folders(work: Path, *, now_s: float | None = None) -> int:
    """Delete abandoned folders below *work*; return how many."""
    if not work.is_dir():
        return 0
    oldest_s = (time.time() if now_s is None else now_s) - DEAD_AFTER_S
    abandoned = [folder for folder in work.iterdir() if folder.stat().st_mtime < oldest_s]
    for folder in abandoned:
        shutil.rmtree(folder, ignore_errors=True)
    return len(abandoned)
