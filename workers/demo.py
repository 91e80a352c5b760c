"""Makes a few demo clips and sends them through the real pipeline: `python -m workers.demo`.

Two are approved by the first moderator and published, a noisy one waits, a long one is refused. Each bears a key of
its own and a mark is left at the end, so that running this again adds nothing.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intake.actions import moderating, submitting
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.calls import CallSlug
from intake.domain.decisions import Decision
from intake.domain.states import State
from intake.domain.submissions import Sender
from intake.settings import Settings
from intake.wiring import connect

if TYPE_CHECKING:
    from intake.domain.calls import Call
    from intake.domain.submissions import Submission
    from intake.wiring import Services

CALL: Final = CallSlug("pistoia2030")
PATIENCE_S: Final = 180.0
FRAME_RATE: Final = 15
"""Frames per second: enough to see that something moves, and made in a second or two."""

_VIDEO_TYPE: Final = "video/mp4"


@dataclass(frozen=True, kw_only=True)
class DemoClip:
    """A clip to make.

    Attributes:
        key: Its submission's key.
        noise: Amplitude of the noise mixed in, 1 being full scale.
        is_approved: Whether the first moderator approves it.
    """

    key: str
    sender: Sender
    text: str
    width_px: int
    height_px: int
    duration_s: int
    colours: tuple[str, str]
    noise: float = 0.001
    is_approved: bool = False


def _sender(given_name: str, family_name: str, role: str, organisation: str, kind: str) -> Sender:
    return Sender(
        given_name=given_name,
        family_name=family_name,
        role=role,
        organisation=organisation,
        organisation_kind=kind,
        email=f"{given_name}.{family_name}@esempio.example".lower(),
        language="it",
    )


CLIPS: Final = (
    DemoClip(
        key="demo-giulia",
        sender=_sender("Giulia", "Bartolini", "Fondatrice", "Orto Verticale", "impresa"),
        text=(
            "Buongiorno, sono Giulia Bartolini e ho fondato Orto Verticale. Coltiviamo insalata e basilico in una "
            "vecchia fabbrica di Pistoia, con un decimo dell'acqua. A chi vuole provarci dico: comincia in piccolo."
        ),
        width_px=1280,
        height_px=720,
        duration_s=18,
        colours=("0x0a5c5c", "0x7fb069"),
        is_approved=True,
    ),
    DemoClip(
        key="demo-marco",
        sender=_sender("Marco", "Innocenti", "Insegnante", "Istituto Tecnico Pacinotti", "scuola"),
        text=(
            "Ciao, sono Marco Innocenti e insegno elettronica. Con i ragazzi ripariamo i telefoni del quartiere, "
            "invece di buttarli. Il consiglio che do a tutti: lasciate sbagliare chi impara."
        ),
        width_px=720,
        height_px=1280,
        duration_s=15,
        colours=("0x5b2a86", "0xe8a0bf"),
        is_approved=True,
    ),
    DemoClip(
        key="demo-sara",
        sender=_sender("Sara", "Niccolai", "Presidente", "Cantiere Aperto", "associazione"),
        text=(
            "Sono Sara Niccolai, dell'associazione Cantiere Aperto. Vi parlo dalla nostra officina, dove insegniamo a "
            "costruire biciclette da carico. Scusate il rumore: qui non ci si ferma mai."
        ),
        width_px=1280,
        height_px=720,
        duration_s=15,
        colours=("0xa63d40", "0xe9b872"),
        noise=0.12,
    ),
    DemoClip(
        key="demo-paolo",
        sender=_sender("Paolo", "Vannucci", "Consulente", "Studio Vannucci", "professionista"),
        text="Sono Paolo Vannucci, e avrei molte cose da dire. Forse troppe per un video solo.",
        width_px=640,
        height_px=360,
        duration_s=195,
        colours=("0x264653", "0x2a9d8f"),
    ),
)


def main() -> None:
    """Send the clips that were not sent before, and see them through."""
    services = connect(Settings.from_env())
    done = services.settings.data_dir / "run" / "demo-clips-done"
    if done.exists():
        return
    new = [clip for clip in CLIPS if _submission(services, clip) is None]
    if new:
        _say("Making the demo clips and sending them in.")
    for clip in new:
        _send(services, clip)
    for clip in CLIPS:
        _see_through(services, clip)
    # From now on they are clips like any others: what moderators and senders do with them stays done.
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()
    _say("The demo clips are through: two in the gallery, a noisy one in the queue, a long one refused.")


def make_clip(clip: DemoClip, folder: Path) -> Path:
    """Draw and speak a clip into *folder*; return the file."""
    speech, video = folder / "speech.wav", folder / f"{clip.key}.mp4"
    subprocess.run(["espeak-ng", "-v", "it", "-s", "150", "-w", speech, clip.text], check=True)
    subprocess.run(_drawing(clip, speech, video), check=True, stdin=subprocess.DEVNULL)
    return video


def _drawing(clip: DemoClip, speech: Path, video: Path) -> list[str | Path]:
    length = f"d={clip.duration_s}"
    sound = (
        f"[1:a]aresample=48000,apad,atrim=duration={clip.duration_s},volume=0.8[voice];"
        f"anoisesrc=c=pink:r=48000:a={clip.noise}:seed=7:{length}[noise];[voice][noise]amix=normalize=0[sound]"
    )
    arguments: list[str | Path] = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", _picture(clip), "-i", speech]
    arguments += ["-filter_complex", sound, "-map", "0:v", "-map", "[sound]"]
    arguments += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "24", "-g", str(FRAME_RATE)]
    return [*arguments, "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", video]


def _picture(clip: DemoClip) -> str:
    sender, (ground, band) = clip.sender, clip.colours
    size_px = min(clip.width_px, clip.height_px) // 12
    small_px = size_px * 3 // 5
    lines = (
        (sender.full_name, size_px, "h*0.42"),
        (sender.role, small_px, f"h*0.42+{size_px * 3 // 2}"),
        (sender.organisation, small_px, f"h*0.42+{size_px * 5 // 2}"),
    )
    return ",".join(
        [
            f"color=c={ground}:s={clip.width_px}x{clip.height_px}:r={FRAME_RATE}:d={clip.duration_s}",
            # A band that sways and a bar that grows: something moves in every frame.
            f"drawbox=x=0:y='ih*(0.72+0.1*sin(t))':w=iw:h=ih:color={band}:t=fill",
            *(_line(*line) for line in lines),
            f"drawbox=x=0:y=ih-12:w='iw*t/{clip.duration_s}':h=12:color=white@0.8:t=fill",
            "format=yuv420p",
        ]
    )


def _line(text: str, size_px: int, y: str) -> str:
    return f"drawtext=font=DejaVu Sans:text='{text}':fontcolor=white:fontsize={size_px}:x=(w-text_w)/2:y={y}"


def _send(services: Services, clip: DemoClip) -> None:
    call, now = _call(services), services.clock()
    with tempfile.TemporaryDirectory() as folder:
        video = make_clip(clip, Path(folder))
        letter = submitting.Letter(
            sender=clip.sender,
            answers={consent.kind: True for consent in call.consents},
            file=submitting.Declared(name=video.name, size_bytes=video.stat().st_size),
            submission_key=clip.key,
        )
        with writing(services.engine) as connection:
            upload = submitting.start_upload(connection, call, letter, now=now, secret_key=services.settings.secret_key)
        if upload.upload_key is None:
            return
        with video.open("rb") as stream:
            services.private.put_stream(upload.upload_key, stream, content_type=_VIDEO_TYPE)
    with writing(services.engine) as connection:
        submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())


def _see_through(services: Services, clip: DemoClip) -> None:
    submission = _wait(services, clip, {State.UPLOADING, State.UPLOADED, State.INSPECTED})
    if clip.is_approved and submission.state is State.AWAITING_REVIEW:
        _approve(services, submission)
        _wait(services, clip, {State.APPROVED})


def _approve(services: Services, submission: Submission) -> None:
    ruling = moderating.Ruling(
        decision=Decision.APPROVE,
        reviewed_sha256=submission.review_sha256 or "",
        moderator=_first_moderator(services),
        poster=len(submission.stills) // 2,
        wait_s=0,
    )
    with writing(services.engine) as connection:
        moderating.decide(connection, submission.id, ruling, now=services.clock())


def _first_moderator(services: Services) -> str:
    kept = services.settings.data_dir / "first-moderator.txt"
    return kept.read_text(encoding="utf-8").splitlines()[0]


def _wait(services: Services, clip: DemoClip, passing: set[State]) -> Submission:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        submission = _submission(services, clip)
        if submission is not None and submission.state not in passing:
            return submission
        time.sleep(0.5)
    raise TimeoutError(f"{clip.key} did not get on in {PATIENCE_S:.0f} s")


def _submission(services: Services, clip: DemoClip) -> Submission | None:
    with reading(services.engine) as connection:
        return queries.submission_by_key(connection, CALL, clip.key)


def _call(services: Services) -> Call:
    with reading(services.engine) as connection:
        return queries.find_call(connection, CALL)


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - what `make run` shows


if __name__ == "__main__":
    main()
