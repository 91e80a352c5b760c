"""Arguments for ffmpeg: what every command that reads a sender's file has in common."""

from __future__ import annotations

import pytest

from workers.media.commands import pictures, probing, sound, writing
from workers.media.commands.shaping import Look

LOOK = Look(width_px=640, height_px=360)
HDR = Look(width_px=640, height_px=360, hdr_transfer="arib-std-b67", is_interlaced=True, max_frame_rate=60)

COMMANDS = {
    "probe": probing.probe(),
    "packets": probing.list_packets("v:0"),
    "sound": sound.measure_sound(track=0, sample_rate_hz=48_000, layout="mono"),
    "keyframes": pictures.copy_sparse_keyframes(step_s=1.5),
    "stills": pictures.draw_stills(LOOK),
    "early stills": pictures.draw_early_stills(LOOK, window_s=10, step_s=1.5),
    "sprite": pictures.draw_sprite(LOOK, columns=5, rows=5, names=("sprite.jpg", "sprite.webp")),
    "remux": writing.remux("review.mp4"),
    "encode": writing.encode("review.mp4", HDR, copies_sound=False),
    "level": sound.level_sound("sound.mp4", gain_db=3, ceiling_dbtp=-1.8),
    "deliver": writing.deliver(sound="sound.mp4", large=("video.mp4", LOOK), small=("video-small.mp4", LOOK)),
    "deliver a copy": writing.deliver(sound="sound.mp4", large=("video.mp4", None), small=None),
}

every_command = pytest.mark.parametrize("argv", COMMANDS.values(), ids=COMMANDS.keys())
writing = pytest.mark.parametrize("name", ["remux", "encode", "level", "deliver", "deliver a copy"])


@every_command
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("-protocol_whitelist", "file"),
        ("-f", "mov"),
        ("-enable_drefs", "0"),
        ("-use_absolute_path", "0"),
        ("-max_streams", "16"),
        ("-max_pixels", str(4096 * 3072)),
    ],
)
def test_the_input_is_opened_with_every_guard(argv: list[str], option: str, value: str) -> None:
    before_input = argv[: argv.index("file:/in/src")]

    assert before_input[before_input.index(option) + 1] == value


@every_command
def test_no_decoder_but_a_phones_is_allowed(argv: list[str]) -> None:
    decoders = set(argv[argv.index("-codec_whitelist") + 1].split(","))

    assert {"h264", "hevc", "aac"} <= decoders
    assert not decoders & {"magicyuv", "mjpeg", "png", "rawvideo"}


@writing
def test_what_is_written_carries_no_tags(name: str) -> None:
    argv = COMMANDS[name]

    assert (argv[argv.index("-map_metadata") + 1], argv[argv.index("-map_chapters") + 1]) == ("-1", "-1")


@writing
def test_what_is_written_plays_while_it_loads(name: str) -> None:
    argv = COMMANDS[name]

    assert argv[argv.index("-movflags") + 1] == "+faststart"
