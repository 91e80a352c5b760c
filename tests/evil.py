"""Files made to harm: each function writes one and returns its path. `CANARY_URL` is where a follower would call."""

from __future__ import annotations

import json
import re
import struct
import subprocess
from typing import TYPE_CHECKING, Final

from intake.domain.checks import Reason
from tests.boxes import box, brand, minimal_mp4, movie, track
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

CANARY_PORT: Final = free_port()
CANARY_URL: Final = f"http://127.0.0.1:{CANARY_PORT}/canary"

_HLS: Final = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{target}\n#EXT-X-ENDLIST\n"

PLAYLISTS: Final = {
    "hls-to-a-file": _HLS.format(target="file:///etc/hostname"),
    "hls-to-a-neighbour": _HLS.format(target="other-customer.mp4"),
    "hls-to-a-server": _HLS.format(target=CANARY_URL),
    "hls-concat": _HLS.format(target=f"concat:{CANARY_URL}|file:///etc/hostname"),
    "ffconcat-relative": "ffconcat version 1.0\nfile 'other-customer.mp4'\n",
    "ffconcat-absolute": "ffconcat version 1.0\nfile '/etc/hostname'\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
        f'bandwidth="1"><BaseURL>{CANARY_URL}</BaseURL><SegmentBase indexRange="0-10"/></Representation>'
        "</AdaptationSet></Period></MPD>"
    ),
    "sdp": (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 18998 RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n"
    ),
    "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{CANARY_URL}"/></svg>',
    "html": f"<!doctype html><script src='{CANARY_URL}'></script>",
}
"""Texts that ffmpeg would follow, by name."""

DISGUISES: Final[dict[str, bytes]] = {
    "empty": b"",
    "zeros": b"\x00" * 4096,
    "zip": b"PK\x03\x04" + b"\x00" * 200,
    "jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 200,
    "matroska": b"\x1a\x45\xdf\xa3" + b"\x00" * 200,
    "git-lfs-pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
}
"""Other kinds of file under a clip's name."""


def a_playlist(folder: Path, name: str) -> Path:
    return _written(folder / f"{name}.mp4", PLAYLISTS[name].encode())


def an_outside_reference(folder: Path) -> Path:
    """A QuickTime file whose pictures are said to lie in another file."""
    alias = struct.pack(">I", 0) + b"/other-customer.mp4".ljust(160, b"\x00")
    return _written(folder / "dref.mov", minimal_mp4(references=[box(b"alis", alias)]))


def a_url_reference(folder: Path) -> Path:
    """A file whose pictures are said to lie on a server."""
    url = struct.pack(">I", 0) + CANARY_URL.encode() + b"\x00"
    return _written(folder / "url.mp4", minimal_mp4(references=[box(b"url ", url)]))


def a_foreign_codec(folder: Path) -> Path:
    """MagicYUV, whose decoder has a public hole, in an .mp4."""
    out = folder / "magicyuv.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1:r=5", "-f", "lavfi", "-i", "sine=d=1")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *source, "-c:v", "magicyuv", "-c:a", "aac", "-f", "mov", out], check=True
    )
    return out


def a_disguised_codec(folder: Path) -> Path:
    """The same, with `avc1` painted over its name: only the decoder's own list can stop it."""
    original = a_foreign_codec(folder).read_bytes()
    return _written(folder / "painted.mp4", original.replace(b"M8RG", b"avc1").replace(b"M8YA", b"avc1"))


def a_bomb(folder: Path) -> Path:
    """A picture of 16,000 × 16,000 in a few kilobytes."""
    return _written(folder / "bomb.mp4", minimal_mp4(width_px=16_000, height_px=16_000))


def a_crowd(folder: Path) -> Path:
    """A thousand tracks."""
    return _written(folder / "crowd.mp4", movie(box(b"moov", b"".join(box(b"trak", b"") for _ in range(1000)))))


def a_cut_off_clip(folder: Path, whole: Path) -> Path:
    """What arrives when the line breaks: six tenths of a *whole* clip, its index lost."""
    content = whole.read_bytes()
    return _written(folder / "cut-off.mp4", content[: len(content) * 6 // 10])


def a_polyglot(folder: Path, whole: Path) -> Path:
    """A *whole* clip with a ZIP archive behind it."""
    return _written(folder / "polyglot.mp4", whole.read_bytes() + DISGUISES["zip"])


def a_scrambled_clip(folder: Path, whole: Path) -> Path:
    """The index of a *whole* clip over pictures and sound of zeros."""
    content = bytearray(whole.read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    return _written(folder / "scrambled.mp4", bytes(content))


def a_clip_cut_inside(folder: Path, whole: Path) -> Path:
    """Half of a *whole* clip whose index comes first, made to fit its own boxes: it says that nothing is missing."""
    content = bytearray(whole.read_bytes())
    media = content.index(b"mdat") - 4
    del content[media + (len(content) - media) // 2 :]
    struct.pack_into(">I", content, media, len(content) - media)
    return _written(folder / "cut-inside.mp4", bytes(content))


def a_half_empty_clip(folder: Path, whole: Path) -> Path:
    """A *whole* clip whose second half was never written: zeros, as a broken download leaves them."""
    content = bytearray(whole.read_bytes())
    middle = (content.index(b"mdat") + len(content)) // 2
    content[middle:] = bytes(len(content) - middle)
    return _written(folder / "half-empty.mp4", bytes(content))


def a_clip_that_loses_its_picture(folder: Path, whole: Path, *, at_s: float) -> Path:
    """A *whole* clip of whose pictures nothing is left from a moment on; its sound is."""
    listed = subprocess.run(
        [
            *("ffprobe", "-v", "error", "-select_streams", "v:0"),
            *("-show_entries", "packet=pts_time,size,pos", "-of", "json", whole),
        ],
        capture_output=True,
        check=True,
    )
    content = bytearray(whole.read_bytes())
    for packet in json.loads(listed.stdout)["packets"]:
        if float(packet["pts_time"]) >= at_s:
            start, size = int(packet["pos"]), int(packet["size"])
            content[start : start + size] = bytes(size)
    return _written(folder / "blind.mp4", bytes(content))


def a_clip_that_declares(folder: Path, whole: Path, *, length_ms: int) -> Path:
    """A *whole* clip whose header says that it lasts *length_ms*."""
    content = bytearray(whole.read_bytes())
    struct.pack_into(">I", content, content.index(b"mvhd") + 4 + 16, length_ms)
    return _written(folder / "declares.mp4", bytes(content))


def an_option(folder: Path, whole: Path) -> Path:
    """A good clip whose name a program would take for an option."""
    return _written(folder / "-y.mp4", whole.read_bytes())


def a_pattern(folder: Path, whole: Path) -> Path:
    """A good clip whose name ffmpeg would take for a numbered series."""
    return _written(folder / "%d%s%n.mp4", whole.read_bytes())


def a_cut_index(folder: Path, whole: Path) -> Path:
    """A *whole* clip that ends inside its index."""
    return _written(folder / "cut-index.mp4", whole.read_bytes()[:-100])


def a_far_index(folder: Path, whole: Path) -> Path:
    """A good clip whose index lies 20 MB behind its pictures."""
    content = whole.read_bytes()
    index = content.index(b"moov") - 4
    return _written(folder / "far-index.mp4", content[:index] + box(b"free", bytes(20_000_000)) + content[index:])


def a_timeless_clip(folder: Path, whole: Path) -> Path:
    """A good clip whose headers say that it lasts no time; its samples know better."""
    content = bytearray(whole.read_bytes())
    for kind, place in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        for at in places_of(content, kind):
            content[at + place : at + place + 4] = bytes(4)
    return _written(folder / "timeless.mp4", bytes(content))


def a_standing_clip(folder: Path, whole: Path) -> Path:
    """A clip all of whose samples last no time."""
    content = bytearray(whole.read_bytes())
    for at in places_of(content, b"stts"):
        entries = int.from_bytes(content[at + 8 : at + 12], "big")
        for entry in range(entries):
            start = at + 12 + 8 * entry + 4
            content[start : start + 4] = bytes(4)
    return _written(folder / "standing.mp4", bytes(content))


def a_web_page(folder: Path, whole: Path) -> Path:
    """A page that starts as a clip does, with a *whole* one behind it."""
    page = f"<!doctype html><script src='{CANARY_URL}'></script>".encode()
    return _written(folder / "page.mp4", brand() + page + whole.read_bytes())


def an_encrypted_clip(folder: Path, whole: Path) -> Path:
    """A clip as shops sell it: its samples are encrypted."""
    out = folder / "encrypted.mp4"
    key = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32)
    _ffmpeg("-i", whole, "-c", "copy", *key, out)
    return out


def a_denied_encryption(folder: Path, whole: Path) -> Path:
    """The same under the names of plain samples: what says how to decrypt it is still there (CVE-2026-40962)."""
    content = an_encrypted_clip(folder, whole).read_bytes()
    return _written(folder / "denied.mp4", content.replace(b"encv", b"avc1").replace(b"enca", b"mp4a"))


def ten_hours_of_one_picture(folder: Path, _whole: Path) -> Path:
    """A single picture that is said to stand for ten hours."""
    out = folder / "ten-hours.mp4"
    picture = ("-f", "lavfi", "-i", "color=size=320x240:rate=1/36000:duration=36000")
    _ffmpeg(*picture, "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "libx264", "-c:a", "aac", out)
    return out


def a_slow_motion_clip(folder: Path, whole: Path) -> Path:
    """240 pictures a second, some of them missing."""
    out = folder / "slow-motion.mp4"
    picture = "testsrc2=size=320x240:rate=240:duration=11,select='not(lt(mod(n,11),2))'"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-vsync", "vfr", "-c:a", "copy")
    _ffmpeg("-f", "lavfi", "-i", picture, "-i", whole, "-map", "0:v", "-map", "1:a", "-t", "11", *codec, out)
    return out


def a_flood_of_samples(folder: Path, _whole: Path) -> Path:
    """An index of 800 bytes that describes four times 20 million samples."""
    number = 20_000_000
    tables = (
        box(b"stts", struct.pack(">4I", 0, 1, number, 1)),
        box(b"stsz", struct.pack(">3I", 0, 1, number)),
        box(b"stsc", struct.pack(">5I", 0, 1, 1, number, 1)),
        box(b"stco", struct.pack(">3I", 0, 1, 40)),
    )
    flooded = (with_tables(track(handler, [entry]), tables) for handler, entry in 2 * [(b"vide", b"avc1"), SOUND])
    return _written(folder / "flood.mp4", movie(box(b"moov", b"".join(flooded)), box(b"mdat", bytes(4096))))


def a_located_clip(folder: Path, whole: Path, *, name: str) -> Path:
    """A good clip that says where it was taken, in one of the ways of `LOCATIONS`."""
    options, box_behind = LOCATIONS[name]
    out = folder / f"{name}.mp4"
    _ffmpeg("-i", whole, "-map_metadata", "-1", "-c", "copy", *options, out)
    return _written(out, out.read_bytes() + box_behind)


LOCATION: Final = "+43.9330+010.9170/"
_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""The box `uuid` that holds XMP. Source: Adobe, XMP Specification Part 3."""

LOCATIONS: Final[dict[str, tuple[tuple[str, ...], bytes]]] = {
    "loci": (("-metadata", f"location={LOCATION}"), b""),
    "xyz": (("-metadata", f"location={LOCATION}", "-f", "mov"), b""),
    "mdta": (("-metadata", f"com.apple.quicktime.location.ISO6709={LOCATION}", "-movflags", "use_metadata_tags"), b""),
    "xmp": ((), box(b"uuid", _XMP + f"<x:xmpmeta><exif:GPS>{LOCATION}</exif:GPS></x:xmpmeta>".encode())),
}
"""Where a file keeps a place: options that make ffmpeg write it, and a box for its end."""

TRACES: Final = (b"loci", b"xyz", b"43.93", b"xmp", b"ISO6709")

SOUND: Final = (b"soun", b"mp4a")


def with_tables(described: bytes, tables: Iterable[bytes]) -> bytes:
    """A track with *tables* appended to its sample table, all boxes around them grown to fit."""
    added = b"".join(tables)
    content = bytearray(described + added)
    for kind in (b"trak", b"mdia", b"minf", b"stbl"):
        at = described.index(kind) - 4
        content[at : at + 4] = (int.from_bytes(content[at : at + 4], "big") + len(added)).to_bytes(4, "big")
    return bytes(content)


def places_of(content: bytes | bytearray, kind: bytes) -> list[int]:
    """Where boxes of *kind* begin what they hold."""
    return [found.end() for found in re.finditer(re.escape(kind), content)]


def _ffmpeg(*argv: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *argv], check=True)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


BUILDERS: Final[dict[str, Callable[[Path], Path]]] = {
    "outside-reference": an_outside_reference,
    "url-reference": a_url_reference,
    "foreign-codec": a_foreign_codec,
    "disguised-codec": a_disguised_codec,
    "bomb": a_bomb,
    "crowd": a_crowd,
}
"""Files that are built, by name."""


MADE_OF_A_CLIP: Final[dict[str, tuple[Callable[[Path, Path], Path], Reason]]] = {
    "an-option": (an_option, Reason.FINE),
    "a-pattern": (a_pattern, Reason.FINE),
    "a-far-index": (a_far_index, Reason.FINE),
    "a-timeless-clip": (a_timeless_clip, Reason.FINE),
    "a-slow-motion-clip": (a_slow_motion_clip, Reason.FINE),
    "a-cut-off-clip": (a_cut_off_clip, Reason.INCOMPLETE),
    "a-cut-index": (a_cut_index, Reason.INCOMPLETE),
    "a-polyglot": (a_polyglot, Reason.INCOMPLETE),
    "a-web-page": (a_web_page, Reason.INCOMPLETE),
    "a-scrambled-clip": (a_scrambled_clip, Reason.DAMAGED),
    "a-standing-clip": (a_standing_clip, Reason.DAMAGED),
    "an-encrypted-clip": (an_encrypted_clip, Reason.UNKNOWN_VIDEO_CODEC),
    "a-denied-encryption": (a_denied_encryption, Reason.DAMAGED),
    "ten-hours-of-one-picture": (ten_hours_of_one_picture, Reason.TOO_LONG),
    "a-flood-of-samples": (a_flood_of_samples, Reason.DAMAGED),
}
"""Files made of a good clip, by name, and why each is refused; `FINE` where it is a good one."""
