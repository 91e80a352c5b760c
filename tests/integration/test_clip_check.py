"""The judge without the service: what it says, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media_factory import a_landscape_clip

PROGRAM = Path(sys.executable).with_name("clip-check")


@pytest.fixture(scope="module")
def a_good_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_landscape_clip(tmp_path_factory.mktemp("clips"))


def clip_check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], check=False, capture_output=True, text=True)


def test_a_good_clip_is_accepted_with_a_line_for_each_check(a_good_clip: Path) -> None:
    answer = clip_check(a_good_clip)

    assert answer.returncode == 0, answer.stderr
    assert "Durata" in answer.stdout
    assert "12 s" in answer.stdout


def test_a_refused_file_says_why_to_programs_too(tmp_path: Path) -> None:
    page = tmp_path / "video.mp4"
    page.write_text("<html>not a video</html>")

    answer = clip_check("--json", "--lang", "en", page)

    verdict = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert verdict["accepted"] is False
    assert verdict["checks"][0]["code"] == "container"
    assert verdict["checks"][0]["message"].startswith("This file is not a video.")


def test_other_rules_give_another_verdict(a_good_clip: Path, tmp_path: Path) -> None:
    shipped = Path("intake/calls/pistoia2030.toml").read_text(encoding="utf-8")
    short = tmp_path / "short.toml"
    short.write_text(shipped.replace("max_duration_s = 180", "max_duration_s = 11"), encoding="utf-8")

    answer = clip_check("--call", short, "--json", a_good_clip)

    failed = [check["reason"] for check in json.loads(answer.stdout)["checks"] if check["verdict"] == "fail"]
    assert answer.returncode == 1
    assert failed == ["too_long"]


def test_rules_that_cannot_be_read_are_not_a_refusal(a_good_clip: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.toml"
    nonsense.write_text('slug = "x"')

    answer = clip_check("--call", nonsense, a_good_clip)

    assert answer.returncode == 2
    assert "is missing" in answer.stderr
