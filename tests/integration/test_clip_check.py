"""The judge without the service: what it says to people and to programs, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media_factory import MakeClip, a_landscape_clip, a_one_sided_clip

PROGRAM = Path(sys.executable).with_name("clip-check")
ITALIAN = {"PATH": os.environ["PATH"], "LANG": "it_IT.UTF-8", "PYTHONUTF8": "1", "COLUMNS": "100"}
ESCAPE = "\x1b"


@pytest.fixture
def good(clip: MakeClip) -> Path:
    return clip(a_landscape_clip)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "video.mp4"
    path.write_text("<html>not a video</html>")
    return path


def clip_check(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    argv = [*without_power_over_files(), PROGRAM, *arguments]
    return subprocess.run(argv, check=False, capture_output=True, encoding="utf-8", env=ITALIAN | environ)


def without_power_over_files() -> list[str]:
    """Root may read everything; people may not."""
    powers = "-dac_override,-dac_read_search"
    return [] if os.geteuid() else ["setpriv", "--inh-caps", powers, "--bounding-set", powers]


def on_a_terminal(*arguments: str | Path, **environ: str) -> str:
    ours, theirs = pty.openpty()
    subprocess.run([PROGRAM, *arguments], check=False, stdout=theirs, stderr=theirs, env=ITALIAN | environ)
    os.close(theirs)
    with os.fdopen(ours, "rb") as screen:
        return screen.read1(1 << 20).decode()


def test_a_good_clip_is_accepted_with_a_line_for_each_check(good: Path) -> None:
    answer = clip_check(good)

    assert answer.returncode == 0, answer.stderr
    assert "landscape.mp4: accettato" in answer.stdout.splitlines()[0]
    assert "✓ Durata 12 s" in " ".join(answer.stdout.split())
    assert "640 × 360 px" in answer.stdout
    assert "si copia così com'è" in answer.stdout


def test_what_could_be_better_is_said_with_what_to_do(clip: MakeClip) -> None:
    answer = clip_check(clip(a_one_sided_clip), "--lang", "en")

    assert answer.returncode == 0
    assert "! Sound channels" in answer.stdout
    assert "If you use an external microphone" in " ".join(answer.stdout.split())


def test_a_file_and_a_pipe_get_no_colours(good: Path) -> None:
    assert ESCAPE not in clip_check(good).stdout


def test_a_terminal_gets_colours(page: Path) -> None:
    assert ESCAPE in on_a_terminal(page)


def test_a_terminal_that_asked_for_none_gets_no_colours(page: Path) -> None:
    screen = on_a_terminal(page, NO_COLOR="1")

    assert "rifiutato: Tipo di file" in screen
    assert ESCAPE not in screen


@pytest.mark.parametrize(
    ("locale", "word"),
    [
        pytest.param("it_IT.UTF-8", "rifiutato", id="Italian"),
        pytest.param("en_GB.UTF-8", "refused", id="English"),
        pytest.param("de_DE.UTF-8", "rifiutato", id="a language we do not speak"),
        pytest.param("C", "rifiutato", id="none"),
    ],
)
def test_it_speaks_the_terminal_s_language(page: Path, locale: str, word: str) -> None:
    assert word in clip_check(page, LANG=locale).stdout


def test_a_refused_file_says_why_to_programs_too(page: Path) -> None:
    answer = clip_check("--json", "--lang", "en", page)

    verdict = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert verdict["accepted"] is False
    assert verdict["checks"][0]["code"] == "container"
    assert verdict["checks"][0]["message"].startswith("This file is not a video.")


def test_programs_get_every_figure(good: Path) -> None:
    verdict = json.loads(clip_check("--json", good).stdout)

    assert verdict["file"] == str(good)
    assert verdict["accepted"] is True
    assert {"integrated_lufs", "true_peak_dbtp", "clipped_ratio", "speech_to_noise_db"} <= verdict["levels"].keys()
    assert {"duration_s", "width_px", "rotation_deg", "video_codec", "size_bytes"} <= verdict["video"].keys()


def test_of_several_files_each_is_told_and_the_worst_counts(good: Path, page: Path, tmp_path: Path) -> None:
    answer = clip_check("--json", good, page, tmp_path / "gone.mp4")

    told = [(verdict["accepted"], verdict["problem"]) for verdict in json.loads(answer.stdout)]
    assert answer.returncode == 2
    assert told == [(True, None), (False, None), (None, "missing")]


def test_a_refusal_among_good_files_counts(good: Path, page: Path) -> None:
    answer = clip_check(good, page)

    assert answer.returncode == 1
    assert "accettato" in answer.stdout
    assert "rifiutato" in answer.stdout


def test_a_missing_file_is_not_a_refusal(tmp_path: Path) -> None:
    answer = clip_check(tmp_path / "gone.mp4")

    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "gone.mp4: Non c'è nessun file con questo nome." in answer.stderr


def test_a_folder_is_not_a_refusal(tmp_path: Path) -> None:
    answer = clip_check(tmp_path)

    assert answer.returncode == 2
    assert "È una cartella" in answer.stderr


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")

    answer = clip_check(tmp_path / "pipe.mp4")

    assert answer.returncode == 2
    assert "Non è un file che si possa guardare." in answer.stderr


def test_a_file_without_permission_is_not_a_refusal(page: Path) -> None:
    page.chmod(0)

    answer = clip_check(page)

    assert answer.returncode == 2
    assert "Non hai il permesso" in answer.stderr


def test_a_link_leads_to_its_file(good: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(good)

    assert clip_check(link).returncode == 0


def test_other_rules_give_another_verdict(good: Path, tmp_path: Path) -> None:
    shipped = Path("intake/calls/pistoia2030.toml").read_text(encoding="utf-8")
    short = tmp_path / "short.toml"
    short.write_text(shipped.replace("max_duration_s = 180", "max_duration_s = 11"), encoding="utf-8")

    answer = clip_check("--call", short, "--json", good)

    failed = [check["reason"] for check in json.loads(answer.stdout)["checks"] if check["verdict"] == "fail"]
    assert answer.returncode == 1
    assert failed == ["too_long"]


def test_rules_that_cannot_be_read_are_not_a_refusal(good: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.toml"
    nonsense.write_text('slug = "x"')

    answer = clip_check("--call", nonsense, good)

    assert answer.returncode == 2
    assert "is missing" in answer.stderr
