"""The secrets of an installation in containers: made once, and kept from this machine's other users."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    """What `deploy/` is after a clone: its folder for secrets is open to all."""
    (tmp_path / "secrets").mkdir(mode=0o755)
    shutil.copy(PROJECT / "deploy" / "make-secrets.sh", tmp_path)
    return tmp_path


def make_secrets(deploy: Path) -> dict[str, str]:
    subprocess.run(["sh", deploy / "make-secrets.sh"], check=True, capture_output=True)
    return {path.name: path.read_text(encoding="utf-8") for path in (deploy / "secrets").iterdir()}


def test_nobody_else_enters_their_folder(deploy: Path) -> None:
    make_secrets(deploy)

    assert (deploy / "secrets").stat().st_mode & 0o777 == 0o700


def test_those_that_are_there_stay(deploy: Path) -> None:
    made = make_secrets(deploy)
    (deploy / "secrets" / "metrics_token").unlink()

    again = make_secrets(deploy)

    assert len(made["secret_key"]) > 32
    assert {name for name in made if made[name] != again[name]} == {"metrics_token"}
