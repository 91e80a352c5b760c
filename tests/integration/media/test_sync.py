"""Whether lips and voice stay together: a flash and a beep near the start and near the end, before and after."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from workers.media import boxes, probe
from workers.media.delivery import deliver
from workers.media.renditions import encode, remux

if TYPE_CHECKING:
    from pathlib import Path

    from workers.media.sandbox import Sandbox

MOMENTS_S = (1.0, 9.0)
"""Both on a frame of 30 a second that the recorder below does not drop."""

MAX_APART_S = 0.040
"""Source: ITU-R BT.1359-1 puts the limit of what people notice at 45 ms with the sound early."""

RATE_HZ = 48_000
WHILE = "+".join(f"between(t,{moment},{moment}+0.19)" for moment in MOMENTS_S)
PICTURE = (
    f"color=black:size=320x240:rate=30:duration=11,drawbox=color=white:t=fill:enable='{WHILE}',"
    "select='not(lt(mod(n,11),2)*gt(mod(n,97),40))+eq(n,30)+eq(n,270)',settb=1/90000,setpts='PTS+0.006*random(1)/TB*gt(N,0)'"
)
SOUND = f"aevalsrc='0.4*sin(2*PI*880*t)*({WHILE})+0.001*random(0)':s={RATE_HZ}:d=11"


def a_flashing_clip(folder: Path, *, sound_late_s: float) -> Path:
    """As in a dim room: frames missing and none quite on time; the sound track may begin late."""
    out = folder / "flashing.mp4"
    late = f",atrim=start={sound_late_s}" if sound_late_s else ""
    codec = ("-vsync", "vfr", "-enc_time_base", "1:90000", "-c:v", "libx264", "-preset", "ultrafast", "-g", "30")
    drawn = ("-filter_complex", f"{PICTURE}[v];{SOUND}{late}[a]", "-map", "[v]", "-map", "[a]")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *drawn, *codec, "-c:a", "aac", out], check=True)
    return out


def flashes_s(path: Path) -> list[float]:
    argv = ["ffmpeg", "-v", "error", "-i", path, "-vsync", "0"]
    argv += ["-vf", "signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-", "-f", "null", "-"]
    said = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
    frames = re.findall(r"pts_time:([\d.]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)", said)
    white = [float(at_s) for at_s, light in frames if float(light) > 128]
    return [next(at_s for at_s in white if at_s > moment - 0.5) for moment in MOMENTS_S]


def beeps_s(path: Path) -> list[float]:
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        path,
        "-af",
        "aresample=async=1:first_pts=0",
        "-ac",
        "1",
        "-ar",
        str(RATE_HZ),
    ]
    samples = np.frombuffer(
        subprocess.run([*argv, "-ar", str(RATE_HZ), "-f", "s16le", "-"], capture_output=True, check=True).stdout,
        dtype="<i2",
    )
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 2500) / RATE_HZ
    return [float(loud[loud > moment - 0.5][0]) for moment in MOMENTS_S]


def apart_s(path: Path) -> list[float]:
    """By how much the flash comes after the beep, each time."""
    return [flash_s - beep_s for flash_s, beep_s in zip(flashes_s(path), beeps_s(path), strict=True)]


@pytest.mark.parametrize("sound_late_s", [0, 0.4], ids=["together", "late"])
def test_picture_and_sound_stay_together(tmp_path: Path, sandbox: Sandbox, sound_late_s: float) -> None:
    source = a_flashing_clip(tmp_path, sound_late_s=sound_late_s)
    facts = probe.probe(sandbox, source, boxes.read_container(source))
    copies, encodes = tmp_path / "copied", tmp_path / "encoded"
    copies.mkdir()
    encodes.mkdir()

    copied = remux(sandbox, source, facts, folder=copies)
    encoded = encode(sandbox, source, replace(facts, video_codec="hevc", audio_codec="opus"), folder=encodes)
    heavy = replace(copied.facts, video_bit_rate_bps=17_000_000)
    delivery = deliver(sandbox, copied.path, heavy, folder=copies)

    assert delivery.small is not None
    before = apart_s(source)
    after = [apart_s(one.path) for one in (copied, encoded, delivery.video, delivery.small)]
    assert max(abs(seconds) for seconds in before) < MAX_APART_S
    drift = np.array(after) - before
    assert np.abs(drift).max() < MAX_APART_S
