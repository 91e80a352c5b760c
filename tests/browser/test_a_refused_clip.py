"""A clip that cannot be taken: its sender learns every reason, and what to do."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests import media_factory
from tests.people import REFUSED, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.media_factory import MakeClip
    from tests.people import Sender


def a_short_clip_without_sound(folder: Path) -> Path:
    out = folder / "short-mute.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=640x480:rate=25:duration=4", "-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, out], check=True)
    return out


def test_every_reason_is_said_and_a_new_file_goes_on(a_sender: Callable[..., Sender], clip: MakeClip) -> None:
    # Given a clip that is too short and has no sound, and a browser that cannot stop it before it is sent
    sender = a_sender(has_javascript=False)
    sender.sends(clip(a_short_clip_without_sound))

    # When it was looked at
    sender.reloads_until(REFUSED)

    # Then both reasons stand there: what was measured, what is asked for, what to do
    expect(sender.failures).to_have_count(2)
    too_short = sender.failures.filter(has_text="Durata")
    expect(too_short).to_contain_text("Il video dura 4 s; servono almeno 10 s.")
    expect(too_short).to_contain_text("Misurato: 4 s · limite: 10 s")
    expect(too_short).to_contain_text("mandalo di nuovo")
    expect(sender.failures.filter(has_text="Audio")).to_contain_text("Registra di nuovo con il microfono acceso")

    # And when a good one is sent in its place, nothing else is asked for
    sender.sends_again(clip(media_factory.a_portrait_clip))
    sender.reloads_until(WAITING)
    expect(sender.failures).to_have_count(0)
