"""Nothing of who, where, when and with what comes out of here: read by ffprobe, by exiftool, and box by box."""

from __future__ import annotations

import json
import struct
import subprocess
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from intake.domain.errors import OutputWrong
from tests import media_factory, telling_clips
from tests.media_factory import SHARED_MEDIA
from tests.telling_clips import SECRET
from workers.media import boxes, probe
from workers.media.delivery import deliver
from workers.media.renditions import encode, plan_review_copy, remux
from workers.media.sprites import draw_sprite
from workers.media.thumbnails import make_webps, take_stills

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.media_factory import MakeClip
    from workers.media.sandbox import Sandbox

    Tell = Callable[[Path, Path], Path]

TELLING: list[Tell] = [
    *(partial(telling_clips.in_the_index, place=place) for place in telling_clips.IN_THE_INDEX),
    telling_clips.beside_the_index,
    telling_clips.between_the_pictures,
]
NAMES = [*telling_clips.IN_THE_INDEX, "beside", "between"]

KINDS = {
    *("ftyp", "moov", "mdat", "free", "mvhd", "trak", "tkhd", "edts", "elst", "mdia", "mdhd", "hdlr", "minf", "vmhd"),
    *("smhd", "dinf", "dref", "stbl", "stsd", "stts", "stss", "ctts", "stsc", "stsz", "stco", "co64", "sgpd", "sbgp"),
}
"""Boxes that say how to play a clip, and nothing else."""

NO_TAGS = bytes.fromhex("00000035") + b"meta" + bytes(4) + bytes.fromhex("00000021") + b"hdlr" + bytes(8)
NO_TAGS += b"mdirappl" + bytes(9) + bytes.fromhex("00000008") + b"ilst"
"""ffmpeg writes a list of tags in any case: this is it without any."""

PARENTS = {"moov", "trak", "edts", "mdia", "minf", "dinf", "stbl"}
SIGNATURES = [SECRET, b"Lavf", b"x264", b"Apple", b"iPhone", b"GoPro", b"Samsung", b"http://ns.adobe.com"]
SEI = 6

GROUPS = {"ExifTool", "System", "File", "Composite", "QuickTime", "JFIF", "Track1", "Track2", "RIFF"}
WORDS = ("gps", "location", "latitude", "longitude", "make", "model", "author", "artist", "description", "comment")
HARMLESS = {"SampleGroupDescription", "HandlerDescription", "HandlerType", "HandlerVendorID"}
WORDS += ("title", "software", "encoder", "copyright", "serial", "camera", "lens", "xmp", "content", "keyword", "user")


def walk(content: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Every box below, with what is in it."""
    end = len(content) if end is None else end
    while start < end:
        size, kind = struct.unpack(">I4s", content[start : start + 8])
        name = kind.decode("latin-1")
        yield name, content[start + 8 : start + size]
        if name in PARENTS:
            yield from walk(content, start + 8, start + size)
        start += size


def problems_of_video(path: Path) -> list[str]:
    content = path.read_bytes()
    found = list(walk(content))
    times = [struct.unpack(">II", inside[4:12]) for name, inside in found if name in {"mvhd", "tkhd", "mdhd"}]
    handlers = {inside[24:].rstrip(b"\0") for name, inside in found if name == "hdlr"}
    return [
        *(f"box {name}" for name, inside in found if name not in KINDS and (name, inside) != ("udta", NO_TAGS)),
        *(f"written at {time}" for time in times if time != (0, 0)),
        *(f"handler {name!r}" for name in handlers - {b"VideoHandler", b"SoundHandler"}),
        *(f"a message of type {SEI}" for kind in nal_types(path) if kind == SEI),
        *problems_of_any(path),
    ]


def problems_of_any(path: Path) -> list[str]:
    content = path.read_bytes()
    said = subprocess.run(["exiftool", "-a", "-G1", "-j", "-ee", "-U", path], capture_output=True, check=True).stdout
    tags = [tag.split(":") for tag in json.loads(said)[0] if ":" in tag]
    ours = [(group, name) for group, name in tags if group not in {"System", "ExifTool", "File"}]
    return [
        *(f"says {signature!r}" for signature in SIGNATURES if signature in content),
        *(f"exiftool: group {group}" for group, _ in tags if group not in GROUPS),
        *(
            f"exiftool: {name}"
            for _, name in ours
            if name not in HARMLESS and any(word in name.lower() for word in WORDS)
        ),
    ]


def nal_types(path: Path) -> set[int]:
    """The kinds of units in the H.264 of a file."""
    argv = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "h264", "-"]
    stream = subprocess.run(argv, capture_output=True, check=True).stdout
    return {unit[0] & 0x1F for unit in stream.split(b"\x00\x00\x01")[1:] if unit}


def everything_published_of(source: Path, sandbox: Sandbox, folder: Path) -> list[Path]:
    facts = probe.probe(sandbox, source, boxes.read_container(source))
    make = remux if plan_review_copy(facts).is_remux else encode
    review = make(sandbox, source, facts, folder=folder)
    stills = [still.path for still in take_stills(sandbox, source, facts, folder=a_room(folder, "stills")).stills]
    webps = make_webps(sandbox, stills, folder=a_room(folder, "webps"))
    delivery = deliver(sandbox, review.path, review.facts, folder=a_room(folder, "delivery"))
    sprite = draw_sprite(sandbox, review.path, review.facts, folder=a_room(folder, "sprite"))
    videos = [rendition.path for rendition in (delivery.video, delivery.small) if rendition]
    return [*videos, *stills, *webps, *sprite.files]


def a_room(folder: Path, name: str) -> Path:
    room = folder / name
    room.mkdir()
    return room


def problems_of(made: list[Path]) -> dict[str, list[str]]:
    examined = {path.name: (problems_of_video if path.suffix == ".mp4" else problems_of_any)(path) for path in made}
    return {name: problems for name, problems in examined.items() if problems}


@pytest.mark.parametrize("tell", TELLING, ids=NAMES)
def test_what_a_clip_tells_is_in_nothing_we_publish(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip, tell: Tell
) -> None:
    source = tell(tmp_path, clip(media_factory.a_short_clip))

    made = everything_published_of(source, sandbox, tmp_path)

    assert SECRET in source.read_bytes()
    assert len(made) >= 5
    assert problems_of(made) == {}


def pictures_in(path: Path, *, shown: bool) -> int:
    argv = ["ffmpeg", "-v", "error", "-ignore_editlist", str(int(not shown)), "-i", path, "-map", "0:v"]
    listed = subprocess.run([*argv, "-f", "framemd5", "-"], capture_output=True, check=True).stdout
    return sum(not line.startswith(b"#") for line in listed.splitlines())


def test_what_was_trimmed_off_on_the_phone_is_in_nothing_we_publish(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip
) -> None:
    source = clip(media_factory.a_trimmed_clip)

    made = [path for path in everything_published_of(source, sandbox, tmp_path) if path.suffix == ".mp4"]

    shown = pictures_in(source, shown=True)
    assert pictures_in(source, shown=False) > shown
    assert {(pictures_in(path, shown=True), pictures_in(path, shown=False)) for path in made} == {(shown, shown)}


def test_a_copy_that_hides_footage_does_not_count(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_trimmed_clip)
    facts = probe.probe(sandbox, source, boxes.read_container(source))

    with pytest.raises(OutputWrong, match="hides footage"):
        remux(sandbox, source, facts, folder=tmp_path)


def test_what_we_encode_ourselves_is_not_signed(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_short_clip)
    facts = probe.probe(sandbox, source, boxes.read_container(source))
    review = encode(sandbox, source, replace(facts, video_codec="hevc"), folder=tmp_path)

    heavy = replace(review.facts, video_bit_rate_bps=17_000_000)
    delivery = deliver(sandbox, review.path, heavy, folder=tmp_path)

    assert delivery.small is not None
    made = [delivery.video.path, delivery.small.path]
    assert problems_of([review.path, *made]) == {}
    assert not any(b"Lavc" in path.read_bytes() for path in made)


def test_the_scan_finds_what_a_phone_writes(tmp_path: Path, clip: MakeClip) -> None:
    said = [problems_of_video(tell(tmp_path, clip(media_factory.a_short_clip))) for tell in TELLING]

    assert all(f"says {SECRET!r}" in problems for problems in said)
    assert all(len(problems) > 3 for problems in said)


def real_clips() -> list[object]:
    names = sorted(path.name for path in SHARED_MEDIA.glob("*") if path.name.startswith(("phone_", "cam_", "webcam_")))
    heard = [name for name in names if "noaudio" not in name]
    return heard or [pytest.param("", marks=pytest.mark.skip(reason=f"no clips in {SHARED_MEDIA}"))]


@pytest.mark.parametrize("name", real_clips())
def test_a_real_phone_stays_unknown(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    made = everything_published_of(SHARED_MEDIA / name, sandbox, tmp_path)

    assert problems_of(made) == {}
