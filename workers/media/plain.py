"""What may pass the border of the sandbox: ordinary files. A link would lead us, outside, where no tool may look."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from intake.domain.errors import ToolFailed

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILES: Final = 64
"""Files one output folder may hold; what we ask for is a dozen stills."""


def plain_file(source: Path) -> Path:
    """Return the path of *source*, which must be a file itself: a link would let in what it leads to.

    Raises:
        ToolFailed: It is a link, or nothing that is read like a file.
        FileNotFoundError: It is not there.
    """
    if not stat.S_ISREG(source.lstat().st_mode):
        raise ToolFailed("the input is a link, or no file")
    return source.absolute()


def require_plain_files(folder: Path, *, max_bytes: int) -> None:
    """Make sure that a tool left nothing but ordinary files, and no more of them than it may.

    A link it made would lead us, outside, to files it never could read; a pipe would make us wait.

    Raises:
        ToolFailed: It left something else.
    """
    sizes = []
    with os.scandir(folder) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                raise ToolFailed("a tool left something that is not a file of its own")
            sizes.append(status.st_size)
    if len(sizes) > MAX_FILES or sum(sizes) > max_bytes:
        raise ToolFailed(f"a tool left {len(sizes)} files with {sum(sizes)} bytes")
