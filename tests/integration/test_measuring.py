"""The benchmarks count what children of children take, too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# In a process of its own: measuring moves into a control group.
PROGRAM = """
import json, subprocess, sys
from dataclasses import asdict
from bench.measuring import measure_with_memory

def work():
    subprocess.run(["sh", "-c", sys.argv[1]], check=True)

print(json.dumps(asdict(measure_with_memory(work))))
"""

SANDBOXED = """
from pathlib import Path
from bench.measuring import measure
from workers.media.limits import SOUND
from workers.media.sandbox import Sandbox

sandbox = Sandbox.tested()
print(measure(lambda: sandbox.run({argv!r}, source=None, output=Path({output!r}), limits=SOUND)).cpu_s)
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a control group to count by")


def cost_of(script: str) -> dict[str, float]:
    argv = [sys.executable, "-c", PROGRAM, script]
    answer = subprocess.run(argv, check=True, capture_output=True, text=True)
    cost: dict[str, float] = json.loads(answer.stdout)
    return cost


def test_a_grandchild_s_processor_time_and_memory_count() -> None:
    busy = f"{sys.executable} -c 'x = bytearray(200_000_000); [i * i for i in range(4_000_000)]'; true"

    cost = cost_of(f'sh -c "{busy}"')

    assert cost["cpu_s"] > 0.05
    assert cost["peak_pss_bytes"] > 150_000_000


def test_a_tool_in_the_sandbox_counts(tmp_path: Path) -> None:
    busy = ("dd", "if=/dev/zero", "of=/dev/null", "bs=1M", "count=20000")
    program = SANDBOXED.format(argv=busy, output=str(tmp_path))

    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert float(answer.stdout) > 0.1
