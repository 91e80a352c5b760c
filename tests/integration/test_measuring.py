"""The benchmarks count what children of children take, too."""

from __future__ import annotations

import json
import subprocess
import sys

# In a process of its own: measuring adopts orphans and waits for every child there is.
PROGRAM = """
import json, subprocess, sys
from dataclasses import asdict
from bench.measuring import measure_with_memory

def work():
    subprocess.run(["sh", "-c", sys.argv[1]], check=True)

print(json.dumps(asdict(measure_with_memory(work))))
"""


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


def test_an_orphan_is_waited_for() -> None:
    cost = cost_of("(dd if=/dev/zero of=/dev/null bs=1M count=4000 status=none) & exit 0")

    assert cost["cpu_s"] > 0.05
