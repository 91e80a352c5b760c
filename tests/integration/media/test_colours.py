"""An HDR scene beside the same scene as an ordinary camera shows it: what is not brighter than white looks the same.

The scene is given in light, 1 being white paper. It is written in HLG and in PQ by the formulas of ITU-R BT.2100, with
white at 203 cd/m² as BT.2408 has it, and read back from the review copy by BT.1886. The distance is CIE 1976 ΔE.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from workers.media import boxes, probe
from workers.media.renditions import encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from workers.media.sandbox import Sandbox

    Floats = NDArray[np.float64]

WHITE_CD_M2 = 203
SIDE_PX = 80
PATCHES = np.array(
    [
        *([0.02] * 3, [0.05] * 3, [0.18] * 3, [0.4] * 3),
        *([0.40, 0.24, 0.17], [0.20, 0.11, 0.07], [0.35, 0.05, 0.04], [0.05, 0.30, 0.07]),
        *([0.05, 0.07, 0.40], [0.50, 0.45, 0.05], [1.0] * 3, [2.5] * 3),
    ]
)
"""Grays, two faces, four colours; then white paper and a lamp."""

DIM = slice(0, 10)
PAPER, LAMP = 10, 11

TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])


def hlg(light: Floats) -> Floats:
    shown = light * WHITE_CD_M2 / 1000
    scene = shown * np.maximum(shown @ LUMA_2020, 1e-9)[..., None] ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def pq(light: Floats) -> Floats:
    power = (light * WHITE_CD_M2 / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def an_hdr_clip(path: Path, curve: Callable[[Floats], Floats], transfer: str) -> Path:
    scene = PATCHES.reshape(2, 6, 3).repeat(SIDE_PX, axis=0).repeat(SIDE_PX, axis=1) @ TO_BT2020.T
    signal = curve(scene)
    luma = signal @ LUMA_2020
    blue, red = (signal[..., 2] - luma) / 1.8814, (signal[..., 0] - luma) / 1.4746
    planes = (64 + 876 * luma, (512 + 896 * blue)[::2, ::2], (512 + 896 * red)[::2, ::2])
    frame = b"".join(plane.round().astype("<u2").tobytes() for plane in planes)
    size = f"{6 * SIDE_PX}x{2 * SIDE_PX}"
    raw = ("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", size, "-r", "10", "-i", "-")
    colours = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    codec = ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "10", "-x265-params", f"log-level=error:{colours}")
    tags = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc", "-tag:v", "hvc1")
    argv = ["ffmpeg", "-v", "error", "-y", *raw, "-f", "lavfi", "-i", "sine=d=1", *codec, *tags, "-c:a", "aac", path]
    subprocess.run(argv, input=frame * 10, check=True)
    return path


def light_of(path: Path) -> Floats:
    """The light of each patch in an ordinary clip."""
    argv = ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv444p", "-"]
    planes = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.uint8)
    parts = planes.reshape(3, 2, SIDE_PX, 6, SIDE_PX)[:, :, 20:60, :, 20:60].mean(axis=(2, 4)).reshape(3, 12)
    luma, blue, red = (parts[0] - 16) / 219, (parts[1] - 128) / 224, (parts[2] - 128) / 224
    signal = np.stack([luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue], axis=-1)
    return np.clip(signal, 0, 1) ** 2.4


def lab(light: Floats) -> Floats:
    xyz = light @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)


@pytest.mark.parametrize(("curve", "transfer"), [(hlg, "arib-std-b67"), (pq, "smpte2084")], ids=["hlg", "pq"])
def test_an_hdr_scene_looks_as_an_ordinary_camera_shows_it(
    tmp_path: Path, sandbox: Sandbox, curve: Callable[[Floats], Floats], transfer: str
) -> None:
    source = an_hdr_clip(tmp_path / "hdr.mov", curve, transfer)

    copy = encode(sandbox, source, probe.probe(sandbox, source, boxes.read_container(source)), folder=tmp_path)

    seen, wanted = lab(light_of(copy.path)), lab(np.clip(PATCHES, 0, 1))
    distances = np.linalg.norm(seen - wanted, axis=1)
    assert copy.facts.color_transfer == "bt709"
    assert distances[DIM].max() < 3
    assert 90 < seen[PAPER, 0] < seen[LAMP, 0] <= 100.1
