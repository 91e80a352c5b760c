"""How request bodies are read: other forms stay small, a video is spooled to disk and never held in memory."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, ClassVar, Final

from flask import Request

if TYPE_CHECKING:
    from flask import Flask

SMALL_BODY_BYTES: Final = 1024 * 1024
"""Largest body of a request that sends no video."""

FORM_OVERHEAD_BYTES: Final = 256 * 1024
"""What the fields and the multipart markers around a video may add."""

REFUSED_BODY_BYTES: Final = 600_000_000
"""How much of a refused body is read away: a little more than the largest video a call takes."""

_DRAIN_CHUNK_BYTES: Final = 64 * 1024


class SpoolingRequest(Request):
    """A request whose files go to the spool folder: the system's temporary folder may be memory."""

    spool_folder: ClassVar[Path | None] = None
    forgets_files = False

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        if self.forgets_files:
            return Path(os.devnull).open("w+b")
        # Unlinked from the start: whatever kills this process, nothing stays behind.
        return tempfile.TemporaryFile(dir=self.spool_folder)


def set_up_uploads(app: Flask, spool_folder: Path) -> None:
    """Bound the bodies of *app* and spool its files to *spool_folder*."""
    spool_folder.mkdir(parents=True, exist_ok=True)
    app.request_class = type("IntakeRequest", (SpoolingRequest,), {"spool_folder": spool_folder})
    app.config["MAX_CONTENT_LENGTH"] = SMALL_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = 256 * 1024
    app.config["MAX_FORM_PARTS"] = 50


def take_video(request: Request, max_bytes: int) -> None:
    """Let this request carry a video of up to *max_bytes*; to be called before its form is looked at."""
    request.max_content_length = max_bytes + FORM_OVERHEAD_BYTES


def forget_video(request: Request) -> None:
    """As `take_video`, where only the fields around it will be looked at: the video is kept nowhere."""
    take_video(request, REFUSED_BODY_BYTES)
    if isinstance(request, SpoolingRequest):
        request.forgets_files = True


def drain(request: Request, *, at_most_bytes: int) -> None:
    """Read and forget what a client still sends, so that it reads our answer instead of meeting a closed door."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or 0, at_most_bytes)
    while left > 0 and (chunk := stream.read(min(left, _DRAIN_CHUNK_BYTES))):
        left -= len(chunk)
