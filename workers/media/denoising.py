"""Takes noise out of a voice: a program of its own for inside the sandbox, which has Python's own modules alone.

Its library, DeepFilterNet, ends the whole process over a model that it cannot read. It wants one channel of 32-bit
floats at 48 kHz, in pieces, and gives each back three pieces later.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Final

LIBRARY_NAME: Final = "libdeepfilter.so"
MODEL_NAME: Final = "model.tar.gz"
NOISY_NAME: Final = "noisy.f32"
CLEAN_NAME: Final = "clean.f32"

MOST_DB: Final = 24.0
"""What is taken away at most. Without a bound a voice in a quiet room comes out duller than it was, measured."""

DELAY_PIECES: Final = 3
"""How many pieces later one comes back: half an overlap and two of foresight, 1,440 samples. Source: measured, with the
sound before and after laid over each other.
"""

_SAMPLE_BYTES: Final = 4


def main(folder: Path) -> None:
    """Clean the samples in *folder*; as many come out as went in, each where it was."""
    library = _library(folder / LIBRARY_NAME)
    state = library.df_create(str(folder / MODEL_NAME).encode(), MOST_DB, None)
    if not state:
        sys.exit("the model cannot be read")
    piece_samples = library.df_get_frame_length(state)
    noisy_bytes = (folder / NOISY_NAME).stat().st_size
    pieces = -(-noisy_bytes // (piece_samples * _SAMPLE_BYTES)) + DELAY_PIECES
    heard, cleaned = ((ctypes.c_float * piece_samples)() for _ in range(2))
    with (folder / NOISY_NAME).open("rb") as noisy, (folder / CLEAN_NAME).open("wb") as clean:
        for number in range(pieces):
            piece = noisy.read(ctypes.sizeof(heard)).ljust(ctypes.sizeof(heard), b"\0")
            ctypes.memmove(heard, piece, len(piece))
            library.df_process_frame(state, heard, cleaned)
            if number >= DELAY_PIECES:
                clean.write(bytes(cleaned))
        clean.truncate(noisy_bytes)


def _library(path: Path) -> ctypes.CDLL:
    # A bare name would be looked for among the machine's libraries: behind some walls this folder is only `.`.
    library = ctypes.CDLL(str(path.absolute()))
    samples = ctypes.POINTER(ctypes.c_float)
    library.df_create.restype = ctypes.c_void_p
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_process_frame.restype = ctypes.c_float
    library.df_process_frame.argtypes = [ctypes.c_void_p, samples, samples]
    return library


if __name__ == "__main__":
    main(Path(sys.argv[1]))
